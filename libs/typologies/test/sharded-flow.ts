import { type TransferEntry } from '#contracts';
import {
  type EventTimeMs,
  type FeedEvent,
  isCash,
  isExit,
  isPurchase,
  MARK_KINDS,
  type MarkKind,
  type Marks,
  type Transfer,
  walletKey,
  walletOfKey,
  type WalletRef,
} from '#domain';
import {
  Caps,
  declaredKind,
  FlowEngine,
  type FlowLimits,
  type FlowStep,
  type HuntSteps,
  looksAtMark,
  type MarkedUse,
  type PairPayment,
  type SharedPayee,
  type Quarry,
  RetroHunt,
  useOf,
  viewOfStep,
} from '#flow';
import { lookedAt } from '../src/look';
import { letterOf, open, reference } from './shard-letter';
import { type Feed, isPersonal, learntPopulation, lookAt, type Seen } from './signal-run';

export const SHARDS = 8;

/** What goes between two shards goes as text. */
const post = <T>(message: T): T => JSON.parse(JSON.stringify(message)) as T;

function hash(key: string): number {
  let sum = 7;
  for (let i = 0; i < key.length; i += 1) sum = (Math.imul(sum, 31) + key.charCodeAt(i)) | 0;
  return (sum >>> 0) % SHARDS;
}

/**
 * The engine split over eight: each wallet lives on one shard, each identifier and each pair of payers too, and what passes
 * between them is text. The feed's clock, the watchlist and the population are told to all.
 */
export class ShardedFlow {
  private readonly shards: FlowEngine[];
  private readonly population = learntPopulation();
  private readonly hunt: RetroHunt<string>;
  private readonly operations = new Map<string, number>();
  private readonly pending: { knownFromMs: number; reveal: () => void }[] = [];

  constructor(private readonly limits: FlowLimits) {
    this.shards = Array.from({ length: SHARDS }, () => new FlowEngine(limits));
    this.hunt = new RetroHunt(new PostedHuntSteps(this), new Caps(), limits);
  }

  run(feed: readonly Feed[]): Seen {
    return feed.map((item): unknown => {
      switch (item.kind) {
        case 'indicator':
          this.addIndicator(item.indicator);
          return null;
        case 'event':
          this.note(post(item.event));
          return null;
        case 'reverse':
          return this.reverse(item.entry, item.original);
        case 'move':
          return this.move(item.entry);
        default:
          return item satisfies never;
      }
    });
  }

  private of(wallet: WalletRef): FlowEngine {
    return this.shards[hash(walletKey(wallet))]!;
  }

  /** A called number lives on its own shard, as an identifier does; what changed of a wallet lives with the wallet. */
  private note(event: FeedEvent): void {
    if (event.type === 'COMPLAINT') {
      // Few are complained of, and any account's trail may name them: as what is known, it is told to all.
      for (const shard of this.shards) shard.note(event);
      return;
    }
    const home = event.type === 'CALL' ? this.shards[hash(event.callee)]! : this.of(event.wallet);
    home.note(event);
  }

  /** Asks each of the payer's numbers, where it lives, for the last call from a known operation. */
  private followCalls(from: FlowEngine, sent: FlowStep, tokens: readonly string[]): void {
    for (const token of tokens) {
      const home = this.shards[hash(token)]!;
      const call = home.calls.lastReported(token, sent.atMs, home.nowMs);
      if (call === null) continue;
      const told = post({ operationId: home.watchlist.operationId(call.origin), atMs: call.atMs });
      sent.carried.call.hear({
        origin: from.watchlist.originOf(told.operationId),
        atMs: told.atMs,
      });
    }
  }

  private hear(atMs: EventTimeMs): void {
    for (const shard of this.shards) shard.hear(atMs);
    const nowMs = this.shards[0]!.nowMs;
    while (this.pending.length > 0 && this.pending[0]!.knownFromMs <= nowMs) {
      this.pending.shift()!.reveal();
    }
  }

  private move(entry: TransferEntry): unknown {
    const { position, transfer, debtorTokens, creditorTokens } = entry;
    const { debtor, creditor, currency, occurredAtMs: atMs, amountMinor } = transfer;
    this.hear(atMs);
    const from = this.of(debtor);
    const sent = from.step;
    sent.position = position;
    sent.atMs = atMs;
    sent.nowMs = from.nowMs;
    sent.amountMinor = amountMinor;
    sent.late = sent.nowMs - atMs > this.limits.lateAfterMs;
    sent.personal = isPersonal(transfer);
    sent.leaves = isExit(transfer) && !isPurchase(transfer.type);
    sent.cash = isCash(transfer.type);
    sent.payerTier = debtor.tier ?? from.told.tierOf(debtor, atMs, sent.nowMs);
    sent.payer = from.account(
      debtor,
      declaredKind(transfer, debtor),
      currency,
      atMs,
      debtor.openedAtMs,
    );
    sent.payee = reference(from, creditor, currency, atMs);
    const to = this.of(creditor);
    const payee = to.account(
      creditor,
      declaredKind(transfer, creditor),
      currency,
      atMs,
      creditor.openedAtMs,
    );
    sent.walletsSharingIdentifier = Math.max(
      this.seen(from, sent.payer, debtor, debtorTokens, sent.atMs),
      this.seen(to, payee, creditor, creditorTokens, sent.atMs),
    );
    from.debit(sent);
    this.followCalls(from, sent, debtorTokens);
    const marks = from.told.marksWith(entry.marks ?? {}, debtor, atMs, sent.nowMs);
    for (const kind of MARK_KINDS) sent.uses[kind] = this.uses(kind, from, sent, transfer, marks);
    const letter = post(letterOf(from, sent, debtor, currency));
    const payerSide = lookAt(from, sent, sent.payer, this.population);

    const got = to.step;
    open(to, got, letter);
    got.payee = payee;
    got.payeeTier = creditor.tier ?? to.told.tierOf(creditor, atMs, got.nowMs);
    Object.assign(got.uses, sent.uses);
    to.credit(got);
    to.pair(got, {
      note: (one, other, at) => this.notePair(to, one, other, at, currency),
      sharedBy: (a, b) => this.sharedBy(to, a, b, currency),
    });
    const view = viewOfStep(to, got);
    const capsMet = [...new Set([...from.caps.met, ...to.caps.met])].sort();
    // One engine looks at the payer when the credit is done; what the pairs say came after.
    const seen = [
      { ...view, capsMet },
      ...payerSide.map((item) =>
        isObject(item) && 'payeesShared' in item
          ? { ...item, payeesShared: got.payeesShared }
          : item,
      ),
      ...lookAt(to, got, got.payee, this.population),
    ];
    this.population.learn(to, got, got.nowMs, lookedAt(to, got, got.payee));
    return seen;
  }

  /** An identifier lives on its own shard, which answers with how many wallets it was seen with. */
  private seen(
    own: FlowEngine,
    account: number,
    wallet: WalletRef,
    tokens: readonly string[],
    atMs: number,
  ): number {
    let most = 0;
    for (const token of tokens) {
      const home = this.shards[hash(token)]!;
      const { nowMs } = home;
      own.watchlist.seenWith(account, token);
      const named = reference(home, wallet, own.accounts.currency(account), nowMs);
      const sighting = { account: named, atMs: Math.min(atMs, nowMs), nowMs };
      const sharing = home.attributes.note(token, sighting);
      most = Math.max(most, sharing);
    }
    return most;
  }

  /** A mark lives on its own shard, which answers with who paid with it. */
  private uses(
    kind: MarkKind,
    from: FlowEngine,
    sent: FlowStep,
    { debtor, creditor, currency }: Transfer,
    marks: Marks,
  ): readonly MarkedUse[] {
    const mark = marks[kind];
    if (mark === undefined || !looksAtMark(kind, sent)) return [];
    const home = this.shards[hash(mark)]!;
    const own = {
      ...post(useOf(sent, marks)),
      payer: reference(home, debtor, currency, sent.atMs),
      payee: reference(home, creditor, currency, sent.atMs),
    };
    return home.marks.of[kind].use(mark, own, home.nowMs).map((use) => {
      const of = home.accounts.currency(use.payer);
      return {
        ...post(use),
        payer: accountAt(from, home, use.payer, of, use.atMs),
        payee: accountAt(from, home, use.payee, of, use.atMs),
      };
    });
  }

  /** A pair of payers lives on its own shard. */
  private homeOfPair(from: FlowEngine, a: number, b: number): FlowEngine {
    const keys = [a, b].map((account) => from.accounts.walletKey(account));
    return this.shards[hash(keys.sort().join('\n'))]!;
  }

  private notePair(
    from: FlowEngine,
    one: PairPayment,
    other: PairPayment,
    atMs: EventTimeMs,
    currency: string,
  ): number {
    const home = this.homeOfPair(from, one.payer, other.payer);
    const [own, theirs] = [one, other].map((payment) => moved(payment, from, home, currency));
    return home.pairs.note(own!, theirs!, atMs);
  }

  private sharedBy(from: FlowEngine, a: number, b: number, currency: string): SharedPayee[] {
    const home = this.homeOfPair(from, a, b);
    const [x, y] = [a, b].map((one) => accountAt(home, from, one, currency, from.nowMs));
    return home.pairs
      .sharedBy(x!, y!)
      .map(([own, theirs]) => [
        moved(own, home, from, currency),
        moved(theirs, home, from, currency),
      ]);
  }

  private reverse({ transfer, position }: TransferEntry, original: number): number {
    const { debtor, creditor, currency, occurredAtMs: atMs, amountMinor } = transfer;
    this.hear(atMs);
    const had = this.of(debtor);
    const payee = had.account(debtor, null, currency, atMs);
    const gets = this.of(creditor);
    const payer = gets.account(creditor, null, currency, atMs);
    const back = had.takeBack(payee, original, amountMinor);
    gets.giveBack(payer, reference(gets, debtor, currency, atMs), position, amountMinor, atMs);
    return amountMinor - back;
  }

  private addIndicator(indicator: Extract<Feed, { kind: 'indicator' }>['indicator']): void {
    const namings = this.shards.map((shard) => shard.watchlist.add(indicator));
    const [first] = namings;
    if (first === null || first === undefined) return;
    this.operations.set(indicator.operationId, first.origin);
    const bearers = (): string[] => {
      if (indicator.type === 'wallet') return [indicator.match];
      const home = this.shards[hash(indicator.match)]!;
      const accounts = home.attributes.accountsOf(indicator.match, home.nowMs);
      return post([...new Set(accounts.map((account) => home.accounts.walletKey(account)))]);
    };
    const owned = (key: string): [FlowEngine, number][] => {
      const shard = this.of(walletOfKey(key));
      return shard.accounts.names.ofWallet(walletOfKey(key)).map((account) => [shard, account]);
    };
    for (const key of bearers()) {
      for (const [shard, account] of owned(key)) shard.watchlist.tie(account, first);
    }
    const reveal = (): void => {
      for (const key of bearers()) {
        for (const [shard, account] of owned(key)) {
          const { nowMs } = shard;
          this.hunt.through(nameOf(shard, account), first.origin, nowMs);
        }
      }
    };
    if (first.knownFromMs <= this.shards[0]!.nowMs) reveal();
    else {
      this.pending.push({ knownFromMs: first.knownFromMs, reveal });
      this.pending.sort((a, b) => a.knownFromMs - b.knownFromMs);
    }
  }

  /** The shard of an account that a hunt names, and its number there. */
  find(name: string): [FlowEngine, number] {
    const [currency, provider, walletId] = JSON.parse(name) as [string, string, string];
    const shard = this.of({ provider, walletId });
    return [shard, shard.accounts.find({ provider, walletId }, currency)];
  }
}

const isObject = (item: unknown): item is object => typeof item === 'object' && item !== null;

/** An account's name on any shard. */
function nameOf(shard: FlowEngine, account: number): string {
  const { provider, walletId } = shard.accounts.names.wallet(account);
  return JSON.stringify([shard.accounts.currency(account), provider, walletId]);
}

/** A hunt's steps, each asked of the shard that the wallet lives on. */
class PostedHuntSteps implements HuntSteps<string> {
  constructor(private readonly flow: ShardedFlow) {}

  paid(wallet: string, sinceMs: number): Quarry<string>[] {
    const [shard, account] = this.flow.find(wallet);
    return this.named(shard, shard.huntSteps.paid(account, sinceMs));
  }

  led(wallet: string, sinceMs: number): Quarry<string>[][] {
    const [shard, account] = this.flow.find(wallet);
    return shard.huntSteps.led(account, sinceMs).map((trail) => this.named(shard, trail));
  }

  wouldGrow(quarry: Quarry<string>, origin: number): boolean {
    const [shard, wallet] = this.flow.find(quarry.wallet);
    return wallet !== -1 && shard.huntSteps.wouldGrow({ ...quarry, wallet }, origin);
  }

  taint(quarry: Quarry<string>, origin: number): boolean {
    const [shard, wallet] = this.flow.find(quarry.wallet);
    return shard.huntSteps.taint({ ...quarry, wallet }, origin);
  }

  passedOn(quarry: Quarry<string>, origin: number, sinceMs: number): Quarry<string>[] {
    const [shard, wallet] = this.flow.find(quarry.wallet);
    const found = shard.huntSteps.passedOn({ ...quarry, wallet }, origin, sinceMs);
    return this.named(shard, found);
  }

  private named(shard: FlowEngine, quarries: readonly Quarry<number>[]): Quarry<string>[] {
    return post(quarries.map((quarry) => ({ ...quarry, wallet: nameOf(shard, quarry.wallet) })));
  }
}

/** An account of one shard, as another names it. */
const accountAt = (
  to: FlowEngine,
  from: FlowEngine,
  account: number,
  currency: string,
  atMs: EventTimeMs,
): number => reference(to, walletOfKey(post(from.accounts.walletKey(account))), currency, atMs);

/** A payment as one shard tells another of it. */
const moved = (
  payment: PairPayment,
  from: FlowEngine,
  to: FlowEngine,
  currency: string,
): PairPayment => ({
  ...post(payment),
  payer: accountAt(to, from, payment.payer, currency, payment.atMs),
  payee: accountAt(to, from, payment.payee, currency, payment.atMs),
});
