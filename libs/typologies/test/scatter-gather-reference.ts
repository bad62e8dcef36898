import { type AccountView, type CreditView, type StepView, type TrailView } from '#flow';

/** What is upstream of a payer: its trail, nearest first, and who else funded it. */
interface Upstream {
  readonly payer: string;
  /** The payment to the gathering wallet. */
  readonly transfer: number;
  readonly ancestors: readonly TrailView[];
  readonly funders: readonly TrailView[];
}

/**
 * The definition of scatter-gather over plain views: of every wallet upstream of the step, the payers of the payee that have
 * it upstream too. Slow, and literal.
 *
 * @returns the transfers of the branches that meet, lowest position first; null where too few do
 */
export function scatterGatherReference(
  step: StepView,
  payee: AccountView,
  { branchesMin, lookBackMs }: { branchesMin: number; lookBackMs: number },
): number[] | null {
  if (!step.personal) return null;
  const own: Upstream = { payer: step.payer, transfer: step.position, ...step.carried };
  const isEarlier = (credit: CreditView): boolean =>
    credit.personal &&
    credit.transfer !== step.position &&
    credit.atMs <= step.atMs &&
    step.atMs - credit.atMs <= lookBackMs;
  const all: Upstream[] = [own, ...payee.credits.filter(isEarlier)];
  const walletsOf = ({ ancestors, funders, payer }: Upstream): Set<string> => {
    const wallets = new Set([...ancestors, ...funders].map(({ wallet }) => wallet));
    wallets.delete(payer);
    return wallets;
  };
  const sources = [...walletsOf(own)].filter((wallet) => wallet !== step.payee);
  const payersFrom = (source: string): number =>
    new Set(all.filter((one) => walletsOf(one).has(source)).map(({ payer }) => payer)).size;
  // Of equals the nearest: they stand in that order, trail before funders.
  const best = sources.reduce<string | null>(
    (most, source) => (most === null || payersFrom(source) > payersFrom(most) ? source : most),
    null,
  );
  if (best === null || payersFrom(best) < branchesMin) return null;
  const branch = ({ ancestors, funders, transfer }: Upstream): number[] => {
    const at = ancestors.findIndex(({ wallet }) => wallet === best);
    if (at !== -1) return [...ancestors.slice(0, at + 1).map((hop) => hop.transfer), transfer];
    const funded = funders.find(({ wallet }) => wallet === best)!;
    return [funded.transfer, transfer];
  };
  const named = all.filter((one) => walletsOf(one).has(best)).flatMap(branch);
  return [...new Set(named)].sort((a, b) => a - b);
}
