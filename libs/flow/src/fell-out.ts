import { type AccountIndex, FELL_OUT } from './accounts';
import { type FlowEngine } from './flow-engine';
import { type Cap, CAPS } from './flow-limits';

/**
 * Limits by which the account may show less than happened: what fell out of its memory lately would have been within
 * reach of a link now.
 */
export function capsMetBy(engine: FlowEngine, account: AccountIndex): Cap[] {
  const { accounts, limits, nowMs } = engine;
  const fellOut = accounts.fellOutSince(account, nowMs - limits.linkWindowMs);
  const met: Cap[] = [];
  if ((fellOut & FELL_OUT.credits) !== 0) met.push(CAPS.credits);
  if ((fellOut & FELL_OUT.debits) !== 0) met.push(CAPS.debits);
  return met;
}
