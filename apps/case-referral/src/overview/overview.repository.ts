import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { outboxHead } from '#messaging';
import { type Told } from '../page/told';
import { type OverviewAnswer } from './overview-answer';

/** Adds up what the cases say. */
@Injectable()
export class OverviewRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** As of one moment: figures that are said to be up to date must not be older than the word. */
  async read(): Promise<Told<OverviewAnswer>> {
    return this.dataSource.transaction('REPEATABLE READ', (snapshot) => this.readFrom(snapshot));
  }

  private async readFrom(snapshot: EntityManager): Promise<Told<OverviewAnswer>> {
    const typologies: { typology: string; alerts: number }[] = await snapshot.query(
      `select typology, count(*) as alerts from referral.alert, unnest(typologies) as typology
       group by typology order by typology`,
    );
    const counts: { alerts: number; cases: number; linked: number; stale: number }[] =
      await snapshot.query(
        `select (select count(*) from referral.alert) as alerts,
              (select count(*) from referral.case_file where merged_into is null) as cases,
              (select count(*) from referral.case_file where stale) as stale,
              (select count(distinct case_id) from referral.case_operation) as linked`,
      );
    const { alerts, cases, linked, stale } = counts[0]!;
    return {
      alerts,
      alertsByTypology: Object.fromEntries(
        typologies.map((row) => [row.typology, row.alerts] as const),
      ),
      cases,
      casesWithOperation: linked,
      money: await this.money(snapshot),
      eventsBehind: await this.eventsBehind(snapshot),
      casesBehind: stale,
    };
  }

  private async money(snapshot: EntityManager): Promise<OverviewAnswer['money']> {
    // Sums stop at the largest whole number that JSON readers hold exactly.
    const sum = (field: string): string =>
      `least(sum((m ->> '${field}')::numeric), 9007199254740991)::bigint as "${field}"`;
    return snapshot.query(
      `select m ->> 'currency' as currency, ${sum('tracedMinor')}, ${sum('movedMinor')},
              ${sum('exitedMinor')}, ${sum('heldMinor')}
       from referral.case_file, jsonb_array_elements(body -> 'moneyByCurrency') as m
       where merged_into is null group by 1 order by 2 desc, 1`,
    );
  }

  private async eventsBehind(snapshot: EntityManager): Promise<number> {
    const rows: { position: number }[] = await snapshot.query(
      `select position from referral.inbox where source = 'scoring'`,
    );
    const head = await outboxHead(snapshot, 'scoring');
    return head - (rows[0]?.position ?? 0);
  }
}
