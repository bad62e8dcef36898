/** The parts of the benchmark. The bus comes with what it measures. */
export const BENCH_PARTS = [
  ...(['engine', 'rebuild', 'ingest', 'whole-way', 'audit', 'growth', 'soak'] as const),
  ...(['overload', 'screening'] as const),
] as const;
export type BenchPart = (typeof BENCH_PARTS)[number];
/** They take some minutes to most of an hour each, and are measured where they are asked for. */
export const LONG_PARTS: readonly BenchPart[] = ['growth', 'soak', 'overload', 'screening'];

/** What one row measured. Null where a figure does not apply or could not be taken; further keys as a row has them. */
export interface Figures {
  readonly transfers: number;
  readonly transfersPerSecond: number;
  /** Of the measured process: all its threads, the garbage collector's included. */
  readonly cpuMicrosPerTransfer: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly p999Ms: number | null;
  /** Growth of the resident set over the run, per transfer. */
  readonly bytesPerTransfer: number | null;
  /** The highest resident set of the measured process, what made or read the feed included. */
  readonly rssMiB: number | null;
  /** Measured time, without what made the feed. */
  readonly seconds: number;
  readonly [key: string]: number | string | null;
}

export interface BenchRow extends Figures {
  readonly name: string;
  readonly part: BenchPart;
}

/** Told how far a row is, while it runs. */
export type Progress = (transfers: number, transfersTotal: number) => void;

export const MIB = 1024 * 1024;
export const MICROS_PER_SECOND = 1_000_000;
export const MICROS_PER_MS = 1_000;

/** To so many digits as a measurement has; more would only look exact. */
export const rounded = (value: number, digits = 4): number =>
  value === 0 ? 0 : Number(value.toPrecision(digits));

export const roundedOrNull = (value: number | null): number | null =>
  value === null ? null : rounded(value);
