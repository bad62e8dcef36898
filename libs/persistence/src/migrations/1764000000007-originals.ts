import { type MigrationInterface, type QueryRunner } from 'typeorm';

const trigger = (when: string): string => `
  drop trigger transfer_finds_original on feed.transfer;
  create trigger transfer_finds_original before insert on feed.transfer for each row
    when (new.original_transfer_id is not null and new.original_position is null ${when})
    execute function feed.find_original();
`;

/**
 * Only a reversal that is announced or settled points to the transfer it names: it is the only row whose money and parties
 * are measured by the original's. Before, a payment first told of as REVERSED could take any transfer's money back, and one
 * that only mentions another was booked in its place. Compatible: rows already stored keep what they point to.
 */
export class Originals1764000000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      trigger(`and new.type = 'REVERSAL' and new.status = any ('{PENDING,SETTLED}')`),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(trigger(''));
  }
}
