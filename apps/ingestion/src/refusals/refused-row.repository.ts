import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SECOND_MS } from '#domain';
import { IdentityVault, refusedLabel } from '#identity';
import { type RowKind } from '../row-kind';

/** A row that was refused, and why. */
export interface Refusal {
  readonly list: RowKind['list'];
  readonly rowId: string | null;
  readonly code: string;
  readonly path: string;
  readonly column: string | null;
  readonly detail: string;
  /** As it came; null where it was too long to be kept. */
  readonly raw: string | null;
}

/** A refused row that is kept. */
export interface KeptRefusal extends Omit<Refusal, 'raw'> {
  readonly id: string;
  readonly receivedAt: Date;
  /** In the order in which they were refused. */
  readonly place: number;
  readonly correctedAt: Date | null;
  /** Whether anything is stored under its id by now. */
  readonly isStored: boolean;
}

/** Rows of one provider that are kept, and how large they may be together; what comes beyond is counted only. */
export const REFUSALS_KEPT_MAX = 100_000;
const BYTES_KEPT_MAX = 256 * 1_024 * 1_024;
/** The longest row: as long as the longest line. */
export const RAW_BYTES_MAX = 64 * 1_024;
const KEPT_DAYS = 30;
/** How old what is known of the room that is left may be. */
const ROOM_KNOWN_MS = 10 * SECOND_MS;

/** Marks that are known to be kept, so that a flood of the same costs nothing. */
const RECENT_MAX = 10_000;

const KEEP = `
  insert into feed.refused_row (provider_id, list, row_id, code, path, column_name, detail, mark, sealed, key_version)
  select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bytea[], $10::integer[])
  on conflict (provider_id, mark) do nothing`;

const KEPT = `
  r.id, r.list, r.row_id as "rowId", r.code, r.path, r.column_name as "column", r.detail, r.received_at as "receivedAt",
  r.place, r.corrected_at as "correctedAt",
  exists (select from feed.transfer_key k where k.provider_id = r.provider_id and k.transfer_id = r.row_id and r.list <> 'events')
    or exists (select from feed.event e where e.provider_id = r.provider_id and e.event_id = r.row_id and r.list = 'events') as "isStored"`;

interface Room {
  rows: number;
  bytes: number;
  readonly untilMs: number;
}

/** Keeps what was refused, sealed, for a month. */
@Injectable()
export class RefusedRowRepository {
  /** Of providers whose rows were refused lately: as many as there are. */
  private readonly rooms = new Map<string, Room>();
  private readonly recent = new Set<string>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly vault: IdentityVault,
  ) {}

  /** Keeps rows of one batch. @returns how many there was no room for */
  async keep(provider: string, refusals: readonly Refusal[]): Promise<number> {
    if (refusals.length === 0) return 0;
    const room = await this.roomOf(provider);
    const batch = new Set<string>();
    let left = 0;
    const kept: (Refusal & { mark: string; sealed: Buffer | null; keyVersion: number | null })[] =
      [];
    for (const refusal of refusals) {
      if (room.rows <= 0 || room.bytes <= 0) {
        left += 1;
        continue;
      }
      const { list, code, path, raw, rowId } = refusal;
      const mark = this.vault.mark([list, code, path, raw ?? rowId ?? ''].join('\n'));
      // Half a million lines of the same nonsense are sealed and written once.
      const key = `${provider}\n${mark}`;
      if (this.recent.has(key) || batch.has(key)) continue;
      batch.add(key);
      const safe =
        raw === null ? null : this.vault.sealBytes(refusedLabel(provider, mark), Buffer.from(raw));
      kept.push({
        ...refusal,
        mark,
        sealed: safe?.sealed ?? null,
        keyVersion: safe?.keyVersion ?? null,
      });
      room.rows -= 1;
      room.bytes -= safe?.sealed.length ?? 0;
    }
    if (kept.length > 0) {
      await this.dataSource.query(KEEP, [
        provider,
        kept.map(({ list }) => list),
        kept.map(({ rowId }) => rowId),
        kept.map(({ code }) => code),
        kept.map(({ path }) => path),
        kept.map(({ column }) => column),
        kept.map(({ detail }) => detail),
        kept.map(({ mark }) => mark),
        kept.map(({ sealed }) => sealed),
        kept.map(({ keyVersion }) => keyVersion),
      ]);
    }
    if (this.recent.size + batch.size > RECENT_MAX) this.recent.clear();
    for (const key of batch) this.recent.add(key);
    return left;
  }

  /** @param after where the page before ended */
  async list(provider: string, after: number, limit: number): Promise<KeptRefusal[]> {
    return this.dataSource.query(
      `select ${KEPT} from feed.refused_row r
       where r.provider_id = $1 and r.place > $2 order by r.place limit $3`,
      [provider, after, limit],
    );
  }

  /** One with the row as it came; null where the provider has none of that id. */
  async find(provider: string, id: string): Promise<(KeptRefusal & Pick<Refusal, 'raw'>) | null> {
    const rows: (KeptRefusal & { sealed: Buffer | null; mark: string })[] =
      await this.dataSource.query(
        `select ${KEPT}, r.sealed, r.mark from feed.refused_row r where r.provider_id = $1 and r.id = $2`,
        [provider, id],
      );
    const [row] = rows;
    if (row === undefined) return null;
    const { sealed, mark, ...kept } = row;
    const raw =
      sealed && this.vault.openBytes(refusedLabel(provider, mark), sealed).toString('utf8');
    return { ...kept, raw };
  }

  /** A row that was sent in its place is stored. */
  async corrected(provider: string, id: string): Promise<void> {
    await this.dataSource.query(
      `update feed.refused_row set corrected_at = coalesce(corrected_at, now()) where provider_id = $1 and id = $2`,
      [provider, id],
    );
  }

  async forgetOld(): Promise<void> {
    await this.dataSource.query(
      'delete from feed.refused_row where received_at < now() - make_interval(days => $1)',
      [KEPT_DAYS],
    );
  }

  private async roomOf(provider: string): Promise<Room> {
    const known = this.rooms.get(provider);
    if (known !== undefined && known.untilMs > Date.now()) return known;
    const [kept]: { rows: number; bytes: number }[] = await this.dataSource.query(
      `select count(*) as rows, coalesce(sum(octet_length(sealed)), 0)::bigint as bytes
       from feed.refused_row where provider_id = $1`,
      [provider],
    );
    const room = {
      rows: REFUSALS_KEPT_MAX - kept!.rows,
      bytes: BYTES_KEPT_MAX - kept!.bytes,
      untilMs: Date.now() + ROOM_KNOWN_MS,
    };
    this.rooms.set(provider, room);
    return room;
  }
}
