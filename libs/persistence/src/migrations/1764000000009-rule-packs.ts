import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Rule packs and what people decide about detection. Every decision is an entry of the control log; these tables say who took
 * it and why, which detection does not need to know. Compatible: nothing that was there changes.
 */
export class RulePacks1764000000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table intel.rule_pack (
        version text primary key,
        -- SHA-256 of the document's canonical form (RFC 8785).
        hash text not null,
        document jsonb not null,
        status text not null
          constraint rule_pack_status_known check (status = any ('{PROPOSED,ACTIVE,SHADOW,RETIRED}')),
        -- Its place in the list. Writers take turns, so a reader who goes on from a place misses nothing behind it.
        listed_at bigint generated always as identity constraint rule_pack_listed_at_unique unique,
        proposed_by text not null,
        proposed_at timestamptz not null default now()
      );
      -- One is in force, and at most one beside it, whatever the application does.
      create unique index rule_pack_one_in_force on intel.rule_pack (status)
        where status = any ('{ACTIVE,SHADOW}');

      create trigger rule_pack_takes_turn before insert on intel.rule_pack
        for each statement execute function log.take_turn('rule-packs');

      create table intel.rule_pack_activation (
        -- In the order space of the log: detection applies it there, and a replay applies it there again.
        position bigint primary key constraint rule_pack_activation_entry_fk references intel.control_entry,
        version text not null constraint rule_pack_activation_fk references intel.rule_pack,
        mode text not null,
        reason text not null,
        decided_by text not null,
        decided_at timestamptz not null default now(),
        -- Once detection has come to it: where scoring's outbox tells so, and what time it was in the feed, if any.
        applied_at bigint,
        applied_as_of timestamptz
      );
      -- What became of a pack, the last first.
      create index rule_pack_activation_version_idx on intel.rule_pack_activation (version, position desc);

      create table intel.typology_switch (
        position bigint primary key constraint typology_switch_entry_fk references intel.control_entry,
        typology text not null,
        enabled boolean not null,
        reason text not null,
        decided_by text not null,
        decided_at timestamptz not null default now()
      );
      -- How a typology stands: its last switch.
      create index typology_switch_typology_idx on intel.typology_switch (typology, position desc);

      create table intel.disposition (
        position bigint primary key constraint disposition_entry_fk references intel.control_entry,
        alert_id uuid not null,
        outcome text not null
          constraint disposition_outcome_known check (outcome = any ('{CONFIRMED,REFUTED}')),
        reason text not null,
        decided_by text not null,
        decided_at timestamptz not null default now()
      );
      -- What was found of an alert, the last first.
      create index disposition_alert_idx on intel.disposition (alert_id, position desc);

      -- What a shadow pack would have raised, as scoring told it. Nothing else reads it: no list of alerts, and no case.
      create table referral.shadow_alert (
        pack_hash text not null,
        id uuid not null,
        -- The outbox position that raised it.
        listed_at bigint not null,
        body jsonb not null,
        constraint shadow_alert_pkey primary key (pack_hash, id)
      );
      -- A comparison is of one pack over one stretch of time.
      create index shadow_alert_listed_idx on referral.shadow_alert (pack_hash, listed_at);

      -- Hours of the feed in which alerts were held back; of each the last word.
      create table referral.alert_storm (
        from_at timestamptz primary key,
        -- Its place in the list: the outbox position that told of it first.
        listed_at bigint not null constraint alert_storm_listed_at_unique unique,
        body jsonb not null
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table referral.alert_storm;
      drop table referral.shadow_alert;
      drop table intel.disposition;
      drop table intel.typology_switch;
      drop table intel.rule_pack_activation;
      drop table intel.rule_pack;
    `);
  }
}
