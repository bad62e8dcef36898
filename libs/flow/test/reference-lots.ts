import { type EngineLimits } from './engine-under-test';
import { type Account, type Credit, liveOrigins, newestFirst } from './reference-account';

const LOT_RATIO_MIN = 0.8;
const LOT_RATIO_MAX = 1.06;

export interface TakenLot {
  readonly credit: Credit;
  readonly takenMinor: number;
}

/** The run of consecutive candidates that matches the amount: the shortest, and of that length the newest. */
function matchingRun(
  candidates: readonly Credit[],
  amountMinor: number,
  lengthMax: number,
): Credit[] {
  for (let length = 1; length <= Math.min(lengthMax, candidates.length); length += 1) {
    for (let start = 0; start + length <= candidates.length; start += 1) {
      const run = candidates.slice(start, start + length);
      const sum = run.reduce((total, credit) => total + credit.leftMinor, 0);
      const ratio = amountMinor / sum;
      if (ratio >= LOT_RATIO_MIN && ratio <= LOT_RATIO_MAX) return run;
    }
  }
  return [];
}

/** In which order the credits give: tainted before clean, in each what matches the amount, then the newest. */
function inOrderOfGiving(
  account: Account,
  amountMinor: number,
  atMs: number,
  limits: EngineLimits,
): Credit[] {
  const candidates = newestFirst(account.credits).filter(
    (credit) => credit.leftMinor > 0 && credit.atMs <= atMs,
  );
  const isTainted = (credit: Credit): boolean => liveOrigins(credit.origins).length > 0;
  const groups = [
    candidates.filter((credit) => isTainted(credit)),
    candidates.filter((credit) => !isTainted(credit)),
  ];
  return groups.flatMap((group) => {
    const run = matchingRun(group, amountMinor, limits.creditsInSumMax);
    return [...run, ...group.filter((credit) => !run.includes(credit))];
  });
}

/** Takes an amount out of the account's credits, as far as they go. */
export function takeLots(
  account: Account,
  amountMinor: number,
  atMs: number,
  limits: EngineLimits,
): TakenLot[] {
  const taken: TakenLot[] = [];
  let restMinor = amountMinor;
  for (const credit of inOrderOfGiving(account, amountMinor, atMs, limits)) {
    const takenMinor = Math.min(restMinor, credit.leftMinor);
    if (takenMinor === 0) break;
    credit.leftMinor -= takenMinor;
    restMinor -= takenMinor;
    taken.push({ credit, takenMinor });
  }
  return taken;
}
