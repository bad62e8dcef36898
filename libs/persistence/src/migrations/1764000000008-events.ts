import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * What providers report beside transfers, in the same order space: a replay applies each event where it was applied.
 * Compatible: nothing that was there changes.
 */
export class Events1764000000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table feed.event (
        position bigint not null constraint event_pkey primary key,
        provider_id text not null,
        event_id text not null,
        type text not null,
        occurred_at timestamptz not null,
        -- The wallet it happened to; null where it happened to none, as a call.
        wallet_provider text,
        wallet_id text,
        -- Everything else the sender told, identifiers as tokens: the keys of feed.identity.
        particulars jsonb not null,
        received_at timestamptz not null default now(),
        -- Sending an event again changes nothing.
        constraint event_once unique (provider_id, event_id),
        constraint event_wallet_whole check ((wallet_provider is null) = (wallet_id is null))
      );

      create trigger event_takes_turn before insert on feed.event
        for each statement execute function log.take_turn('transfers');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table feed.event');
  }
}
