import { type Happening, type SeenSignal } from './happenings';

type Found = Pick<SeenSignal, 'at' | 'evidence'>;

interface Payment {
  readonly index: number;
  readonly from: string;
  readonly to: string;
  readonly rupees: number;
  readonly atMs: number;
}

type Values = Readonly<
  Record<'windowMs' | 'payersMin' | 'payeesMin' | 'passedShareMin' | 'dustShareMax', number>
>;

const withoutDust = (payments: readonly Payment[], shareMax: number): Payment[] => {
  const sum = payments.reduce((total, { rupees }) => total + rupees, 0);
  const squares = payments.reduce((total, { rupees }) => total + rupees * rupees, 0);
  return payments.filter(({ rupees }) => rupees * sum >= squares * shareMax);
};

/** The definition of gather-scatter over the whole list of payments between people, in order of time; slow, and literal. */
export function gatherScatterReference(
  happenings: readonly Happening[],
  { windowMs, payersMin, payeesMin, passedShareMin, dustShareMax }: Values,
): Found[] {
  const all = happenings.flatMap((one, index): Payment[] =>
    one.do === 'pay' && (one.type ?? 'P2P') === 'P2P' ? [{ index, ...one }] : [],
  );
  /** Nobody knew the other by a payment that way. */
  const isNew = ({ index, from, to }: Payment): boolean =>
    !all.some((p) => p.index < index && p.from === from && p.to === to);
  return all.flatMap((last): Found[] => {
    if (!isNew(last)) return [];
    const before = all.filter((p) => p.index <= last.index && last.atMs - p.atMs <= windowMs);
    const gathered = withoutDust(
      before.filter((p) => p.to === last.from && isNew(p)),
      dustShareMax,
    );
    const enough = gathered.findIndex(
      (_, i) => new Set(gathered.slice(0, i + 1).map(({ from }) => from)).size === payersMin,
    );
    if (enough === -1) return [];
    const scattered = withoutDust(
      before.filter((p) => p.from === last.from && isNew(p) && p.atMs >= gathered[enough]!.atMs),
      dustShareMax,
    );
    if (new Set(scattered.map(({ to }) => to)).size < payeesMin) return [];
    const sum = (payments: readonly Payment[]): number =>
      payments.reduce((total, { rupees }) => total + rupees, 0);
    if (sum(scattered) < sum(gathered) * passedShareMin) return [];
    const evidence = [...gathered, ...scattered]
      .sort((a, b) => a.atMs - b.atMs || a.index - b.index)
      .map(({ index }) => index);
    return [{ at: last.index, evidence }];
  });
}
