import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { outboxHead } from '#messaging';
import { type Told } from '#platform';
import { type CaseReader, readerParameters } from '../access/case-reader';
import { type OverviewAnswer } from './overview-answer';

/** The cases that go on, as far as they are the reader's. */
const VISIBLE = `
  with visible as materialized (
    select c.id, c.stale, c.body from referral.case_file c
    where c.merged_into is null and referral.may_read(c, $1, $2, $3)
  )`;

/** Adds up what the cases say. */
@Injectable()
export class OverviewRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** As of one moment: figures that are said to be up to date must not be older than the word. */
  async read(reader: CaseReader): Promise<Told<OverviewAnswer>> {
    return this.dataSource.transaction('REPEATABLE READ', (snapshot) =>
      this.readFrom(snapshot, readerParameters(reader)),
    );
  }

  private async readFrom(
    snapshot: EntityManager,
    reader: unknown[],
  ): Promise<Told<OverviewAnswer>> {
    const typologies: { typology: string; alerts: number }[] = await snapshot.query(
      `${VISIBLE}
       select typology, count(*) as alerts
       from referral.alert a join visible on visible.id = a.case_id, unnest(a.typologies) as typology
       group by typology order by typology`,
      reader,
    );
    const counts: { alerts: number; cases: number; linked: number; stale: number }[] =
      await snapshot.query(
        `${VISIBLE}
         select (select count(*) from referral.alert a join visible on visible.id = a.case_id) as alerts,
                (select count(*) from visible) as cases,
                (select count(*) from visible where stale) as stale,
                (select count(distinct o.case_id)
                 from referral.case_operation o join visible on visible.id = o.case_id) as linked`,
        reader,
      );
    const { alerts, cases, linked, stale } = counts[0]!;
    return {
      alerts,
      alertsByTypology: Object.fromEntries(
        typologies.map((row) => [row.typology, row.alerts] as const),
      ),
      cases,
      casesWithOperation: linked,
      money: await this.money(snapshot, reader),
      eventsBehind: await this.eventsBehind(snapshot),
      casesBehind: stale,
    };
  }

  private async money(
    snapshot: EntityManager,
    reader: unknown[],
  ): Promise<OverviewAnswer['money']> {
    // Sums stop at the largest whole number that JSON readers hold exactly.
    const sum = (field: string): string =>
      `least(sum((m ->> '${field}')::numeric), 9007199254740991)::bigint as "${field}"`;
    return snapshot.query(
      `${VISIBLE}
       select m ->> 'currency' as currency, ${sum('tracedMinor')}, ${sum('movedMinor')},
              ${sum('exitedMinor')}, ${sum('heldMinor')}
       from visible, jsonb_array_elements(body -> 'moneyByCurrency') as m
       group by 1 order by 2 desc, 1`,
      reader,
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
