import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource, type QueryRunner } from 'typeorm';

/** Any number will do, as long as every scoring takes the same. */
const ACTIVE_LOCK = 4_711_000_002;
const BEAT_MS = 1_500;
/** Four beats: more than a full collection of a large state takes. */
const SILENT_MAX_MS = 6_000;

/**
 * The one seat of the active scoring.
 *
 * It is a lock of a connection of its own, so it is free the moment its process or machine is gone. A process that hangs
 * keeps its connection: after some seconds without a word from it, whoever stands by has the server cut it. And should it
 * wake up again, its commits are refused: they name a holder that is none any more.
 */
export class Seat {
  private lost = false;
  private beating: Promise<unknown> = Promise.resolve();
  private readonly timer: NodeJS.Timeout;

  constructor(
    readonly holder: string,
    private readonly connection: QueryRunner,
  ) {
    this.timer = setInterval(() => {
      this.beating = this.beat();
    }, BEAT_MS).unref();
  }

  /** Whether it is known to be lost. It may be without that. */
  get isLost(): boolean {
    return this.lost;
  }

  async leave(): Promise<void> {
    clearInterval(this.timer);
    await this.beating;
    await this.connection
      .query('select pg_advisory_unlock($1)', [ACTIVE_LOCK])
      .catch(() => undefined);
    await this.connection.release();
  }

  private async beat(): Promise<void> {
    try {
      const held: unknown[] = await this.connection.manager.query(
        `with heard as (
           update scoring.seat set heard_until = clock_timestamp() + $2 * interval '1 millisecond'
           where holder = $1 returning holder
         ) select from heard`,
        [this.holder, SILENT_MAX_MS],
      );
      this.lost ||= held.length === 0;
    } catch {
      this.lost = true;
    }
  }
}

/** Gives the seat to one of those who ask for it. */
@Injectable()
export class SeatRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns null where another process has it */
  async take(): Promise<Seat | null> {
    const connection = this.dataSource.createQueryRunner();
    try {
      const rows: { taken: boolean }[] = await connection.manager.query(
        'select pg_try_advisory_lock($1) as taken',
        [ACTIVE_LOCK],
      );
      if (rows[0]?.taken === true) return await this.sitDown(connection);
      await this.cutSilentHolder(connection);
    } catch (error) {
      await connection.release();
      throw error;
    }
    await connection.release();
    return null;
  }

  private async sitDown(connection: QueryRunner): Promise<Seat> {
    const holder = randomUUID();
    // A process that was halted in the middle of a commit would keep us waiting. What it had not committed is scored anew.
    await connection.query(
      `select pg_terminate_backend(pid) from pg_locks
       where database = (select oid from pg_database where datname = current_database())
         and relation = 'scoring.progress'::regclass and mode = 'RowExclusiveLock' and pid <> pg_backend_pid()`,
    );
    await connection.startTransaction();
    // No commit of the one before begins from here on: what is read after this is how far the log is scored.
    await connection.query('select from scoring.progress for update');
    await connection.query(
      `insert into scoring.seat (holder, pid, backend_start, heard_until)
       select $1, pid, backend_start, clock_timestamp() + $2 * interval '1 millisecond'
       from pg_stat_activity where pid = pg_backend_pid()
       on conflict (only_row) do update
       set holder = excluded.holder, pid = excluded.pid, backend_start = excluded.backend_start,
           heard_until = excluded.heard_until`,
      [holder, SILENT_MAX_MS],
    );
    await connection.commitTransaction();
    return new Seat(holder, connection);
  }

  private async cutSilentHolder(connection: QueryRunner): Promise<void> {
    await connection.query(
      `select pg_terminate_backend(seat.pid)
       from scoring.seat join pg_stat_activity holder using (pid, backend_start)
       where seat.heard_until < clock_timestamp()`,
    );
  }
}
