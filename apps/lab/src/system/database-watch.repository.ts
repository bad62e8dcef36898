import { type DataSource } from 'typeorm';
import { createDataSource } from '#persistence';

const STATEMENT_TIMEOUT_MS = 60_000;
export const WATCH_NAME = 'layerwatch-lab';

export interface DatabaseSizes {
  /** Written to the write-ahead log since the server was made. */
  readonly walBytes: number;
  /** Heap, indexes and TOAST of each table that is not empty, by its name. */
  readonly tableBytes: Readonly<Record<string, number>>;
}

/** What updates and deletions have left, and how often the server cleared it away. */
export interface DatabaseLitter {
  readonly deadRows: number;
  readonly autovacuums: number;
  readonly storedTransfers: number;
  /** Of the index that keeps them unique, for each of them. */
  readonly keyIndexBytesPerTransfer: number | null;
}

/** A connection of the lab's own, told apart from those of the services. */
export async function connectFromOutside(
  databaseUrl: string,
  statementTimeoutMs: number,
): Promise<DataSource> {
  const dataSource = createDataSource({
    databaseUrl,
    applicationName: WATCH_NAME,
    connectionsMax: 1,
    statementTimeoutMs,
  });
  await dataSource.initialize();
  return dataSource;
}

/** Looks at a database from outside, over a connection of its own. */
export class DatabaseWatch {
  private constructor(private readonly dataSource: DataSource) {}

  static async open(databaseUrl: string): Promise<DatabaseWatch> {
    return new DatabaseWatch(await connectFromOutside(databaseUrl, STATEMENT_TIMEOUT_MS));
  }

  /** What each process of the server is for: whose connection, or the server's own work. */
  async processes(): Promise<Map<number, string>> {
    const rows: { pid: number; name: string }[] = await this.dataSource.query(
      `select pid, case when backend_type = 'client backend' then application_name else backend_type end as name
       from pg_stat_activity`,
    );
    return new Map(rows.map(({ pid, name }) => [pid, name]));
  }

  async sizes(): Promise<DatabaseSizes> {
    const rows: { wal: number; tables: Record<string, number> | null }[] =
      await this.dataSource.query(
        `select (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint as wal, (
           select json_object_agg(relid::regclass, pg_total_relation_size(relid))
           from pg_stat_user_tables where pg_relation_size(relid) > 0
         ) as tables`,
      );
    return { walBytes: rows[0]!.wal, tableBytes: rows[0]!.tables ?? {} };
  }

  async litter(): Promise<DatabaseLitter> {
    const rows: DatabaseLitter[] = await this.dataSource.query(
      `select (select sum(n_dead_tup)::float8 from pg_stat_user_tables) as "deadRows",
              (select sum(autovacuum_count)::float8 from pg_stat_user_tables) as "autovacuums",
              keys as "storedTransfers",
              pg_relation_size('feed.transfer_key_pkey')::float8 / nullif(keys, 0) as "keyIndexBytesPerTransfer"
       from (select count(*) as keys from feed.transfer_key) as counted`,
    );
    return rows[0]!;
  }

  /** What scoring has told, by the name of the event. */
  async eventsTold(): Promise<Readonly<Record<string, number>>> {
    const rows: { name: string; events: number }[] = await this.dataSource.query(
      'select name, count(*) as events from scoring.outbox group by name order by name',
    );
    return Object.fromEntries(rows.map(({ name, events }) => [name, events]));
  }

  /**
   * From when the last transfer that an alert was raised for began to be stored until scoring began to store the alert, in
   * milliseconds: half of them, and all but one in a hundred, took no longer.
   */
  async scoringLatencies(): Promise<{
    readonly p50Ms: number | null;
    readonly p99Ms: number | null;
  }> {
    const rows: { p50: number | null; p99: number | null }[] = await this.dataSource.query(
      `select percentile_disc(0.5) within group (order by ms) as p50, percentile_disc(0.99) within group (order by ms) as p99
       from (
         select date_part('epoch', o.created_at - max(t.received_at)) * 1000 as ms
         from scoring.outbox o,
              jsonb_to_recordset(o.body #> '{alert,transfers}') as named(provider text, "transferId" text)
              join feed.transfer_key k on k.provider_id = named.provider and k.transfer_id = named."transferId"
              join feed.transfer t on t.position = k.positions[1]
         where o.name = 'alert.raised.v1' group by o.position, o.created_at
       ) as raised`,
    );
    return { p50Ms: rows[0]!.p50, p99Ms: rows[0]!.p99 };
  }

  close(): Promise<void> {
    return this.dataSource.destroy();
  }
}
