import { type DataSource } from 'typeorm';
import { type IdentityVault } from './identity-vault';

/** Rows that are brought under another key in one transaction. */
const ROWS_AT_ONCE = 1_000;

/** Every table with sealed values: what finds a row, and the token that its value is sealed for. */
const TABLES = [
  { table: 'feed.identity', key: ['token'], token: 'token' },
  { table: 'intel.indicator', key: ['operation_id', 'type', 'match'], token: 'match' },
] as const;

/** What a piece of a file is sealed for. @param at the byte of the file that it begins with */
export const pieceLabel = (fileId: string, at: number): string => `file:${fileId}:${at}`;
/** What a refused row is sealed for. @param mark by which it is known again */
export const refusedLabel = (provider: string, mark: string): string =>
  `refused:${provider}:${mark}`;

/** Every table with whole bytes that are sealed: what they are sealed for, as the two functions above say it, and how many are in hand at once. */
const BYTES = [
  { table: 'feed.file_piece', label: `'file:' || file_id || ':' || at`, atOnce: 4 },
  { table: 'feed.refused_row', label: `'refused:' || provider_id || ':' || mark`, atOnce: 100 },
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
      [...TABLES, ...BYTES]
        .map(
          ({ table }) =>
            `select key_version as version, count(*)::bigint as rows from ${table} where sealed is not null group by 1`,
        )
        .join(' union all '),
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
    for (const bytes of BYTES) {
      const more = await this.resealBytes(bytes, vault, (rows) => {
        progress(seen + rows);
      });
      changed += more;
      seen += more;
    }
    return changed;
  }

  /** Each leaves those that are to be done as it is done; what goes meanwhile, because it is no longer kept, is gone. */
  private async resealBytes(
    { table, label, atOnce }: (typeof BYTES)[number],
    vault: IdentityVault,
    progress: (rows: number) => void,
  ): Promise<number> {
    for (let changed = 0; ;) {
      const rows: { place: string; label: string; sealed: Buffer }[] = await this.dataSource.query(
        `select ctid::text as place, ${label} as label, sealed from ${table}
         where key_version <> $1 and sealed is not null limit $2`,
        [vault.keyVersion, atOnce],
      );
      if (rows.length === 0) return changed;
      for (const row of rows) {
        const now = vault.sealBytes(row.label, vault.openBytes(row.label, row.sealed));
        await this.dataSource.query(
          `update ${table} set sealed = $3, key_version = $4 where ctid = $1::tid and ${label} = $2`,
          [row.place, row.label, now.sealed, now.keyVersion],
        );
      }
      progress((changed += rows.length));
    }
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
