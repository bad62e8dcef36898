import { existsSync } from 'node:fs';
import { AppError } from '#domain';
import { checkoutRoot } from '../lab.config';
import { grouped } from '../feed/progress-line';
import { type BenchPart, type BenchRow, type Figures, type Progress } from './bench-row';
import { fillLog, withBenchServer } from './bench-server';
import { engineRows, type PlannedRow } from './engine-plan';
import { dataSetFolder } from './feed-chunks';
import { POWER_LAW_FEED } from './power-law-feed';
import { measureInProcess } from './row-process';
import { sharedFolder } from './shared-folder.config';
import { type SubjectName } from './subject';

export interface BenchBounds {
  /** Measured time of a row. */
  readonly secondsMax: number;
  /** Null for all. */
  readonly transfersMax: number | null;
  /** Rows whose name does not hold it are left out. */
  readonly rowText: string;
}

/** Transfers that a rebuild reads. */
const STORED_TRANSFERS = 1_000_000;
const PROGRESS_EVERY_MS = 10_000;

const REBUILDS: readonly { readonly name: string; readonly subject: SubjectName | null }[] = [
  { name: 'rebuild: reading the log', subject: null },
  { name: 'rebuild: reading and flow engine', subject: 'engine' },
  { name: 'rebuild: reading and detector', subject: 'detector' },
];

/** Runs the parts of the benchmark, one row after the other, and says on the way how far it is. */
export class RunParts {
  constructor(
    private readonly bounds: BenchBounds,
    private readonly stop: AbortSignal,
  ) {}

  /** @throws AppError UNAVAILABLE where a row cannot be measured, or this was told to stop */
  async run(parts: readonly BenchPart[]): Promise<BenchRow[]> {
    const rows: BenchRow[] = [];
    for (const part of parts) rows.push(...(await this.runPart(part)));
    return rows;
  }

  private async runPart(part: BenchPart): Promise<BenchRow[]> {
    switch (part) {
      case 'engine':
        return this.runEngine();
      case 'rebuild':
        return this.runRebuild();
      default:
        return part satisfies never;
    }
  }

  private async runEngine(): Promise<BenchRow[]> {
    const rows: BenchRow[] = [];
    for (const planned of engineRows(dataSet(), this.bounds.transfersMax)) {
      if (this.isWanted(planned)) rows.push(await this.engineRow(planned));
    }
    return rows;
  }

  private async engineRow({ name, subject, feed, memoryMs, grows }: PlannedRow): Promise<BenchRow> {
    const { secondsMax } = this.bounds;
    const figures = await measureInProcess(
      { kind: 'subject', subject, feed, memoryMs, secondsMax },
      this.teller(name),
      this.stop,
    );
    const growth = grows === null ? {} : { grows: grows.what, size: grows.size };
    return this.done({ name, part: 'engine', subject, ...growth, ...figures });
  }

  private async runRebuild(): Promise<BenchRow[]> {
    const { transfersMax, secondsMax } = this.bounds;
    const wanted = REBUILDS.filter((row) => this.isWanted(row));
    if (wanted.length === 0) return [];
    const transfers = Math.min(STORED_TRANSFERS, transfersMax ?? STORED_TRANSFERS);
    const days = (POWER_LAW_FEED.days * transfers) / POWER_LAW_FEED.transfers;
    return withBenchServer(async (databaseUrl) => {
      const filling = this.teller('rebuild: storing the feed');
      await this.unlessStopped(
        fillLog(databaseUrl, { ...POWER_LAW_FEED, transfers, days }, filling, this.stop),
      );
      const rows: BenchRow[] = [];
      for (const { name, subject } of wanted) {
        const figures: Figures = await measureInProcess(
          { kind: 'rebuild', subject, databaseUrl, secondsMax },
          this.teller(name),
          this.stop,
        );
        rows.push(this.done({ name, part: 'rebuild', subject, ...figures }));
      }
      return rows;
    });
  }

  private isWanted({ name }: { readonly name: string }): boolean {
    return name.includes(this.bounds.rowText);
  }

  private async unlessStopped(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!this.stop.aborted) throw error;
      throw new AppError('UNAVAILABLE', 'stopped before there were figures', [], { cause: error });
    }
  }

  /** A line at the beginning of a row, and one now and then. */
  private teller(name: string): Progress {
    process.stdout.write(`${name} …\n`);
    let lastMs = performance.now();
    return (transfers, total) => {
      if (performance.now() - lastMs < PROGRESS_EVERY_MS) return;
      lastMs = performance.now();
      process.stdout.write(`  ${grouped(transfers)} of ${grouped(total)}\n`);
    };
  }

  private done(row: BenchRow): BenchRow {
    process.stdout.write(
      `  ${grouped(row.transfersPerSecond)} transfers/s, ${row.cpuMicrosPerTransfer} µs of CPU each\n`,
    );
    return row;
  }
}

/** The folder of ibm-momtsim; null, said loudly, where it is not there. */
function dataSet(): string | null {
  const shared = sharedFolder(checkoutRoot());
  const folder = shared === null ? null : dataSetFolder(shared);
  if (folder !== null && existsSync(folder)) return folder;
  process.stderr.write(
    'SKIPPED: the rows on ibm-momtsim: no data/ibm-momtsim in the shared folder (set LAYERWATCH_SHARED)\n',
  );
  return null;
}
