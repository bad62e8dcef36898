import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Something that waits for what has not been told. */
export interface UnconfirmedRow {
  readonly kind: string;
  readonly transferId: string | null;
  readonly messageId: string | null;
  readonly txId: string | null;
  readonly uetr: string | null;
  readonly endToEndId: string | null;
  readonly code: string | null;
  readonly receivedAt: Date;
  /** Microseconds since 1970. */
  readonly receivedUs: number;
  /** Orders what was received in the same microsecond. */
  readonly key: string;
}

// A payment that the same provider has settled by another route waits for nothing: the log tells of it more than once.
const WAITING = `
  select *, (extract(epoch from "receivedAt") * 1000000)::bigint as "receivedUs" from (
    select 'PAYMENT' as kind, p.transfer_id as "transferId", p.message_id as "messageId", p.tx_id as "txId", p.uetr,
           p.end_to_end_id as "endToEndId", (
             select r.code from feed.iso_report r
             where r.provider_id = p.provider_id and r.transfer_id = p.transfer_id and r.kind = 'STATUS' order by r.id desc limit 1
           ) as code, p.received_at as "receivedAt", 'p' || p.transfer_id as key
    from feed.iso_payment p join feed.transfer_key k using (provider_id, transfer_id)
    where p.provider_id = $1 and p.ended_at is null and cardinality(k.positions) = 1
    union all
    select r.kind, null, r.message_id, r.tx_id, r.uetr, r.end_to_end_id, r.code, r.received_at, 'r' || r.id
    from feed.iso_report r
    where r.provider_id = $1 and r.transfer_id is null and not (r.kind = 'GROUP_STATUS' and exists (
      select from feed.iso_payment p where p.provider_id = r.provider_id and p.message_id = r.message_id
    ))
  ) as waiting
  where "receivedAt" < now() - make_interval(secs => $2)
    and ("receivedAt", key) > (timestamptz 'epoch' + $3::bigint * interval '1 microsecond', $4)
  order by "receivedAt", key limit $5`;

const FORGET = `
  with payment as (
    delete from feed.iso_payment where (provider_id, transfer_id) in (
      select provider_id, transfer_id from feed.iso_payment where received_at < now() - make_interval(days => $1) limit $2
    ) returning 1
  ), report as (
    delete from feed.iso_report where id in (
      select id from feed.iso_report where received_at < now() - make_interval(days => $1) limit $2
    ) returning 1
  ), legs as (
    delete from feed.interbank_payment where key in (
      select key from feed.interbank_payment where received_at < now() - make_interval(days => $1) limit $2
    ) returning 1
  )
  select (select count(*) from payment) + (select count(*) from report) + (select count(*) from legs) as forgotten`;

/** What payments, and what is told of them, still wait for. */
@Injectable()
export class UnconfirmedRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * @param waitingSeconds so long at least
   * @param after where the page before ended
   */
  async list(
    provider: string,
    waitingSeconds: number,
    [us, key]: readonly [us: number, key: string],
    limit: number,
  ): Promise<UnconfirmedRow[]> {
    return this.dataSource.query(WAITING, [provider, waitingSeconds, us, key, limit]);
  }

  /** Forgets what names payments that are older; the transfers stay. @returns how many rows, at most `max` of each table */
  async forget(days: number, max: number): Promise<number> {
    const [row]: { forgotten: number }[] = await this.dataSource.query(FORGET, [days, max]);
    return row!.forgotten;
  }
}
