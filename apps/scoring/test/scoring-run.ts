import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DataSource } from 'typeorm';
import { type OutboxEvent, toldInSum } from '#contracts';
import { createServiceApp, loadConfig } from '#platform';
import { ScoreLog } from '../src/score-log';
import { ScoringConfig } from '../src/scoring-config';
import { SCORING_SERVICE, scoringModule } from '../src/scoring.module';

const WAIT_MAX_MS = 20_000;
const START_MS = Date.UTC(2026, 0, 5);
const MINUTE_MS = 60_000;

/** A transfer of the tests’ feeds. */
export interface Move {
  readonly from: string;
  readonly to: string;
  readonly amountMinor: number;
  readonly atMs: number;
}

/** Transfers of ordinary life before anything else happens: ten days, so that it is known what is usual. */
export const LIFE = 600;
const LIFE_STEP_MS = 24 * MINUTE_MS;

/** Ordinary life, then a fan-in that is passed on through two layers. */
export function feed(): Move[] {
  const life = Array.from({ length: LIFE }, (_, i): Move => {
    const from = (i * 7) % 50;
    const to = (from + 1 + (i % 9)) % 50;
    return {
      from: `w${from}`,
      to: `w${to}`,
      amountMinor: 20_000 + ((i * 977) % 60_000),
      atMs: i * LIFE_STEP_MS,
    };
  });
  const hop = (from: string, to: string, rupees: number, minute: number): Move => {
    return { from, to, amountMinor: rupees * 100, atMs: LIFE * LIFE_STEP_MS + minute * MINUTE_MS };
  };
  return [
    ...life,
    ...Array.from({ length: 6 }, (_, i) => hop(`v${i}`, 'c', 40_000 + i * 9_000, i)),
    hop('c', 'm1', 120_000, 8),
    hop('c', 'm2', 240_000, 9),
    hop('m1', 'n1', 117_000, 14),
    hop('m2', 'n2', 235_000, 15),
    hop('n1', 'o1', 114_000, 22),
    hop('n2', 'o2', 231_000, 25),
    hop('o2', 'x', 120_000, 31),
  ];
}

/** Stores moves as ingestion would. */
export async function store(
  dataSource: DataSource,
  moves: readonly Move[],
  from: number,
): Promise<void> {
  await dataSource.query(
    `with input as (
       select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::float8[])
         with ordinality as t(id, debtor, creditor, amount, at, place)
     ), keys as (
       insert into feed.transfer_key (provider_id, transfer_id, positions)
       select 'p', id, array[nextval('log.position')] from input order by place
       returning transfer_id, positions[1] as position
     )
     insert into feed.transfer (position, provider_id, transfer_id, status, type, occurred_at, amount_minor, currency,
                                debtor_provider, debtor_wallet, creditor_provider, creditor_wallet)
     select position, 'p', id, 'SETTLED', 'P2P', to_timestamp(at / 1000), amount, 'PKR', 'p', debtor, 'p', creditor
     from keys join input on id = transfer_id`,
    [
      moves.map((_, i) => `t${from + i}`),
      moves.map((move) => move.from),
      moves.map((move) => move.to),
      moves.map((move) => move.amountMinor),
      moves.map((move) => START_MS + move.atMs),
    ],
  );
}

/** Scoring in this process, at work on a database. */
export async function startScoring(
  database: { readonly databaseUrl: string },
  settings: Partial<Record<keyof ScoringConfig, string>> = {},
): Promise<NestFastifyApplication> {
  const config = loadConfig(ScoringConfig, {
    // Many run in one process here, and each would set so much aside.
    SCORING_SNAPSHOT_COPY_MIB: '8',
    DATABASE_URL: database.databaseUrl,
    DATABASE_CONNECTIONS_MAX: '4',
    LOG_LEVEL: 'silent',
    ...settings,
  });
  const { app } = await createServiceApp(scoringModule(config), SCORING_SERVICE);
  const { DataSource: Connection } = await import('typeorm');
  await app.get(Connection).initialize();
  await app.init();
  return app;
}

/** Asks again and again until something is so. */
export async function until(what: string, done: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + WAIT_MAX_MS;
  while (!(await done())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await sleep(20);
  }
}

/** Waits until all of the log is scored. */
export const upToDate = async (app: NestFastifyApplication): Promise<void> => {
  await until('the log is scored', async () => {
    // A connection that the test has cut may be the one that is asked.
    const progress = await app
      .get(ScoreLog)
      .progress()
      .catch(() => null);
    return progress?.state === 'LIVE' && progress.position === progress.head;
  });
};

/** Everything that scoring told in sum, a line each. */
export async function told(dataSource: DataSource): Promise<string[]> {
  const events: OutboxEvent[] = await dataSource.query(
    'select name, body from scoring.outbox order by position',
  );
  return toldInSum(events).map(({ name, body }) => `${name} ${JSON.stringify(body)}`);
}
