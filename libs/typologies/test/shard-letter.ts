import { type EventTimeMs, type Party, walletOfKey, type WalletRef } from '#domain';
import {
  type Carried,
  type FlowEngine,
  type FlowStep,
  type Hops,
  NONE,
  type TrailView,
} from '#flow';

/** A payment on its way from the payer's shard to the payee's: plain data, nothing that only one of them understands. */
export interface Letter {
  readonly position: number;
  readonly atMs: EventTimeMs;
  readonly amountMinor: number;
  readonly personal: boolean;
  readonly leaves: boolean;
  readonly cash: boolean;
  readonly late: boolean;
  readonly sharing: number;
  readonly payer: WalletRef;
  readonly currency: string;
  readonly carried: CarriedLetter;
}

type Lists = 'ancestors' | 'root' | 'funders' | 'coPayees';
const LISTS: readonly Lists[] = ['ancestors', 'root', 'funders', 'coPayees'];
const PLAIN = [
  'depth',
  'coveredMinor',
  'lotMinor',
  'dwellMs',
  'payerLogMean',
  'payerDebits',
  'likeCredits',
] as const;

type CarriedLetter = Record<Lists, TrailView[]> &
  Record<(typeof PLAIN)[number], number> & {
    readonly payerKnowsPayee: boolean;
    readonly paidNew: number[];
    readonly paidByNew: number[];
    readonly origins: { operationId: string; share: number }[];
    readonly call: { operationId: string; atMs: number } | null;
  };

/** The number by which a shard names a wallet that may live on another. */
export function reference(
  shard: FlowEngine,
  wallet: WalletRef,
  currency: string,
  atMs: number,
): number {
  const known = shard.accounts.find(wallet, currency);
  if (known !== -1) return known;
  const account = shard.accounts.open(wallet, currency, Math.min(atMs, shard.nowMs));
  shard.watchlist.opened(account);
  return account;
}

export function letterOf(from: FlowEngine, step: FlowStep, payer: Party, currency: string): Letter {
  const { carried } = step;
  const hops = (list: Hops): TrailView[] =>
    Array.from({ length: list.count }, (_, i) => ({
      wallet: from.accounts.walletKey(list.wallet[i]!),
      transfer: list.transfer[i]!,
      amountMinor: list.amount[i]!,
      atMs: list.at[i]!,
      newPair: list.newPair[i] === 1,
    }));
  const origins = Array.from({ length: carried.origins.count }, (_, i) => ({
    operationId: from.watchlist.operationId(carried.origins.origin[i]!),
    share: carried.origins.share[i]!,
  }));
  const { position, atMs, amountMinor, personal, leaves, cash, late } = step;
  return {
    position,
    atMs,
    amountMinor,
    personal,
    leaves,
    cash,
    late,
    sharing: step.walletsSharingIdentifier,
    payer: { provider: payer.provider, walletId: payer.walletId },
    currency,
    carried: {
      ...(Object.fromEntries(LISTS.map((name) => [name, hops(carried[name])])) as Record<
        Lists,
        TrailView[]
      >),
      ...(Object.fromEntries(PLAIN.map((name) => [name, carried[name]])) as Record<
        (typeof PLAIN)[number],
        number
      >),
      payerKnowsPayee: carried.payerKnowsPayee,
      paidNew: [...carried.paidNew.numbers],
      paidByNew: [...carried.paidByNew.numbers],
      origins,
      call:
        carried.call.origin === NONE
          ? null
          : {
              operationId: from.watchlist.operationId(carried.call.origin),
              atMs: carried.call.atMs,
            },
    },
  };
}

export function open(to: FlowEngine, step: FlowStep, letter: Letter): void {
  const { carried: letterCarried, currency, atMs } = letter;
  step.position = letter.position;
  step.atMs = atMs;
  step.nowMs = to.nowMs;
  step.amountMinor = letter.amountMinor;
  step.personal = letter.personal;
  step.leaves = letter.leaves;
  step.cash = letter.cash;
  step.late = letter.late;
  step.walletsSharingIdentifier = letter.sharing;
  step.taken.count = 0;
  step.payer = reference(to, letter.payer, currency, atMs);
  const carried: Carried = step.carried;
  carried.clear();
  for (const name of LISTS) {
    for (const hop of letterCarried[name]) {
      const wallet = reference(to, walletOfKey(hop.wallet), currency, atMs);
      carried[name].push(wallet, hop.transfer, hop.amountMinor, hop.atMs, hop.newPair);
    }
  }
  for (const name of PLAIN) carried[name] = letterCarried[name];
  carried.paidNew.numbers.set(letterCarried.paidNew);
  carried.paidByNew.numbers.set(letterCarried.paidByNew);
  carried.payerKnowsPayee = letterCarried.payerKnowsPayee;
  if (letterCarried.call !== null) {
    const { operationId, atMs: calledAtMs } = letterCarried.call;
    carried.call.hear({ origin: to.watchlist.originOf(operationId), atMs: calledAtMs });
  }
  for (const { operationId, share } of letterCarried.origins) {
    carried.origins.put(to.watchlist.originOf(operationId), share);
  }
}
