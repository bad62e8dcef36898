import { EVENT_TIME_MAX_MS, EVENT_TIME_MIN_MS, type EventTimeMs } from '#domain';
import { type RowColumns } from './row-columns';

/** One row of a feed, ready to be sent. */
export interface FeedRow {
  /** The row as JSON. */
  readonly json: string;
  /** Null where it cannot be read: the row is sent all the same, to be refused by the one who decides. */
  readonly occurredAtMs: EventTimeMs | null;
}

/** A feed that can be read again from its beginning. */
export interface FeedSource {
  /** For people. */
  readonly name: string;
  /** SHA-256 of what it holds, hexadecimal: the same feed is known by it again. */
  readonly fingerprint: string;
  /** Counted by lines, so a blank or a broken one is counted too. */
  readonly rowsTotal: number;
  rows(): AsyncIterable<FeedRow>;
}

export function feedRow(columns: RowColumns, cells: readonly string[]): FeedRow {
  const atMs = Date.parse(columns.occurredAt(cells));
  const plausible = atMs >= EVENT_TIME_MIN_MS && atMs < EVENT_TIME_MAX_MS;
  return { json: JSON.stringify(columns.body(cells)), occurredAtMs: plausible ? atMs : null };
}
