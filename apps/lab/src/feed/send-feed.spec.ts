import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient, type RetryLimits } from './api-client';
import { ContractServer } from './contract-server-spec';
import { openDemoFeed } from './demo-feed';
import { FeedProgress } from './feed-progress';
import { type FeedRow, type FeedSource } from './feed-source';
import { type Intelligence, NO_INTELLIGENCE } from './indicator-source';
import { type FeedState } from './progress-line';
import { type RegisteredOperation, type Reporter } from './reporter';
import { SendFeed } from './send-feed';

const QUICK: RetryLimits = { retryWithinMs: 4_000, reachWithinMs: 300 };
const START_MS = Date.UTC(2026, 9, 27);

class Recorder implements Reporter {
  readonly states: FeedState[] = [];
  readonly operations: RegisteredOperation[] = [];
  progress(state: FeedState): void {
    this.states.push(state);
  }
  operation(operation: RegisteredOperation): void {
    this.operations.push(operation);
  }
  readonly done = (): void => undefined;
  readonly resumed = (): void => undefined;
  readonly stopped = (): void => undefined;
  readonly failed = (): void => undefined;
}

/** A feed of so many rows, a second apart. */
function feedOf(count: number, amount = '10.00'): FeedSource {
  const rows = Array.from({ length: count }, (_, n): FeedRow => {
    const occurredAtMs = START_MS + n * 1_000;
    const row = {
      transferId: `t${n}`,
      occurredAt: new Date(occurredAtMs).toISOString(),
      type: 'P2P',
      amount: n % 10 === 3 ? amount : '10.00',
      currency: 'PKR',
      debtor: { walletId: `W${n}` },
      creditor: { walletId: `V${n % 7}` },
    };
    return { json: JSON.stringify(row), occurredAtMs };
  });
  return {
    name: 'test',
    fingerprint: `test-${count}`,
    rowsTotal: count,
    rows: async function* () {
      for (const row of rows) yield await Promise.resolve(row);
    },
  };
}

describe('SendFeed', () => {
  let server: ContractServer;
  let url: string;
  let folder: string;
  let progressFile: string;
  const stop = { current: new AbortController() };

  beforeEach(async () => {
    server = new ContractServer();
    url = await server.listen();
    folder = await mkdtemp(join(tmpdir(), 'layerwatch-feed-'));
    progressFile = join(folder, 'feeds', 'one.json');
    stop.current = new AbortController();
  });
  afterEach(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  interface Setup {
    readonly source: FeedSource;
    readonly intelligence?: Intelligence;
    readonly rate?: number;
    readonly key?: string;
    readonly address?: string;
  }

  async function sender({ source, intelligence, rate, key, address }: Setup) {
    const reporter = new Recorder();
    const progress = await FeedProgress.load(progressFile);
    const target = { url: address ?? url, key: key ?? server.key };
    const { signal } = stop.current;
    const feed = new SendFeed(
      {
        source,
        intelligence: intelligence ?? NO_INTELLIGENCE,
        provider: 'demo',
        rate: rate ?? 0,
      },
      progress,
      new ApiClient({ service: 'ingestion', ...target }, signal, QUICK),
      new ApiClient({ service: 'case-referral', ...target }, signal, QUICK),
      reporter,
      signal,
    );
    return { feed, reporter, progress };
  }

  it('posts every row once, in order, in batches of a thousand', async () => {
    const { feed, reporter } = await sender({ source: feedOf(2_345) });
    expect(await feed.run()).toBe(true);
    expect([...server.stored.keys()]).toEqual(Array.from({ length: 2_345 }, (_, n) => `t${n}`));
    expect(server.batches).toEqual([1_000, 1_000, 345]);
    expect(feed.summary()).toMatchObject({ accepted: 2_345, duplicates: 0, rejected: 0 });
    expect(reporter.states[reporter.states.length - 1]).toMatchObject({
      rows: 2_345,
      rowsTotal: 2_345,
      feedClockMs: START_MS + 2_344_000,
    });
  });

  it('registers each indicator when the clock of the feed reaches it, as the operation it belongs to', async () => {
    const at = (rows: number) => START_MS + rows * 1_000;
    const intelligence: Intelligence = {
      indicators: [
        { operationId: 'OP-1', type: 'wallet', value: 'W1', knownFromMs: at(500) },
        { operationId: 'OP-1', type: 'msisdn', value: '923991234567', knownFromMs: at(500) },
        { operationId: 'OP-1', type: 'wallet', value: 'W2', knownFromMs: at(1_200) - 1 },
        { operationId: 'OP-2', type: 'wallet', value: 'W3', knownFromMs: at(9_999) },
      ],
      operation: (id) => ({ name: `name of ${id}`, kind: 'CALL_CENTRE', modus: 'PHISHING' }),
    };
    const { feed, reporter } = await sender({ source: feedOf(1_500), intelligence });
    await feed.run();
    expect(server.operations).toEqual([
      {
        id: 'OP-1',
        name: 'name of OP-1',
        kind: 'CALL_CENTRE',
        modus: 'PHISHING',
        indicators: [
          { type: 'wallet', value: 'W1', provider: 'demo', knownFrom: '2026-10-27T00:08:20.000Z' },
          { type: 'msisdn', value: '923991234567', knownFrom: '2026-10-27T00:08:20.000Z' },
        ],
        afterRows: 500,
      },
      expect.objectContaining({ id: 'OP-1', afterRows: 1_200 }),
    ]);
    expect(reporter.operations.map(({ indicators }) => indicators)).toEqual([2, 1]);
    expect(server.stored.size).toBe(1_500);
    // A telephone number has no business in the note.
    expect(await readFile(progressFile, 'utf8')).not.toContain('923991234567');
  });

  it('waits as long as the server asks, and sends a batch again whose answer was lost', async () => {
    server.mishaps.push(
      { kind: 'answer', status: 503, retryAfter: '1' },
      { kind: 'drop', stored: false },
      { kind: 'drop', stored: true },
      { kind: 'answer', status: 429, retryAfter: '0' },
    );
    const { feed } = await sender({ source: feedOf(1_500) });
    const startedMs = performance.now();
    expect(await feed.run()).toBe(true);
    expect(performance.now() - startedMs).toBeGreaterThan(1_000);
    expect(server.requests).toBe(6);
    expect(server.stored.size).toBe(1_500);
    expect(feed.summary()).toMatchObject({ accepted: 500, duplicates: 1_000, rejected: 0 });
  });

  it('gives up after its limit, keeps what was answered, and goes on from there', async () => {
    const source = feedOf(2_500);
    const first = await sender({ source });
    server.onBatch = () => {
      server.mishaps.push({ kind: 'answer', status: 503, retryAfter: '5' });
    };
    await expect(first.feed.run()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('the same command goes on') as string,
    });
    server.onBatch = () => undefined;
    server.batches.length = 0;
    const second = await sender({ source });
    expect(second.progress.state.rows).toBe(1_000);
    expect(await second.feed.run()).toBe(true);
    // The first row is sent again, to see whether this database knows the feed.
    expect(server.batches).toEqual([1, 1_000, 500]);
    expect(server.stored.size).toBe(2_500);
    expect(second.feed.summary()).toMatchObject({ accepted: 2_500, duplicates: 0 });
  });

  it('stops after the batch in flight when it is told to, and goes on from there', async () => {
    const source = feedOf(3_000);
    server.onBatch = () => {
      if (server.batches.length === 2) stop.current.abort();
    };
    const first = await sender({ source });
    expect(await first.feed.run()).toBe(false);
    expect(first.progress.state).toMatchObject({ rows: 2_000, accepted: 2_000, done: false });
    stop.current = new AbortController();
    const second = await sender({ source });
    expect(await second.feed.run()).toBe(true);
    expect([...server.stored.keys()]).toHaveLength(3_000);
    expect(second.feed.summary()).toMatchObject({ accepted: 3_000, duplicates: 0 });
  });

  it('begins anew where the database has not seen the feed', async () => {
    const source = feedOf(1_200);
    await (await sender({ source })).feed.run();
    server.stored.clear();
    const again = await sender({ source });
    expect(await again.feed.run()).toBe(true);
    expect([...server.stored.keys()]).toEqual(Array.from({ length: 1_200 }, (_, n) => `t${n}`));
    expect(again.feed.summary()).toMatchObject({ accepted: 1_200, duplicates: 0 });
  });

  it('counts refused rows by kind and goes on', async () => {
    const { feed } = await sender({ source: feedOf(1_000, '10.0000001') });
    expect(await feed.run()).toBe(true);
    expect(feed.summary()).toMatchObject({
      accepted: 900,
      rejected: 100,
      problems: [{ code: 'INVALID_INPUT', path: '/amount', count: 100 }],
    });
  });

  it("stops at once where the service refuses the request, with the service's own words", async () => {
    const { feed } = await sender({ source: feedOf(10), key: 'lw_wrong' });
    await expect(feed.run()).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('this provider key is not known') as string,
    });
    expect(server.requests).toBe(1);
  });

  it('does not wait long for what was never there', async () => {
    const { feed } = await sender({ source: feedOf(10), address: 'http://127.0.0.1:9' });
    const startedMs = performance.now();
    await expect(feed.run()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(performance.now() - startedMs).toBeLessThan(1_200);
  });

  it('keeps the pace it is given', async () => {
    const { feed } = await sender({ source: feedOf(300), rate: 500 });
    const startedMs = performance.now();
    await feed.run();
    const tookMs = performance.now() - startedMs;
    expect(tookMs).toBeGreaterThan(350);
    expect(server.batches).toEqual([100, 100, 100]);
  });

  it('posts the demo feed: every row is accepted, every indicator registered inside its pattern', async () => {
    const { source, intelligence } = await openDemoFeed({ seed: 1, days: 3, wallets: 1_000 });
    const { feed } = await sender({ source, intelligence });
    expect(await feed.run()).toBe(true);
    expect(feed.summary()).toMatchObject({ duplicates: 0, rejected: 0, problems: [] });
    expect(server.stored.size).toBe(source.rowsTotal);
    const rows = [...server.stored.values()];
    for (const { indicators, afterRows } of server.operations) {
      for (const { knownFrom } of indicators) {
        expect(rows[afterRows - 1]!.occurredAt < knownFrom!).toBe(true);
        expect(rows[afterRows]!.occurredAt >= knownFrom!).toBe(true);
      }
    }
    expect(server.operations.length).toBeGreaterThan(0);
  });
});
