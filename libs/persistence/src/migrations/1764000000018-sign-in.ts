import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Who is signed in, and who is about to be. Compatible: nothing that was there changes. */
export class SignIn1764000000018 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table referral.staff add column unit text, add column provider text;

      -- A browser on its way to the issuer and back. Each is taken out by the first that comes back with it.
      create table identity.sign_in (
        -- Of what the browser was given: the table alone signs nobody in.
        id_hash bytea primary key,
        state text not null,
        nonce text not null,
        code_verifier text not null,
        return_to text not null,
        expires_at timestamptz not null
      );
      create index sign_in_expires_idx on identity.sign_in (expires_at);

      create table identity.session (
        id_hash bytea primary key,
        staff_id text not null,
        roles text[] not null,
        unit text,
        provider text,
        began_at timestamptz not null default now(),
        last_seen_at timestamptz not null default now(),
        expires_at timestamptz not null
      );
      create index session_expires_idx on identity.session (expires_at);

      -- Access tokens whose holder has signed out before they expired.
      create table identity.ended_token (
        token_id text primary key,
        expires_at timestamptz not null
      );
      create index ended_token_expires_idx on identity.ended_token (expires_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table identity.ended_token;
      drop table identity.session;
      drop table identity.sign_in;
      alter table referral.staff drop column unit, drop column provider;
    `);
  }
}
