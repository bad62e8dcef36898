import { DAY_MS } from '#domain';
import { FeedClock } from '#flow';
import { type Happening, type SeenSignal } from './happenings';

type Pay = Extract<Happening, { do: 'pay' }>;
type Report = Extract<Happening, { do: 'report' }>;

/** Calls are remembered so long, and payments fade by half, by what the engine and the population say of themselves. */
const CALL_MEMORY_MS = 3 * DAY_MS;
const HALF_LIFE_MS = 7 * DAY_MS;

const isPersonal = ({ type = 'P2P' }: Pay): boolean => type === 'P2P' || type === 'BANK_TRANSFER';

interface CallBefore {
  readonly operationId: string;
  readonly atMs: number;
}

/** Naming a number of an operation once more changes nothing. */
function reportsBefore(log: readonly Happening[], index: number): Report[] {
  const reports = log.slice(0, index).filter((one) => one.do === 'report');
  return reports.filter(
    ({ number, operationId }, i) =>
      reports.findIndex((other) => other.number === number && other.operationId === operationId) ===
      i,
  );
}

/** The last call to the payer before the payment by a number that was known then; the whole log is gone through. */
function callBefore(log: readonly Happening[], index: number): CallBefore | null {
  const payment = log[index] as Pay;
  let last: CallBefore | null = null;
  for (const call of log.slice(0, index)) {
    if (call.do !== 'call' || !payment.numbers?.includes(call.callee)) continue;
    if (call.atMs > payment.atMs || payment.atMs - call.atMs > CALL_MEMORY_MS) continue;
    const report = reportsBefore(log, index).find(
      ({ number, knownFromMs }) => number === call.caller && knownFromMs <= payment.atMs,
    );
    if (report === undefined || (last !== null && last.atMs > call.atMs)) continue;
    last = { operationId: report.operationId, atMs: call.atMs };
  }
  return last;
}

/**
 * Call-then-pay once more, from its definition and not from its code: over the whole log, in the most literal words. The log
 * is in the order of time and within what is remembered.
 */
export function callThenPayReference(
  log: readonly Happening[],
  values: Readonly<Record<'callMs' | 'windowMs' | 'chancePrior' | 'weight' | 'natsMax', number>>,
): SeenSignal[] {
  const calls = log.map((one, i) => (one.do === 'pay' ? callBefore(log, i) : null));
  return log.flatMap((payment, i): SeenSignal[] => {
    const call = calls[i] ?? null;
    if (payment.do !== 'pay' || !isPersonal(payment) || call === null) return [];
    if (payment.atMs - call.atMs > values.callMs) return [];
    const received = log.flatMap((one, j) =>
      one.do === 'pay' &&
      j <= i &&
      one.to === payment.to &&
      isPersonal(one) &&
      payment.atMs - one.atMs <= values.windowMs
        ? [{ ...one, index: j }]
        : [],
    );
    const called = received.filter(({ index, atMs }) => {
      const before = calls[index];
      return before != null && atMs - before.atMs <= values.callMs;
    });
    const payers = new Set(received.map(({ from }) => from)).size;
    const victims = new Set(called.map(({ from }) => from)).size;
    const expected = payers * Math.max(shareCalled(log.slice(0, i), calls), values.chancePrior);
    if (victims <= expected) return [];
    const nats = victims * Math.log(victims / expected) - victims + expected;
    return [
      {
        at: i,
        logOdds: values.weight * Math.min(nats, values.natsMax),
        evidence: called.map(({ index }) => index),
        operationIds: [...new Set(called.map(({ index }) => calls[index]!.operationId))].sort(),
      },
    ];
  });
}

/**
 * Of the payments between people so far, the share whose payer had been called; what is a week old by the feed's clock counts
 * half. Only how they weigh against one another matters.
 */
function shareCalled(before: readonly Happening[], calls: readonly (CallBefore | null)[]): number {
  const clock = new FeedClock();
  let all = 0;
  let called = 0;
  for (const [j, one] of before.entries()) {
    if (one.do !== 'pay') continue;
    const weight = 2 ** (clock.hear(one.atMs) / HALF_LIFE_MS);
    if (!isPersonal(one)) continue;
    all += weight;
    if (calls[j] !== null) called += weight;
  }
  return all === 0 ? 0 : called / all;
}
