import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** Rows of the log that are added up in one transaction. */
const ROWS_MAX = 100_000;
/** Transactions in a row: ten million rows a minute. */
const STEPS_MAX = 100;
const KEPT_DAYS = 400;

// The row of progress is locked while its rows are added, so that each is added once, by whichever instance.
const PROGRESS = 'select position from feed.total_progress for update';
const NEXT = `
  select max(position) as until, count(*) as rows from (
    select position from feed.transfer where position > $1 order by position limit $2
  ) as next`;
const ADD_UP = `
  insert into feed.quarter_total as known (provider_id, quarter, type, currency, status, rows, sum_minor)
  select provider_id, date_bin('15 minutes', occurred_at, timestamptz 'epoch'), type, currency, status, count(*), sum(amount_minor)
  from feed.transfer where position > $1 and position <= $2
  group by 1, 2, 3, 4, 5
  on conflict (provider_id, quarter, type, currency, status) do update
    set rows = known.rows + excluded.rows, sum_minor = known.sum_minor + excluded.sum_minor`;

const STATEMENT = `
  select type, currency, status, sum(rows)::bigint as rows, sum(sum_minor)::text as "sumMinor"
  from feed.quarter_total where provider_id = $1 and quarter >= $2 and quarter < $3
  group by type, currency, status order by type, currency, status`;

const FORGET = `
  delete from feed.quarter_total t using (
    select provider_id, max(feed_clock) as clock from feed.feed_hour group by provider_id
  ) as feed
  where t.provider_id = feed.provider_id and t.quarter < feed.clock - make_interval(days => $1)`;

/** What was told of one type in one currency and status. */
export interface StatementLine {
  readonly type: string;
  readonly currency: string;
  readonly status: string;
  readonly rows: number;
  /** Whole minor units, of any size. */
  readonly sumMinor: string;
}

/** What a provider has told in sum: by what stands in the log, each row once. */
@Injectable()
export class StatementRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Adds up what came since. @returns whether all that is stored is in the sums */
  async addUp(): Promise<boolean> {
    for (let step = 0; step < STEPS_MAX; step += 1) {
      if (!(await this.dataSource.transaction(addNext))) return true;
    }
    return false;
  }

  /** @param from the beginning of a day, on a quarter of an hour @param until its end, exclusive */
  async statement(provider: string, from: Date, until: Date): Promise<StatementLine[]> {
    return this.dataSource.query(STATEMENT, [provider, from, until]);
  }

  /** Forgets what happened long before the time of its provider's feed. */
  async forgetOld(): Promise<void> {
    await this.dataSource.query(FORGET, [KEPT_DAYS]);
  }
}

/** @returns whether there is more */
async function addNext(manager: EntityManager): Promise<boolean> {
  const [progress]: { position: number }[] = await manager.query(PROGRESS);
  const [next]: { until: number | null; rows: number }[] = await manager.query(NEXT, [
    progress!.position,
    ROWS_MAX,
  ]);
  if (next!.until === null) return false;
  await manager.query(ADD_UP, [progress!.position, next!.until]);
  await manager.query('update feed.total_progress set position = $1', [next!.until]);
  return next!.rows === ROWS_MAX;
}
