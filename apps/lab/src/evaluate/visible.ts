import { DAY_MS } from '#domain';
import { type Pattern } from './answer-key';
import { type FeedLog } from './feed-log';

/** A wallet with so many partners in a pattern stands out in it. */
const PARTNERS_MIN = 3;

/** One wallet paid another, once or more, in a pattern. */
interface Leg {
  readonly payer: number;
  readonly payee: number;
  readonly times: number[];
  earliest: number;
  latest: number;
}

/**
 * Whether a pattern can be seen by its structure at all: some wallet has three distinct partners in it, or money could
 * take three steps in a row, each at or after the one before, through different wallets (the last may be the first: a
 * cycle). What is left (a single payment, a pair that pays back and forth, scattered pieces of something larger) looks like
 * anybody's payments to whoever has no labels.
 *
 * @param dayResolution times inside a day say nothing: two steps of one day may have come in either order
 */
export function isStructurallyVisible(
  { rows }: Pattern,
  log: FeedLog,
  dayResolution: boolean,
): boolean {
  const partners = new Map<number, Set<number>>();
  const legs = new Map<string, Leg>();
  // What stands for the world outside is no wallet, and everybody's partner.
  const external = new Set<number>();
  for (const row of rows) {
    const { debtor, creditor } = log.entry(row).transfer;
    const [payer, payee] = [log.debtorOf(row), log.creditorOf(row)];
    if (debtor.kind === 'EXTERNAL') external.add(payer);
    if (creditor.kind === 'EXTERNAL') external.add(payee);
    partnersOf(partners, payer).add(payee);
    partnersOf(partners, payee).add(payer);
    const time = dayResolution ? Math.floor(log.atMs(row) / DAY_MS) : log.atMs(row);
    const known = legs.get(`${payer} ${payee}`);
    const leg = known ?? { payer, payee, times: [], earliest: time, latest: time };
    leg.times.push(time);
    leg.earliest = Math.min(leg.earliest, time);
    leg.latest = Math.max(leg.latest, time);
    legs.set(`${payer} ${payee}`, leg);
  }
  for (const [wallet, { size }] of partners) {
    if (size >= PARTNERS_MIN && !external.has(wallet)) return true;
  }
  return hasThreeSteps([...legs.values()], external);
}

function partnersOf(partners: Map<number, Set<number>>, wallet: number): Set<number> {
  const known = partners.get(wallet) ?? new Set<number>();
  partners.set(wallet, known);
  return known;
}

/** Every leg between two wallets is tried as the middle step. No wallet has three partners here, so each has few legs. */
function hasThreeSteps(legs: readonly Leg[], external: ReadonlySet<number>): boolean {
  const into = new Map<number, Leg[]>();
  const outOf = new Map<number, Leg[]>();
  for (const leg of legs) {
    into.set(leg.payee, [...(into.get(leg.payee) ?? []), leg]);
    outOf.set(leg.payer, [...(outOf.get(leg.payer) ?? []), leg]);
  }
  return legs.some(({ payer, payee, times }) => {
    if (external.has(payer) || external.has(payee)) return false;
    let earliest = Number.POSITIVE_INFINITY;
    for (const leg of into.get(payer) ?? []) {
      if (leg.payer !== payee) earliest = Math.min(earliest, leg.earliest);
    }
    let latest = Number.NEGATIVE_INFINITY;
    for (const leg of outOf.get(payee) ?? []) {
      if (leg.payee !== payer) latest = Math.max(latest, leg.latest);
    }
    return times.some((time) => earliest <= time && time <= latest);
  });
}
