import { type DataSource } from 'typeorm';
import { type IdentityVault } from './identity-vault';

/** Rows that are brought under another key in one transaction. */
const ROWS_AT_ONCE = 1_000;

/** Every table with sealed values: what finds a row, and the token that its value is sealed for. */
const TABLES = [
  { table: 'feed.identity', key: ['token'], token: 'token' },
  { table: 'intel.indicator', key: ['operation_id', 'type', 'match'], token: 'match' },
] as const;

/** Pieces of files are sealed as bytes, and are large: so many are in hand at once. */
const PIECES_AT_ONCE = 4;

/** What a piece of a file is sealed for. @param at the byte of the file that it begins with */
export const pieceLabel = (fileId: string, at: number): string => `file:${fileId}:${at}`;

interface Piece {
  readonly fileId: string;
  readonly at: number;
  readonly sealed: Buffer;
}

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
      [...TABLES, { table: 'feed.file_piece' }]
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
    return changed + (await this.resealPieces(vault, seen, progress));
  }

  /** What goes meanwhile, because its file was worked through, is gone. */
  private async resealPieces(
    vault: IdentityVault,
    seenBefore: number,
    progress: (rows: number) => void,
  ): Promise<number> {
    let changed = 0;
    let seen = seenBefore;
    for (let after: Pick<Piece, 'fileId' | 'at'> | null = null; ;) {
      const pieces: Piece[] = await this.dataSource.query(
        `select file_id as "fileId", at, sealed from feed.file_piece
         where key_version <> $1 and ($2::uuid is null or (file_id, at) > ($2, $3)) order by file_id, at limit $4`,
        [vault.keyVersion, after?.fileId ?? null, after?.at ?? 0, PIECES_AT_ONCE],
      );
      for (const { fileId, at, sealed } of pieces) {
        const label = pieceLabel(fileId, at);
        const now = vault.sealBytes(label, vault.openBytes(label, sealed));
        const [, saved]: [unknown[], number] = await this.dataSource.query(
          'update feed.file_piece set sealed = $3, key_version = $4 where file_id = $1 and at = $2',
          [fileId, at, now.sealed, now.keyVersion],
        );
        changed += saved;
      }
      progress((seen += pieces.length));
      if (pieces.length < PIECES_AT_ONCE) return changed;
      after = pieces.at(-1)!;
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
