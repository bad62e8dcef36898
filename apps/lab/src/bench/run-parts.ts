import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { AppError } from '#domain';
import { checkoutRoot } from '../lab.config';
import { grouped } from '../feed/progress-line';
import { type BenchPart, type BenchRow, type Figures, type Progress, rounded } from './bench-row';
import { withThrowAwayServer } from '../system/throw-away-server';
import { fillLog } from './fill-log';
import { engineRows, type PlannedRow } from './engine-plan';
import { dataSetFolder } from './feed-chunks';
import { type BodyFormat, FORMATS } from './format-bodies';
import { AUDIT_ROWS, measureAudit } from './measure-audit';
import { formatRowName, measureFormats } from './measure-formats';
import { measureOverload, OVERLOAD_ROW } from './measure-overload';
import { measureScreening, SCREENING_ROW } from './measure-screening';
import { measureStart, scoreLog, type StartTask } from './measure-start';
import { measureInProcess } from './row-process';
import { sharedFolder } from './shared-folder.config';
import { storedFeed } from './stored-feed';
import { type SubjectName } from './subject';
import { MeasureWay, type WaySample } from './measure-way';
import { WAY_ROWS, type WayRow } from './way-plan';

export interface BenchBounds {
  /** Measured time of a row. */
  readonly secondsMax: number;
  /** Null for all. */
  readonly transfersMax: number | null;
  /** Wallets that take part in the log of a rebuild, or in a soak; null for as many as each usually has. */
  readonly wallets: number | null;
  /** Rows whose name does not hold it are left out. */
  readonly rowText: string;
  /** Offered while half an hour is measured; null for its usual rate. */
  readonly soakPerSecond: number | null;
}

/** The rows, and how the last one that soaks went. */
export interface BenchOutcome {
  readonly rows: readonly BenchRow[];
  readonly samples: readonly WaySample[];
}

const PROGRESS_EVERY_MS = 10_000;

const REBUILDS: readonly { readonly name: string; readonly subject: SubjectName | null }[] = [
  { name: 'rebuild: reading the log', subject: null },
  { name: 'rebuild: reading and flow engine', subject: 'engine' },
  { name: 'rebuild: reading and detector', subject: 'detector' },
];

const START = { name: 'rebuild: start from a snapshot' };

/** Runs the parts of the benchmark, one row after the other, and says on the way how far it is. */
export class RunParts {
  private samples: readonly WaySample[] = [];

  constructor(
    private readonly bounds: BenchBounds,
    private readonly stop: AbortSignal,
  ) {}

  /** @throws AppError UNAVAILABLE where a row cannot be measured, or this was told to stop */
  async run(parts: readonly BenchPart[]): Promise<BenchOutcome> {
    const rows: BenchRow[] = [];
    for (const part of parts) rows.push(...(await this.runPart(part)));
    return { rows, samples: this.samples };
  }

  private async runPart(part: BenchPart): Promise<BenchRow[]> {
    switch (part) {
      case 'engine':
        return this.runEngine();
      case 'rebuild':
        return this.runRebuild();
      case 'ingest':
        return [...(await this.runWay(part)), ...(await this.runFormats())];
      case 'whole-way':
      case 'growth':
      case 'soak':
        return this.runWay(part);
      case 'audit':
        return this.runAudit();
      case 'overload':
        return this.runOverload();
      case 'screening':
        return this.runScreening();
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
    const { wallets, transfersMax, secondsMax } = this.bounds;
    const wanted = REBUILDS.filter((row) => this.isWanted(row));
    if (wanted.length === 0 && !this.isWanted(START)) return [];
    return withThrowAwayServer(false, async ({ databaseUrl, folder }) => {
      const filling = this.teller('rebuild: storing the feed');
      const feed = storedFeed(wallets, transfersMax);
      const stored = await this.unlessStopped(fillLog(databaseUrl, feed, filling, this.stop));
      const rows: BenchRow[] = [];
      for (const { name, subject } of wanted) {
        const figures: Figures = await measureInProcess(
          { kind: 'rebuild', subject, databaseUrl, secondsMax },
          this.teller(name),
          this.stop,
        );
        rows.push(this.done({ name, part: 'rebuild', subject, ...figures }));
      }
      const snapshotFolder = join(folder, 'snapshots');
      // The last: it writes into the database.
      if (this.isWanted(START))
        rows.push(await this.startRow({ databaseUrl, snapshotFolder, stored }));
      return rows;
    });
  }

  private async runWay(part: WayRow['part']): Promise<BenchRow[]> {
    const rows: BenchRow[] = [];
    for (const row of WAY_ROWS) {
      if (row.part !== part || !this.isWanted(row)) continue;
      const planned = this.bounded(row);
      const { name, flushed } = planned;
      const progress = this.teller(name);
      const seconds = Math.min(planned.seconds, this.bounds.secondsMax);
      const measure = new MeasureWay(
        planned,
        seconds,
        (load) => measureInProcess({ kind: 'load', load }, progress, this.stop),
        progress,
        this.stop,
      );
      const figures = await this.unlessStopped(
        withThrowAwayServer(flushed, (server) => measure.run(server)),
      );
      rows.push(this.done({ name, part, ...figures }));
      if (part === 'soak') this.samples = measure.samples;
    }
    return rows;
  }

  private async runAudit(): Promise<BenchRow[]> {
    const rows: BenchRow[] = [];
    for (const row of AUDIT_ROWS.filter((one) => this.isWanted(one))) {
      const progress = this.teller(row.name);
      const figures = await this.unlessStopped(
        withThrowAwayServer(true, ({ databaseUrl }) =>
          measureAudit(databaseUrl, row, this.bounds.secondsMax, progress),
        ),
      );
      rows.push(this.done({ name: row.name, part: 'audit', ...figures }));
    }
    return rows;
  }

  private async runOverload(): Promise<BenchRow[]> {
    const { name } = OVERLOAD_ROW;
    if (!this.isWanted(OVERLOAD_ROW)) return [];
    const progress = this.teller(name);
    const figures = await this.unlessStopped(
      withThrowAwayServer(true, (server) =>
        measureOverload(server, this.bounds.secondsMax, progress, this.stop),
      ),
    );
    const { rssMiBByTenth, toldToWait, ofOtherP99Ms, ofOtherToldToWait } = figures;
    process.stdout.write(
      `  told to wait ${String(toldToWait)} times; memory by tenths ${String(rssMiBByTenth)} MiB; who does not flood: ` +
        `p99 ${String(ofOtherP99Ms)} ms, told to wait ${String(ofOtherToldToWait)} times\n`,
    );
    return [this.done({ name, part: 'overload', ...figures })];
  }

  private async runScreening(): Promise<BenchRow[]> {
    const { name } = SCREENING_ROW;
    if (!this.isWanted(SCREENING_ROW)) return [];
    const { transfersMax, secondsMax } = this.bounds;
    const progress = this.teller(name);
    const figures = await this.unlessStopped(
      withThrowAwayServer(true, (server) =>
        measureScreening(server, transfersMax, secondsMax, progress, this.stop),
      ),
    );
    return [this.done({ name, part: 'screening', ...figures })];
  }

  private async runFormats(): Promise<BenchRow[]> {
    const wanted = FORMATS.filter((format) => this.isWanted({ name: formatRowName(format) }));
    if (wanted.length === 0) return [];
    const rows: BenchRow[] = [];
    const done = (format: BodyFormat, figures: Figures): void => {
      rows.push(this.done({ name: formatRowName(format), part: 'ingest', ...figures }));
    };
    const progress = this.teller('ingest: by format');
    await this.unlessStopped(
      withThrowAwayServer(true, (server) =>
        measureFormats(server, wanted, done, progress, this.stop),
      ),
    );
    return rows;
  }

  private bounded(row: WayRow): WayRow {
    const { transfersMax, soakPerSecond, wallets } = this.bounds;
    return {
      ...row,
      wallets: row.part === 'soak' ? (wallets ?? row.wallets) : row.wallets,
      olderTransfers: Math.min(row.olderTransfers, transfersMax ?? row.olderTransfers),
      transfersPerSecond:
        row.part === 'soak' ? (soakPerSecond ?? row.transfersPerSecond) : row.transfersPerSecond,
    };
  }

  private async startRow(task: StartTask): Promise<BenchRow> {
    const scoring = this.teller('rebuild: scoring the log, for a snapshot');
    const scored = await this.unlessStopped(scoreLog(task, scoring, this.stop));
    this.teller(START.name);
    const figures = await this.unlessStopped(measureStart(task, scored, this.stop));
    const { wallets, startSeconds, snapshotMiB, pauseSeconds } = figures;
    process.stdout.write(
      `  ${grouped(Number(wallets))} wallets: started in ${startSeconds} s from ${snapshotMiB} MiB, ` +
        `which scoring paused ${pauseSeconds} s for\n`,
    );
    return this.done({ ...START, part: 'rebuild', subject: null, ...figures });
  }

  private isWanted({ name }: { readonly name: string }): boolean {
    return name.includes(this.bounds.rowText);
  }

  private async unlessStopped<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
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
    const cpu = row.cpuMicrosPerTransfer ?? 'unknown';
    // Of the last minute, this row's own included: what else ran is not to be told from the figures.
    const loadAverage = rounded(loadavg()[0]!, 3);
    process.stdout.write(
      `  ${grouped(row.transfersPerSecond)} transfers/s, ${cpu} µs of CPU each (load ${loadAverage})\n`,
    );
    return { ...row, loadAverage };
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
