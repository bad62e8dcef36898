import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { HABIT_DAYS } from './silence';
import { type Tally } from './feed-tally';

/** One hour of a provider's feed. */
export interface FeedHour {
  readonly provider: string;
  readonly hour: Date;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly late: number;
  readonly future: number;
  readonly lags: readonly number[];
  readonly feedClock: Date | null;
  readonly receivedAt: Date;
}

const ADD = `
  insert into feed.feed_hour as known (
    provider_id, hour, accepted, duplicates, rejected, late, future, lags, feed_clock, received_at
  )
  select provider, date_trunc('hour', now()), accepted, duplicates, rejected, late, future, lags::bigint[],
         timestamptz 'epoch' + clock_ms * interval '1 millisecond', now()
  from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::bigint[])
    as told (provider, accepted, duplicates, rejected, late, future, lags, clock_ms)
  order by provider
  on conflict (provider_id, hour) do update set
    accepted = known.accepted + excluded.accepted,
    duplicates = known.duplicates + excluded.duplicates,
    rejected = known.rejected + excluded.rejected,
    late = known.late + excluded.late,
    future = known.future + excluded.future,
    lags = feed.added(known.lags, excluded.lags),
    feed_clock = coalesce(excluded.feed_clock, known.feed_clock),
    received_at = excluded.received_at`;

const HOURS = `
  select provider_id as provider, hour, accepted, duplicates, rejected, late, future, lags::float8[] as lags,
         feed_clock as "feedClock", received_at as "receivedAt"
  from feed.feed_hour where ($1::text is null or provider_id = $1) and hour >= now() - make_interval(days => $2)
  order by provider_id, hour`;

/** So long after it ended an hour is of no use any more. */
const KEPT_DAYS = 400;
/** One day more than a habit is made of: a feed that went silent yesterday has its habit before that. */
const READ_DAYS = HABIT_DAYS + 7;

@Injectable()
export class FeedHealthRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Adds to the present hour. */
  async add(tallies: readonly Tally[]): Promise<void> {
    if (tallies.length === 0) return;
    const column = <T>(read: (tally: Tally) => T): T[] => tallies.map(read);
    await this.dataSource.query(ADD, [
      column(({ provider }) => provider),
      column(({ accepted }) => accepted),
      column(({ duplicates }) => duplicates),
      column(({ rejected }) => rejected),
      column(({ late }) => late),
      column(({ future }) => future),
      column(({ lags }) => `{${lags.join()}}`),
      column(({ clockMs }) => clockMs),
    ]);
  }

  /** The last hours of a provider, or of all, oldest first. */
  async hours(provider: string | null): Promise<FeedHour[]> {
    return this.dataSource.query(HOURS, [provider, READ_DAYS]);
  }

  /** What else is to be known of a provider's feed. */
  async counts(provider: string): Promise<{ unconfirmed: number; mismatches: number }> {
    const [row]: { unconfirmed: number; mismatches: number }[] = await this.dataSource.query(
      `select (select count(*) from feed.iso_payment where provider_id = $1 and ended_at is null) as unconfirmed,
              (select count(*) from feed.interbank_payment
               where differs is not null and (provider_id = $1 or coalesce(other_provider_id, differs_provider_id) = $1)) as mismatches`,
      [provider],
    );
    return row!;
  }

  async forgetOld(): Promise<void> {
    await this.dataSource.query(
      'delete from feed.feed_hour where hour < now() - make_interval(days => $1)',
      [KEPT_DAYS],
    );
  }
}
