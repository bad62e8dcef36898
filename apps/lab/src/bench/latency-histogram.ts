import { invariant } from '#domain';

/** Buckets per octave: a latency is known to one part in so many. */
const BUCKETS_PER_OCTAVE = 32;
const OCTAVE_BITS = Math.log2(BUCKETS_PER_OCTAVE);
/** What took longer counts as that. */
const UNITS_MAX = 0x7fff_ffff;
/** What an engine does with one transfer: up to 2.1 seconds. */
export const NANOSECOND_MS = 1e-6;
/** What is asked of a service: up to half an hour. */
export const MICROSECOND_MS = 1e-3;

function bucketOf(units: number): number {
  if (units < BUCKETS_PER_OCTAVE) return units;
  const octave = 31 - Math.clz32(units);
  const inOctave = (units >>> (octave - OCTAVE_BITS)) & (BUCKETS_PER_OCTAVE - 1);
  return (octave - OCTAVE_BITS + 1) * BUCKETS_PER_OCTAVE + inOctave;
}

/** The largest latency that falls into a bucket. */
function upperBoundOf(bucket: number): number {
  if (bucket < BUCKETS_PER_OCTAVE) return bucket;
  const octave = Math.floor(bucket / BUCKETS_PER_OCTAVE) + OCTAVE_BITS - 1;
  const inOctave = bucket % BUCKETS_PER_OCTAVE;
  const width = 2 ** (octave - OCTAVE_BITS);
  return 2 ** octave + (inOctave + 1) * width - 1;
}

/**
 * Counts latencies in buckets of 3 %, from one unit to two thousand million of them. Adding one allocates nothing: what
 * measures an engine's garbage must not make any.
 */
export class LatencyHistogram {
  private readonly counts = new Uint32Array(bucketOf(UNITS_MAX) + 1);
  private total = 0;

  /** @param unitMs the shortest that is told from nothing, in milliseconds */
  constructor(private readonly unitMs: number) {}

  add(ms: number): void {
    const units = Math.min(UNITS_MAX, Math.max(0, Math.round(ms / this.unitMs)));
    this.counts[bucketOf(units)]! += 1;
    this.total += 1;
  }

  get size(): number {
    return this.total;
  }

  /**
   * The latency that this share of all did not pass, to 3 % and never too low; null where there are none.
   *
   * @param share in (0, 1]
   */
  quantileMs(share: number): number | null {
    invariant(share > 0 && share <= 1, 'a quantile is a share of all');
    if (this.total === 0) return null;
    let missing = Math.ceil(share * this.total);
    for (let bucket = 0; bucket < this.counts.length; bucket += 1) {
      missing -= this.counts[bucket]!;
      if (missing <= 0) return upperBoundOf(bucket) * this.unitMs;
    }
    throw new Error('every latency is in a bucket');
  }
}
