import { AppError, mayBecome, type TransferStatus, walletKey } from '#domain';
import { csvLines, fileFacts, lineOfRecord } from '../feed/csv-lines';
import { RowColumns } from '../feed/row-columns';
import { type DataSet } from './data-set';
import { FeedLog, type RowIndex, type RowTies } from './feed-log';
import { type LabRow, readLabRow } from './lab-row';

/** A set with more rows is refused: ids are kept in one map while it is read, and a map holds no more than 2^24. */
export const ROWS_MAX = 16_000_000;

export interface ReadFeed {
  readonly log: FeedLog;
  /** The row that first told of a transfer, by the data set's own id. */
  readonly rowOf: (transferId: string) => RowIndex | undefined;
}

/** How rows that tell of one transfer hang together. */
class Ties {
  readonly rowById = new Map<string, RowIndex>();
  private readonly lastStatus = new Map<RowIndex, TransferStatus>();

  constructor(private readonly log: FeedLog) {}

  /** @throws AppError INVALID_INPUT where an earlier row told of the same transfer, and this is no later status of it */
  of({ transferId, originalTransferId, transfer }: LabRow): RowTies {
    const first = this.rowById.get(transferId) ?? null;
    const original =
      originalTransferId === null || transfer.type !== 'REVERSAL'
        ? undefined
        : this.rowById.get(originalTransferId);
    if (first === null) this.rowById.set(transferId, this.log.size);
    else this.checkLater(first, transfer);
    // Most transfers are told of once and settled: only the others are worth remembering.
    if (first !== null || transfer.status !== 'SETTLED') {
      this.lastStatus.set(first ?? this.log.size, transfer.status);
    }
    return { first, reversed: original ?? null };
  }

  private checkLater(first: RowIndex, transfer: LabRow['transfer']): void {
    if (!mayBecome(this.lastStatus.get(first) ?? 'SETTLED', transfer.status)) {
      throw new AppError('INVALID_INPUT', 'transferId is there twice');
    }
    const { log } = this;
    const same =
      log.amountMinor(first) === transfer.amountMinor &&
      log.currencyOf(first) === transfer.currency &&
      log.walletKey(log.debtorOf(first)) === walletKey(transfer.debtor) &&
      log.walletKey(log.creditorOf(first)) === walletKey(transfer.creditor);
    if (!same) {
      throw new AppError('INVALID_INPUT', 'a later status must name the same money and parties');
    }
  }
}

/** A row that was just read into a log. */
export interface NextRow {
  readonly log: FeedLog;
  readonly row: RowIndex;
  /** The data set's own. */
  readonly transferId: string;
}

/**
 * Reads a data set's transfers, in the file's order.
 *
 * @param told is called for every row, with how many lines there are
 * @throws AppError INVALID_INPUT naming the file and the line
 */
export async function readFeedLog(
  set: DataSet,
  told: (rows: number, rowsTotal: number, atMs: number) => void,
): Promise<ReadFeed> {
  const rows = feedRows(set);
  for (;;) {
    const { done, value } = await rows.next();
    if (done === true) return value;
    told(value.log.size, value.log.rowsMax - 1, value.log.atMs(value.row));
  }
}

/**
 * Reads a data set's transfers into one log, and says so after each: whoever needs no more of them reads no further.
 *
 * @throws AppError INVALID_INPUT naming the file and the line
 */
export async function* feedRows(set: DataSet): AsyncGenerator<NextRow, ReadFeed, undefined> {
  const called = `${set.called}: transfers.csv.gz`;
  const { lines } = await fileFacts(set.transfersFile, called);
  if (lines > ROWS_MAX) {
    throw new AppError('INVALID_INPUT', `${called}: more than ${ROWS_MAX} rows`);
  }
  const log = new FeedLog(lines);
  const ties = new Ties(log);
  let columns: RowColumns | null = null;
  let record = 0;
  for await (const cells of csvLines(set.transfersFile, called)) {
    record += 1;
    let transferId: string;
    try {
      if (columns === null) {
        columns = new RowColumns(cells);
        continue;
      }
      const row = readLabRow(columns.body(cells));
      transferId = row.transferId;
      log.add({ ...row, ties: ties.of(row) });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const line = await lineOfRecord(set.transfersFile, called, record);
      throw new AppError('INVALID_INPUT', `${called}: line ${line}: ${error.message}`);
    }
    yield { log, row: log.size - 1, transferId };
  }
  if (log.size === 0) throw new AppError('INVALID_INPUT', `${called}: there is no transfer in it`);
  return { log, rowOf: (transferId) => ties.rowById.get(transferId) };
}
