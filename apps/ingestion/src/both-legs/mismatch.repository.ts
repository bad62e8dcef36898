import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** A payment of which the two providers do not tell the same. */
export interface MismatchRow {
  readonly transferId: string;
  readonly path: string;
  readonly foundAt: Date;
  /** Microseconds since 1970. */
  readonly foundUs: number;
  /** Orders what was found in the same microsecond. */
  readonly key: string;
}

// Each is told its own transfer, and nothing of the other's but where they differ.
const MISMATCHES = `
  select "transferId", path, "foundAt", (extract(epoch from "foundAt") * 1000000)::bigint as "foundUs", key from (
    select transfer_id as "transferId", differs as path, differs_at as "foundAt", key::text
    from feed.interbank_payment where provider_id = $1 and differs is not null
    union all
    select case when differs_provider_id = $1 then differs_transfer_id else other_transfer_id end, differs, differs_at, key::text
    from feed.interbank_payment
    where differs is not null and provider_id <> $1 and coalesce(other_provider_id, differs_provider_id) = $1
  ) as found
  where ("foundAt", key) > (timestamptz 'epoch' + $2::bigint * interval '1 microsecond', $3)
  order by "foundAt", key limit $4`;

/** Where two providers tell of one payment, and do not agree. */
@Injectable()
export class MismatchRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** @param after where the page before ended */
  async list(
    provider: string,
    [us, key]: readonly [us: number, key: string],
    limit: number,
  ): Promise<MismatchRow[]> {
    return this.dataSource.query(MISMATCHES, [provider, us, key, limit]);
  }
}
