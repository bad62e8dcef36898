import { type TransferRow } from '#contracts';
import { formatEventTime } from '#domain';
import { simulateRows } from '../simulate/simulate-rows';

/** A known operation, with its wallets. */
export interface ScenarioOperation {
  readonly id: string;
  readonly indicators: readonly {
    readonly type: 'wallet';
    readonly provider: string;
    readonly value: string;
    readonly knownFrom: string;
  }[];
}

/** What is told to the system, in this order: some batches, the operations, the other batches. */
export interface Scenario {
  readonly batches: readonly (readonly TransferRow[])[];
  readonly operations: readonly ScenarioOperation[];
}

const WALLETS = 1_000;
/** Rows of such a feed a day. It need not be exact: there are enough either way. */
const ROWS_PER_DAY = 1_500;
/** Four days hold the first bursts of all operations. */
const DAYS_MIN = 4;
const DAYS_MAX = 60;
const BATCHES_PER_DISTURBANCE = 2;
const ROWS_PER_BATCH_MAX = 500;
/** So small that a disturbance falls into one; so large that there is something to lose. */
const ROWS_PER_BATCH_MIN = 10;

/** A labelled feed of the lab's own, cut into batches so that there are more of them than disturbances. */
export function scenarioOf(seed: number, disturbances: number, provider: string): Scenario {
  const batchesWanted = Math.max(20, disturbances * BATCHES_PER_DISTURBANCE);
  const daysFor = Math.ceil((batchesWanted * ROWS_PER_BATCH_MIN) / ROWS_PER_DAY);
  const days = Math.min(DAYS_MAX, Math.max(DAYS_MIN, daysFor));
  const { rows, indicators } = simulateRows({ seed, days, wallets: WALLETS });
  const perBatch = Math.min(
    ROWS_PER_BATCH_MAX,
    Math.max(1, Math.floor(rows.length / batchesWanted)),
  );
  const batches: TransferRow[][] = [];
  for (let from = 0; from < rows.length; from += perBatch) {
    batches.push(rows.slice(from, from + perBatch));
  }
  const operations = new Map<string, ScenarioOperation['indicators'][number][]>();
  for (const { type, value, operationId, knownFromMs } of indicators) {
    if (type !== 'wallet') continue;
    const known = operations.get(operationId) ?? [];
    known.push({ type, provider, value, knownFrom: formatEventTime(knownFromMs) });
    operations.set(operationId, known);
  }
  return { batches, operations: [...operations].map(([id, known]) => ({ id, indicators: known })) };
}
