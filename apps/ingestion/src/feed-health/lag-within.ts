/**
 * Within how many seconds a share of the rows were stored, rounded up to a power of two; null where there are none.
 *
 * @param lags of each hour, how many rows were stored within 1, 2, 4, … seconds
 */
export function lagWithin(lags: readonly (readonly number[])[], share: number): number | null {
  const sums: number[] = [];
  for (const hour of lags) {
    for (const [bucket, rows] of hour.entries()) sums[bucket] = (sums[bucket] ?? 0) + rows;
  }
  const all = sums.reduce((sum, rows) => sum + rows, 0);
  if (all === 0) return null;
  let seen = 0;
  const bucket = sums.findIndex((rows) => (seen += rows) >= share * all);
  return 2 ** bucket;
}
