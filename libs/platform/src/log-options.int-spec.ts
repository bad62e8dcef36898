import { Writable } from 'node:stream';
import { pinoHttp } from 'pino-http';
import { AppError } from '#domain';
import { createTestDatabase, type TestDatabase } from '#testing';
import { logOptions } from './log-options';

/** Stands for a person's name, wherever it turns up. */
const SECRET = 'Zulekha-Unusualname';

let database: TestDatabase;
let written: string;

const log = pinoHttp(
  logOptions('test', 'info'),
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString();
      done();
    },
  }),
).logger;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(async () => {
  await database.drop();
});

beforeEach(() => {
  written = '';
});

async function failureOf(query: string, parameters: unknown[]): Promise<Error> {
  try {
    await database.dataSource.query(query, parameters);
  } catch (error) {
    return error as Error;
  }
  throw new Error('the query did not fail');
}

const key = `insert into feed.transfer_key (provider_id, transfer_id, positions) values ('p', $1, '{}')`;

describe('an error in the log', () => {
  it.each([
    ['a value that does not fit', 'select $1::text::bigint', '22P02'],
    ['a row that breaks a check', `insert into feed.transfer_key values ('p', $1, null)`, '23502'],
    ['a wrong statement', 'select $1::text from nowhere', '42P01'],
  ])('from the database, %s: its code, not its data', async (_, query, code) => {
    const error = await failureOf(query, [SECRET]);
    // It is all there, ready to be printed.
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).toContain(SECRET);
    log.error({ err: error }, 'it failed');
    log.error({ err: new AppError('UNAVAILABLE', 'try again', [], { cause: error }) }, 'again');
    log.error(error);
    log.error({ err: error });
    expect(written.trim().split('\n')).toHaveLength(4);
    expect(written).not.toContain(SECRET);
    expect(written).toContain(code);
    expect(written).toContain('QueryFailedError');
    expect(written).toContain('log-options.int-spec');
  });

  it('says which constraint, and not of which row', async () => {
    await database.dataSource.query(key, [SECRET]);
    log.error({ err: await failureOf(key, [SECRET]) }, 'it failed');
    expect(written).toContain('transfer_key_pkey');
    expect(written).not.toContain(SECRET);
  });

  it('from reading JSON does not quote it', () => {
    try {
      JSON.parse(SECRET);
    } catch (error) {
      expect(String(error)).toContain(SECRET.slice(0, 5));
      log.error(error);
    }
    expect(written).toContain('SyntaxError');
    expect(written).not.toContain(SECRET.slice(0, 5));
  });

  it('of ours keeps its words', () => {
    log.warn({ err: new AppError('CONFLICT', 'two of a kind') });
    expect(JSON.parse(written)).toMatchObject({
      msg: 'two of a kind',
      err: { type: 'AppError', code: 'CONFLICT', message: 'two of a kind' },
    });
  });

  it('that is caused by itself ends somewhere', () => {
    const error = new Error('round and round');
    error.cause = error;
    log.error(error);
    expect(written.length).toBeLessThan(20_000);
    expect(written).toContain('round and round');
  });

  it('leaves what is no error as it is', () => {
    log.info({ rows: 3 }, 'stored %d', 3);
    log.info('plain');
    expect(written).toContain('stored 3');
    expect(written).toContain('plain');
  });
});

describe('a request', () => {
  it('is not written out, whoever logs beside it', () => {
    log.child({ req: { headers: { authorization: SECRET } } }).info('something happened');
    expect(written).toContain('something happened');
    expect(written).not.toContain(SECRET);
  });
});
