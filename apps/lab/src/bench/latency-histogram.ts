import { invariant } from '#domain';

/** Buckets per octave: a latency is known to one part in so many. */
const BUCKETS_PER_OCTAVE = 32;
const OCTAVE_BITS = Math.log2(BUCKETS_PER_OCTAVE);
/** 2.1 seconds: what took longer counts as that. */
const NANOS_MAX = 0x7fff_ffff;
const NANOS_PER_MS = 1_000_000;

function bucketOf(nanos: number): number {
  if (nanos < BUCKETS_PER_OCTAVE) return nanos;
  const octave = 31 - Math.clz32(nanos);
  const inOctave = (nanos >>> (octave - OCTAVE_BITS)) & (BUCKETS_PER_OCTAVE - 1);
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
 * Counts latencies in buckets of 3 %, from a nanosecond to 2.1 seconds. Adding one allocates nothing: what measures an
 * engine's garbage must not make any.
 */
export class LatencyHistogram {
  private readonly counts = new Uint32Array(bucketOf(NANOS_MAX) + 1);
  private total = 0;

  add(ms: number): void {
    const nanos = Math.min(NANOS_MAX, Math.max(0, Math.round(ms * NANOS_PER_MS)));
    this.counts[bucketOf(nanos)]! += 1;
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
      if (missing <= 0) return upperBoundOf(bucket) / NANOS_PER_MS;
    }
    throw new Error('every latency is in a bucket');
  }
}
