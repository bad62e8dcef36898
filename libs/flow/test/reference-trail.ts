import { type TrailView } from '#flow';
import { type EngineLimits } from './engine-under-test';
import {
  type Account,
  ANCESTORS_MAX,
  type Credit,
  DEPTH_MAX,
  isPopular,
  newestFirst,
} from './reference-account';
import { type ReferenceCaps } from './reference-caps';

const LINK_RATIO_MIN = 0.75;
const LINK_RATIO_MAX = 1.12;
/** A funder's credit and the debit are at least a tenth of one another. Whole numbers, so that a tenth is a tenth. */
const FUNDER_PARTS = 10;
/** From here on the ancestors no longer reach the first transfer of the trail. */
const DEPTH_WITH_ROOT_MIN = 9;

/** A debit, as the rules about its trail need it. */
export interface Leaving {
  readonly payee: string;
  readonly amountMinor: number;
  readonly atMs: number;
}

export interface Trail {
  readonly depth: number;
  readonly ancestors: readonly TrailView[];
  readonly root: TrailView | null;
}

export const NO_TRAIL: Trail = { depth: 1, ancestors: [], root: null };

export const isLinkRatio = (debitMinor: number, creditMinor: number): boolean =>
  debitMinor / creditMinor >= LINK_RATIO_MIN && debitMinor / creditMinor <= LINK_RATIO_MAX;

/** The credit as a leg of the trail: it came from its payer. */
const legOf = (credit: Credit): TrailView => ({
  wallet: credit.payer,
  transfer: credit.transfer,
  amountMinor: credit.amountMinor,
  atMs: credit.atMs,
  newPair: credit.newPair,
});

/** The credit that this money most likely is: of the newest that match, the deepest; of equals the newest. */
export function parentOf(
  payer: Account,
  debit: Leaving,
  limits: EngineLimits,
  caps: ReferenceCaps,
): Credit | null {
  const matching = newestFirst(payer.credits)
    .filter((credit) => credit.atMs <= debit.atMs)
    .filter((credit) => debit.atMs - credit.atMs <= limits.linkWindowMs)
    .filter((credit) => isLinkRatio(debit.amountMinor, credit.amountMinor));
  if (matching.length > limits.linkMatchesMax) caps.flag('linkMatchesMax');
  const looked = matching.slice(0, limits.linkMatchesMax);
  const depth = Math.max(...looked.map((credit) => credit.depth));
  return looked.find((credit) => credit.depth === depth) ?? null;
}

export function trailAfter(
  parent: Credit | null,
  debit: Leaving,
  limits: EngineLimits,
  caps: ReferenceCaps,
): Trail {
  if (parent === null) return NO_TRAIL;
  const depth = Math.min(parent.depth + 1, DEPTH_MAX);
  const all = [legOf(parent), ...parent.ancestors];
  if (all.length > ANCESTORS_MAX) caps.flag('ancestorsMax');
  const root = parent.depth < DEPTH_WITH_ROOT_MIN ? parent.ancestors.at(-1) : parent.root;
  const isForgotten = root == null || root.atMs < debit.atMs - ANCESTORS_MAX * limits.linkWindowMs;
  return {
    depth,
    ancestors: all.slice(0, ANCESTORS_MAX),
    root: depth < DEPTH_WITH_ROOT_MIN || isForgotten ? null : root,
  };
}

/** Who else has lately paid the payer, personally and in the same order of size. */
export function fundersOf(
  payer: Account,
  debit: Leaving,
  parent: Credit | null,
  limits: EngineLimits,
  caps: ReferenceCaps,
): TrailView[] {
  const funders: TrailView[] = [];
  for (const credit of newestFirst(payer.credits)) {
    const isInWindow = credit.atMs <= debit.atMs && debit.atMs - credit.atMs <= limits.linkWindowMs;
    const isOfSize =
      FUNDER_PARTS * credit.amountMinor >= debit.amountMinor &&
      FUNDER_PARTS * debit.amountMinor >= credit.amountMinor;
    const isSomeoneElse =
      credit !== parent &&
      credit.payer !== debit.payee &&
      credit.payer !== parent?.payer &&
      !funders.some((funder) => funder.wallet === credit.payer);
    if (credit.personal && isInWindow && isOfSize && isSomeoneElse) funders.push(legOf(credit));
  }
  if (funders.length > limits.fundersMax) caps.flag('fundersMax');
  return funders.slice(0, limits.fundersMax);
}

/** Whom else the payer has lately paid, personally. */
export function coPayeesOf(
  payer: Account,
  debit: Leaving,
  limits: EngineLimits,
  caps: ReferenceCaps,
): TrailView[] {
  const coPayees: TrailView[] = [];
  for (const other of newestFirst(payer.debits)) {
    const isInWindow = other.atMs <= debit.atMs && debit.atMs - other.atMs <= limits.linkWindowMs;
    const isSomeoneElse =
      other.payee !== debit.payee && !coPayees.some((listed) => listed.wallet === other.payee);
    if (other.personal && isInWindow && isSomeoneElse) {
      const { transfer, amountMinor, atMs, newPair } = other;
      coPayees.push({ wallet: other.payee, transfer, amountMinor, atMs, newPair });
    }
  }
  if (coPayees.length > limits.coPayeesMax) caps.flag('coPayeesMax');
  return coPayees.slice(0, limits.coPayeesMax);
}

/** More have lately paid the payee than its new payer is paired with. Of a row of payments by one, the newest counts. */
export function noteUnpaired(
  payee: Account,
  { payer, amountMinor, atMs }: Leaving & { readonly payer: string },
  limits: EngineLimits,
  caps: ReferenceCaps,
): void {
  if (isPopular(payee, amountMinor, limits)) return;
  const others = newestFirst(payee.credits)
    .filter((credit) => credit.atMs <= atMs && atMs - credit.atMs <= limits.linkWindowMs)
    .filter((credit) => credit.personal && credit.payer !== payer)
    .map((credit) => credit.payer);
  if (new Set(others).size > limits.pairedPayersMax) caps.flag('pairedPayersMax');
}
