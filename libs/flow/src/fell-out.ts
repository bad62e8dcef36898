import { type AccountIndex, FELL_OUT } from './accounts';
import { type FlowEngine } from './flow-engine';
import { type Cap, CAPS } from './flow-limits';

/** By the bits of {@link FELL_OUT}. Made once: it is asked of every wallet of an alert, and the answer is mostly none. */
const CAPS_MET: readonly (readonly Cap[])[] = Array.from({ length: 4 }, (_, bits) => [
  ...((bits & FELL_OUT.credits) !== 0 ? [CAPS.credits] : []),
  ...((bits & FELL_OUT.debits) !== 0 ? [CAPS.debits] : []),
]);

/**
 * Limits by which the account may show less than happened: what fell out of its memory lately would have been within
 * reach of a link now.
 */
export function capsMetBy(engine: FlowEngine, account: AccountIndex): readonly Cap[] {
  const sinceMs = engine.nowMs - engine.limits.linkWindowMs;
  return CAPS_MET[engine.accounts.fellOutSince(account, sinceMs)]!;
}
