import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What case-referral owns beside intel: staff, its copy of the alerts, cases and referrals. */
export class Referral1764000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create schema referral;

      create table referral.staff (
        id text primary key,
        role text not null,
        key_hash bytea not null constraint staff_key_hash_unique unique,
        created_at timestamptz not null default now()
      );

      -- How far each outbox has been read; moved in the transaction that holds what the reading led to.
      create table referral.inbox (
        source text primary key,
        position bigint not null
      );

      create table referral.case_file (
        id uuid primary key,
        -- Set where another, older case turned out to be about the same money: that one goes on.
        merged_into uuid constraint case_file_merged_fk references referral.case_file,
        revision integer not null,
        opened_at timestamptz not null,
        updated_at timestamptz not null,
        -- The case as people read it, made anew whenever an alert of it changes.
        body jsonb not null
      );

      create table referral.alert (
        id uuid primary key,
        -- Its place in the list, which never changes: the outbox position that raised it.
        listed_at bigint not null constraint alert_listed_at_unique unique,
        case_id uuid not null constraint alert_case_fk references referral.case_file,
        revision integer not null,
        body jsonb not null
      );
      -- A case gathers its alerts.
      create index alert_case_idx on referral.alert (case_id);

      -- Every transfer an alert relies on, as the log told it. It is what alerts share when they share money.
      create table referral.evidence (
        alert_id uuid not null constraint evidence_alert_fk references referral.alert,
        provider text not null,
        transfer_id text not null,
        body jsonb not null,
        constraint evidence_pkey primary key (alert_id, provider, transfer_id)
      );
      -- Finds the other alerts that rely on a transfer.
      create index evidence_transfer_idx on referral.evidence (provider, transfer_id);

      -- Which operations an alert is linked to: alerts of one operation form one case.
      create table referral.alert_operation (
        alert_id uuid not null constraint alert_operation_alert_fk references referral.alert,
        operation_id text not null,
        constraint alert_operation_pkey primary key (operation_id, alert_id)
      );

      -- What is left in a wallet, as of its own event time: of each credit that an alert relies on, and in all.
      create table referral.wallet_position (
        provider text not null,
        wallet_id text not null,
        currency text not null,
        as_of timestamptz not null,
        body jsonb not null,
        constraint wallet_position_pkey primary key (provider, wallet_id, currency)
      );

      create table referral.referral (
        id uuid primary key,
        case_id uuid not null constraint referral_case_fk references referral.case_file,
        status text not null constraint referral_status_known check (status in ('PROPOSED', 'REFERRED')),
        dossier jsonb not null,
        -- Of the dossier's canonical form (RFC 8785), as text, so that the very bytes can be checked.
        sha256 text not null,
        proposed_by text not null,
        proposed_at timestamptz not null,
        approved_by text,
        approved_at timestamptz,
        -- Four eyes, kept by the database whatever the application does.
        constraint referral_four_eyes check (approved_by is null or approved_by <> proposed_by),
        constraint referral_approved_when_referred
          check ((status = 'REFERRED') = (approved_by is not null and approved_at is not null))
      );
      create index referral_case_idx on referral.referral (case_id);

      create table referral.outbox (
        position bigint generated always as identity primary key,
        name text not null,
        body jsonb not null,
        created_at timestamptz not null default now()
      );

      create trigger outbox_takes_turn before insert on referral.outbox
        for each statement execute function log.take_turn('referrals');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema referral cascade');
  }
}
