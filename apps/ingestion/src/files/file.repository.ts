import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppError } from '#domain';
import { FILE_COLUMNS, type FileRefusal, type StoredFile } from './stored-file';
import { type UploadFacts } from './upload-metadata';

/** Files of one provider that are not finished. */
const OPEN_MAX = 20;
/** Pieces of one file: small ones cost more than they hold. */
const PIECES_MAX = 20_000;
const PAGE_ROWS_MAX = 1_000;
/** Files that are forgotten at once. */
const FORGOTTEN_MAX = 500;

/** A file that is to be, with the version of its mapping. */
export interface NewFile extends Omit<UploadFacts, 'mapping'> {
  /** Bytes. */
  readonly length: number;
  readonly mapping: { readonly name: string; readonly version: number } | null;
}

/** A piece of a file, sealed. */
export interface SealedPiece {
  /** The byte of the file that it begins with. */
  readonly at: number;
  /** Bytes of the file in it. */
  readonly length: number;
  readonly sealed: Buffer;
  readonly keyVersion: number;
}

/** Keeps uploaded files while they come, and what became of them. */
@Injectable()
export class FileRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws AppError TOO_LARGE where the provider has as many unfinished files as it may */
  async create(provider: string, file: NewFile): Promise<StoredFile> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query(`select pg_advisory_xact_lock(hashtextextended('feed.file ' || $1, 0))`, [
        provider,
      ]);
      const [open]: { files: number }[] = await manager.query(
        `select count(*)::integer as files from feed.file
         where provider_id = $1 and state = any ('{RECEIVING,WAITING,WORKING}')`,
        [provider],
      );
      if (open!.files >= OPEN_MAX) {
        throw new AppError(
          'TOO_LARGE',
          `a provider has at most ${OPEN_MAX} unfinished files: finish one, or give it up`,
        );
      }
      const [created]: StoredFile[] = await manager.query(
        `insert into feed.file (provider_id, name, kind, format, mapping_name, mapping_version, purpose, length)
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${FILE_COLUMNS}`,
        [
          ...[provider, file.name, file.kind, file.format],
          ...[file.mapping?.name ?? null, file.mapping?.version ?? null],
          ...[file.purpose, file.length],
        ],
      );
      return created!;
    });
  }

  async find(provider: string, id: string): Promise<StoredFile | null> {
    const rows: StoredFile[] = await this.dataSource.query(
      `select ${FILE_COLUMNS} from feed.file where provider_id = $1 and id = $2`,
      [provider, id],
    );
    return rows[0] ?? null;
  }

  /** The newest first. @param after the last of the page before; null for the first page */
  async list(provider: string, after: string | null, limit: number): Promise<StoredFile[]> {
    return this.dataSource.query(
      `select ${FILE_COLUMNS} from feed.file
       where provider_id = $1 and ($2::uuid is null or (created_at, id) < (
         select created_at, id from feed.file where provider_id = $1 and id = $2))
       order by created_at desc, id desc limit $3`,
      [provider, after, limit],
    );
  }

  /**
   * Adds a piece; with the last one the file waits to be worked on. Committed when this returns.
   *
   * @returns whether it is stored: not where the file does not end there any more, or takes no more
   * @throws AppError TOO_LARGE where it has as many pieces as it may
   */
  async append(provider: string, id: string, piece: SealedPiece): Promise<boolean> {
    const rows: { stored: boolean; is_full: boolean }[] = await this.dataSource.query(
      `with pieces as (select coalesce(bool_or(pieces >= $7), false) as is_full from feed.file where id = $2),
       grown as (
         update feed.file
         set received = received + $4, pieces = pieces + 1, touched_at = now(),
             state = case when received + $4 = length then 'WAITING' else state end
         where provider_id = $1 and id = $2 and received = $3 and received + $4 <= length and state = 'RECEIVING'
           and pieces < $7
         returning id
       ),
       piece as (
         insert into feed.file_piece (file_id, at, length, sealed, key_version)
         select id, $3, $4, $5, $6 from grown returning at
       )
       select exists (select from piece) as stored, is_full from pieces`,
      [...[provider, id, piece.at, piece.length], ...[piece.sealed, piece.keyVersion, PIECES_MAX]],
    );
    if (rows[0]!.is_full) {
      throw new AppError('TOO_LARGE', `a file has at most ${PIECES_MAX} pieces: send larger ones`);
    }
    return rows[0]!.stored;
  }

  /** Gives a file up: what is stored of its rows stays, the rest goes. @returns whether there was anything to give up */
  async giveUp(provider: string, id: string): Promise<boolean> {
    const rows: { given: boolean }[] = await this.dataSource.query(
      `with given as (
         update feed.file set state = 'GIVEN_UP', finished_at = now(), lease = null
         where provider_id = $1 and id = $2 and state = any ('{RECEIVING,WAITING,WORKING}') returning id
       ),
       piece as (delete from feed.file_piece using given where file_id = given.id)
       select exists (select from given) as given`,
      [provider, id],
    );
    return rows[0]!.given;
  }

  /** A page of refused rows. @param afterLine 0 for the first page */
  async refusals(id: string, afterLine: number): Promise<FileRefusal[]> {
    return this.dataSource.query(
      `select line, transfer_id as "transferId", code, path, column_name as "column", detail
       from feed.file_refusal where file_id = $1 and line > $2 order by line limit $3`,
      [id, afterLine, PAGE_ROWS_MAX],
    );
  }

  /** Ends uploads that nobody goes on with, and forgets what is over for long. @returns how many of each */
  async tidy(
    unfinishedDays: number,
    keptDays: number,
  ): Promise<{ ended: number; forgotten: number }> {
    const [ended]: { ended: number }[] = await this.dataSource.query(
      `with ended as (
         update feed.file set state = 'FAILED', finished_at = now(), reason = 'the upload was not finished in time'
         where state = 'RECEIVING' and touched_at < now() - make_interval(days => $1) returning id
       ),
       piece as (delete from feed.file_piece using ended where file_id = ended.id)
       select count(*)::integer as ended from ended`,
      [unfinishedDays],
    );
    const [, forgotten]: [unknown[], number] = await this.dataSource.query(
      `delete from feed.file where id = any (array(
         select id from feed.file where finished_at < now() - make_interval(days => $1) order by finished_at limit $2))`,
      [keptDays, FORGOTTEN_MAX],
    );
    return { ended: ended!.ended, forgotten };
  }
}
