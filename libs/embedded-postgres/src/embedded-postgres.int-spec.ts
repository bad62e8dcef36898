import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import {
  discardEmbeddedPostgres,
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from './embedded-postgres';

let folder: string;
const running: EmbeddedPostgres[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'layerwatch-launcher-'));
  chmodSync(folder, 0o711);
});

afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(dataFolder: string): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataFolder });
  running.push(server);
  return server;
}

async function query(server: EmbeddedPostgres, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: server.databaseUrl });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const refusal = (dataFolder: string): Promise<unknown> =>
  startEmbeddedPostgres({ dataFolder }).then(
    async (server) => {
      await server.stop();
      return 'it started';
    },
    (error: unknown) => error,
  );

describe('an embedded PostgreSQL', () => {
  it('keeps its data over a stop and a start, in a path with spaces and quotes, durably', async () => {
    const dataFolder = join(folder, "a space, a 'quote' and ünï");
    const first = await start(dataFolder);
    await query(first, 'create table kept as select 42 as value');
    await first.stop();
    await first.stop();
    const second = await start(dataFolder);
    expect(await query(second, 'select value from kept')).toEqual([{ value: 42 }]);
    expect(
      await query(second, `select current_setting('fsync') as fsync, current_database() as name`),
    ).toEqual([{ fsync: 'on', name: 'layerwatch' }]);
    // Nothing, but where the programs lie under a private home and had to be copied: that is told at every start.
    expect(second.notice === null).toBe(first.notice === null);
    expect(second.notice ?? 'programs were copied').toContain('programs were copied');
    expect(second.folder).toBe(join(dataFolder, 'postgres'));
  });

  it('works where a path is longer than a socket’s may be', async () => {
    const dataFolder = join(folder, 'long'.repeat(30), 'long'.repeat(30));
    const server = await start(dataFolder);
    expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('lets nobody in without the password, and writes no statement and no value of a row to its log', async () => {
    const server = await start(join(folder, 'data'));
    const ends: unknown[] = [];
    server.onExit((end) => ends.push(end));
    const url = new URL(server.databaseUrl);
    expect(url.hostname).toBe('127.0.0.1');
    expect(decodeURIComponent(url.password)).toHaveLength(32);
    url.password = 'wrong';
    const client = new Client({ connectionString: url.toString() });
    await expect(client.connect()).rejects.toThrow('password authentication failed');

    await query(server, 'create table person (cnic text primary key)');
    await query(server, `insert into person values ('42101-secret')`);
    await expect(query(server, `insert into person values ('42101-secret')`)).rejects.toThrow(
      'duplicate',
    );
    await expect(query(server, `select '42101-secret'::int`)).rejects.toThrow('invalid input');
    await server.stop();
    const log = readFileSync(join(server.folder, 'server.log'), 'utf8');
    expect(log).toContain('database system is ready');
    expect(log).not.toContain('42101');
    // A stop that was asked for is no end by itself.
    expect(ends).toEqual([]);
  });

  it('tells once when the server ends by itself, and starts again after kill -9 with what was committed', async () => {
    const dataFolder = join(folder, 'data');
    const first = await start(dataFolder);
    await query(first, 'create table kept as select 7 as value');
    const end = new Promise((resolve) => {
      first.onExit(resolve);
    });
    process.kill(first.pid, 'SIGKILL');
    expect(await end).toEqual({ exitCode: null, signal: 'SIGKILL' });
    await first.stop();
    const second = await start(dataFolder);
    expect(await query(second, 'select value from kept')).toEqual([{ value: 7 }]);
  });
});

describe('a data folder', () => {
  it('that holds something else is refused and left as it is', async () => {
    writeFileSync(join(folder, 'thesis.txt'), 'mine');
    const error = await refusal(folder);
    expect(error).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(
        /not empty and not a data folder.*set LAYERWATCH_DATA/,
      ) as string,
    });
    expect(readdirSync(folder)).toEqual(['thesis.txt']);
  });

  it('that holds only the keys of a run with DATABASE_URL is ours', async () => {
    writeFileSync(join(folder, 'keys.json'), '{}');
    await start(folder);
    expect(readFileSync(join(folder, 'keys.json'), 'utf8')).toBe('{}');
  });

  it('of another major version is refused and left as it is', async () => {
    const server = await start(folder);
    await server.stop();
    const version = join(folder, 'postgres', 'cluster', 'data', 'PG_VERSION');
    writeFileSync(version, '16\n');
    expect(await refusal(folder)).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(
        /written by PostgreSQL 16.*runs PostgreSQL 17.*LAYERWATCH_DATA/,
      ) as string,
    });
    writeFileSync(version, '17\n');
    await start(folder);
  });

  it('of a newer Layerwatch is refused', async () => {
    writeFileSync(
      join(folder, 'layerwatch.json'),
      '{"format":2,"throwAway":false,"postgres":null}',
    );
    expect(await refusal(folder)).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('newer Layerwatch') as string,
    });
  });

  it('whose database is gone is refused, not filled with an empty one', async () => {
    const server = await start(folder);
    await server.stop();
    rmSync(join(folder, 'postgres'), { recursive: true });
    expect(await refusal(folder)).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('no longer there') as string,
    });
  });

  it('that is a file is refused', async () => {
    writeFileSync(join(folder, 'file'), '');
    expect(await refusal(join(folder, 'file'))).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('is a file, not a folder') as string,
    });
  });

  it('in which making the database was cut short is started afresh, without the rest', async () => {
    const cutShort = join(folder, 'postgres', 'cluster.0123456789abcdef.new');
    writeFileSync(
      join(folder, 'layerwatch.json'),
      '{"format":1,"throwAway":false,"postgres":null}',
    );
    mkdirSync(join(cutShort, 'data', 'base'), { recursive: true });
    chmodSync(join(folder, 'postgres'), 0o711);
    writeFileSync(join(cutShort, 'data', 'PG_VERSION'), '17\n');
    const server = await start(folder);
    expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(readdirSync(join(folder, 'postgres')).filter((name) => name.endsWith('.new'))).toEqual(
      [],
    );
  });

  it('is only discarded where it was made as a throw-away', async () => {
    const server = await start(join(folder, 'kept'));
    await server.stop();
    expect(await discardEmbeddedPostgres(join(folder, 'kept'))).toBe(false);
    const spare = await startEmbeddedPostgres({
      dataFolder: join(folder, 'spare'),
      throwAway: true,
    });
    await expect(discardEmbeddedPostgres(join(folder, 'spare'))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    await spare.stop();
    expect(await discardEmbeddedPostgres(join(folder, 'spare'))).toBe(true);
    expect(readdirSync(folder)).toEqual(['kept']);
  });
});
