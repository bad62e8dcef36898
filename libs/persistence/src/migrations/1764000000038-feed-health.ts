import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** How a provider's feed is, and what it has told in sum. Expands: nothing that the release before uses changes. */
export class FeedHealth1764000000038 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Counts of an hour of our clock, added to every few seconds by each instance. What an instance that was killed had not added is
      -- missing here, and nowhere else.
      create table feed.feed_hour (
        provider_id text not null,
        hour timestamptz not null,
        accepted bigint not null,
        duplicates bigint not null,
        rejected bigint not null,
        -- Far behind the feed's own clock, or far ahead of it.
        late bigint not null,
        future bigint not null,
        -- How many rows were stored within 1, 2, 4, … seconds of what they tell of; the last: later.
        lags bigint[] not null,
        feed_clock timestamptz,
        received_at timestamptz not null,
        constraint feed_hour_pkey primary key (provider_id, hour)
      );
      create function feed.added(a bigint[], b bigint[]) returns bigint[] language sql immutable as $$
        select array_agg(coalesce(x, 0) + coalesce(y, 0) order by place)
        from unnest(a, b) with ordinality as both_of (x, y, place)
      $$;

      -- What was told in sum, by the quarter of an hour that it happened in: days begin on one in every time zone.
      create table feed.quarter_total (
        provider_id text not null,
        quarter timestamptz not null,
        type text not null,
        currency text not null,
        status text not null,
        rows bigint not null,
        sum_minor numeric not null,
        constraint quarter_total_pkey primary key (provider_id, quarter, type, currency, status)
      );
      create index quarter_total_quarter_idx on feed.quarter_total (quarter);
      -- How far into the log those sums reach; one row.
      create table feed.total_progress (
        position bigint not null,
        one boolean not null default true constraint total_progress_one check (one) constraint total_progress_pkey primary key
      );
      insert into feed.total_progress (position) values (0);

      -- Which of its own running numbers a provider has sent, however often and in whatever order.
      create table feed.sequence (
        provider_id text constraint sequence_pkey primary key,
        seen int8multirange not null,
        -- Gaps that were too many to keep, closed from the lowest.
        given_up bigint not null default 0
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table feed.sequence;
      drop table feed.total_progress;
      drop table feed.quarter_total;
      drop table feed.feed_hour;
      drop function feed.added(bigint[], bigint[]);
    `);
  }
}
