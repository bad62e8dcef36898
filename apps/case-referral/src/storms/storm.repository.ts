import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type AlertStorm } from '#contracts';

/** Hours of the feed in which alerts were held back. */
@Injectable()
export class StormRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Of one hour the last word holds, and it keeps its place. */
  async save(manager: EntityManager, storm: AlertStorm, listedAt: number): Promise<void> {
    await manager.query(
      `insert into referral.alert_storm (from_at, listed_at, body) values ($1, $2, $3::jsonb)
       on conflict (from_at) do update set body = excluded.body`,
      [storm.from, listedAt, JSON.stringify(storm)],
    );
  }

  /** By the place in the list; up to `rowsMax`, after the place given. */
  async list(after: number, rowsMax: number): Promise<{ place: number; storm: AlertStorm }[]> {
    const rows: { listed_at: number; body: AlertStorm }[] = await this.dataSource.query(
      `select listed_at, body from referral.alert_storm where listed_at > $1 order by listed_at limit $2`,
      [after, rowsMax],
    );
    return rows.map(({ listed_at, body }) => ({ place: listed_at, storm: body }));
  }
}
