import { AppError, invariant, walletKey } from '#domain';
import { DEFAULT_PACK, Detector, packHash } from '#typologies';
import { type DataSet } from '../evaluate/data-set';
import { type EvaluationProgress } from '../evaluate/evaluation-progress';
import { type FeedLog, type RowIndex } from '../evaluate/feed-log';
import { feedRows, type NextRow } from '../evaluate/read-feed-log';
import { isQuietBefore } from '../evaluate/replay';
import { IndicatorQueue, type NamedIndicator, readNamedIndicators } from '../evaluate/seeding';
import { type Explanation } from './explanation';
import { OutsideNames } from './outside-names';
import { type Recorded, TransferRecorder } from './transfer-recorder';

/** Rows applied between two words on how far it is. */
const ROWS_PER_WORD = 2_000;

export interface Explained {
  readonly explanation: Explanation;
  /** How positions, wallets and operations are called in the data set. */
  readonly names: OutsideNames;
}

/**
 * Explains one transfer of a data set: what was held, asked and decided when it was applied.
 *
 * The feed is read up to the row that settles the transfer, and on for as long as that row waits to be put in order; then no
 * further. The detector is the service's own, with its pack and, where the set has them, its known operations.
 *
 * @throws AppError INVALID_INPUT where the set has no such transfer, it was not settled, or takes another back; and for a file
 *   that is wrong, naming the line
 */
export async function explainTransfer(
  set: DataSet,
  transferId: string,
  progress: EvaluationProgress,
): Promise<Explained> {
  progress.begin(set.name);
  const named = await readNamedIndicators(set);
  const rows = feedRows(set);
  const ids: string[] = [];
  try {
    const target = await readUpTo(transferId, set, rows, ids, progress);
    const { log } = target;
    const recorder = new TransferRecorder(log.positionOf(target.row), DEFAULT_PACK);
    const run = new FeedRun(log, named, recorder);
    for (let row = 0; row <= target.row; row += 1) {
      run.apply(row);
      if (row % ROWS_PER_WORD === 0 || row === target.row) {
        progress.rows('following the money', row + 1, target.row + 1, log.atMs(row));
      }
    }
    let recorded = recorder.recorded;
    // Its row may still wait for one that belongs before it.
    while (recorded === null) {
      const next = await rows.next();
      if (next.done === true) {
        run.flush();
        invariant(
          recorder.recorded !== null,
          'a settled transfer is applied by the end of its feed',
        );
      } else {
        ids.push(next.value.transferId);
        run.apply(next.value.row);
      }
      recorded = recorder.recorded;
    }
    const explanation = explanationOf(set, log, target.row, recorded, run.indicatorsTold);
    return { explanation, names: new OutsideNames(log, ids, named) };
  } finally {
    await rows.return(undefined as never);
  }
}

/** Reads the feed up to the row that settles a transfer. @param ids is given the data set's id of every row */
async function readUpTo(
  transferId: string,
  set: DataSet,
  rows: ReturnType<typeof feedRows>,
  ids: string[],
  progress: EvaluationProgress,
): Promise<NextRow> {
  const wrong = (message: string): AppError =>
    new AppError('INVALID_INPUT', `--transfer: ${message}`);
  let wasTold = false;
  for (;;) {
    const { done, value } = await rows.next();
    if (done === true) break;
    const { log, row } = value;
    ids.push(value.transferId);
    progress.rows('reading', log.size, log.rowsMax - 1, log.atMs(row));
    if (value.transferId !== transferId) continue;
    wasTold = true;
    const { transfer, originalPosition } = log.entry(row);
    if (transfer.status !== 'SETTLED') continue;
    if (transfer.type === 'REVERSAL' && originalPosition !== null) {
      const reversed = ids[log.rowOf(originalPosition)]!;
      throw wrong(`the transfer takes ${reversed} back, and no typology looks at that`);
    }
    return value;
  }
  throw wrong(
    wasTold
      ? `the transfer is in ${set.name}, but was not settled: no money moved`
      : `there is no such transfer in ${set.name}`,
  );
}

/** The feed as the service would take it: row by row, flushed where it goes quiet. */
class FeedRun {
  indicatorsTold = 0;
  private readonly detector: Detector;
  private readonly queue: IndicatorQueue;

  constructor(
    private readonly log: FeedLog,
    named: readonly NamedIndicator[],
    private readonly recorder: TransferRecorder,
  ) {
    this.detector = new Detector({ pack: DEFAULT_PACK, watch: recorder });
    this.queue = new IndicatorQueue(named.map(({ indicator }) => indicator));
  }

  apply(row: RowIndex): void {
    if (isQuietBefore(this.log, row)) this.flush();
    const known = this.queue.entryBefore(this.log, row);
    if (known !== null) {
      this.detector.apply(known);
      if (this.recorder.recorded === null) this.indicatorsTold += known.indicators.length;
    }
    this.detector.apply(this.log.entry(row));
  }

  flush(): void {
    this.detector.flush();
  }
}

function explanationOf(
  set: DataSet,
  log: FeedLog,
  row: RowIndex,
  { startedAtMs, clockAtMs, ...recorded }: Recorded,
  indicatorsTold: number,
): Explanation {
  const { transfer } = log.entry(row);
  const { debtor, creditor, occurredAtMs, type, amountMinor, currency } = transfer;
  return {
    schemaVersion: 1,
    dataSet: set.name,
    pack: { version: DEFAULT_PACK.version, hash: packHash(DEFAULT_PACK) },
    alertsPerThousandWalletsADay: DEFAULT_PACK.risk.alertsPerThousandWalletsADay,
    transfer: {
      position: log.positionOf(row),
      atMs: occurredAtMs,
      ...{ type, amountMinor, currency },
      ...{ payer: walletKey(debtor), payee: walletKey(creditor) },
      ...{ payerKind: debtor.kind, payeeKind: creditor.kind },
    },
    feed: { row: row + 1, rowsRead: log.size, startedAtMs, clockAtMs, indicatorsTold },
    ...recorded,
  };
}
