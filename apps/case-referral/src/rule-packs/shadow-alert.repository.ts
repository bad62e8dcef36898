import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type Alert, type RulePackApplied } from '#contracts';
import { type ComparedAlert } from './compared-alert';

/** A stretch in which a pack was the shadow, in positions of scoring's outbox and in the feed's time. */
export interface ShadowTime {
  readonly after: number;
  /** Exclusive; null while it goes on. */
  readonly before: number | null;
  readonly from: string | null;
  readonly until: string | null;
}

const COLUMNS = `id, (body -> 'risk')::float8 as risk, body -> 'typologies' as typologies,
  body -> 'transfers' as transfers, body ->> 'firstAt' as "firstAt"`;

/** What shadow packs would have raised, and when each was the shadow. */
@Injectable()
export class ShadowAlertRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Keeps an alert of a shadow's own. One that it goes on with, and that was raised before, is not: it says nothing of what the
   * pack raises.
   */
  async take(manager: EntityManager, alert: Alert, listedAt: number): Promise<void> {
    const body = JSON.stringify(alert);
    if (alert.revision > 1) {
      await manager.query(
        'update referral.shadow_alert set body = $3::jsonb where pack_hash = $1 and id = $2',
        [alert.pack.hash, alert.id, body],
      );
      return;
    }
    // The same pack may be tried again over the same feed: the later trial has it.
    await manager.query(
      `insert into referral.shadow_alert (pack_hash, id, listed_at, body) values ($1, $2, $3, $4::jsonb)
       on conflict (pack_hash, id) do update set listed_at = excluded.listed_at, body = excluded.body`,
      [alert.pack.hash, alert.id, listedAt, body],
    );
  }

  /** Notes that detection has come to a decision. */
  async applied(
    manager: EntityManager,
    { position, asOf }: RulePackApplied,
    appliedAt: number,
  ): Promise<void> {
    await manager.query(
      `update intel.rule_pack_activation set applied_at = $2, applied_as_of = $3 where position = $1`,
      [position, appliedAt, asOf],
    );
  }

  /** The last time that a pack was the shadow; null where it never was, or detection has not come to it. */
  async lastTime(version: string): Promise<ShadowTime | null> {
    const rows: {
      after: number;
      before: number | null;
      from: Date | null;
      until: Date | null;
    }[] = await this.dataSource.query(
      `select began.applied_at as after, began.applied_as_of as from,
              ended.applied_at as before, ended.applied_as_of as until
       from intel.rule_pack_activation began
       left join lateral (
         -- It ends as it is withdrawn or put in force, or as another takes its place.
         select applied_at, applied_as_of from intel.rule_pack_activation
         where position > began.position and (version = began.version or mode = 'SHADOW')
         order by position limit 1
       ) ended on true
       where began.version = $1 and began.mode = 'SHADOW' and began.applied_at is not null
       order by began.position desc limit 1`,
      [version],
    );
    const row = rows[0];
    if (row === undefined) return null;
    const { after, before, from, until } = row;
    return {
      after,
      before,
      from: from?.toISOString() ?? null,
      until: until?.toISOString() ?? null,
    };
  }

  /** Alerts of the active pack that were raised in that time. */
  async active({ after, before }: ShadowTime, rowsMax: number): Promise<ComparedAlert[]> {
    return this.dataSource.query(
      `select ${COLUMNS} from referral.alert
       where listed_at > $1 and ($2::bigint is null or listed_at < $2) order by listed_at limit $3`,
      [after, before, rowsMax],
    );
  }

  /** Alerts of the shadow that were raised in that time. */
  async shadow(
    { after, before }: ShadowTime,
    packHash: string,
    rowsMax: number,
  ): Promise<ComparedAlert[]> {
    return this.dataSource.query(
      `select ${COLUMNS} from referral.shadow_alert
       where pack_hash = $4 and listed_at > $1 and ($2::bigint is null or listed_at < $2)
       order by listed_at limit $3`,
      [after, before, rowsMax, packHash],
    );
  }
}
