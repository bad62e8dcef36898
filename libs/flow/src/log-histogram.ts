import { DAY_MS } from '#domain';
import { decayed } from './decay';
import { type StatePart, type StateSource } from './state-parts';

const BINS_PER_OCTAVE = 4;
const OCTAVES = 48;
const BINS = BINS_PER_OCTAVE * OCTAVES;
const HALF_LIFE_MS = 7 * DAY_MS;
/** The running sums may lag behind by this part of what was seen. */
const SUMS_STALE_PARTS = 64;
/** Fewer than this tell nothing of what is usual. */
const SEEN_MIN = 500;

/**
 * What is usual in the whole population, learnt from the stream: a histogram of a positive quantity on a logarithmic scale
 * (bins of 19 %), which forgets with a half-life of a week. Asking how rare a value is costs one pass over the bins.
 */
export class LogHistogram {
  private readonly counts = new Float64Array(BINS);
  private total = 0;
  private seen = 0;
  private touchedAtMs = 0;
  private readonly sums = new Float64Array(BINS + 1);
  /** How many values the running sums are of. */
  private sumsOf = 0;

  add(value: number, atMs: number): void {
    // Rather than shrinking every bin with time, what comes later weighs more; rescaled before it overflows.
    if (this.seen === 0) this.touchedAtMs = atMs;
    const weight = 1 / decayed(1, this.touchedAtMs, atMs, HALF_LIFE_MS);
    this.counts[binOf(value)]! += weight;
    this.total += weight;
    this.seen += 1;
    if (weight > 1e9) this.rescale(atMs, weight);
    // They change slowly, and a pass over the bins costs. When it is due depends on what was seen, never on who asks.
    if (this.seen - this.sumsOf > this.sumsOf / SUMS_STALE_PARTS) this.sumUp();
  }

  /** How many values were seen, whatever they weigh by now. */
  get size(): number {
    return this.seen;
  }

  /**
   * How surprising a value this low is, in nats: −ln of the share of values at most as high. 0 while too little was seen.
   * Never above ln of the number seen: rarer cannot be known.
   */
  surpriseOfLow(value: number): number {
    return this.surprise(this.upTo(binOf(value) + 1));
  }

  /** How surprising a value this high is, in nats. */
  surpriseOfHigh(value: number): number {
    return this.surprise(this.total - this.upTo(binOf(value)));
  }

  private surprise(weight: number): number {
    if (this.seen < SEEN_MIN) return 0;
    // One more that was never seen: what is beyond everything so far is rare, not impossible.
    const unit = this.total / this.seen;
    return Math.max(0, -Math.log((Math.max(0, weight) + unit) / (this.total + unit)));
  }

  private sumUp(): void {
    let sum = 0;
    for (let i = 0; i < BINS; i += 1) {
      this.sums[i] = sum;
      sum += this.counts[i]!;
    }
    this.sums[BINS] = sum;
    this.sumsOf = this.seen;
  }

  /** Weight of the bins below `bin`. */
  private upTo(bin: number): number {
    return (this.sums[bin]! / Math.max(this.sums[BINS]!, Number.MIN_VALUE)) * this.total;
  }

  *save(name: string): Iterable<StatePart> {
    const { total, seen, touchedAtMs, sumsOf } = this;
    yield { name, value: { total, seen, touchedAtMs, sumsOf } };
    yield { name: `${name}.counts`, bytes: this.counts };
    // How stale the running sums are is part of what the next answer is.
    yield { name: `${name}.sums`, bytes: this.sums };
  }

  load(name: string, source: StateSource): void {
    const saved = source.value(name) as Record<'total' | 'seen' | 'touchedAtMs' | 'sumsOf', number>;
    this.total = saved.total;
    this.seen = saved.seen;
    this.touchedAtMs = saved.touchedAtMs;
    this.sumsOf = saved.sumsOf;
    new Uint8Array(this.counts.buffer).set(source.bytes(`${name}.counts`));
    new Uint8Array(this.sums.buffer).set(source.bytes(`${name}.sums`));
  }

  private rescale(atMs: number, weight: number): void {
    for (let i = 0; i < BINS; i += 1) this.counts[i]! /= weight;
    this.total /= weight;
    this.touchedAtMs = atMs;
    this.sumUp();
  }
}

function binOf(value: number): number {
  const bin = Math.floor(Math.log2(Math.max(value, 1)) * BINS_PER_OCTAVE);
  return Math.min(BINS - 1, Math.max(0, bin));
}
