/**
 * What waits, in the order in which it is served: the first that each provider waits for, then the second of each, and so
 * on; among those, in the order in which they came. A provider with a hundred waiting keeps nobody waiting for a hundred.
 */
export function inRounds<T>(waiting: readonly T[], providerOf: (one: T) => string): T[] {
  const counts = new Map<string, number>();
  const rounds: T[][] = [];
  for (const one of waiting) {
    const provider = providerOf(one);
    const round = counts.get(provider) ?? 0;
    counts.set(provider, round + 1);
    (rounds[round] ??= []).push(one);
  }
  return rounds.flat();
}
