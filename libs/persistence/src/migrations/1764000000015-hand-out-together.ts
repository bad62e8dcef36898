import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Positions of new transfers of several providers at once: small requests that come together are stored together.
 *
 * Compatible: feed.hand_out (text, text[]) stays for writers of the release before.
 */
export class HandOutTogether1764000000015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- As feed.hand_out (text, text[]); each transfer with its provider. Provider by provider, so that whatever the table
      -- holds the unique index is asked, and nothing is joined.
      create function feed.hand_out(providers text[], transfers text[]) returns bigint
        language plpgsql volatile as $$
      declare
        one text;
        before bigint;
      begin
        for one in select distinct provider from unnest(providers) as told (provider) loop
          if exists (
            select from feed.transfer_key where provider_id = one and transfer_id = any (array(
              select transfer from unnest(providers, transfers) as told (provider, transfer) where provider = one
            ))
          ) then
            return null;
          end if;
        end loop;
        select case when is_called then last_value else last_value - 1 end into before from log.position;
        perform setval('log.position', before + cardinality(transfers));
        return before;
      end $$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop function feed.hand_out(text[], text[])');
  }
}
