import { type DataSource } from 'typeorm';
import { type IdentityVault } from './identity-vault';

/** Rows that are brought under another key in one transaction. */
const ROWS_AT_ONCE = 1_000;

/** Every table with sealed values: what finds a row, and the token that its value is sealed for. */
const TABLES = [
  { table: 'feed.identity', key: ['token'], token: 'token' },
  { table: 'intel.indicator', key: ['operation_id', 'type', 'match'], token: 'match' },
] as const;

interface Row {
  readonly key: readonly string[];
  readonly token: string;
  readonly sealed: Buffer;
}

/** All that is sealed, in whatever table. */
export class SealedRows {
  constructor(private readonly dataSource: DataSource) {}

  /** How many rows there are of each key version. */
  async count(): Promise<Map<number, number>> {
    const rows: { version: number; rows: number }[] = await this.dataSource.query(
      TABLES.map(
        ({ table }) =>
          `select key_version as version, count(*)::bigint as rows from ${table} where sealed is not null group by 1`,
      ).join(' union all '),
    );
    const counts = new Map<number, number>();
    for (const { version, rows: more } of rows) {
      counts.set(version, (counts.get(version) ?? 0) + more);
    }
    return counts;
  }

  /**
   * Brings every row under the key version in use, a batch after the other, while services go on. Stopped at any moment, the next run
   * goes on; a row that is changed meanwhile is left to it.
   *
   * @param progress is told how many rows were looked at
   * @returns how many were brought under it
   */
  async reseal(vault: IdentityVault, progress: (rows: number) => void): Promise<number> {
    let changed = 0;
    let seen = 0;
    for (const { table, key, token } of TABLES) {
      const columns = key.join(', ');
      for (let after: readonly string[] | null = null; ;) {
        const beyond: string =
          after === null ? 'true' : `(${columns}) > (${key.map((_, i) => `$${i + 3}`).join(', ')})`;
        const rows: Row[] = await this.dataSource.query(
          `select array[${columns}] as key, ${token} as token, sealed from ${table}
           where key_version <> $1 and sealed is not null and ${beyond} order by ${columns} limit $2`,
          [vault.keyVersion, ROWS_AT_ONCE, ...(after ?? [])],
        );
        changed += await this.save(table, key, rows, vault);
        seen += rows.length;
        progress(seen);
        if (rows.length < ROWS_AT_ONCE) break;
        after = rows.at(-1)!.key;
      }
    }
    return changed;
  }

  private async save(
    table: string,
    key: readonly string[],
    rows: readonly Row[],
    vault: IdentityVault,
  ): Promise<number> {
    const resealed = rows.flatMap((row) => {
      const now = vault.reseal(row.token, row.sealed);
      return now === null ? [] : [{ ...row, now }];
    });
    if (resealed.length === 0) return 0;
    const names = key.map((name, i) => `t.${name} = told.k${i}`).join(' and ');
    const [, saved]: [unknown[], number] = await this.dataSource.query(
      `update ${table} t set sealed = told.now, key_version = $1
       from unnest($2::bytea[], $3::bytea[], ${key.map((_, i) => `$${i + 4}::text[]`).join(', ')})
         as told(was, now, ${key.map((_, i) => `k${i}`).join(', ')})
       where ${names} and t.sealed = told.was`,
      [
        vault.keyVersion,
        resealed.map(({ sealed }) => sealed),
        resealed.map(({ now }) => now.sealed),
        ...key.map((_, i) => resealed.map((row) => row.key[i])),
      ],
    );
    return saved;
  }
}
