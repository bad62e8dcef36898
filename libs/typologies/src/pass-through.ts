import { NONE } from '#flow';
import { DWELL_FLOOR_MS } from './rule-pack';
import { sayAmount, sayDuration, sayShare } from './say';
import { type Evidence, evidenceOf, type Signal, type Sighting } from './signal';

/**
 * Pass-through: most of what came in leaves again soon, where that is not this wallet's habit.
 *
 * Definition: at a debit to a person or out of the wallets, of the credits of the window at least `passedShareMin` has been taken, and the money
 * now leaving came from them. Strength: how rare so short a rest is among all wallets, but no more than how rare a pass is
 * for this one: a shop that sweeps its till to its supplier every evening surprises nobody.
 */
export function passThrough({ engine, step, population, pack, anchor }: Sighting): Signal | null {
  const { windowMs, passedShareMin, habitPriorPerDay, weight, natsMax } = pack.passThrough;
  const { credits, accounts } = engine;
  if (anchor !== step.payer || engine.takenLots.length === 0) return null;
  if (!step.personal && !step.leaves) return null;
  const sinceMs = step.atMs - windowMs;
  let inMinor = 0;
  let leftMinor = 0;
  for (let slot = accounts.creditHead[anchor]!; slot !== NONE; slot = credits.next[slot]!) {
    if (credits.at[slot]! < sinceMs) break;
    if (credits.at[slot]! > step.atMs) continue;
    inMinor += credits.amount[slot]!;
    leftMinor += credits.left[slot]!;
  }
  const taken = engine.takenLots.filter((slot) => credits.at[slot]! >= sinceMs);
  if (taken.length === 0 || inMinor - leftMinor < inMinor * passedShareMin) return null;
  const passesPerDay = accounts.passesPerDay(anchor);
  accounts.countPass(anchor);
  const rest = Math.max(step.carried.dwellMs, DWELL_FLOOR_MS);
  const nats = Math.min(
    population.dwell.surpriseOfLow(rest),
    -Math.log(Math.min(1, passesPerDay + habitPriorPerDay)),
    natsMax,
  );
  if (nats <= 0) return null;
  const evidence = taken
    .map((slot): Evidence => ({
      position: credits.transfer[slot]!,
      payer: credits.payer[slot]!,
      payee: anchor,
      amountMinor: credits.amount[slot]!,
      atMs: credits.at[slot]!,
    }))
    .sort((a, b) => a.atMs - b.atMs || a.position - b.position);
  const currency = accounts.currency(anchor);
  const passedShare = 1 - leftMinor / inMinor;
  return {
    typology: 'PASS_THROUGH',
    family: 'PATTERN',
    anchor,
    atMs: step.atMs,
    logOdds: weight * nats,
    evidence: [...evidence, evidenceOf(step)],
    say: () =>
      `received ${sayAmount(inMinor, currency)} within ${sayDuration(windowMs)} and has passed on ` +
      `${sayShare(passedShare)} of it, the last after ${sayDuration(rest)}`,
  };
}
