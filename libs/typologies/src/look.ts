import {
  type AccountIndex,
  type FlowEngine,
  type FlowStep,
  NewDealings,
  readNewPayers,
} from '#flow';
import { commonSource } from './common-source';
import { type Sighting } from './signal';

const receivedNew = new NewDealings();

/** What an anchor's side of a step is looked at with, beside what is usual. Holds until the next. */
export function lookedAt(
  engine: FlowEngine,
  step: FlowStep,
  anchor: AccountIndex,
): Pick<Sighting, 'engine' | 'step' | 'anchor' | 'currency' | 'receivedNew' | 'source'> {
  const currency = engine.accounts.currency(anchor);
  if (anchor !== step.payee || !step.personal) {
    return { engine, step, anchor, currency, receivedNew: null, source: null };
  }
  readNewPayers(engine.credits, anchor, step.atMs, receivedNew);
  return { engine, step, anchor, currency, receivedNew, source: commonSource(engine, step) };
}
