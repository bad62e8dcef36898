import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { type Alert, type LogPosition } from '#contracts';
import { AppError } from '#domain';
import { appendToOutbox, TransferLog } from '#messaging';
import { type Detection } from '#typologies';
import { positionsOf, toAlert, toEvents } from './publication';

/** Any number will do, as long as every scoring takes the same. */
const ACTIVE_LOCK = 4_711_000_002;

/** What scoring stores. */
@Injectable()
export class ScoringRepository {
  readonly log: TransferLog;

  constructor(private readonly dataSource: DataSource) {
    this.log = new TransferLog(dataSource);
  }

  /**
   * Takes the one seat of the active scoring. It is held by a connection of its own and ends with it.
   *
   * @returns null where another process has it
   */
  async takeSeat(): Promise<QueryRunner | null> {
    const seat = this.dataSource.createQueryRunner();
    try {
      const rows: { taken: boolean }[] = await seat.manager.query(
        'select pg_try_advisory_lock($1) as taken',
        [ACTIVE_LOCK],
      );
      if (rows[0]?.taken === true) return seat;
    } catch (error) {
      await seat.release();
      throw error;
    }
    await seat.release();
    return null;
  }

  async leaveSeat(seat: QueryRunner): Promise<void> {
    await seat.query('select pg_advisory_unlock($1)', [ACTIVE_LOCK]).catch(() => undefined);
    await seat.release();
  }

  /** How far the log has been scored, and with which pack. */
  async progress(packHash: string): Promise<{ position: LogPosition; packHash: string }> {
    await this.dataSource.query(
      'insert into scoring.progress (position, pack_hash) values (0, $1) on conflict do nothing',
      [packHash],
    );
    const rows: { position: number; pack_hash: string }[] = await this.dataSource.query(
      'select position, pack_hash from scoring.progress',
    );
    return { position: rows[0]!.position, packHash: rows[0]!.pack_hash };
  }

  /**
   * Stores what a batch of the log led to, and that it was read, in one transaction.
   *
   * @throws AppError CONFLICT where another process has scored meanwhile: what this one holds in memory is then worthless
   */
  async commit(
    from: LogPosition,
    to: LogPosition,
    detections: readonly Detection[],
    pack: Alert['pack'],
  ): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const [, moved]: [unknown, number] = await manager.query(
        'update scoring.progress set position = $2, pack_hash = $3 where position = $1',
        [from, to, pack.hash],
      );
      if (moved !== 1)
        throw new AppError('CONFLICT', 'another scoring has read this part of the log');
      if (detections.length === 0) return;
      const evidence = await this.log.evidence(manager, positionsOf(detections));
      const alerts = new Map<string, Alert>();
      for (const detection of detections) {
        if (detection.kind === 'alert')
          alerts.set(detection.id, toAlert(detection, evidence, pack));
      }
      await this.storeAlerts(manager, [...alerts.values()], to);
      await appendToOutbox(manager, 'scoring', toEvents(detections, evidence, pack));
    });
  }

  private async storeAlerts(
    manager: EntityManager,
    alerts: readonly Alert[],
    position: LogPosition,
  ): Promise<void> {
    if (alerts.length === 0) return;
    await manager.query(
      `insert into scoring.alert (id, revision, raised_at_position, updated_at_position, body)
       select id, revision, $4, $4, body
       from unnest($1::uuid[], $2::integer[], $3::jsonb[]) as told(id, revision, body)
       on conflict (id) do update
       set revision = excluded.revision, updated_at_position = excluded.updated_at_position, body = excluded.body`,
      [
        alerts.map(({ id }) => id),
        alerts.map(({ revision }) => revision),
        alerts.map((alert) => JSON.stringify(alert)),
        position,
      ],
    );
  }
}
