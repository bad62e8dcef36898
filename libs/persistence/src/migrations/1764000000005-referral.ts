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
        -- Set where another, older case turned out to be about the same money: that one goes on. Always the case that
        -- goes on now, never one that was itself merged later.
        merged_into uuid constraint case_file_merged_fk references referral.case_file,
        -- Goes up whenever what the case says changes.
        revision integer not null,
        -- Event time: the first alert's first transfer, and the latest moment that anything in the case was told of.
        opened_at timestamptz not null,
        as_of timestamptz not null,
        risk double precision not null,
        -- Of the main currency.
        held_minor bigint not null,
        -- Of everything the case says: equal means nothing has changed.
        fingerprint text not null,
        -- The case as the list shows it. One case in full is drawn from its alerts, transfers and positions when read.
        body jsonb not null
      );
      -- The list: what can still be reached first, then risk.
      create index case_file_rank_idx on referral.case_file (held_minor desc, risk desc, id desc)
        where merged_into is null;
      create index case_file_merged_idx on referral.case_file (merged_into) where merged_into is not null;
      -- The latest event time that anybody has told of.
      create index case_file_as_of_idx on referral.case_file (as_of);

      create table referral.alert (
        id uuid primary key,
        -- Its place in the list, which never changes: the outbox position that raised it.
        listed_at bigint not null constraint alert_listed_at_unique unique,
        case_id uuid not null constraint alert_case_fk references referral.case_file,
        revision integer not null,
        typologies text[] not null,
        body jsonb not null
      );
      -- A case gathers its alerts.
      create index alert_case_idx on referral.alert (case_id);

      -- Every transfer that an alert relied on at any revision, as the log told it. Alerts that share one form one case,
      -- so a transfer lies in exactly one: no money is counted twice, and whoever names it finds the case in one look.
      create table referral.case_transfer (
        provider text not null,
        transfer_id text not null,
        case_id uuid not null constraint case_transfer_case_fk references referral.case_file,
        creditor_provider text not null,
        creditor_wallet text not null,
        body jsonb not null,
        constraint case_transfer_pkey primary key (provider, transfer_id)
      );
      create index case_transfer_case_idx on referral.case_transfer (case_id);
      -- Finds the cases that a wallet's new position bears on.
      create index case_transfer_creditor_idx on referral.case_transfer (creditor_provider, creditor_wallet);

      -- Alerts linked to one operation form one case, so an operation too lies in exactly one.
      create table referral.case_operation (
        operation_id text primary key,
        case_id uuid not null constraint case_operation_case_fk references referral.case_file
      );
      create index case_operation_case_idx on referral.case_operation (case_id);

      -- What is left in a wallet, of each credit that an alert relies on and in all: as it was told last. The outbox is read
      -- in order and once, so that is the truest, even where a late transfer gave it an earlier event time.
      create table referral.wallet_position (
        provider text not null,
        wallet_id text not null,
        currency text not null,
        -- How often it was told.
        told integer not null,
        body jsonb not null,
        constraint wallet_position_pkey primary key (provider, wallet_id, currency)
      );

      create table referral.referral (
        id uuid primary key,
        case_id uuid not null constraint referral_case_fk references referral.case_file,
        -- The case's own as it was proposed: another means that the case says something else now.
        case_fingerprint text not null,
        status text not null constraint referral_status_known check (status in ('PROPOSED', 'REFERRED')),
        dossier jsonb not null,
        -- Of the dossier's canonical form (RFC 8785), as text, so that the very bytes can be checked.
        sha256 text not null,
        -- The same without author and time: proposing the same thing twice is recognised by it.
        content_sha256 text not null,
        proposed_by text not null,
        proposed_at timestamptz not null,
        approved_by text,
        approved_at timestamptz,
        -- Four eyes, kept by the database whatever the application does.
        constraint referral_four_eyes check (approved_by is null or approved_by <> proposed_by),
        constraint referral_approved_when_referred
          check ((status = 'REFERRED') = (approved_by is not null and approved_at is not null))
      );
      create unique index referral_proposed_once on referral.referral (content_sha256, proposed_by)
        where status = 'PROPOSED';
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
