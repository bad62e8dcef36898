import { createTestDatabase, type TestDatabase } from '#testing';
import { PROVIDER, row, runIngestion, type RunningIngestion } from '../test/running-ingestion';

let database: TestDatabase;
let ingestion: RunningIngestion;

beforeAll(async () => {
  database = await createTestDatabase();
  ingestion = await runIngestion(database.databaseUrl, { INGESTION_BODY_BYTES_MAX: '2000000' });
});

afterAll(async () => {
  await ingestion.close();
  await database.drop();
});

let ids = 0;
/** An id that no other test uses. */
const nextId = (): string => `T-${String((ids += 1))}`;

const stored = (transferId: string): Promise<Record<string, unknown>[]> =>
  database.dataSource.query(
    'select * from feed.transfer where provider_id = $1 and transfer_id = $2 order by position',
    [PROVIDER, transferId],
  );

/** What an answer says is wrong: code and path of each problem. */
const problemsOf = (answer: { problems: readonly { code: string; path: string }[] }): string[] =>
  answer.problems.map(({ code, path }) => `${code} ${path}`);

async function problemDetails(response: Response): Promise<Record<string, unknown>> {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  return (await response.json()) as Record<string, unknown>;
}

describe('a request', () => {
  const one = JSON.stringify({ transfers: [] });

  it.each([
    ['not JSON', '{"transfers":[', 400, 'INVALID_INPUT'],
    ['nothing', '', 400, 'INVALID_INPUT'],
    ['an array', '[]', 400, 'INVALID_INPUT'],
    ['null', 'null', 400, 'INVALID_INPUT'],
    ['no transfers', '{"rows":[]}', 400, 'INVALID_INPUT'],
    ['transfers that are no array', '{"transfers":{"0":{}}}', 400, 'INVALID_INPUT'],
    ['transfers by inheritance', '{"__proto__":{"transfers":[]}}', 400, 'INVALID_INPUT'],
    ['deep nesting', '['.repeat(500_000), 400, 'INVALID_INPUT'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400, 'INVALID_INPUT'],
    ['1,001 rows', JSON.stringify({ transfers: Array(1_001).fill({}) }), 413, 'TOO_LARGE'],
    ['too many bytes', `"${'x'.repeat(2_000_000)}"`, 413, 'TOO_LARGE'],
  ])('with %s is refused', async (_, body, status, code) => {
    const response = await ingestion.post(body);
    expect(response.status).toBe(status);
    expect(await problemDetails(response)).toMatchObject({
      code,
      status,
      detail: expect.any(String) as string,
      correlationId: response.headers.get('x-correlation-id'),
    });
  });

  it.each([
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'application/jsonx' },
    { 'content-type': '' },
    { 'content-encoding': 'gzip' },
  ])('with %j is refused with 415', async (headers) => {
    const response = await ingestion.post(one, headers);
    expect(response.status).toBe(415);
    expect(await problemDetails(response)).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE' });
  });

  it.each(['', 'Bearer', 'Bearer lw_wrong', 'Basic abc', 'Bearer ' + 'x'.repeat(300)])(
    'with the authorization "%s" is refused with 401, whatever else is wrong',
    async (authorization) => {
      const response = await ingestion.post('not json', {
        authorization,
        'content-type': 'text/plain',
      });
      expect(response.status).toBe(401);
      expect(await problemDetails(response)).toMatchObject({ code: 'UNAUTHENTICATED' });
    },
  );

  it('may say its type in capitals and with a charset, and have no rows', async () => {
    const response = await ingestion.post(one, {
      'content-type': 'Application/JSON; charset=utf-8',
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      accepted: 0,
      duplicates: 0,
      rejected: 0,
      problems: [],
    });
  });

  it('of 1,000 rows, all of them nonsense, is answered row by row', async () => {
    const nonsense = [null, 1, 'x', [], {}, [[]], true, { transferId: 7 }];
    const answer = await ingestion.send(
      Array.from({ length: 1_000 }, (_, at) => nonsense[at % nonsense.length]),
    );
    expect(answer).toMatchObject({ accepted: 0, duplicates: 0, rejected: 1_000 });
    expect(answer.problems.map(({ index }) => index)).toEqual([...Array(1_000).keys()]);
    expect(answer.problemsOmitted).toBeUndefined();
  });
});

describe('rows', () => {
  it('are refused one by one; the others are stored', async () => {
    const [good, bad] = [nextId(), nextId()];
    const answer = await ingestion.send([
      row(good),
      row(bad, { amount: '-5.00' }),
      row(nextId(), { amount: '9'.repeat(40) }),
      row(nextId(), { creditor: { walletId: 'W1' } }),
      row(nextId(), { occurredAt: '2150-01-01T00:00:00Z' }),
      row(nextId(), { occurredAt: '1850-01-01T00:00:00Z' }),
      row(nextId(), { ammount: '1.00' }),
      row(nextId(), { amount: 12 }),
      row(nextId(), { location: 'a\u0000b' }),
      row(nextId(), { location: '\ud800' }),
      row(nextId(), { debtor: { walletId: 'W1', msisdn: 'none' } }),
      row(nextId(), { debtor: [] }),
    ]);
    expect(answer).toMatchObject({ accepted: 1, duplicates: 0, rejected: 11 });
    expect(problemsOf(answer)).toEqual(
      [
        ['/amount', '/amount', '/creditor/walletId', '/occurredAt', '/occurredAt', '/ammount'],
        ['/amount', '/location', '/location', '/debtor/msisdn', '/debtor'],
      ]
        .flat()
        .map((path) => `INVALID_INPUT ${path}`),
    );
    expect(answer.problems[0]).toMatchObject({ index: 1, transferId: bad });
    expect(await stored(good)).toHaveLength(1);
    expect(await stored(bad)).toHaveLength(0);
  });

  it('are stored as they were told', async () => {
    const id = nextId();
    await ingestion.send([
      row(id, {
        balanceAfter: '0',
        rail: 'RAAST',
        debtor: { walletId: 'W"1\\,{}', provider: 'other', kind: 'AGENT' },
      }),
    ]);
    expect(await stored(id)).toMatchObject([
      {
        status: 'SETTLED',
        type: 'P2P',
        occurred_at: new Date('2026-03-01T09:05:09.123Z'),
        amount_minor: 125_050,
        currency: 'PKR',
        debtor_provider: 'other',
        debtor_wallet: 'W"1\\,{}',
        debtor_kind: 'AGENT',
        creditor_provider: PROVIDER,
        creditor_wallet: 'W2',
        creditor_kind: null,
        original_transfer_id: null,
        original_position: null,
        debtor_tokens: null,
        creditor_tokens: null,
        particulars: { balanceAfterMinor: 0, rail: 'RAAST' },
      },
    ]);
  });

  it('without particulars have none', async () => {
    const id = nextId();
    await ingestion.send([row(id)]);
    expect(await stored(id)).toMatchObject([{ particulars: null }]);
  });

  it('keep their order in the log, also where some were known before', async () => {
    const known = nextId();
    await ingestion.send([row(known, { status: 'PENDING' })]);
    const before = Array.from({ length: 400 }, nextId).reverse();
    const after = Array.from({ length: 400 }, nextId).reverse();
    await ingestion.send([...before, known, ...after].map((id) => row(id)));
    const log: { transfer_id: string }[] = await database.dataSource.query(
      `select transfer_id from feed.transfer
       where transfer_id = any($1) and (transfer_id, status) <> ($2, 'PENDING') order by position`,
      [[...before, known, ...after], known],
    );
    expect(log.map(({ transfer_id }) => transfer_id)).toEqual([...before, known, ...after]);
  });

  it('of all-new batches keep their order', async () => {
    const batch = Array.from({ length: 1_000 }, nextId).reverse();
    expect(await ingestion.send(batch.map((id) => row(id)))).toMatchObject({ accepted: 1_000 });
    const log: { transfer_id: string }[] = await database.dataSource.query(
      'select transfer_id from feed.transfer where transfer_id = any($1) order by position',
      [batch],
    );
    expect(log.map(({ transfer_id }) => transfer_id)).toEqual(batch);
  });
});

describe('what names a person', () => {
  it('cannot be read anywhere in the database', async () => {
    const told = {
      name: 'Zulekha Unusualname',
      msisdn: '03119876543',
      nationalId: '35202-7654321-9',
      iban: 'PK36SCBL0000009876543210',
    };
    const device = { id: 'handset-zz-42', imei: '356938035643809', ip: '203.0.113.77' };
    const narrative = 'rent for the Peculiar flat';
    const id = nextId();
    const answer = await ingestion.send([
      row(id, {
        narrative,
        device,
        debtor: { walletId: 'W1', ...told },
        creditor: { walletId: 'W2', ...told, msisdn: '03110000001' },
      }),
    ]);
    expect(answer.accepted).toBe(1);
    const tables: { name: string }[] = await database.dataSource.query(
      `select table_schema || '.' || table_name as name from information_schema.tables
       where table_schema in ('feed', 'log', 'intel')`,
    );
    expect(tables.length).toBeGreaterThan(3);
    const dumps = await Promise.all(
      tables.map(({ name }): Promise<{ text: string }[]> =>
        database.dataSource.query(`select t::text as text from ${name} t`),
      ),
    );
    const dump = dumps.flat().map(({ text }) => text);
    expect(dump.join('\n')).toContain(id);
    for (const word of [
      'Unusual',
      '9876543',
      '7654321',
      'handset',
      '3569380',
      '203.0',
      'Peculiar',
    ]) {
      const spellings = [word, word.toLowerCase(), Buffer.from(word).toString('hex')];
      for (const spelling of spellings) expect(dump.join('\n')).not.toContain(spelling);
    }
    // What pays initiates: the device is the debtor's. Names and narratives link nobody.
    const token = ingestion.vault.token.bind(ingestion.vault);
    const ofBoth = [token('nationalId', told.nationalId), token('iban', told.iban)];
    expect(await stored(id)).toMatchObject([
      {
        debtor_tokens: [
          token('msisdn', told.msisdn),
          ...ofBoth,
          token('device', device.id),
          token('imei', device.imei),
          token('ip', device.ip),
        ],
        creditor_tokens: [token('msisdn', '03110000001'), ...ofBoth],
      },
    ]);
    const sealed: { token: string; sealed: Buffer }[] = await database.dataSource.query(
      'select token, sealed from feed.identity where token = any($1)',
      [[token('name', told.name), token('narrative', narrative)]],
    );
    expect(sealed.map((identity) => ingestion.vault.open(identity.token, identity.sealed))).toEqual(
      expect.arrayContaining([told.name, narrative]),
    );
  });

  it('is not kept of a refused row', async () => {
    const msisdn = '03217777777';
    await ingestion.send([
      row(nextId(), { debtor: { walletId: 'W1', msisdn }, creditor: { walletId: 'W1' } }),
      row(nextId(), { debtor: { walletId: 'W1', msisdn, openedAt: 'x' } }),
    ]);
    const find = (): Promise<unknown[]> =>
      database.dataSource.query('select from feed.identity where token = $1', [
        ingestion.vault.token('msisdn', msisdn),
      ]);
    expect(await find()).toHaveLength(0);
    await ingestion.send([row(nextId(), { debtor: { walletId: 'W1', msisdn } })]);
    expect(await find()).toHaveLength(1);
  });
});

describe('an identity', () => {
  const msisdn = '03219876543';
  const told = (id: string) => row(id, { debtor: { walletId: 'W1', msisdn } });
  const kept = async (): Promise<Record<string, unknown>> => {
    const rows: Record<string, unknown>[] = await database.dataSource.query(
      'select sealed, key_version, seen_in::text from feed.identity where token = $1',
      [ingestion.vault.token('msisdn', msisdn)],
    );
    return rows[0]!;
  };
  const change = (set: string): Promise<unknown> =>
    database.dataSource.query(`update feed.identity set ${set} where token = $1`, [
      ingestion.vault.token('msisdn', msisdn),
    ]);
  /** By an instance that remembers nobody, which is what a while without them comes to. */
  const send = async (rows: readonly unknown[]): Promise<unknown> => {
    const another = await runIngestion(database.databaseUrl);
    try {
      return await another.send(rows);
    } finally {
      await another.close();
    }
  };

  it('is known to have been reported in this month, and is there again once its key was destroyed', async () => {
    const [first, second, third] = [nextId(), nextId(), nextId()];
    const thisMonth = `${new Date().toISOString().slice(0, 7)}-01`;
    await send([told(first)]);
    expect(await kept()).toMatchObject({ key_version: 1, seen_in: thisMonth });
    await change(`seen_in = '2020-01-01'`);
    const { sealed } = await kept();
    // What is sent again is no news of anybody.
    expect(await send([told(first)])).toMatchObject({ duplicates: 1 });
    expect(await kept()).toMatchObject({ seen_in: '2020-01-01' });
    expect(await send([told(second)])).toMatchObject({ accepted: 1 });
    expect(await kept()).toMatchObject({ seen_in: thisMonth, sealed });
    await change(`seen_in = '2020-01-01', sealed = '\\x4c574530', key_version = 0`);
    await send([told(second)]);
    expect(await kept()).toMatchObject({ key_version: 0 });
    // One at a time, and beside another that is a duplicate: that goes another way.
    await send([told(third), told(third)]);
    const again = await kept();
    expect(again).toMatchObject({ key_version: 1, seen_in: thisMonth });
    const token = ingestion.vault.token('msisdn', msisdn);
    expect(ingestion.vault.open(token, again.sealed as Buffer)).toBe(msisdn);
  });
});

describe('an identifier that must be mistyped', () => {
  const iban = 'PK37SCBL0000001123456702';
  const wrong = (id: string) => row(id, { debtor: { walletId: 'W1', iban } });
  const right = (id: string) =>
    row(id, { debtor: { walletId: 'W1', iban: 'PK36SCBL0000001123456702' } });

  it('is stored and counted, and refused where its provider is strict', async () => {
    const another = await runIngestion(database.databaseUrl);
    const counted = async (): Promise<string | undefined> => {
      const metrics = await fetch(another.url.replace('/v1/transfers', '/metrics'));
      return /doubted_identifiers_total\{type="iban".*\} (\d+)/.exec(await metrics.text())?.[1];
    };
    try {
      const [first, second] = [nextId(), nextId()];
      expect(await another.send([wrong(first), wrong(second)])).toMatchObject({ accepted: 2 });
      expect(await counted()).toBe('1');
      await database.dataSource.query('update feed.provider set strict = true where id = $1', [
        PROVIDER,
      ]);
    } finally {
      await another.close();
    }
    const strict = await runIngestion(database.databaseUrl);
    try {
      // Known or not: it was let in by another rule.
      for (let n = 0; n < 2; n += 1) {
        const answer = await strict.send([wrong(nextId()), right(nextId())]);
        expect(answer).toMatchObject({ accepted: 1, rejected: 1 });
        expect(answer.problems).toMatchObject([
          { index: 0, code: 'INVALID_INPUT', path: '/debtor/iban' },
        ]);
        expect(JSON.stringify(answer)).not.toContain(iban);
      }
    } finally {
      await database.dataSource.query('update feed.provider set strict = false');
      await strict.close();
    }
  });
});

describe('what an operator sees', () => {
  it('are the rows by outcome, the seconds of batches, and nothing in hand', async () => {
    const told = row(nextId());
    await ingestion.send([told, told, {}]);
    const response = await fetch(ingestion.url.replace('/v1/transfers', '/metrics'));
    const text = await response.text();
    for (const outcome of ['accepted', 'duplicate', 'rejected']) {
      expect(text).toMatch(
        new RegExp(`layerwatch_ingestion_transfers_total\\{outcome="${outcome}".*\\} [1-9]`),
      );
    }
    expect(text).toMatch(/layerwatch_ingestion_batch_seconds_count.* [1-9]/);
    expect(text).toMatch(/layerwatch_ingestion_requests_in_hand\{.*\} 0\n/);
  });
});
