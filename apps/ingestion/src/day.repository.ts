import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Any number will do, as long as every instance takes the same. */
const DAYS_LOCK = 4_711_000_003;
/** Whoever reads or writes transfers waits for as long at most: taking a day out wants them for itself, for an instant. */
const LOCK_TIMEOUT_MS = 2_000;

export interface KeptDays {
  readonly prepared: number;
  readonly detached: number;
}

/** The days that stored transfers are partitioned by (migration `transfer-days`). */
@Injectable()
export class DayRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * @param ahead days to be prepared beside today's
   * @param kept days before today that stay; undefined for all
   * @returns null where another instance is at it
   */
  async keep(ahead: number, kept: number | undefined): Promise<KeptDays | null> {
    const prepared = await this.locked<number>(
      'select feed.prepare_days(log.today() + $1::integer) as days',
      [ahead],
    );
    if (prepared === null) return null;
    if (kept === undefined) return { prepared, detached: 0 };
    const detached = await this.locked<number>(
      'select feed.detach_days(log.today() - $1::integer) as days',
      [kept],
    );
    return { prepared, detached: detached ?? 0 };
  }

  private async locked<Days>(statement: string, parameters: unknown[]): Promise<Days | null> {
    return this.dataSource.transaction(async (manager) => {
      const [lock]: { taken: boolean }[] = await manager.query(
        'select pg_try_advisory_xact_lock($1) as taken',
        [DAYS_LOCK],
      );
      if (lock?.taken !== true) return null;
      await manager.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
      const [row]: { days: Days }[] = await manager.query(statement, parameters);
      return row!.days;
    });
  }
}
