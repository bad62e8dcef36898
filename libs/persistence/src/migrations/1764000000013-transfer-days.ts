import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Positions of a day: a hundred thousand a second all day long, and days enough for two thousand years below 2^53. */
const DAY_STRIDE = 10_000_000_000;

/**
 * Stored transfers in partitions, one for each day on which they were stored, so that old ones can be taken out without a
 * trace in the others: nothing is deleted, nothing bloats.
 *
 * They are cut by position, which the log is read by. Where a day begins is known before it does: each day that is prepared
 * has a range of positions, and the first writer of that day, in its turn, has the sequence jump there. Where nobody
 * prepares, the last day that was goes on. What makes a transfer unique is feed.transfer_key, which is no part of it.
 *
 * Compatible: what is stored becomes the first partition as it is. It is read once, to see that it fits.
 */
export class TransferDays1764000000013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table log.day (
        -- UTC, of the database's clock.
        day date primary key,
        -- Positions from here up to the next day's are handed out on it.
        from_position bigint not null constraint day_from_position_unique unique,
        -- The table that holds its transfers.
        partition text not null constraint day_partition_unique unique,
        -- That table is in the schema archive since.
        detached_at timestamptz
      );
      create schema archive;

      -- By the day, for people; by the range of positions, so that no clock can give a name twice.
      create function log.partition_of(day date, from_position bigint) returns text language sql as $$
        select 'transfer_' || to_char(day, 'YYYYMMDD') || '_' || from_position / ${DAY_STRIDE}
      $$;

      create function log.today() returns date language sql volatile as $$
        select (clock_timestamp() at time zone 'UTC')::date
      $$;

      -- Called with the turn taken. The sequence never goes back, whatever the clock does.
      create function log.begin_day() returns void language plpgsql as $$
      declare
        begins bigint;
      begin
        select from_position into begins from log.day where day <= log.today() order by day desc limit 1;
        if begins > (select last_value from log.position) then
          perform setval('log.position', begins);
        end if;
      end $$;

      create or replace function log.take_turn() returns trigger language plpgsql as $$
      begin
        perform log.wait_for_turn(tg_argv[0]);
        if tg_argv[0] = 'transfers' then
          perform log.begin_day();
        end if;
        perform pg_notify('layerwatch_' || tg_argv[0], '');
        return null;
      end $$;

      -- Makes the partitions of the days up to this one that have none. Attaching holds up neither writers nor readers.
      create function feed.prepare_days(until date) returns integer language plpgsql as $$
      declare
        last log.day;
        made integer := 0;
        name text;
      begin
        select * into last from log.day order by day desc limit 1;
        while last.day < until loop
          -- Days on which nobody prepared belong to the last that was.
          last.day := greatest(last.day + 1, log.today());
          last.from_position := last.from_position + ${DAY_STRIDE};
          name := log.partition_of(last.day, last.from_position);
          execute format('create table feed.%I (like feed.transfer including defaults including constraints including indexes)', name);
          execute format('alter table feed.transfer attach partition feed.%I for values from (%s) to (%s)',
                         name, last.from_position, last.from_position + ${DAY_STRIDE});
          insert into log.day (day, from_position, partition) values (last.day, last.from_position, name);
          made := made + 1;
        end loop;
        return made;
      end $$;

      -- Takes the transfers of the days before this one out, as far as they are scored; oldest first. They stand in the
      -- schema archive then, whole, for whoever keeps or drops them.
      create function feed.detach_days(before date) returns integer language plpgsql as $$
      declare
        gone log.day;
        detached integer := 0;
      begin
        for gone in
          select d.* from log.day d join log.day later
            on later.from_position = (select min(from_position) from log.day where from_position > d.from_position)
          where d.day < before and d.detached_at is null
            and later.day <= before
            and later.from_position <= (select position from scoring.progress)
          order by d.day
        loop
          execute format('alter table feed.transfer detach partition feed.%I', gone.partition);
          execute format('alter table feed.%I set schema archive', gone.partition);
          update log.day set detached_at = now() where day = gone.day;
          detached := detached + 1;
        end loop;
        return detached;
      end $$;

      drop trigger transfer_finds_original on feed.transfer;
      do $$
      declare
        taken bigint := (select last_value from log.position);
        begins bigint := (taken / ${DAY_STRIDE}) * ${DAY_STRIDE};
        first text := log.partition_of(log.today(), begins);
      begin
        execute format('alter table feed.transfer rename to %I', first);
        execute format('alter table feed.%I rename constraint transfer_pkey to %I', first, first || '_pkey');
        execute format('create table feed.transfer (like feed.%I including defaults including constraints) partition by range (position)', first);
        alter table feed.transfer add constraint transfer_pkey primary key (position);
        execute format('alter table feed.transfer attach partition feed.%I for values from (minvalue) to (%s)',
                       first, begins + ${DAY_STRIDE});
        insert into log.day (day, from_position, partition) values (log.today(), begins, first);
      end $$;
      create trigger transfer_finds_original before insert on feed.transfer for each row
        when (new.original_transfer_id is not null and new.original_position is null
              and new.type = 'REVERSAL' and new.status = any ('{PENDING,SETTLED}'))
        execute function feed.find_original();
    `);
  }

  /** All that is attached goes back into one table; what was detached stays where it is. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table feed.transfer_whole (like feed.transfer including defaults including constraints);
      insert into feed.transfer_whole select * from feed.transfer;
      drop table feed.transfer;
      alter table feed.transfer_whole rename to transfer;
      alter table feed.transfer add constraint transfer_pkey primary key (position);
      create trigger transfer_finds_original before insert on feed.transfer for each row
        when (new.original_transfer_id is not null and new.original_position is null
              and new.type = 'REVERSAL' and new.status = any ('{PENDING,SETTLED}'))
        execute function feed.find_original();
      create or replace function log.take_turn() returns trigger language plpgsql as $$
      begin
        perform log.wait_for_turn(tg_argv[0]);
        perform pg_notify('layerwatch_' || tg_argv[0], '');
        return null;
      end $$;
      drop function feed.prepare_days(date);
      drop function feed.detach_days(date);
      drop function log.begin_day();
      drop function log.partition_of(date, bigint);
      drop function log.today();
      drop table log.day;
    `);
  }
}
