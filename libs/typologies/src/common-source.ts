import {
  type AccountIndex,
  ANCESTORS_MAX,
  type FlowEngine,
  type FlowStep,
  Hops,
  HORIZONS_MS,
} from '#flow';
import { byTime, creditEvidence, type Evidence, evidenceOf } from './evidence';

/** A wallet whose money reached the payee of a step through several of its payers. */
export interface CommonSource {
  readonly wallet: AccountIndex;
  /** Distinct payers of the payee that lie between, the step's own included. */
  readonly payers: number;
  /** Their payments to the payee, and before them those that lead there from the source; oldest first. */
  evidence(): Evidence[];
}

/** So far back a branch may have come in. */
const LOOK_BACK_MS = HORIZONS_MS.at(-1)!;

const ancestors = new Hops(ANCESTORS_MAX);
const funders = new Hops(ANCESTORS_MAX);

/**
 * The wallet upstream of the step's money that also stands upstream of most other recent payers of its payee; of equals the
 * nearest to the payer. It looks at the payee's account and at what travelled with the money.
 *
 * @returns null where none stands upstream of two payers
 */
export function commonSource(engine: FlowEngine, step: FlowStep): CommonSource | null {
  const { carried, payer, payee, atMs } = step;
  if (!step.personal || carried.ancestors.count + carried.funders.count === 0) return null;
  const { credits } = engine;
  const payersOf = new Map<AccountIndex, Set<AccountIndex>>();
  for (const hops of [carried.ancestors, carried.funders]) {
    for (let i = 0; i < hops.count; i += 1) {
      const wallet = hops.wallet[i]!;
      if (wallet !== payee && wallet !== payer) payersOf.set(wallet, new Set([payer]));
    }
  }
  const first = credits.first(payee);
  for (let row = first + credits.count(payee) - 1; row >= first; row -= 1) {
    const ageMs = atMs - credits.at(row);
    if (ageMs > LOOK_BACK_MS) break;
    const other = credits.payer(row);
    if (ageMs < 0 || other === payer || !credits.personal(row)) continue;
    readUpstream(engine, row);
    for (const [wallet, payers] of payersOf) {
      if (wallet !== other && (ancestors.has(wallet) || funders.has(wallet))) payers.add(other);
    }
  }
  let best: AccountIndex | null = null;
  for (const [wallet, payers] of payersOf) {
    if (payers.size >= 2 && (best === null || payers.size > payersOf.get(best)!.size))
      best = wallet;
  }
  if (best === null) return null;
  const wallet = best;
  return {
    wallet,
    payers: payersOf.get(wallet)!.size,
    evidence: () => branches(engine, step, wallet),
  };
}

function readUpstream({ credits }: FlowEngine, row: number): void {
  ancestors.count = 0;
  funders.count = 0;
  credits.readAncestors(row, ancestors);
  credits.readFunders(row, funders);
}

function branches(engine: FlowEngine, step: FlowStep, source: AccountIndex): Evidence[] {
  const { credits } = engine;
  const { payee, atMs, carried } = step;
  const found = new Map<number, Evidence>();
  const take = (last: Evidence, up: Hops, beside: Hops): void => {
    const path = pathFrom(source, last.payer, up, beside);
    if (path.length === 0) return;
    for (const hop of [...path, last]) found.set(hop.position, hop);
  };
  const first = credits.first(payee);
  for (let row = first; row < first + credits.count(payee); row += 1) {
    const ageMs = atMs - credits.at(row);
    if (ageMs < 0 || ageMs > LOOK_BACK_MS || !credits.personal(row)) continue;
    if (credits.payer(row) === source) continue;
    readUpstream(engine, row);
    take(creditEvidence(engine, payee, row), ancestors, funders);
  }
  take(evidenceOf(step), carried.ancestors, carried.funders);
  return [...found.values()].sort(byTime);
}

/** The transfers from the source to a payer: along its trail, or the one by which the source funded it; none where neither. */
function pathFrom(source: AccountIndex, payer: AccountIndex, up: Hops, beside: Hops): Evidence[] {
  const hop = (hops: Hops, i: number, payee: AccountIndex): Evidence => ({
    position: hops.transfer[i]!,
    payer: hops.wallet[i]!,
    payee,
    amountMinor: hops.amount[i]!,
    atMs: hops.at[i]!,
    newPair: hops.newPair[i] === 1,
  });
  const path: Evidence[] = [];
  for (let i = 0; i < up.count; i += 1) {
    path.push(hop(up, i, i === 0 ? payer : up.wallet[i - 1]!));
    if (up.wallet[i] === source) return path;
  }
  for (let i = 0; i < beside.count; i += 1) {
    if (beside.wallet[i] === source) return [hop(beside, i, payer)];
  }
  return [];
}
