/**
 * A rank from 0 to `count` − 1 whose frequency falls as (rank + 1)^−exponent: the continuous law, cut into ranks. It is
 * the inverse of the distribution, so one uniform number gives one rank, without tables.
 *
 * @param uniform in [0, 1)
 * @param exponent 0 makes all ranks alike; at 1 each octave of ranks weighs the same
 */
export function powerLawRank(uniform: number, count: number, exponent: number): number {
  const end = count + 1;
  const flatness = 1 - exponent;
  const x =
    Math.abs(flatness) < 1e-9
      ? end ** uniform
      : (1 + uniform * (end ** flatness - 1)) ** (1 / flatness);
  return Math.min(count - 1, Math.floor(x) - 1);
}

/** The share of all draws that {@link powerLawRank} gives to the first `ranks`. */
export function powerLawShare(ranks: number, count: number, exponent: number): number {
  const flatness = 1 - exponent;
  if (Math.abs(flatness) < 1e-9) return Math.log(ranks + 1) / Math.log(count + 1);
  return ((ranks + 1) ** flatness - 1) / ((count + 1) ** flatness - 1);
}

/** A number in [0, 1) that two whole numbers always give, and that looks random: MurmurHash3's last mixing step, twice. */
export function mixed(a: number, b: number): number {
  let hash = Math.imul(a ^ 0x9e37_79b9, 0x85eb_ca6b) ^ Math.imul(b + 1, 0xc2b2_ae35);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}
