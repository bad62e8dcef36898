import { AppError, invariant } from '#domain';
import { rowPaths, TRANSFER_ROW_SCHEMA } from '#contracts';

/** The lab's own names for what a row must have; every other column is named by its path in the contract. */
const PATH_OF_LAB_COLUMN: ReadonlyMap<string, string> = new Map([
  ['debtorWalletId', 'debtor.walletId'],
  ['creditorWalletId', 'creditor.walletId'],
]);

const REQUIRED_COLUMNS = [
  'transferId',
  'occurredAt',
  'type',
  'debtorWalletId',
  'creditorWalletId',
  'amount',
  'currency',
] as const;

/** Ids that begin so are not wallets: what they stand for lies outside the watched providers. */
const EXTERNAL_PREFIX = 'external-';

const CONTRACT_PATHS: ReadonlySet<string> = new Set(rowPaths(TRANSFER_ROW_SCHEMA));

interface Place {
  /** `debtor`, `creditor`, `device`; null for a field of the row itself. */
  readonly group: string | null;
  readonly field: string;
}

type PartyBody = Record<string, string | undefined>;
type RowBody = Record<string, string | PartyBody | undefined>;

/** Turns a feed's lines into the rows of `POST /v1/transfers`. Cells go as they are; empty ones are left out. */
export class RowColumns {
  private readonly places: readonly Place[];
  private readonly occurredAtIndex: number;

  /** @throws AppError INVALID_INPUT naming the columns that are unknown, missing or there twice */
  constructor(header: readonly string[]) {
    const paths = header.map((column) => PATH_OF_LAB_COLUMN.get(column) ?? column);
    const missing = REQUIRED_COLUMNS.filter((column) => !header.includes(column));
    if (missing.length > 0) {
      throw new AppError(
        'INVALID_INPUT',
        `the first line must name the columns of a feed; missing: ${missing.join(', ')}`,
      );
    }
    const unknown = paths.filter((path) => !CONTRACT_PATHS.has(path));
    if (unknown.length > 0) {
      const named = unknown.map((path) => JSON.stringify(path)).join(', ');
      throw new AppError(
        'INVALID_INPUT',
        `unknown column ${named}: a column beyond the first seven is named by its contract path, such as creditor.kind`,
      );
    }
    const twice = paths.filter((path, index) => paths.indexOf(path) !== index);
    if (twice.length > 0) {
      throw new AppError('INVALID_INPUT', `column ${twice.join(', ')} is there twice`);
    }
    this.occurredAtIndex = paths.indexOf('occurredAt');
    this.places = paths.map((path) => {
      const [first, second] = path.split('.');
      return second === undefined
        ? { group: null, field: first! }
        : { group: first!, field: second };
    });
  }

  /** The cell that says when the transfer happened. */
  occurredAt(cells: readonly string[]): string {
    return cells[this.occurredAtIndex]!;
  }

  /** The row as the contract wants it. */
  body(cells: readonly string[]): RowBody {
    invariant(cells.length === this.places.length, 'the reader refuses a line with other columns');
    const row: RowBody = {};
    this.places.forEach(({ group, field }, index) => {
      const cell = cells[index]!;
      if (cell === '') return;
      if (group === null) {
        row[field] = cell;
        return;
      }
      const inner = (row[group] ??= {});
      if (typeof inner === 'object') inner[field] = cell;
    });
    markExternal(row.debtor);
    markExternal(row.creditor);
    return row;
  }
}

function markExternal(party: RowBody[string] | undefined): void {
  if (typeof party !== 'object') return;
  if (party.walletId?.startsWith(EXTERNAL_PREFIX)) party.kind ??= 'EXTERNAL';
}
