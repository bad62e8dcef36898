import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type AuditEntry } from './audit-entry';

/** A place among all entries, as they came. */
export type AuditPlace = readonly [atMicros: number, chain: number, place: number];

/** Which entries are looked for; null: any. */
export interface AuditFilter {
  readonly actor: string | null;
  readonly objectType: string | null;
  readonly objectId: string | null;
}

export interface ListedEntry {
  readonly place: AuditPlace;
  readonly entry: AuditEntry;
  readonly hash: string;
}

interface Row {
  at_micros: number;
  chain: number;
  place: number;
  body: string;
  hash: string;
}

/** Reads the trail. */
@Injectable()
export class AuditList {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * In the order in which they came, up to `rowsMax`, after the place given. An entry whose transaction took long may come behind one that
   * was read already: who needs all takes an export.
   */
  async list(
    after: AuditPlace | null,
    { actor, objectType, objectId }: AuditFilter,
    rowsMax: number,
  ): Promise<ListedEntry[]> {
    const [atMicros, chain, place] = after ?? [0, 0, 0];
    const rows: Row[] = await this.dataSource.query(
      `select (extract(epoch from at) * 1000000)::bigint as at_micros, chain, place, body, encode(hash, 'hex') as hash
       from audit.entry
       where (at, chain, place) > (to_timestamp(0) + $1::bigint * interval '1 microsecond', $2, $3)
         and ($4::text is null or body::jsonb #>> '{actor,id}' = $4)
         and ($5::text is null or body::jsonb #>> '{object,type}' = $5)
         and ($6::text is null or body::jsonb #>> '{object,id}' = $6)
       order by at, chain, place limit $7`,
      [atMicros, chain, place, actor, objectType, objectId, rowsMax],
    );
    return rows.map((row) => ({
      place: [row.at_micros, row.chain, row.place],
      entry: JSON.parse(row.body) as AuditEntry,
      hash: row.hash,
    }));
  }
}
