import { type EventTimeMs, MINUTE_MS } from './event-time';

/** For how long a credit to a branchless wallet cannot be cashed out. A legal value: dated, with its source. */
interface CoolOff {
  readonly effectiveFrom: string;
  /** Exclusive; null while in force. */
  readonly effectiveTo: string | null;
  readonly minutes: number;
  readonly source: string;
}

/**
 * Before the first row no such rule was in force. The restatement of 28-29 September 2025 changed nothing in it.
 */
const COOL_OFFS: readonly CoolOff[] = [
  {
    effectiveFrom: '2023-04-14T00:00:00+05:00',
    effectiveTo: null,
    minutes: 120,
    source: 'State Bank of Pakistan, BPRD Circular 04 of 2023',
  },
];

/** When a credit that came at `atMs` can first be cashed out; `atMs` itself where no rule was in force. */
export function coolOffEndsAt(atMs: EventTimeMs): EventTimeMs {
  const rule = COOL_OFFS.find(
    ({ effectiveFrom, effectiveTo }) =>
      Date.parse(effectiveFrom) <= atMs && (effectiveTo === null || atMs < Date.parse(effectiveTo)),
  );
  return atMs + (rule?.minutes ?? 0) * MINUTE_MS;
}
