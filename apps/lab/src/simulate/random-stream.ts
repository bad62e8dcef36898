import { createHash } from 'node:crypto';
import { invariant } from '#domain';

const TWO_POW_32 = 0x1_0000_0000;

/**
 * Numbers that look random and are the same on every machine: sfc32, Chris Doty-Humphrey's "small fast counter" generator
 * (PractRand, public domain), 128 bits of state.
 *
 * Each part of the simulation draws from a stream of its own, named after it, so that a change in one part leaves the
 * others as they were.
 */
export class RandomStream {
  private a: number;
  private b: number;
  private c: number;
  private counter: number;

  constructor(seed: number, name: string) {
    const digest = createHash('sha256').update(`${seed}/${name}`).digest();
    this.a = digest.readInt32LE(0);
    this.b = digest.readInt32LE(4);
    this.c = digest.readInt32LE(8);
    this.counter = digest.readInt32LE(12);
  }

  /** A number in [0, 1), in steps of 2^-32. */
  next(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return (sum >>> 0) / TWO_POW_32;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly T[]): T {
    invariant(from.length > 0, 'something is picked from a list that holds something');
    return from[Math.floor(this.next() * from.length)]!;
  }

  /** `count` different ones, or all where there are fewer. Order is random. */
  sample<T>(from: readonly T[], count: number): T[] {
    const pool = [...from];
    const taken = Math.min(count, pool.length);
    for (let i = 0; i < taken; i += 1) {
      const j = this.whole(i, pool.length - 1);
      [pool[i], pool[j]] = [pool[j]!, pool[i]!];
    }
    return pool.slice(0, taken);
  }

  /** Log-normal: half the draws lie below `median`; amounts and delays of people look like this. */
  logNormal(median: number, sigma: number): number {
    // Box-Muller; 1 - next() is never 0, so the logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return median * Math.exp(sigma * radius * Math.cos(2 * Math.PI * this.next()));
  }

  /** How many of something happen where `mean` are expected (Poisson, Knuth's product; meant for small means). */
  poisson(mean: number): number {
    const floor = Math.exp(-mean);
    let count = 0;
    for (let product = this.next(); product > floor; product *= this.next()) count += 1;
    return count;
  }
}
