import { setImmediate } from 'node:timers/promises';
import { type TransferEntry } from '#contracts';
import { invariant } from '#domain';
import {
  type Figures,
  MIB,
  MICROS_PER_MS,
  MICROS_PER_SECOND,
  type Progress,
  rounded,
  roundedOrNull,
} from './bench-row';
import { type FeedChunks } from './feed-chunks';
import { LatencyHistogram, NANOSECOND_MS } from './latency-histogram';
import { type Subject } from './subject';

/** As many as scoring reads at once in a rebuild. */
const CHUNK_ENTRIES = 5_000;
/** Every so manieth transfer is timed by itself. What reading the clock costs is a figure of the row. */
const SAMPLE_EVERY = 8;
/** Retained memory is what the last so many transfers left; of a shorter run, its second half. */
const HEAP_TRANSFERS = 1_000_000;
/**
 * Transfers whose garbage is counted at a time, right after a collection. So few that none happens in between, as long as
 * they make less than the young generation's first megabyte.
 */
const PROBE_ENTRIES = 100;
const PROBES_MAX = 30;

/** Needs `--expose-gc`. */
function collectGarbage(): void {
  invariant(global.gc !== undefined, 'the measuring process runs with --expose-gc');
  global.gc();
}

const cpuMicros = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** What everything that JavaScript can reach takes, typed arrays included. */
function reachableBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** What one timed transfer costs for being timed, in microseconds. */
function samplingMicros(): number {
  const times = 200_000;
  let sum = 0;
  const from = performance.now();
  for (let i = 0; i < times; i += 1) {
    const before = performance.now();
    sum += performance.now() - before;
  }
  invariant(sum >= 0, 'time does not run backwards');
  return ((performance.now() - from) * MICROS_PER_MS) / times;
}

/** Runs one subject over one feed, and measures nothing but the subject. */
export class MeasureSubject {
  private readonly latencies = new LatencyHistogram(NANOSECOND_MS);
  private readonly probes: number[] = [];
  private transfers = 0;
  private probedTransfers = 0;
  private cpu = 0;
  private wallMs = 0;
  /** Reachable bytes, and transfers applied, where the last stretch begins. */
  private stretch: { readonly bytes: number; readonly from: number } | null = null;

  constructor(
    private readonly subject: Subject,
    private readonly feed: FeedChunks,
    private readonly secondsMax: number,
    private readonly progress: Progress,
  ) {}

  async run(): Promise<Figures> {
    collectGarbage();
    const rssBefore = process.memoryUsage.rss();
    const stretchFrom = Math.max(this.feed.transfers / 2, this.feed.transfers - HEAP_TRANSFERS);
    for (;;) {
      if (this.stretch === null && this.transfers >= stretchFrom) this.beginStretch();
      const probing = this.stretch !== null && this.probes.length < PROBES_MAX;
      const chunk = this.feed.next(probing ? PROBE_ENTRIES : CHUNK_ENTRIES);
      if (chunk.length === 0) break;
      if (probing) this.probe(chunk);
      else this.time(chunk);
      this.progress(this.transfers, this.feed.transfers);
      if (this.wallMs > this.secondsMax * 1_000) break;
      // Lets the message go out.
      await setImmediate();
    }
    collectGarbage();
    return this.figures(rssBefore);
  }

  private beginStretch(): void {
    collectGarbage();
    this.stretch = { bytes: reachableBytes(), from: this.transfers };
  }

  /** Counts what a few transfers allocate, kept or not. They are not timed: they run on a heap just collected. */
  private probe(chunk: readonly TransferEntry[]): void {
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (const entry of chunk) this.subject.apply(entry);
    this.probes.push((process.memoryUsage().heapUsed - before) / chunk.length);
    this.transfers += chunk.length;
    this.probedTransfers += chunk.length;
  }

  private time(chunk: readonly TransferEntry[]): void {
    const { subject, latencies } = this;
    const cpuBefore = cpuMicros();
    const from = performance.now();
    for (let i = 0; i < chunk.length; i += 1) {
      if (i % SAMPLE_EVERY > 0) subject.apply(chunk[i]!);
      else {
        const before = performance.now();
        subject.apply(chunk[i]!);
        latencies.add(performance.now() - before);
      }
    }
    this.wallMs += performance.now() - from;
    this.cpu += cpuMicros() - cpuBefore;
    this.transfers += chunk.length;
  }

  private figures(rssBefore: number): Figures {
    const timed = this.transfers - this.probedTransfers;
    const rssGrown = process.memoryUsage.rss() - rssBefore;
    const wallets = this.feed.walletsSeen();
    const [p50Ms, p99Ms, p999Ms] = [0.5, 0.99, 0.999].map((share) =>
      roundedOrNull(this.latencies.quantileMs(share)),
    ) as [number | null, number | null, number | null];
    const micros = (ms: number | null): number | null =>
      ms === null ? null : rounded(ms * MICROS_PER_MS);
    const stretched = this.stretch === null ? 0 : this.transfers - this.stretch.from;
    return {
      transfers: this.transfers,
      transfersPerSecond: Math.round((timed * 1_000) / this.wallMs),
      cpuMicrosPerTransfer: rounded(this.cpu / timed),
      ...{ p50Ms, p99Ms, p999Ms },
      p50Micros: micros(p50Ms),
      p99Micros: micros(p99Ms),
      p999Micros: micros(p999Ms),
      bytesPerTransfer: rounded(rssGrown / this.transfers),
      rssMiB: Math.round((process.resourceUsage().maxRSS * 1024) / MIB),
      seconds: rounded(this.wallMs / 1_000),
      wallets,
      bytesPerWallet: wallets === 0 ? null : rounded(rssGrown / wallets),
      heapBytesPerTransfer:
        stretched === 0 ? null : rounded((reachableBytes() - this.stretch!.bytes) / stretched),
      allocatedBytesPerTransfer: this.allocated(),
      latenciesSampled: this.latencies.size,
      samplingMicrosPerTransfer: rounded(samplingMicros() / SAMPLE_EVERY),
      cpuSeconds: rounded(this.cpu / MICROS_PER_SECOND),
    };
  }

  /** The median of the probes: a table that doubles in one of them is not what a transfer allocates. */
  private allocated(): number | null {
    const sorted = [...this.probes].sort((a, b) => a - b);
    return roundedOrNull(sorted[sorted.length >> 1] ?? null);
  }
}
