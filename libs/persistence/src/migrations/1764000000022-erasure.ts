import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Forgetting an identity, by two people. Compatible: nothing that was there changes. */
export class Erasure1764000000022 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table referral.erasure (
        id uuid primary key,
        -- Of what is forgotten; it says nothing once the identity's own key is destroyed.
        token text not null,
        type text not null,
        reason text not null,
        proposed_by text not null,
        proposed_at timestamptz not null default now(),
        approved_by text,
        approved_at timestamptz,
        constraint erasure_four_eyes check (identity.four_eyes(proposed_by, approved_by)),
        constraint erasure_approved_whole check ((approved_by is null) = (approved_at is null))
      );
      create unique index erasure_open_once on referral.erasure (token) where approved_by is null;

      create constraint trigger is_audited after insert or update on referral.erasure deferrable initially deferred
        for each row execute function audit.require_entry();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table referral.erasure');
  }
}
