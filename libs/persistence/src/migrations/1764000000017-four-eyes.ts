import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Four eyes, kept by the database whatever the application does: a table of decisions names the author of what is decided on, and its
 * constraint asks `identity.four_eyes`. Compatible: of what was decided before no author is named.
 */
export class FourEyes1764000000017 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create schema identity;

      -- Whether this decision may stand. What is not decided yet may; so may what no person is the author of.
      create function identity.four_eyes(author text, decider text) returns boolean
        language sql immutable parallel safe
        return decider is null or author is null or author <> decider;

      alter table referral.referral
        drop constraint referral_four_eyes,
        add constraint referral_four_eyes check (identity.four_eyes(proposed_by, approved_by));

      -- Of the pack, copied by the database: whoever decides has no say in who the author was.
      alter table intel.rule_pack_activation
        add column proposed_by text,
        add constraint rule_pack_activation_four_eyes
          check (mode <> 'ACTIVE' or identity.four_eyes(proposed_by, decided_by));
      create function intel.name_rule_pack_author() returns trigger language plpgsql as $$
      begin
        select proposed_by into strict new.proposed_by from intel.rule_pack where version = new.version;
        return new;
      end $$;
      create trigger rule_pack_activation_names_author before insert or update on intel.rule_pack_activation
        for each row execute function intel.name_rule_pack_author();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop trigger rule_pack_activation_names_author on intel.rule_pack_activation;
      drop function intel.name_rule_pack_author();
      alter table intel.rule_pack_activation drop column proposed_by;
      alter table referral.referral
        drop constraint referral_four_eyes,
        add constraint referral_four_eyes check (approved_by is null or approved_by <> proposed_by);
      drop schema identity cascade;
    `);
  }
}
