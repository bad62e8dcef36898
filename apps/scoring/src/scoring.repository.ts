import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type Alert, type LogPosition } from '#contracts';
import { AppError } from '#domain';
import { appendToOutbox, TransferLog } from '#messaging';
import { type PreparedStatement, runPrepared } from '#persistence';
import { type Detection } from '#typologies';
import { lastWords, positionsOf, toAlert, toEvents } from './publication';

/** So many snapshots the database remembers; a folder keeps two. */
const SNAPSHOTS_KNOWN_MAX = 100;
/** Alerts of one statement, some 20 KB each: PostgreSQL reads 256 MB of JSON at once. */
const ALERTS_AT_ONCE = 2_000;

const MOVE_PROGRESS: PreparedStatement = {
  name: 'move-progress',
  text: `
  with moved as (
    update scoring.progress set position = $2, pack_hash = $3
    where position = $1 and exists (select from scoring.seat where holder = $5)
    returning position
  ), flushed as (
    insert into scoring.flush_point select position from moved where $4 on conflict do nothing
  )
  select position from moved`,
};

const STORE_ALERTS: PreparedStatement = {
  name: 'store-alerts',
  text: `
  insert into scoring.alert (id, revision, raised_at_position, updated_at_position, body)
  select (body ->> 'id')::uuid, (body ->> 'revision')::integer, $2, $2, body
  from jsonb_array_elements($1::jsonb) as told(body)
  on conflict (id) do update
  set revision = excluded.revision, updated_at_position = excluded.updated_at_position, body = excluded.body`,
};

/** What scoring stores. */
@Injectable()
export class ScoringRepository {
  readonly log: TransferLog;

  constructor(private readonly dataSource: DataSource) {
    this.log = new TransferLog(dataSource);
  }

  /** How far the log has been scored, and with which pack the log began. */
  async progress(packHash: string): Promise<{ position: LogPosition; packHash: string }> {
    const rows: { position: number; pack_hash: string }[] = await this.dataSource.query(
      'select position, pack_hash from scoring.progress',
    );
    const [progress] = rows;
    if (progress) return { position: progress.position, packHash: progress.pack_hash };
    await this.dataSource.query(
      'insert into scoring.progress (position, pack_hash) values (0, $1) on conflict do nothing',
      [packHash],
    );
    return this.progress(packHash);
  }

  /** Which log this is, in the words of a snapshot. */
  async logId(): Promise<string> {
    const rows: { id: string }[] = await this.dataSource.query('select id from log.identity');
    return rows[0]!.id;
  }

  /**
   * Makes a snapshot known before it is written, so that a database that does not know it has another past.
   *
   * @returns whether the log is scored up to there, and no further
   */
  async announceSnapshot(id: string, position: LogPosition): Promise<boolean> {
    const rows: unknown[] = await this.dataSource.query(
      `with forgotten as (
         delete from scoring.snapshot where id in (
           select id from scoring.snapshot order by position desc, taken_at desc offset $3
         )
       )
       insert into scoring.snapshot (id, position)
       select $1, position from scoring.progress where position = $2
       returning id`,
      [id, position, SNAPSHOTS_KNOWN_MAX - 1],
    );
    return rows.length === 1;
  }

  async knowsSnapshot(id: string, position: LogPosition): Promise<boolean> {
    const rows: { known: boolean }[] = await this.dataSource.query(
      'select exists (select from scoring.snapshot where id::text = $1 and position = $2) as known',
      [id, position],
    );
    return rows[0]!.known;
  }

  /** Where detection was flushed, in order, from a position on (inclusive). */
  async flushPoints(from: LogPosition, pointsMax: number): Promise<LogPosition[]> {
    const rows: { position: LogPosition }[] = await this.dataSource.query(
      'select position from scoring.flush_point where position >= $1 order by position limit $2',
      [from, pointsMax],
    );
    return rows.map(({ position }) => position);
  }

  /**
   * Stores what a batch of the log led to, and that it was read, in one transaction.
   *
   * @param holder of the seat
   * @param configurationHash of the pack that the log begins with
   * @param flushed whether detection was flushed after the last entry: a replay has to do it there again
   * @throws AppError CONFLICT where another process has taken the seat, or scored meanwhile: what this one holds in memory is then worthless
   */
  async commit(
    holder: string,
    from: LogPosition,
    to: LogPosition,
    detections: readonly Detection[],
    configurationHash: string,
    flushed: boolean,
  ): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const values = [from, to, configurationHash, flushed, holder];
      const moved = await runPrepared(manager, MOVE_PROGRESS, values);
      if (moved.length !== 1)
        throw new AppError('CONFLICT', 'another scoring has read this part of the log');
      if (detections.length === 0) return;
      const told = lastWords(detections);
      const evidence = await this.log.evidence(manager, positionsOf(told));
      const alerts = new Map<string, Alert>();
      for (const detection of detections) {
        if (detection.kind === 'alert') alerts.set(detection.id, toAlert(detection, evidence));
      }
      await this.storeAlerts(manager, [...alerts.values()], to);
      await appendToOutbox(manager, 'scoring', toEvents(told, evidence));
    });
  }

  private async storeAlerts(
    manager: EntityManager,
    alerts: readonly Alert[],
    position: LogPosition,
  ): Promise<void> {
    for (let from = 0; from < alerts.length; from += ALERTS_AT_ONCE) {
      const some = JSON.stringify(alerts.slice(from, from + ALERTS_AT_ONCE));
      await runPrepared(manager, STORE_ALERTS, [some, position]);
    }
  }
}
