import { setImmediate } from 'node:timers/promises';
import { FEED_COLUMNS, feedCells } from '../simulate/feed-columns';
import { Simulation } from '../simulate/simulation';
import { type SimulationSize } from '../simulate/simulation-parameters';
import { feedRow, type FeedRow, type FeedSource } from './feed-source';
import { type Intelligence, NO_INTELLIGENCE } from './indicator-source';
import { RowColumns } from './row-columns';

export interface DemoFeed {
  readonly source: FeedSource;
  readonly intelligence: Intelligence;
}

/**
 * The self-made demo feed, straight from the generator. It is made whole before the first row is sent (about half a
 * second for the default size), a day at a time, so that the process goes on answering in between.
 */
export async function openDemoFeed(size: SimulationSize): Promise<DemoFeed> {
  const simulation = new Simulation(size);
  const columns = new RowColumns(FEED_COLUMNS);
  const rows: FeedRow[] = [];
  for (const day of simulation.days()) {
    for (const transfer of day) rows.push(feedRow(columns, feedCells(transfer)));
    await setImmediate();
  }
  const known = new Map(simulation.known.map((operation) => [operation.id, operation]));
  const intelligence: Intelligence = {
    indicators: simulation.indicators,
    operation: (id) => known.get(id) ?? NO_INTELLIGENCE.operation(id),
  };
  const source: FeedSource = {
    name: `demo feed, seed ${size.seed} (self-made)`,
    // The tag stands for seed, size and every parameter, and so for every byte.
    fingerprint: `demo-${simulation.feedTag}`,
    rowsTotal: rows.length,
    // eslint-disable-next-line @typescript-eslint/require-await -- sources are read asynchronously; this one has it all
    rows: async function* () {
      yield* rows;
    },
  };
  return { source, intelligence };
}
