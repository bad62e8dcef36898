import { setTimeout as sleep } from 'node:timers/promises';
import { type DataSource, type QueryRunner } from 'typeorm';
import { type ControlBody, type LogEntry } from '#contracts';
import { createTestDatabase, type TestDatabase } from '#testing';
import { TransferLog } from './transfer-log';
import { takeTurn } from './turn';
import { WakeUp } from './wake-up';

let database: TestDatabase;
let log: TransferLog;

beforeEach(async () => {
  database = await createTestDatabase();
  log = new TransferLog(database.dataSource);
});

afterEach(async () => {
  await database.drop();
});

const INSERT = `
  with key as (
    insert into feed.transfer_key (provider_id, transfer_id, positions)
    values ('demo', $1, array[nextval('log.position')]) returning positions[1] as position
  )
  insert into feed.transfer (position, provider_id, transfer_id, status, type, occurred_at, amount_minor, currency,
                             debtor_provider, debtor_wallet, creditor_provider, creditor_wallet)
  select position, 'demo', $1, 'SETTLED', 'P2P', '2026-03-01T09:05:09.123Z', 100, 'PKR', 'demo', 'W1', 'demo', 'W2'
  from key`;

const insert = (runner: DataSource | QueryRunner, transferId: string): Promise<unknown> =>
  runner.query(INSERT, [transferId]);

const bodyOf = (operationId: string): ControlBody<'indicators.registered.v1'> => ({
  indicators: [{ operationId, type: 'wallet', match: 'demo\nW1', knownFromMs: 0 }],
});

function nameOf(entry: LogEntry): string {
  switch (entry.kind) {
    case 'transfer':
      return entry.transfer.transferId;
    case 'event':
      return entry.event.eventId;
    case 'indicators.registered.v1':
      return entry.indicators[0]!.operationId;
    case 'rule-pack.activated.v1':
    case 'typology.switched.v1':
    case 'alert.disposed.v1':
      return entry.kind;
    default:
      return entry satisfies never;
  }
}

/** Reads on from where it read to, as scoring does. */
class Reader {
  readonly names: string[] = [];
  private position = 0;

  async readOn(entriesMax = 100): Promise<readonly string[]> {
    const entries = await log.read(this.position, entriesMax);
    this.position = entries.at(-1)?.position ?? this.position;
    this.names.push(...entries.map(nameOf));
    return this.names;
  }
}

/** A transaction of a session of its own. */
async function begin(): Promise<QueryRunner> {
  const runner = database.dataSource.createQueryRunner();
  await runner.startTransaction();
  return runner;
}

async function commit(runner: QueryRunner): Promise<void> {
  await runner.commitTransaction();
  await runner.release();
}

async function waiting(): Promise<number> {
  const rows: { count: number }[] = await database.dataSource.query(
    `select count(*) from pg_locks join pg_stat_activity using (pid)
     where locktype = 'advisory' and not granted and datname = current_database()`,
  );
  return rows[0]!.count;
}

async function eventually(check: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await check()) return;
    await sleep(10);
  }
  throw new Error('it did not come to be');
}

describe('the order of the log', () => {
  /**
   * The first transaction inserts and stays open; the second inserts and wants to commit; a reader reads between.
   *
   * @returns what the reader saw in the end
   */
  async function commitInReverse(secondWaits: boolean): Promise<readonly string[]> {
    const reader = new Reader();
    const first = await begin();
    await insert(first, 'first');
    const second = await begin();
    const secondCommitted = insert(second, 'second').then(() => commit(second));
    if (secondWaits) await eventually(async () => (await waiting()) === 1);
    else await secondCommitted;
    await reader.readOn();
    await commit(first);
    await secondCommitted;
    return reader.readOn();
  }

  it('skips nothing: who inserts second waits until the first has committed', async () => {
    const reader = new Reader();
    const first = await begin();
    await insert(first, 'first');
    const second = await begin();
    let done = false;
    const secondCommitted = insert(second, 'second')
      .then(() => commit(second))
      .then(() => {
        done = true;
      });
    await eventually(async () => (await waiting()) === 1);
    expect(done).toBe(false);
    expect(await reader.readOn()).toEqual([]);
    await commit(first);
    await secondCommitted;
    expect(await reader.readOn()).toEqual(['first', 'second']);
  });

  it('would skip without the turn: this test can fail', async () => {
    expect(await commitInReverse(true)).toEqual(['first', 'second']);
    await database.dataSource.query('drop trigger transfer_key_takes_turn on feed.transfer_key');
    await database.dataSource.query('truncate feed.transfer, feed.transfer_key');
    // The second commits first and is read; the first has the lower position and is never seen.
    expect(await commitInReverse(false)).toEqual(['second']);
  });

  it('is the order of commits, not of beginnings', async () => {
    const reader = new Reader();
    const early = await begin();
    await early.query('select count(*) from feed.transfer');
    await early.query(`insert into feed.provider (id, key_hash) values ('p', '\\x00')`);
    const late = await begin();
    await insert(late, 'late');
    await commit(late);
    expect(await reader.readOn()).toEqual(['late']);
    await insert(early, 'early');
    await commit(early);
    expect(await reader.readOn()).toEqual(['late', 'early']);
  });

  it('holds between transfers and control entries too', async () => {
    const reader = new Reader();
    const control = await begin();
    await log.appendControl(control.manager, 'indicators.registered.v1', bodyOf('operation'));
    const transfer = await begin();
    const committed = insert(transfer, 'transfer').then(() => commit(transfer));
    await eventually(async () => (await waiting()) === 1);
    expect(await reader.readOn()).toEqual([]);
    await commit(control);
    await committed;
    expect(await reader.readOn()).toEqual(['operation', 'transfer']);
  });

  it('is kept by whoever takes the turn before writing', async () => {
    const holder = await begin();
    await takeTurn(holder.manager, 'transfers');
    const other = await begin();
    const committed = insert(other, 'other').then(() => commit(other));
    await eventually(async () => (await waiting()) === 1);
    await insert(holder, 'holder');
    await commit(holder);
    await committed;
    expect(await new Reader().readOn()).toEqual(['holder', 'other']);
  });

  it('passes over a transaction that was rolled back, and goes on', async () => {
    const undone = await begin();
    await insert(undone, 'undone');
    await undone.rollbackTransaction();
    await undone.release();
    await insert(database.dataSource, 'after');
    expect(await new Reader().readOn()).toEqual(['after']);
  });

  it('holds under many writers while it is read', async () => {
    const reader = new Reader();
    const written = new AbortController();
    const reading = (async () => {
      while (!written.signal.aborted) await reader.readOn(7);
    })();
    await Promise.all(
      Array.from({ length: 6 }, async (_, writer) => {
        for (let n = 0; n < 30; n += 1) {
          if (n % 10 === 9) {
            await database.dataSource.transaction((manager) =>
              log.appendControl(manager, 'indicators.registered.v1', bodyOf(`${writer}-${n}`)),
            );
          } else await insert(database.dataSource, `${writer}-${n}`);
        }
      }),
    );
    written.abort();
    await reading;
    for (let pages = 0; pages < 40; pages += 1) await reader.readOn(7);
    expect(new Set(reader.names).size).toBe(180);
    expect(reader.names).toHaveLength(180);
    for (let writer = 0; writer < 6; writer += 1) {
      const own = reader.names.filter((name) => name.startsWith(`${writer}-`));
      expect(own).toEqual(Array.from({ length: 30 }, (_, n) => `${writer}-${n}`));
    }
  });
});

describe('reading', () => {
  it('merges transfers and control entries in order, a page at a time', async () => {
    const told = ['a', 'OP1', 'OP2', 'b', 'c', 'OP3', 'd', 'OP4'];
    for (const name of told) {
      if (name.startsWith('OP')) {
        await database.dataSource.transaction((manager) =>
          log.appendControl(manager, 'indicators.registered.v1', bodyOf(name)),
        );
      } else await insert(database.dataSource, name);
    }
    const pages: string[][] = [];
    for (let after = 0; ;) {
      const page = await log.read(after, 2);
      if (page.length === 0) break;
      pages.push(page.map(nameOf));
      after = page.at(-1)!.position;
    }
    expect(pages).toEqual([['a', 'OP1', 'OP2', 'b'], ['c', 'OP3', 'd'], ['OP4']]);
    expect(await log.head()).toBe((await log.read(0, 100)).at(-1)!.position);
  });

  it('of an empty log gives nothing', async () => {
    expect(await log.read(0, 10)).toEqual([]);
    expect(await log.head()).toBe(0);
  });

  it('gives a transfer as it was stored', async () => {
    await insert(database.dataSource, 'a');
    const [entry] = await log.read(0, 1);
    expect(entry).toEqual({
      kind: 'transfer',
      position: expect.any(Number) as number,
      originalPosition: null,
      debtorTokens: [],
      creditorTokens: [],
      transfer: {
        provider: 'demo',
        transferId: 'a',
        status: 'SETTLED',
        type: 'P2P',
        occurredAtMs: Date.UTC(2026, 2, 1, 9, 5, 9, 123),
        amountMinor: 100,
        currency: 'PKR',
        debtor: { provider: 'demo', walletId: 'W1', kind: null },
        creditor: { provider: 'demo', walletId: 'W2', kind: null },
      },
    });
  });
});

describe('waking up', () => {
  let wakeUp: WakeUp;

  beforeEach(async () => {
    wakeUp = new WakeUp(database.databaseUrl, 'transfers');
    await wakeUp.open();
  });

  afterEach(async () => {
    await wakeUp.close();
  });

  /** Who listens, by process id of the server's. */
  async function listeners(): Promise<number[]> {
    const rows: { pid: number }[] = await database.dataSource.query(
      `select pid from pg_stat_activity where datname = current_database() and query = 'listen layerwatch_transfers'`,
    );
    return rows.map(({ pid }) => pid);
  }

  async function secondsToWake(): Promise<number> {
    const from = performance.now();
    await wakeUp.wait();
    return (performance.now() - from) / 1_000;
  }

  /** A wait ends by itself after a second; one that a notice ends is much shorter. */
  const BY_ITSELF_S = 0.9;

  /** Waits until nothing is noticed any more. */
  async function quiet(): Promise<void> {
    while ((await secondsToWake()) < BY_ITSELF_S);
  }

  it('is by notice of a commit, and by itself where there is none', async () => {
    await quiet();
    const waking = secondsToWake();
    await insert(database.dataSource, 'a');
    expect(await waking).toBeLessThan(BY_ITSELF_S);
    expect(await secondsToWake()).toBeGreaterThan(BY_ITSELF_S);
  });

  it('is not missed where the notice came before the wait', async () => {
    await quiet();
    await insert(database.dataSource, 'a');
    await sleep(200);
    expect(await secondsToWake()).toBeLessThan(0.1);
  });

  it('goes on when its connection was ended', async () => {
    await quiet();
    const [before] = await listeners();
    await database.dataSource.query('select pg_terminate_backend($1)', [before]);
    await eventually(async () => {
      const [after] = await listeners();
      return after !== undefined && after !== before;
    });
    await quiet();
    const waking = secondsToWake();
    await insert(database.dataSource, 'a');
    expect(await waking).toBeLessThan(BY_ITSELF_S);
  });

  it('ends at once when it is closed', async () => {
    await quiet();
    const waking = secondsToWake();
    await wakeUp.close();
    expect(await waking).toBeLessThan(BY_ITSELF_S);
    await eventually(async () => (await listeners()).length === 0);
  });
});
