import { type EvidenceTransfer } from '#contracts';
import { isExit, isHub, walletKey, type WalletRef } from '#domain';

/** A wallet as the transfers of one case and one currency show it. Amounts in minor units. */
export interface FlowWallet extends WalletRef {
  readonly key: string;
  /** Declared by its provider as one that serves everyone: an agent, a shop, an exchange. */
  hub: boolean;
  /** Hops from a source, the fewest in the order of time: 0 pays first, 1 is paid by a source, and so on. */
  layer: number;
  inMinor: number;
  outMinor: number;
  /** The part of `inMinor` by which money left the watched wallets. */
  exitInMinor: number;
  /** Received, no exit, and not paid on inside the case. */
  unspentMinor: number;
  /** The sources, by key, that paid to it. */
  readonly paidBySources: Set<string>;
}

/** One transfer of the case, placed. */
export interface FlowStep {
  readonly transfer: EvidenceTransfer;
  readonly fromLayer: number;
  readonly toLayer: number;
  /** The part that the payer had not received inside the case before. The rest is passed on. */
  readonly freshMinor: number;
  /** Its payer is where a trail begins: fresh money is what entered the network. */
  readonly fromSource: boolean;
  readonly exit: boolean;
}

export interface MoneyFlow {
  /** In the order given. */
  readonly steps: readonly FlowStep[];
  /** By wallet key, in the order in which they first take part. */
  readonly wallets: ReadonlyMap<string, FlowWallet>;
}

/**
 * A sum of money that never loses exactness in silence: at 2^53 - 1 minor units it stays there. A feed that claims thousands of
 * payments of 10^13 gets a case that says "at least", and the cases behind it are not held up.
 */
export const plus = (a: number, b: number): number => Math.min(a + b, Number.MAX_SAFE_INTEGER);

/**
 * Follows the money through the transfers of one case.
 *
 * A payment first takes what its payer received inside the case; what goes beyond is fresh. So money is counted where it
 * enters and not again when it is passed on, and for every case
 * `fresh = exits + unspent`, to the minor unit (the specification tests it). A hub keeps no trail: what it pays is fresh, and
 * a trail begins there.
 *
 * @param transfers of one currency, each once, in causal order
 */
export function followMoney(transfers: readonly EvidenceTransfer[]): MoneyFlow {
  const wallets = new Map<string, FlowWallet>();
  const steps: FlowStep[] = [];
  for (const transfer of transfers) {
    const payer = taking(wallets, transfer.debtor, 0);
    payer.hub ||= isHub(transfer.debtor.kind);
    const fromLayer = payer.hub ? 0 : payer.layer;
    const payee = taking(wallets, transfer.creditor, fromLayer + 1);
    payee.hub ||= isHub(transfer.creditor.kind);
    payee.layer = Math.min(payee.layer, fromLayer + 1);
    const covered = Math.min(payer.unspentMinor, transfer.amountMinor);
    const exit = isExit(transfer);
    payer.unspentMinor -= covered;
    payer.outMinor = plus(payer.outMinor, transfer.amountMinor);
    payee.inMinor = plus(payee.inMinor, transfer.amountMinor);
    if (exit) payee.exitInMinor = plus(payee.exitInMinor, transfer.amountMinor);
    else payee.unspentMinor = plus(payee.unspentMinor, transfer.amountMinor);
    if (fromLayer === 0) payee.paidBySources.add(payer.key);
    steps.push({
      transfer,
      fromLayer,
      toLayer: fromLayer + 1,
      freshMinor: transfer.amountMinor - covered,
      fromSource: fromLayer === 0,
      exit,
    });
  }
  return { steps, wallets };
}

function taking(wallets: Map<string, FlowWallet>, ref: WalletRef, layer: number): FlowWallet {
  const key = walletKey(ref);
  const known = wallets.get(key);
  if (known) return known;
  const wallet: FlowWallet = {
    key,
    provider: ref.provider,
    walletId: ref.walletId,
    hub: false,
    layer,
    inMinor: 0,
    outMinor: 0,
    exitInMinor: 0,
    unspentMinor: 0,
    paidBySources: new Set(),
  };
  wallets.set(key, wallet);
  return wallet;
}
