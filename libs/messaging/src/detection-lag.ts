import { type DataSource } from 'typeorm';

/**
 * For how long the oldest entry of the log that is not scored has been stored, in milliseconds; 0 where all of it is. Reads two
 * rows, however far scoring is behind.
 */
export async function detectionLagMs(dataSource: DataSource): Promise<number> {
  const rows: { lag: number | null }[] = await dataSource.query(
    `select extract(epoch from clock_timestamp() - oldest.received_at)::float8 * 1000 as lag
     from coalesce((select position from scoring.progress), 0) as scored
     cross join lateral (
       select received_at from feed.transfer where position > scored and not echo order by position limit 1
     ) as oldest`,
  );
  return Math.max(0, rows[0]?.lag ?? 0);
}
