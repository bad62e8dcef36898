/** What the lab tells of a feed as it sends it. Counts are over all its runs, from the feed's beginning. */
export interface DemoProgress {
  readonly type: 'progress';
  /** Answered so far. */
  readonly rows: number;
  readonly rowsTotal: number | null;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** The event time the feed has reached; null before its first row. */
  readonly feedClock: string | null;
}

/** Indicators of an operation became known, as the feed's clock reached them. */
export interface DemoOperation {
  readonly type: 'operation';
  readonly operationId: string;
  readonly name: string;
  /** How many were registered this time. */
  readonly indicators: number;
}

/** Every row has been answered. */
export interface DemoDone {
  readonly type: 'done';
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly seconds: number;
  readonly transfersPerSecond: number;
}

export interface DemoFailed {
  readonly type: 'failed';
  readonly message: string;
}

export type DemoMessage = DemoProgress | DemoOperation | DemoDone | DemoFailed;

type Fields = Readonly<Record<string, unknown>>;

const areCounts = (fields: Fields, ...names: string[]): boolean =>
  names.every((name) => typeof fields[name] === 'number' && Number.isFinite(fields[name]));
const isText = (value: unknown): boolean => typeof value === 'string';

function isDemoMessage(fields: Fields): boolean {
  const { rowsTotal, feedClock } = fields;
  switch (fields.type) {
    case 'progress':
      return (
        areCounts(fields, 'rows', 'accepted', 'duplicates', 'rejected') &&
        (rowsTotal === null || areCounts(fields, 'rowsTotal')) &&
        (feedClock === null || isText(feedClock))
      );
    case 'operation':
      return isText(fields.operationId) && isText(fields.name) && areCounts(fields, 'indicators');
    case 'done':
      return areCounts(
        fields,
        ...['accepted', 'duplicates', 'rejected', 'seconds', 'transfersPerSecond'],
      );
    case 'failed':
      return isText(fields.message);
    default:
      return false;
  }
}

/** @returns null for what is no message of a feed: a newer lab may say more than is understood here */
export function readDemoMessage(message: unknown): DemoMessage | null {
  if (typeof message !== 'object' || message === null) return null;
  return isDemoMessage(message as Fields) ? (message as DemoMessage) : null;
}
