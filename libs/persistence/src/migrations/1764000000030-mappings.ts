import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** How providers’ own columns become transfers, every version of it. Compatible: the release before does not know of it. */
export class Mappings1764000000030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Rows are never changed: what was sent by a version can be said of it for good.
      create table feed.mapping (
        provider_id text not null constraint mapping_provider_fk references feed.provider,
        name text not null,
        version integer not null constraint mapping_version_from_one check (version > 0),
        document jsonb not null,
        created_at timestamptz not null default now(),
        constraint mapping_pkey primary key (provider_id, name, version)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table feed.mapping');
  }
}
