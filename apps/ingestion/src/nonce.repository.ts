import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SIGNED_WITHIN_S } from '#identity';

/** Nonces that are too old to come again, which one request clears away. */
const CLEARED_MAX = 100;

/** Which signed requests have been taken, on every instance. */
@Injectable()
export class NonceRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Takes a nonce of a key. @returns whether it was not taken before */
  async take(keyId: string, nonce: string): Promise<boolean> {
    const rows: unknown[] = await this.dataSource.query(
      `with cleared as (
         delete from feed.request_nonce where (key_id, nonce) in (
           select key_id, nonce from feed.request_nonce where at < now() - make_interval(secs => $3) order by at limit $4
           for update skip locked)
       )
       insert into feed.request_nonce (key_id, nonce) values ($1, $2) on conflict do nothing returning nonce`,
      // A clock may be that far behind, and another as far ahead.
      [keyId, nonce, 2 * SIGNED_WITHIN_S, CLEARED_MAX],
    );
    return rows.length === 1;
  }
}
