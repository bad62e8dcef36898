import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { audit, SERVICE_ACTOR } from '#audit';
import { type RetentionRule } from '#domain';
import { ErasureRepository } from '../erasures/erasure.repository';

/** Any number will do, as long as every instance takes the same. */
const RETENTION_LOCK = 4_711_000_007;
/** Identities that are looked at in one transaction. */
const PAGE_ROWS = 5_000;
/** Identities under hold that archived days are compared with; where there are more, no day is dropped. */
const HELD_MAX = 10_000;

/** What has outlived its time: last reported, or told of in a case, before this day. */
export interface Outlived {
  /** ISO 8601. */
  readonly before: string;
  readonly rule: RetentionRule;
}

/** Looks before paying that are dropped in one transaction. */
const SCREENINGS_MAX = 10_000;

interface PageResult {
  readonly last: string | null;
  readonly erased: number;
}

/** Identities and archived days of transfers, as far as they are older than anybody has to keep them. */
@Injectable()
export class RetentionRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly erasures: ErasureRepository,
  ) {}

  /**
   * Looks at the identities after a token, and erases those that have outlived their time and are not held.
   *
   * @returns null where another instance is at it
   */
  async erasePage(after: string, { before, rule }: Outlived): Promise<PageResult | null> {
    return this.dataSource.transaction(async (manager) => {
      const [lock]: { taken: boolean }[] = await manager.query(
        'select pg_try_advisory_xact_lock($1) as taken',
        [RETENTION_LOCK],
      );
      if (lock?.taken !== true) return null;
      // The page first, and what is old in it then: looking for old ones alone might read all there are.
      const [page]: { last: string | null; old: string[] }[] = await manager.query(
        `select max(token) as last, coalesce(array_agg(token) filter (where old), '{}') as old from (
           select token, key_version <> 0 and seen_in < date_trunc('month', $2::date) as old
           from feed.identity where token > $1 order by token limit $3
         ) looked_at`,
        [after, before, PAGE_ROWS],
      );
      const { last, old } = page!;
      const tokens = old.length === 0 ? [] : await this.erasures.lockOutlived(manager, old, before);
      if (tokens.length > 0) {
        await this.erasures.erase(manager, tokens);
        await audit(manager, {
          ...{ act: 'forget what has outlived its time', outcome: 'done', actor: SERVICE_ACTOR },
          object: null,
          details: { before, years: rule.years, source: rule.source, tokens },
        });
      }
      return { last, erased: tokens.length };
    });
  }

  /** Drops archived days of transfers that have outlived their time and name nobody who is held. @returns how many */
  async dropDays({ before, rule }: Outlived): Promise<number> {
    return this.dataSource.transaction(async (manager) => {
      const held: { token: string }[] = await manager.query(
        `select token from referral.legal_hold where released_by is null and token is not null
         union
         select unnest(t.named) from referral.legal_hold h
         join referral.case_file placed on placed.id = h.case_id
         join referral.case_transfer t on t.case_id = coalesce(placed.merged_into, placed.id)
         where h.released_by is null limit $1`,
        [HELD_MAX + 1],
      );
      if (held.length > HELD_MAX) return 0;
      const [row]: { days: number }[] = await manager.query(
        'select feed.drop_archived_days($1::date, $2::text[]) as days',
        [before, held.map(({ token }) => token)],
      );
      const { days } = row!;
      if (days > 0) {
        await audit(manager, {
          ...{ act: 'drop what has outlived its time', outcome: 'done', actor: SERVICE_ACTOR },
          object: null,
          details: { before, years: rule.years, source: rule.source, days },
        });
      }
      return days;
    });
  }

  /** Drops a page of looks before paying that have outlived their time. @returns how many; fewer than a page where it was the last */
  async dropScreenings({ before, rule }: Outlived): Promise<{ dropped: number; isLast: boolean }> {
    return this.dataSource.transaction(async (manager) => {
      const [row]: { dropped: number }[] = await manager.query(
        'select feed.drop_screenings($1::date, $2) as dropped',
        [before, SCREENINGS_MAX],
      );
      const { dropped } = row!;
      if (dropped > 0) {
        await audit(manager, {
          ...{ act: 'drop what has outlived its time', outcome: 'done', actor: SERVICE_ACTOR },
          object: null,
          details: { before, years: rule.years, source: rule.source, screenings: dropped },
        });
      }
      return { dropped, isLast: dropped < SCREENINGS_MAX };
    });
  }
}
