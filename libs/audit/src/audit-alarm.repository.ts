import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/**
 * - MASS_READING: looked at more than anybody works through in an hour
 * - ODD_HOURS: looked at persons or cases at night
 * - REFUSED: tried what they may not, again and again; or nobody knows who, to be let in
 * - NO_CASE: asked who somebody is of whom the case says nothing, or searched for somebody who is in none
 * - ONESELF: looked for themselves, or at a case that names them, once
 */
export const ALARM_KINDS = ['MASS_READING', 'ODD_HOURS', 'REFUSED', 'NO_CASE', 'ONESELF'] as const;
export type AlarmKind = (typeof ALARM_KINDS)[number];

export interface AuditAlarm {
  readonly id: number;
  readonly kind: AlarmKind;
  readonly actor: string;
  /** It is about this hour, by our clock. */
  readonly hour: Date;
  readonly count: number;
  readonly raisedAt: Date;
}

/** From how many on, in an hour, it is one. */
export interface AlarmLimits {
  readonly readsPerHour: number;
  readonly nightReadsPerHour: number;
  readonly refusalsPerHour: number;
  readonly inVainPerHour: number;
  /** IANA name of the zone whose nights count. */
  readonly timeZone: string;
}

/** Night, by the clocks of the zone. */
const NIGHT_FROM_HOUR = 22;
const NIGHT_UNTIL_HOUR = 6;

/** Acts by which one looks, beside those that are called reading. */
const LOOKS = [
  ...['reveal identities', 'search by identifier', 'decide who reads cases', 'review broken glass'],
  ...['compare rule packs', 'propose erasures', 'place legal holds'],
] as const;

/** What counts, entry by entry: each thing that was shown, and 0 for what is no look. */
const COUNTED = `
  select body #>> '{actor,id}' as actor, date_trunc('hour', at) as hour,
         extract(hour from at at time zone $6) as local_hour,
         case when body ->> 'outcome' = 'refused' and coalesce(body #>> '{details,because}', '') <> all('{nothing,INVALID_INPUT}')
           then coalesce((body #>> '{details,count}')::integer, 1) else 0 end as refused,
         case when body ->> 'act' <> all('{read the audit trail,read own provider}')
               and (body ->> 'act' like 'read %' or body ->> 'act' = any('{${LOOKS.join(',')}}'))
               and body ->> 'outcome' = 'done' and not body ? 'after'
           then coalesce((body #>> '{details,shown}')::integer, 1) else 0 end as shown,
         (body ->> 'act' = 'reveal identities' and body #> '{details,tokens}' = '[]'
           or body ->> 'act' = 'search by identifier' and body #> '{details,shown}' = '0')::integer as in_vain,
         coalesce(body #>> '{details,oneself}' = 'true', false)::integer as of_oneself
  from (select at, body::jsonb as body from audit.entry where at >= date_trunc('hour', $1::timestamptz)) entry`;

/** What in the trail somebody should look at. */
@Injectable()
export class AuditAlarms {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Looks at the trail from an hour on, and keeps what is to be looked at. Looking again changes the counts alone.
   *
   * @returns how many there were not before
   */
  async raise(from: Date, limits: AlarmLimits): Promise<number> {
    const rows: { is_new: boolean }[] = await this.dataSource.query(
      `with counted as (${COUNTED}),
       hourly as (
         select actor, hour, sum(shown) as shown,
                sum(shown) filter (where local_hour >= ${NIGHT_FROM_HOUR} or local_hour < ${NIGHT_UNTIL_HOUR}) as at_night,
                sum(refused) as refused, sum(in_vain) as in_vain,
                sum(of_oneself) as of_oneself
         from counted where actor <> 'layerwatch' group by actor, hour
       ),
       found as (
         select 'MASS_READING' as kind, actor, hour, shown as count from hourly where shown >= $2
         union all select 'ODD_HOURS', actor, hour, at_night from hourly where at_night >= $3
         union all select 'REFUSED', actor, hour, refused from hourly where refused >= $4
         union all select 'NO_CASE', actor, hour, in_vain from hourly where in_vain >= $5
         union all select 'ONESELF', actor, hour, of_oneself from hourly where of_oneself > 0
       )
       insert into audit.alarm (kind, actor, hour, count) select kind, actor, hour, count from found
       on conflict (kind, actor, hour) do update set count = excluded.count
       returning xmax = 0 as is_new`,
      [
        from,
        limits.readsPerHour,
        limits.nightReadsPerHour,
        limits.refusalsPerHour,
        limits.inVainPerHour,
        limits.timeZone,
      ],
    );
    return rows.filter(({ is_new }) => is_new).length;
  }

  /** Oldest first, up to `rowsMax`, after the id given. */
  async list(after: number, rowsMax: number): Promise<AuditAlarm[]> {
    return this.dataSource.query(
      `select id, kind, actor, hour, count, raised_at as "raisedAt" from audit.alarm
       where id > $1 order by id limit $2`,
      [after, rowsMax],
    );
  }
}
