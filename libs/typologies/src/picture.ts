import { coolOffEndsAt, invariant, type LegalValue, walletOfKey } from '#domain';
import { ACCOUNT, type AccountIndex, type FlowEngine, NONE, Origins } from '#flow';
import { type OpenAlert } from './alert-book';
import { type AlertDraft, type DraftWallet, type PositionDraft } from './alert-draft';
import { explained, riskOf } from './risk';
import { byTime, type Evidence } from './evidence';

/** An alert as it stands, with what its wallets hold now. @param overlay what the law says now */
export function draftOf(
  engine: FlowEngine,
  alert: OpenAlert,
  overlay: readonly LegalValue[],
): AlertDraft {
  const { version, hash, base, typologiesOff } = alert.judge;
  const evidence = [...alert.evidence.values()].sort((a, b) => a.position - b.position);
  const terms = [...alert.terms.values()];
  const wallets = walletsOf(engine, evidence);
  const heldMinor = wallets.reduce((sum, wallet) => sum + wallet.heldMinor, 0);
  const lastMs = evidence.reduce((last, { atMs }) => Math.max(last, atMs), 0);
  return {
    kind: 'alert',
    id: alert.id,
    revision: alert.revision,
    typologies: [...alert.typologies].sort(),
    risk: riskOf(base, terms),
    urgent: heldMinor > 0 && coolOffEndsAt(lastMs, overlay) > alert.updatedAtMs,
    operationIds: [...alert.operationIds].sort(),
    positions: evidence.map(({ position }) => position),
    wallets,
    terms: explained(base, terms),
    pack: { version, hash },
    typologiesOff,
    capsMet: [...alert.capsMet].sort(),
    uncoveredMinor: alert.uncoveredMinor,
    latePositions: [...alert.late].sort((a, b) => a - b),
    reversedPositions: [...alert.reversed].sort((a, b) => a - b),
    firstAtMs: alert.firstAtMs,
    updatedAtMs: alert.updatedAtMs,
  };
}

function walletsOf(engine: FlowEngine, evidence: readonly Evidence[]): DraftWallet[] {
  const { accounts, credits } = engine;
  const sums = new Map<AccountIndex, { inMinor: number; outMinor: number; heldMinor: number }>();
  const of = (account: AccountIndex): { inMinor: number; outMinor: number; heldMinor: number } => {
    const sum = sums.get(account) ?? { inMinor: 0, outMinor: 0, heldMinor: 0 };
    sums.set(account, sum);
    return sum;
  };
  for (const { position, payer, payee, amountMinor } of evidence) {
    of(payer).outMinor += amountMinor;
    const slot = credits.find(payee, position);
    const to = of(payee);
    to.inMinor += amountMinor;
    if (slot !== NONE) to.heldMinor += credits.left(slot);
  }
  return [...sums].map(([account, sum]) => ({
    ...walletOfKey(accounts.walletKey(account)),
    currency: accounts.currency(account),
    ...sum,
  }));
}

/** What is left in an account, and of the credits that alerts rely on. */
export function positionOf(engine: FlowEngine, account: AccountIndex): PositionDraft {
  const { accounts, credits } = engine;
  const left: { position: number; leftMinor: number }[] = [];
  const first = credits.first(account);
  for (let slot = first; slot < first + credits.count(account); slot += 1) {
    if (!credits.watched(slot) || credits.left(slot) === 0) continue;
    left.push({ position: credits.transfer(slot), leftMinor: credits.left(slot) });
  }
  const { heldMinor, taintedMinor } = heldIn(engine, account);
  const inMinor = accounts.get(account, ACCOUNT.laid) + accounts.get(account, ACCOUNT.backfilled);
  invariant(inMinor >= heldMinor, 'a wallet holds no more than came in');
  return {
    kind: 'wallet-position',
    ...walletOfKey(accounts.walletKey(account)),
    currency: accounts.currency(account),
    asOfMs: accounts.get(account, ACCOUNT.lastAt),
    inMinor,
    outMinor: accounts.get(account, ACCOUNT.debited) + accounts.get(account, ACCOUNT.reversed),
    heldMinor,
    taintedMinor,
    credits: left.sort((a, b) => a.position - b.position),
  };
}

/** Of each wallet that received by an alert's transfers. */
export const positionsOf = (engine: FlowEngine, alert: OpenAlert): PositionDraft[] =>
  [...new Set([...alert.evidence.values()].map(({ payee }) => payee))]
    .filter((account) => !engine.accounts.isHub(account))
    .map((account) => positionOf(engine, account));

/** Money that came in and is still there, and the part of it that known operations account for. */
function heldIn(
  { accounts, credits, piles, watchlist }: FlowEngine,
  account: AccountIndex,
): { heldMinor: number; taintedMinor: number } {
  let heldMinor = accounts.get(account, ACCOUNT.mixed);
  let tainted = 0;
  for (const [, amountMinor] of piles.of(account)) tainted += amountMinor;
  const origins = new Origins();
  const first = credits.first(account);
  for (let slot = first; slot < first + credits.count(account); slot += 1) {
    const left = credits.left(slot);
    heldMinor += left;
    credits.readOrigins(slot, origins);
    let share = 0;
    for (let i = 0; i < origins.count; i += 1) {
      if (!watchlist.isWithdrawn(origins.origin[i]!)) share += origins.share[i]!;
    }
    tainted += left * Math.min(1, share);
  }
  return { heldMinor, taintedMinor: Math.round(Math.min(tainted, heldMinor)) };
}

/** What the signals rely on, each transfer once, oldest first. */
export function evidenceOfAll(
  signals: readonly { evidence: readonly Evidence[] }[],
): readonly Evidence[] {
  const [first] = signals;
  if (signals.length === 1 && isInOrder(first!.evidence)) return first!.evidence;
  const found = new Map<number, Evidence>();
  for (const signal of signals) {
    for (const item of signal.evidence) found.set(item.position, item);
  }
  return [...found.values()].sort(byTime);
}

/** Then each is there once. */
const isInOrder = (evidence: readonly Evidence[]): boolean =>
  evidence.every((item, i) => i === 0 || byTime(evidence[i - 1]!, item) < 0);
