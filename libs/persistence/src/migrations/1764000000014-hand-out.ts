import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Positions of a batch of new transfers in one go: what each row's is follows from its place in the batch, so nothing has to
 * be joined and sorted once its keys are stored.
 *
 * Compatible: feed.knows_any stays for writers of the release before.
 */
export class HandOut1764000000014 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- The position before those of these transfers, in their order; null, and none is handed out, where any of them was
      -- stored before. Called with the turn taken, inside the writer's statement: that statement's snapshot is older than
      -- its turn, and a volatile function looks with a new one.
      create function feed.hand_out(provider text, transfers text[]) returns bigint
        language plpgsql volatile as $$
      declare
        before bigint;
      begin
        if exists (select from feed.transfer_key where provider_id = provider and transfer_id = any (transfers)) then
          return null;
        end if;
        select case when is_called then last_value else last_value - 1 end into before from log.position;
        perform setval('log.position', before + cardinality(transfers));
        return before;
      end $$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop function feed.hand_out(text, text[])');
  }
}
