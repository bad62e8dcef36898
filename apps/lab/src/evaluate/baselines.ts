import { DAY_MS, isHub, isPurchase, minorDigits, type Transfer } from '#domain';
import { type FeedLog, type RowIndex } from './feed-log';
import { type TransferScores } from './transfer-scores';

/**
 * The first baseline: amount × pair novelty. A transfer scores its amount, in whole units of its currency, divided by how
 * many times its debtor has paid its creditor by then, this time included. It sees no path and no second wallet; where a
 * data set gives itself away by large first payments, this is enough, and the figure says so.
 *
 * It names one transfer at a time, so that it has no figures per alert.
 */
export function scoreAmountTimesNovelty(log: FeedLog, scores: TransferScores): void {
  const paid = new Map<number, number>();
  for (let row = 0; row < log.size; row += 1) {
    if (!log.isTransfer(row)) continue;
    const pair = log.debtorOf(row) * log.walletCount + log.creditorOf(row);
    const times = (paid.get(pair) ?? 0) + 1;
    paid.set(pair, times);
    const amount = log.amountMinor(row) / 10 ** minorDigits(log.currencyOf(row));
    scores.raise(row, amount / times);
  }
}

/** An alert of the one-hop rules: the best a wallet showed on one day. */
export interface RuleAlert {
  readonly score: number;
  readonly rows: readonly RowIndex[];
  /** The row it fired at. */
  readonly at: RowIndex;
}

interface Movement {
  readonly row: RowIndex;
  readonly atMs: number;
  readonly partner: number;
  readonly amountMinor: number;
}

const WINDOW_MS = DAY_MS;
/** Partners of one day that need no explaining. */
const PARTNERS_FREE = 2;
/** What passing a payment on weighs, in partners. */
const PASSED_ON_POINTS = 3;
const PASSED_ON_MIN = 0.8;
const PASSED_ON_MAX = 1.05;
/** Movements remembered of one wallet, in and out: the window of a busy one is cut to it. */
const MOVEMENTS_MAX = 64;

/**
 * The second baseline: rules that look at one wallet and its direct partners, as transaction monitoring commonly does. For
 * each settled transfer that is not a purchase, over the 24 hours up to it:
 *
 * - fan-in: one point for every distinct payer of the creditor beyond two;
 * - fan-out: one point for every distinct payee of the debtor beyond two;
 * - rapid movement: three points where the debtor received, from somebody else than it now pays, an amount of which this
 *   transfer is 80-105 %.
 *
 * Each of the two wallets scores its own points (fan-in the creditor; fan-out and rapid movement the debtor) times
 * ln(1 + amount in whole units). Declared hubs score nothing. A transfer's score is the highest that it, or a firing that names
 * it, had. The alert of a wallet is its best firing of the day, and names the window's transfers that made it fire.
 */
export class OneHopRules {
  private readonly received = new Map<number, Movement[]>();
  private readonly paid = new Map<number, Movement[]>();
  private readonly best = new Map<number, RuleAlert & { readonly day: number }>();
  private readonly alerts: RuleAlert[] = [];
  private readonly hubs = new Set<number>();

  constructor(
    private readonly log: FeedLog,
    private readonly scores: TransferScores,
  ) {}

  /** @returns the best firing of each wallet and day, in no particular order */
  run(): readonly RuleAlert[] {
    for (let at = 0; at < this.log.size; at += 1) this.look(at);
    this.alerts.push(...this.best.values());
    return this.alerts;
  }

  private look(at: RowIndex): void {
    const { log } = this;
    const { transfer } = log.entry(at);
    const { status, type } = transfer;
    if (status !== 'SETTLED' || type === 'REVERSAL' || isPurchase(type)) return;
    const row = log.transferOf(at);
    const [payer, payee] = [log.debtorOf(row), log.creditorOf(row)];
    if (isHub(transfer.debtor.kind)) this.hubs.add(payer);
    if (isHub(transfer.creditor.kind)) this.hubs.add(payee);
    const { occurredAtMs: atMs, amountMinor } = transfer;
    const out = remember(this.paid, payer, { row, atMs, partner: payee, amountMinor });
    const into = remember(this.received, payee, { row, atMs, partner: payer, amountMinor });
    const weight = Math.log1p(amountMinor / 10 ** minorDigits(transfer.currency));
    if (!this.hubs.has(payee)) {
      const payers = latestPerPartner(into);
      this.fire(payee, pointsFor(payers) * weight, payers, transfer, at);
    }
    if (this.hubs.has(payer)) return;
    const payees = latestPerPartner(out);
    const passedOn = this.passedOn(payer, payee, transfer);
    const points = pointsFor(payees) + (passedOn === undefined ? 0 : PASSED_ON_POINTS);
    const why = pointsFor(payees) > 0 ? payees : payees.filter((movement) => movement.row === row);
    this.fire(payer, points * weight, passedOn ? [...why, passedOn] : why, transfer, at);
  }

  /** The newest credit that this transfer passes on. */
  private passedOn(payer: number, payee: number, transfer: Transfer): Movement | undefined {
    return this.received.get(payer)?.findLast((credit) => {
      const share = transfer.amountMinor / credit.amountMinor;
      const inWindow =
        credit.atMs > transfer.occurredAtMs - WINDOW_MS && credit.atMs <= transfer.occurredAtMs;
      return (
        inWindow && credit.partner !== payee && share >= PASSED_ON_MIN && share <= PASSED_ON_MAX
      );
    });
  }

  private fire(
    wallet: number,
    score: number,
    why: readonly Movement[],
    { occurredAtMs }: Transfer,
    at: RowIndex,
  ): void {
    if (score === 0) return;
    const rows = [...new Set(why.map(({ row }) => row))];
    for (const named of rows) this.scores.raise(named, score);
    const day = Math.floor(occurredAtMs / DAY_MS);
    const before = this.best.get(wallet);
    if (before !== undefined && before.day !== day) this.alerts.push(before);
    if (before?.day === day && before.score >= score) return;
    this.best.set(wallet, { score, rows, at, day });
  }
}

/**
 * The alerts that a budget leaves of a baseline's, in the order they fired: those with the highest scores of the whole feed
 * (of equals the earliest). Chosen in hindsight, which no running system can: the baseline is given the benefit.
 */
export function withinBudget(alerts: readonly RuleAlert[], places: number): RuleAlert[] {
  const ranked = [...alerts].sort((a, b) => b.score - a.score || a.at - b.at);
  return ranked.slice(0, places).sort((a, b) => a.at - b.at);
}

const pointsFor = (partners: readonly Movement[]): number =>
  Math.max(0, partners.length - PARTNERS_FREE);

/** Adds a movement, and drops what has left the window. */
function remember(of: Map<number, Movement[]>, wallet: number, movement: Movement): Movement[] {
  const known = of.get(wallet) ?? [];
  const kept = known.filter(({ atMs }) => atMs > movement.atMs - WINDOW_MS);
  kept.push(movement);
  if (kept.length > MOVEMENTS_MAX) kept.shift();
  of.set(wallet, kept);
  return kept;
}

function latestPerPartner(movements: readonly Movement[]): Movement[] {
  return [...new Map(movements.map((movement) => [movement.partner, movement])).values()];
}
