import { DAY_MS } from '#domain';
import { FeedClock, LogHistogram } from '#flow';
import { START_MS } from './feed';
import { type Happening, type SeenSignal } from './happenings';

type Pay = Extract<Happening, { do: 'pay' }>;
type Change = Extract<Happening, { do: 'change' }>;

/** Changes are remembered so long, by what the engine says of itself. */
const CHANGE_MEMORY_MS = 14 * DAY_MS;

const isPersonal = ({ type = 'P2P' }: Pay): boolean => type === 'P2P' || type === 'BANK_TRANSFER';
const countsAsOut = (payment: Pay): boolean => isPersonal(payment) || payment.type === 'CASH_OUT';
const minorOf = ({ rupees }: Pay): number => Math.round(rupees * 100);

/** What is left of all that a wallet got, once it has paid what it paid; it cannot hold less than nothing. */
function leftIn(wallet: string, payments: readonly Pay[]): number {
  return payments.reduce((left, payment) => {
    if (payment.to === wallet) return left + minorOf(payment);
    return payment.from === wallet ? Math.max(0, left - minorOf(payment)) : left;
  }, 0);
}

/**
 * Change-then-drain once more, from its definition and not from its code: over the whole log, in the most literal words. The
 * log is in the order of time and within what is remembered. How rare a sum is among all is asked of a histogram of its own.
 */
export function changeThenDrainReference(
  log: readonly Happening[],
  values: Readonly<Record<'windowMs' | 'drainedMin' | 'weight' | 'natsMax', number>>,
): SeenSignal[] {
  const clock = new FeedClock();
  const amounts = new LogHistogram();
  const firstSeen = new Map<string, number>();
  const signals: SeenSignal[] = [];
  for (const [i, payment] of log.entries()) {
    if (payment.do !== 'pay') continue;
    const nowMs = clock.hear(START_MS + payment.atMs);
    const until = log.slice(0, i + 1);
    const payments = until.filter((one): one is Pay => one.do === 'pay');
    const change = until.findLast(
      (one): one is Change =>
        one.do === 'change' &&
        one.wallet === payment.from &&
        payment.atMs - one.atMs <= CHANGE_MEMORY_MS,
    );
    for (const wallet of [payment.from, payment.to]) {
      // A row that is ahead of the feed's clock is believed up to there only.
      const before = firstSeen.get(wallet) ?? Infinity;
      firstSeen.set(wallet, Math.min(before, START_MS + payment.atMs, nowMs));
    }
    const isOurs =
      change !== undefined &&
      countsAsOut(payment) &&
      payment.atMs - change.atMs <= values.windowMs &&
      firstSeen.get(payment.from)! < START_MS + change.atMs;
    if (isOurs) {
      const out = until.flatMap((one, index) =>
        one.do === 'pay' && one.from === payment.from && one.atMs >= change.atMs && countsAsOut(one)
          ? [{ index, minor: minorOf(one) }]
          : [],
      );
      const outMinor = out.reduce((sum, { minor }) => sum + minor, 0);
      const held = outMinor + leftIn(payment.from, payments);
      const paid = payments.filter(({ from }) => from === payment.from).map(minorOf);
      const usual = paid.reduce((sum, minor) => sum + Math.log(minor), 0) / paid.length;
      const rare = amounts.surpriseOfHigh(outMinor);
      const own = paid.length <= out.length ? rare : 2 * Math.max(0, Math.log(outMinor) - usual);
      const nats = Math.min(rare, own, values.natsMax);
      if (outMinor >= held * values.drainedMin && nats > 0) {
        const evidence = out.map(({ index }) => index);
        signals.push({ at: i, logOdds: values.weight * nats, evidence, operationIds: [] });
      }
    }
    if (isPersonal(payment)) amounts.add(minorOf(payment), nowMs);
  }
  return signals;
}
