import { type MigrationInterface, type QueryRunner } from 'typeorm';

const findOriginal = (position: string, join = ''): string => `
  create or replace function feed.find_original() returns trigger language plpgsql as $$
  begin
    select ${position} into new.original_position from feed.transfer_key k ${join}
    where k.provider_id = new.provider_id and k.transfer_id = new.original_transfer_id
      and k.positions[1] < new.position;
    return new;
  end $$;`;

/**
 * One payment between two providers is told of by both: what each told is kept, and it moves money once.
 *
 * Expands: new columns have defaults, and feed.hand_out (text[], text[]) stays for writers of the release before.
 */
export class BothLegs1764000000037 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- One row a payment that may be told of twice, by a hash of its rail, end-to-end id and the two providers.
      create table feed.interbank_payment (
        key uuid constraint interbank_payment_pkey primary key,
        -- The transfer of whoever told of it first, which moves its money.
        provider_id text not null,
        transfer_id text not null,
        -- What the other provider told of the same payment; null while it has told nothing that agrees.
        other_provider_id text,
        other_transfer_id text,
        -- What the other told under the same id, where it does not agree: the first field that differs.
        differs text,
        differs_provider_id text,
        differs_transfer_id text,
        differs_at timestamptz,
        received_at timestamptz not null default now()
      );
      create index interbank_payment_differs_idx on feed.interbank_payment (provider_id) where differs is not null;
      create index interbank_payment_other_differs_idx on feed.interbank_payment (differs_provider_id) where differs is not null;
      create index interbank_payment_received_idx on feed.interbank_payment using brin (received_at);

      -- Of what the other provider told: where the log first tells of the payment.
      alter table feed.transfer add column leg_of bigint;
      -- The payment had come into this status already, as the other provider told: it moves nothing, and detection does not read it.
      alter table feed.transfer add column echo boolean not null default false;

      -- As the one without payments; with them, any that was told of before has the batch looked at row by row.
      create function feed.hand_out(providers text[], transfers text[], payments uuid[]) returns bigint
        language plpgsql volatile as $$
      begin
        if exists (select from feed.interbank_payment where key = any (payments))
           or exists (select from unnest(payments) as told (key) where key is not null group by key having count(*) > 1) then
          return null;
        end if;
        return feed.hand_out(providers, transfers);
      end $$;

      ${findOriginal('coalesce(t.leg_of, k.positions[1])', 'left join feed.transfer t on t.position = k.positions[1]')}
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ${findOriginal('k.positions[1]')}
      drop function feed.hand_out(text[], text[], uuid[]);
      alter table feed.transfer drop column echo;
      alter table feed.transfer drop column leg_of;
      drop table feed.interbank_payment;
    `);
  }
}
