import { type EvidenceTransfer, type WalletPosition } from '#contracts';
import { accountKey, type EventTimeMs, type LegalValue, walletKey, type WalletRef } from '#domain';
import { type AlertFigures } from './case-material';
import { EXIT_WAYS, type ExitWay, exitWayOf } from './exit-way';
import { groupBy } from './group-by';
import { followMoney, type FlowStep, type MoneyFlow, plus } from './money-flow';
import { moneyLeft } from './money-left';
import { roleOf, type WalletRole } from './wallet-role';

/** A wallet of a case, in one currency. Amounts are sums over the case's transfers, in minor units. */
export interface CaseWallet extends WalletRef {
  readonly role: WalletRole;
  readonly layer: number;
  readonly inMinor: number;
  readonly outMinor: number;
  /** What the case's transfers brought in, none of them passed on, and by the wallet's lots is still there. */
  readonly heldMinor: number;
  readonly currency: string;
}

/** The money of a case in one currency, in minor units. */
export interface CaseMoney {
  /** What entered the network: paid, and not received inside the case before. At least what left it and is held. */
  readonly tracedMinor: number;
  /** What was passed on between wallets: all transfers but the exits, less what entered by them. */
  readonly movedMinor: number;
  /** What left the watched wallets. */
  readonly exitedMinor: number;
  /** What no transfer of the case passed on, and what is still there by the wallets' latest positions. */
  readonly heldMinor: number;
  readonly currency: string;
}

/** Transfers from one layer to the next, summed. */
export interface LayerFlow {
  readonly fromLayer: number;
  readonly toLayer: number;
  /** Whether this is money that left the watched wallets. */
  readonly exit: boolean;
  readonly transfers: number;
  readonly amountMinor: number;
}

/** What the sources paid to collectors, and how long that took. */
export interface Gathering {
  readonly sources: number;
  readonly collectors: number;
  readonly gatheredMinor: number;
  readonly lastedMs: number;
}

/**
 * One currency of a case. Amounts in minor units; whatever the transfers,
 * `tracedMinor = exitedMinor + unspentMinor`, and `heldMinor` is at most `unspentMinor`: the rest was spent out of the case's sight.
 */
export interface CurrencyPicture {
  readonly currency: string;
  readonly wallets: readonly CaseWallet[];
  readonly money: CaseMoney;
  readonly transfers: number;
  /** All transfers added up: money that was passed on three times is in it three times. */
  readonly sumMinor: number;
  /** Wallets by which money entered. */
  readonly sources: number;
  /** The part of `tracedMinor` that wallets paid which had received before, beyond what the case saw come in. */
  readonly uncoveredMinor: number;
  /** Received, no exit, and not paid on by a transfer of the case. */
  readonly unspentMinor: number;
  readonly exits: readonly {
    readonly way: ExitWay;
    readonly transfers: number;
    readonly amountMinor: number;
  }[];
  readonly fundFlow: readonly LayerFlow[];
  readonly gathering: Gathering;
  /** From the first transfer to the last. */
  readonly lastedMs: number;
  readonly coolOffEndsAtMs: EventTimeMs | null;
}

const sum = (amounts: readonly number[]): number => amounts.reduce(plus, 0);

const amountOf = ({ transfer }: FlowStep): number => transfer.amountMinor;

const payersOf = (steps: readonly FlowStep[]): number =>
  new Set(steps.map(({ transfer }) => walletKey(transfer.debtor))).size;

const lasted = (steps: readonly FlowStep[]): number =>
  steps.length === 0
    ? 0
    : Date.parse(steps.at(-1)!.transfer.occurredAt) - Date.parse(steps[0]!.transfer.occurredAt);

const walletsInOrder = (a: CaseWallet, b: CaseWallet): number =>
  a.layer - b.layer || b.inMinor - a.inMinor || (walletKey(a) < walletKey(b) ? -1 : 1);

/** @param transfers of this currency, in causal order */
export function drawCurrency(
  currency: string,
  transfers: readonly EvidenceTransfer[],
  positions: readonly WalletPosition[],
  figures: readonly AlertFigures[],
  overlay?: readonly LegalValue[],
): CurrencyPicture {
  const flow = followMoney(transfers);
  const left = moneyLeft(transfers, positions, figures, overlay);
  const wallets = [...flow.wallets.values()]
    .map((wallet): CaseWallet => {
      const { provider, walletId, layer, inMinor, outMinor, unspentMinor } = wallet;
      const leftMinor = left.get(accountKey(wallet, currency))?.heldMinor ?? 0;
      // A payment may have been made of other money by the lots, and of this by the case: the case claims it once.
      const heldMinor = Math.min(leftMinor, unspentMinor);
      const role = roleOf(wallet, heldMinor);
      return { provider, walletId, role, layer, inMinor, outMinor, heldMinor, currency };
    })
    .sort(walletsInOrder);
  const coolOffs = wallets
    .filter(({ heldMinor }) => heldMinor > 0)
    .flatMap((wallet) => left.get(accountKey(wallet, currency))?.coolOffEndsAtMs ?? []);
  return {
    currency,
    wallets,
    money: moneyOf(currency, flow, wallets),
    transfers: transfers.length,
    sumMinor: sum(flow.steps.map(amountOf)),
    sources: payersOf(flow.steps.filter(({ freshMinor }) => freshMinor > 0)),
    uncoveredMinor: sum(flow.steps.map((step) => (step.fromSource ? 0 : step.freshMinor))),
    unspentMinor: sum([...flow.wallets.values()].map(({ unspentMinor }) => unspentMinor)),
    exits: exitsOf(flow),
    fundFlow: fundFlowOf(flow),
    gathering: gatheringOf(flow, wallets),
    lastedMs: lasted(flow.steps),
    coolOffEndsAtMs: coolOffs.reduce<EventTimeMs | null>(
      (last, endsAtMs) => Math.max(last ?? endsAtMs, endsAtMs),
      null,
    ),
  };
}

function moneyOf(currency: string, flow: MoneyFlow, wallets: readonly CaseWallet[]): CaseMoney {
  const inside = flow.steps.filter(({ exit }) => !exit);
  return {
    tracedMinor: sum(flow.steps.map(({ freshMinor }) => freshMinor)),
    movedMinor: sum(inside.map((step) => amountOf(step) - step.freshMinor)),
    exitedMinor: sum(flow.steps.filter(({ exit }) => exit).map(amountOf)),
    heldMinor: sum(wallets.map(({ heldMinor }) => heldMinor)),
    currency,
  };
}

function exitsOf(flow: MoneyFlow): CurrencyPicture['exits'] {
  const exits = flow.steps.filter(({ exit }) => exit);
  const byWay = groupBy(exits, ({ transfer }) => exitWayOf(transfer));
  return EXIT_WAYS.flatMap((way) => {
    const own = byWay.get(way);
    return own ? [{ way, transfers: own.length, amountMinor: sum(own.map(amountOf)) }] : [];
  });
}

function fundFlowOf(flow: MoneyFlow): LayerFlow[] {
  const byLayer = groupBy(flow.steps, ({ fromLayer, exit }) => fromLayer * 2 + Number(exit));
  return [...byLayer]
    .sort(([a], [b]) => a - b)
    .map(([, steps]) => ({
      fromLayer: steps[0]!.fromLayer,
      toLayer: steps[0]!.toLayer,
      exit: steps[0]!.exit,
      transfers: steps.length,
      amountMinor: sum(steps.map(amountOf)),
    }));
}

function gatheringOf(flow: MoneyFlow, wallets: readonly CaseWallet[]): Gathering {
  const collectors = new Set(
    wallets.filter(({ role }) => role === 'COLLECTOR').map((wallet) => walletKey(wallet)),
  );
  const steps = flow.steps.filter(
    ({ fromSource, transfer }) => fromSource && collectors.has(walletKey(transfer.creditor)),
  );
  return {
    sources: payersOf(steps),
    collectors: collectors.size,
    gatheredMinor: sum(steps.map(({ freshMinor }) => freshMinor)),
    lastedMs: lasted(steps),
  };
}
