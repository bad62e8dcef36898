import { type BacktestReport } from '#contracts';
import { DEFAULT_PACK, type RulePack } from '#typologies';
import { Services, until } from './support/services';

const START_MS = Date.UTC(2026, 2, 2);
const MINUTE_MS = 60_000;
const DAY = 24 * 60;
const CHAINS = 40;

const at = (minute: number): string => new Date(START_MS + minute * MINUTE_MS).toISOString();
let rows = 0;
const pay = (from: string, to: string, rupees: number, minute: number) => ({
  ...{ transferId: `t${rows++}`, occurredAt: at(minute), type: 'P2P', currency: 'PKR' },
  ...{ amount: String(rupees), debtor: { walletId: from }, creditor: { walletId: to } },
});

/** Fifty people who pay one another for thirty days. */
const life = Array.from({ length: 1_800 }, (_, n) => {
  const from = (n * 7) % 50;
  return pay(`w${from}`, `w${(from + 1 + (n % 9)) % 50}`, 200 + ((n * 977) % 600), n * 24);
});
/** From the tenth day on money is handed on through strangers every twelve hours: much of it, and in turn little of it. */
const chains = Array.from({ length: CHAINS }, (_, n) =>
  [0, 1, 2, 3].map((hop) =>
    pay(
      `c${n}-${hop}`,
      `c${n}-${hop + 1}`,
      (n % 2 === 0 ? 40_000 : 3_000) + n - 10 * hop,
      10 * DAY + n * 700 + 7 * hop + 1,
    ),
  ),
).flat();
const feed = [...life, ...chains].sort((a, b) => (a.occurredAt < b.occurredAt ? -1 : 1));
const LARGE_RUPEES = 10_000;

/** Raises nearly everything; what is refuted has to come from somewhere. */
const eager: RulePack = {
  ...DEFAULT_PACK,
  version: 'eager',
  risk: { ...DEFAULT_PACK.risk, raiseAt: 60, alertsPerThousandWalletsADay: 400 },
};

interface Backtest {
  readonly id: string;
  readonly stage: string | null;
  readonly entriesDone: number;
  readonly status: string;
  readonly candidate: string | null;
  readonly failure: string | null;
  readonly report: BacktestReport | null;
}

let services: Services;

beforeAll(async () => {
  services = await Services.start(['ingestion', 'scoring', 'case-referral']);
  expect((await services.people('POST', '/v1/rule-packs', eager)).status).toBe(201);
  const because = { mode: 'ACTIVE', reason: 'to have something to refute' };
  await told('POST', '/v1/rule-packs/eager/activations', because, 201);
  for (let from = 0; from < feed.length; from += 500) {
    expect((await services.post(feed.slice(from, from + 500))).status).toBe(200);
  }
  await services.settled();
}, 120_000);

afterAll(async () => {
  await services.stop();
});

async function told<T>(method: string, path: string, body?: unknown, status = 200): Promise<T> {
  const answer = await services.people(method, path, body, services.staffKeys.approver);
  const text = await answer.text();
  expect([path, answer.status, text]).toEqual([path, status, text]);
  return JSON.parse(text) as T;
}

async function ended(id: string): Promise<Backtest> {
  let backtest: Backtest | null = null;
  await until('the backtest has ended', async () => {
    backtest = await told<Backtest>('GET', `/v1/backtests/${id}`);
    return !['WAITING', 'RUNNING'].includes(backtest.status);
  });
  return backtest!;
}

describe('a pack over the stored transfers', () => {
  let first: Backtest;

  it('waits until somebody takes it up; asked for again it is the same', async () => {
    first = await told('POST', '/v1/backtests', { pack: DEFAULT_PACK.version, officers: 2 }, 201);
    expect(first.status).toBe('WAITING');
    expect(
      await told('POST', '/v1/backtests', { pack: DEFAULT_PACK.version, officers: 2 }),
    ).toMatchObject({ id: first.id });
    await services.startOne('backtest');
    const { status, failure, report, stage, entriesDone } = await ended(first.id);
    expect([status, failure, stage]).toEqual(['DONE', null, null]);
    // The activation is an entry too.
    expect(entriesDone).toBe(feed.length + 1);
    const stored = await services.all<unknown>('/v1/alerts');
    // It would have raised what the pack in force did raise.
    expect(report!.present).toMatchObject({ version: 'eager', alerts: stored.length });
    expect(report!.present.cases).toBe((await services.all<unknown>('/v1/cases')).length);
    expect(report).toMatchObject({ transfers: feed.length, officers: 2, days: 30 });
    expect(report!.candidate.alerts).toBeLessThan(report!.present.alerts);
    // What the stricter pack does not see again is shown, the riskiest first, by what the provider calls its transfers.
    const risks = report!.lost.map(({ risk }) => risk);
    expect(risks.length).toBeGreaterThan(0);
    expect(risks).toEqual([...risks].sort((a, b) => b - a));
    const known = new Set(feed.map(({ transferId }) => transferId));
    expect(
      report!.lost.every(({ transfers }) => transfers.every((one) => known.has(one.transferId))),
    ).toBe(true);
    const sum = report!.perDay.reduce((all, { present }) => all + present, 0);
    expect(sum).toBe(report!.present.alerts);
    const { value, low, high } = report!.present.alertsPerOfficerAndDay!;
    expect(value).toBeCloseTo(report!.present.alerts / 30 / 2, 9);
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
  });

  it('is the same however often the process is killed', async () => {
    const again = await told<Backtest>(
      'POST',
      '/v1/backtests',
      { pack: DEFAULT_PACK.version, officers: 2 },
      201,
    );
    await until('it is taken up', async () => {
      const { status } = await told<Backtest>('GET', `/v1/backtests/${again.id}`);
      return status !== 'WAITING';
    });
    await services.kill('backtest');
    // Nobody waits for the lease of the dead in a test.
    await services.database.dataSource.query('update intel.backtest set lease_until = now()');
    await services.startOne('backtest');
    const { report } = await ended(again.id);
    expect(report).toEqual((await ended(first.id)).report);
  });

  it('ends where somebody ends it, and what has ended stays', async () => {
    await services.kill('backtest');
    const waiting = await told<Backtest>('POST', '/v1/backtests', { pack: 'eager' }, 201);
    const cancelled = await told<Backtest>('POST', `/v1/backtests/${waiting.id}/cancellations`, {});
    expect(cancelled).toMatchObject({ status: 'CANCELLED', report: null });
    expect(
      await told<Backtest>('POST', `/v1/backtests/${first.id}/cancellations`, {}),
    ).toMatchObject({ status: 'DONE' });
    await services.startOne('backtest');
    expect((await services.all<{ status: string }>('/v1/backtests')).at(-1)!.status).toBe(
      'CANCELLED',
    );
  });

  it('is refused for no pack, both, no time and too little to learn from', async () => {
    await told('POST', '/v1/backtests', {}, 400);
    await told('POST', '/v1/backtests', { pack: 'eager', learn: true }, 400);
    await told('POST', '/v1/backtests', { pack: 'eager', from: 'yesterday' }, 400);
    const backwards = { pack: 'eager', from: at(10), until: at(9) };
    await told('POST', '/v1/backtests', backwards, 400);
    for (const from of ['2026-02-30T00:00:00Z', '0001-01-01T00:00:00Z', '2026-03-01T23:59:60Z']) {
      await told('POST', '/v1/backtests', { pack: 'eager', from }, 400);
    }
    await told('POST', '/v1/backtests', { pack: null }, 400);
    await told('POST', '/v1/backtests', { pack: null, learn: null }, 400);
    await told('POST', '/v1/backtests', { pack: 'nobody' }, 404);
    await told('POST', '/v1/backtests', { learn: true }, 412);
    await told('GET', '/v1/backtests/none', undefined, 404);
  });

  it('learns from what was found of alerts, proposes it, and tells what it is worth after', async () => {
    const amounts = new Map(feed.map(({ transferId, amount }) => [transferId, Number(amount)]));
    const alerts = await services.all<{ id: string }>('/v1/alerts');
    let confirmed = 0;
    for (const { id } of alerts) {
      const { transfers } = await told<{ transfers: { transferId: string }[] }>(
        'GET',
        `/v1/alerts/${id}`,
      );
      const large = transfers.some(({ transferId }) => amounts.get(transferId)! > LARGE_RUPEES);
      confirmed += large ? 1 : 0;
      const finding = { outcome: large ? 'CONFIRMED' : 'REFUTED', reason: 'looked at' };
      await told('POST', `/v1/alerts/${id}/dispositions`, finding, 201);
    }
    const asked = await told<Backtest>('POST', '/v1/backtests', { learn: true }, 201);
    const { status, candidate, report, failure } = await ended(asked.id);
    expect([status, failure]).toEqual(['DONE', null]);
    expect(candidate).toMatch(/^eager\.learnt-[0-9a-f]{8}$/);
    const proposed = await told<{ status: string; document: RulePack }>(
      'GET',
      `/v1/rule-packs/${candidate!}`,
    );
    expect(proposed.status).toBe('PROPOSED');
    expect(proposed.document.scorecard!.learntFrom).toMatchObject({ source: 'dispositions' });
    const { learning } = report!;
    expect(learning!.positives).toBeGreaterThan(0);
    expect(Date.parse(report!.from!)).toBeGreaterThan(Date.parse(learning!.until));
    expect(report!.confirmed).toBeGreaterThan(0);
    expect(report!.confirmed).toBeLessThan(confirmed);
    expect(report!.candidate.confirmedReached!.value).toBeGreaterThanOrEqual(
      report!.present.confirmedReached!.value,
    );
    expect(learning!.reliability.length).toBeGreaterThan(0);
  });
});
