import { type AccountIndex, capsMetBy, type FlowEngine, type FlowStep, NONE } from '#flow';
import { type OpenAlert } from './alert-book';
import { type Evidence } from './evidence';

/** By what the alert may miss something: limits met by this transfer, and by its wallets lately. */
export function noteCaps(
  engine: FlowEngine,
  alert: OpenAlert,
  evidence: readonly Evidence[],
): void {
  for (const cap of engine.caps.met) alert.capsMet.add(cap);
  const note = (account: AccountIndex): void => {
    for (const cap of capsMetBy(engine, account)) alert.capsMet.add(cap);
  };
  note(alert.anchor);
  for (const { position, payer, payee } of evidence) {
    if (alert.evidence.has(position)) continue;
    note(payer);
    note(payee);
  }
}

/** From now on it is told when these credits are spent. */
export function watchCredits(
  { credits }: FlowEngine,
  alert: OpenAlert,
  evidence: readonly Evidence[],
): void {
  for (const { position, payee } of evidence) {
    const slot = credits.find(payee, position);
    if (slot === NONE) continue;
    credits.watch(slot);
    // What the alert has no room to name cannot be told to be late either.
    if (credits.late(slot) && alert.evidence.has(position)) alert.late.add(position);
  }
}

/** Whether a step spent money that an alert relies on. */
export function anyWatched({ taken }: FlowStep): boolean {
  for (let i = 0; i < taken.count; i += 1) if (taken.watched[i] === 1) return true;
  return false;
}
