import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type FileRefusal } from './stored-file';
import { type RowPurpose } from '../row-kind';
import { type FileFormat } from './upload-metadata';

/** Any number will do, as long as every instance takes the same. */
const CLAIM_LOCK = 4_711_000_031;

/** A file that is not this instance's any more: it was given up, or the lease has run out. */
export class FileLost extends Error {
  override readonly name = 'FileLost';
}

/** A file in hand, and how far whoever had it before has come. */
export interface FileInHand {
  readonly id: string;
  readonly provider: string;
  /** Whether its provider's rows with mistyped identifiers are refused. */
  readonly strict: boolean;
  /** Its provider's quota; null: none. */
  readonly rowsPerSecondMax: number | null;
  readonly format: FileFormat;
  readonly mapping: string | null;
  readonly purpose: RowPurpose;
  readonly length: number;
  /** All lines before and with this one are dealt with. */
  readonly workedLine: number;
  /** Refused rows that are told of. */
  readonly told: number;
  /** How often somebody took it up since it went on, this time among them. */
  readonly takes: number;
}

/** What a batch adds. */
export interface FileProgress {
  readonly upToLine: number;
  readonly workedBytes: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly refusals: readonly FileRefusal[];
}

/** A piece as it is stored. */
export interface StoredPiece {
  readonly at: number;
  readonly length: number;
  readonly sealed: Buffer;
}

/** Hands files out to be worked on, each to one at a time, and keeps how far each is. Whoever has lost a file is told so. */
@Injectable()
export class FileWorkRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Takes the file that waits longest up, or one whose holder is not heard of any more. Files of one provider are worked on one after the
   * other: what a later one says of a transfer may follow on what an earlier one said.
   *
   * @returns null where there is none
   */
  async claim(lease: string, leaseMs: number): Promise<FileInHand | null> {
    return this.dataSource.transaction(async (manager) => {
      // One at a time: two could else take two files of one provider.
      await manager.query('select pg_advisory_xact_lock($1)', [CLAIM_LOCK]);
      const [rows]: [FileInHand[], number] = await manager.query(
        `update feed.file f
         set state = 'WORKING', lease = $1, leased_until = now() + $2 * interval '1 millisecond', takes = takes + 1
         from feed.provider p
         where p.id = f.provider_id and f.id = (
           select id from feed.file w
           where (state = 'WAITING' or state = 'WORKING' and leased_until < now()) and not exists (
             select from feed.file o
             where o.provider_id = w.provider_id and o.state = 'WORKING' and o.leased_until >= now())
           order by state = 'WAITING', touched_at, id limit 1)
         returning f.id, f.provider_id as provider, p.strict, p.rows_per_second_max as "rowsPerSecondMax", f.format, f.mapping_name || '@' || f.mapping_version as mapping,
           f.purpose, f.length, f.worked_line as "workedLine", f.told, f.takes`,
        [lease, leaseMs],
      );
      return rows[0] ?? null;
    });
  }

  /** Says that it is worked on still. @returns whether it is this holder's */
  async renew(id: string, lease: string, leaseMs: number): Promise<boolean> {
    const [, renewed]: [unknown[], number] = await this.dataSource.query(
      `update feed.file set leased_until = now() + $3 * interval '1 millisecond'
       where id = $1 and lease = $2 and state = 'WORKING'`,
      [id, lease, leaseMs],
    );
    return renewed === 1;
  }

  /** Commits what a batch came to. @returns whether the file is this holder's; if not, nothing is kept */
  async progress(id: string, lease: string, batch: FileProgress): Promise<boolean> {
    const { refusals } = batch;
    const rows: { kept: boolean }[] = await this.dataSource.query(
      `with file as (
         update feed.file
         set worked_line = $3, worked_bytes = $4, accepted = accepted + $5, duplicates = duplicates + $6, rejected = rejected + $7,
             rows = rows + $5 + $6 + $7, told = told + cardinality($8::bigint[]), takes = 0
         where id = $1 and lease = $2 and state = 'WORKING' returning id
       ),
       refusal as (
         insert into feed.file_refusal (file_id, line, transfer_id, code, path, column_name, detail)
         select id, line, transfer_id, code, path, column_name, detail from file cross join unnest(
           $8::bigint[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[]
         ) as told (line, transfer_id, code, path, column_name, detail)
       )
       select exists (select from file) as kept`,
      [
        ...[id, lease, batch.upToLine, batch.workedBytes],
        ...[batch.accepted, batch.duplicates, batch.rejected],
        refusals.map(({ line }) => line),
        refusals.map(({ transferId }) => transferId),
        refusals.map(({ code }) => code),
        refusals.map(({ path }) => path),
        refusals.map(({ column }) => column),
        refusals.map(({ detail }) => detail),
      ],
    );
    return rows[0]!.kept;
  }

  /** Ends the work on a file; its pieces go. @param reason why it failed; null where all of it is done */
  async finish(id: string, lease: string, reason: string | null): Promise<void> {
    await this.dataSource.query(
      `with finished as (
         update feed.file
         set state = case when $3::text is null then 'DONE' else 'FAILED' end, reason = $3, finished_at = now(), lease = null,
             worked_bytes = case when $3::text is null then length else worked_bytes end
         where id = $1 and lease = $2 and state = 'WORKING' returning id
       )
       delete from feed.file_piece using finished where file_id = finished.id`,
      [id, lease, reason],
    );
  }

  /** Gives a file back, for the next to go on with. */
  async release(id: string, lease: string): Promise<void> {
    await this.dataSource.query(
      `update feed.file set state = 'WAITING', lease = null, takes = greatest(takes - 1, 0)
       where id = $1 and lease = $2 and state = 'WORKING'`,
      [id, lease],
    );
  }

  /** The piece that begins there; null where there is none. */
  async piece(id: string, at: number): Promise<StoredPiece | null> {
    const rows: StoredPiece[] = await this.dataSource.query(
      'select at, length, sealed from feed.file_piece where file_id = $1 and at = $2',
      [id, at],
    );
    return rows[0] ?? null;
  }
}
