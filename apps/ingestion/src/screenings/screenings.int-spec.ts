import { randomUUID } from 'node:crypto';
import { giveProviderKey, SIGNATURE_HEADERS, signatureOf } from '#identity';
import { createTestDatabase, type TestDatabase } from '#testing';
import { row, runIngestion, type RunningIngestion } from '../../test/running-ingestion';

const NUMBER = '03001234567';
const IBAN = 'PK36SCBL0000001123456702';

let database: TestDatabase;
let ingestion: RunningIngestion;
let key: string;

const keyFor = async (
  provider: string,
  scopes: readonly ('report' | 'screen')[],
  signed = false,
): Promise<string> => {
  const asked = { provider, scopes, networks: null, signed, expiresAt: null };
  return (await database.dataSource.transaction((manager) => giveProviderKey(manager, asked))).key;
};

beforeEach(async () => {
  database = await createTestDatabase();
  ingestion = await runIngestion(database.databaseUrl, {
    INGESTION_SCREENINGS_PER_MINUTE_MAX: '30',
  });
  key = await keyFor('demo', ['screen']);
});

afterEach(async () => {
  await ingestion.close();
  await database.drop();
});

interface Told {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly retryAfter: string | null;
}

async function ask(
  question: unknown,
  by = key,
  headers: Readonly<Record<string, string>> = {},
): Promise<Told> {
  const answer = await fetch(`http://127.0.0.1:${ingestion.port}/v1/screenings`, {
    method: 'POST',
    headers: { authorization: `Bearer ${by}`, 'content-type': 'application/json', ...headers },
    body: typeof question === 'string' ? question : JSON.stringify(question),
  });
  return {
    status: answer.status,
    body: (await answer.json()) as Told['body'],
    retryAfter: answer.headers.get('retry-after'),
  };
}

const bandOf = async (payee: object): Promise<unknown> => (await ask({ payee })).body.band;

/** A case over payments that are stored, as case-referral keeps one. @returns its id and that of its alert */
async function caseOver(
  risk: number,
  transferIds: readonly string[],
  { sealed = false } = {},
): Promise<{ alert: string }> {
  const [id, alert] = [randomUUID(), randomUUID()];
  await database.dataSource.query(
    `insert into referral.case_file (id, revision, opened_at, as_of, risk, held_minor, fingerprint, body, sealed)
     values ($1, 1, now(), now(), $2, 0, 'f', '{}', $3)`,
    [id, risk, sealed],
  );
  await database.dataSource.query(
    `insert into referral.alert (id, listed_at, case_id, revision, typologies, body)
     select $1, coalesce(max(listed_at), 0) + 1, $2, 1, '{}', '{}' from referral.alert`,
    [alert, id],
  );
  await database.dataSource.query(
    `insert into referral.case_transfer (provider, transfer_id, case_id, creditor_provider, creditor_wallet, body)
     select provider_id, transfer_id, $1, creditor_provider, creditor_wallet,
            jsonb_build_object('creditor', jsonb_build_object('kind', creditor_kind))
     from feed.transfer where transfer_id = any ($2::text[])`,
    [id, transferIds],
  );
  return { alert };
}

/** What an investigator found of an alert, with its entry of the trail. */
async function dispose(alert: string, outcome: string): Promise<void> {
  await database.dataSource.transaction(async (manager) => {
    await manager.query(`insert into audit.entry (chain, body) values (0, '{}')`);
    await manager.query(
      `with told as (insert into intel.control_entry (name, body) values ('x', '{}') returning position)
       insert into intel.disposition (position, alert_id, outcome, reason, decided_by)
       select position, $1, $2, 'r', 'a' from told`,
      [alert, outcome],
    );
  });
}

const store = (transferId: string, change: Record<string, unknown> = {}): Promise<unknown> =>
  ingestion.send([row(transferId, change)]);

describe('a look before paying', () => {
  it('tells a wallet, a number and an account that alerts rely on, by bands', async () => {
    await store('t1', {
      debtor: { walletId: 'victim', msisdn: '03009999999' },
      creditor: { walletId: 'mule', msisdn: NUMBER, iban: IBAN },
    });
    await store('t2', { creditor: { walletId: 'collector' } });
    await caseOver(79.9, ['t1']);
    await caseOver(80, ['t2']);
    for (const payee of [
      { walletId: 'mule' },
      { msisdn: NUMBER },
      { msisdn: `+92${NUMBER.slice(1)}` },
      { iban: IBAN },
    ]) {
      expect(await ask({ payee, amount: '10.00', currency: 'PKR' })).toMatchObject({
        status: 200,
        body: { band: 'ELEVATED', reason: 'SIGNS_NOTED' },
      });
    }
    expect((await ask({ payee: { walletId: 'collector', provider: 'demo' } })).body).toEqual({
      band: 'HIGH',
      reason: 'STRONG_SIGNS_NOTED',
      asOf: expect.stringMatching(/^20\d\d-.*Z$/) as string,
    });
    // Who paid is as a rule the defrauded, and another provider's wallet of that name is another.
    for (const payee of [
      { walletId: 'victim' },
      { msisdn: '03009999999' },
      { walletId: 'mule', provider: 'other' },
      { walletId: 'nobody' },
    ]) {
      expect((await ask({ payee })).body).toMatchObject({ band: 'LOW', reason: 'NOTHING_NOTED' });
    }
  });

  it('is the same whatever became of a case, and whether anybody may read it', async () => {
    for (const id of ['open', 'closed']) await store(id, { creditor: { walletId: id } });
    await caseOver(50, ['open']);
    await caseOver(50, ['closed'], { sealed: true });
    const [open, sealed, unknown] = await Promise.all(
      ['open', 'closed', 'unknown'].map((walletId) => ask({ payee: { walletId } })),
    );
    expect(open!.body.band).toBe('ELEVATED');
    expect({ ...sealed!.body, asOf: '' }).toEqual({ ...open!.body, asOf: '' });
    expect(Object.keys(unknown!.body)).toEqual(Object.keys(open!.body));
  });

  it('knows indicators from when they are known, and says no more of them than of alerts', async () => {
    await database.dataSource.transaction(async (manager) => {
      await manager.query(`insert into audit.entry (chain, body) values (0, '{}')`);
      await manager.query(
        `insert into intel.operation (id, name, kind, modus, created_by) values ('o', 'n', 'CALL_CENTRE', 'OTHER', 'a')`,
      );
      await manager.query(
        `insert into intel.indicator (operation_id, type, match, sealed, key_version, known_from, created_by)
         values ('o', 'wallet', 'demo' || chr(10) || 'known', null, null, now() - interval '1 day', 'a'),
                ('o', 'wallet', 'demo' || chr(10) || 'not yet', null, null, now() + interval '1 day', 'a'),
                ('o', 'msisdn', $1, '\\x00', 1, now() - interval '1 day', 'a')`,
        [ingestion.vault.token('msisdn', NUMBER)],
      );
    });
    expect((await ask({ payee: { walletId: 'known' } })).body).toMatchObject({
      band: 'HIGH',
      reason: 'STRONG_SIGNS_NOTED',
    });
    expect(await bandOf({ msisdn: NUMBER })).toBe('HIGH');
    expect(await bandOf({ walletId: 'not yet' })).toBe('LOW');
  });

  it('leaves out alerts that were refuted, and tills that everybody pays at', async () => {
    await store('t1', { creditor: { walletId: 'cleared' } });
    await store('t2', { creditor: { walletId: 'shop', kind: 'MERCHANT' } });
    const { alert } = await caseOver(90, ['t1']);
    await caseOver(90, ['t2']);
    expect(await bandOf({ walletId: 'shop' })).toBe('LOW');
    for (const [outcome, band] of [
      ['REFUTED', 'LOW'],
      ['CONFIRMED', 'HIGH'],
    ] as const) {
      await dispose(alert, outcome);
      expect(await bandOf({ walletId: 'cleared' })).toBe(band);
    }
  });

  it('is written down with whom it was at, as a token; asked again under its id it is answered as then', async () => {
    const question = {
      payee: { msisdn: NUMBER },
      amount: '12.50',
      currency: 'PKR',
      screeningId: 's-1',
    };
    const first = await ask(question);
    const payee = ingestion.vault.token('msisdn', NUMBER);
    const looks = (): Promise<unknown[]> =>
      database.dataSource.query(
        `select provider_id as provider, screening_id as id, payee, amount_minor as amount, currency, band
         from feed.screening order by id`,
      );
    const look = { provider: 'demo', id: 's-1', payee, amount: 1250, currency: 'PKR', band: 'LOW' };
    expect(await looks()).toEqual([look]);
    expect(await ask(question)).toEqual(first);
    for (const other of [{ payee: { walletId: 'x' } }, { amount: '12.51' }, { currency: 'USD' }]) {
      const refused = await ask({ ...question, ...other });
      expect([refused.status, refused.body.code]).toEqual([409, 'CONFLICT']);
    }
    expect(await looks()).toEqual([look]);
    // Of another provider, and without an id, each is a look of its own.
    expect((await ask(question, await keyFor('other', ['screen']))).status).toBe(200);
    for (let n = 0; n < 2; n += 1) await ask({ payee: { walletId: 'w' } });
    expect(await looks()).toHaveLength(4);
  });

  it('is answered no sooner for somebody unknown', async () => {
    for (let n = 0; n < 5; n += 1) {
      const began = performance.now();
      await ask({ payee: { walletId: 'nobody' } });
      // A timer may come a millisecond early.
      expect(performance.now() - began).toBeGreaterThan(18);
    }
  });
});

describe('who asks', () => {
  it('needs a key for that', async () => {
    const question = { payee: { walletId: 'w' } };
    expect((await ask(question, await keyFor('demo', ['report']))).status).toBe(403);
    expect((await ask(question, 'lw_nobodys')).status).toBe(401);
    const stored: unknown[] = await database.dataSource.query('select from feed.screening');
    expect(stored).toEqual([]);
  });

  it('signs where the key wants it', async () => {
    const signing = await keyFor('signing', ['screen'], true);
    const body = JSON.stringify({ payee: { walletId: 'w' } });
    expect((await ask(body, signing)).status).toBe(401);
    const [timestamp, nonce] = [String(Math.floor(Date.now() / 1_000)), randomUUID()];
    const request = { method: 'POST', path: '/v1/screenings', timestamp, nonce };
    const headers = {
      [SIGNATURE_HEADERS.timestamp]: timestamp,
      [SIGNATURE_HEADERS.nonce]: nonce,
      [SIGNATURE_HEADERS.signature]: signatureOf(signing, { ...request, body: Buffer.from(body) }),
    };
    expect((await ask(body, signing, headers)).status).toBe(200);
    expect((await ask(body, signing, headers)).status).toBe(409);
  });

  it('asks so often in a minute, and is told when to go on; others are not', async () => {
    const other = await keyFor('other', ['screen']);
    const question = { payee: { walletId: 'w' } };
    const statuses: number[] = [];
    for (let n = 0; n < 31; n += 1) statuses.push((await ask(question)).status);
    expect(statuses).toEqual([...Array<number>(30).fill(200), 429]);
    const refused = await ask(question);
    expect(Number(refused.retryAfter)).toBeGreaterThan(0);
    expect(Number(refused.retryAfter)).toBeLessThanOrEqual(60);
    expect((await ask(question, other)).status).toBe(200);
  });

  it.each([
    ['{', 400, undefined],
    ['[]', 400, ''],
    [{}, 400, '/payee'],
    [{ payee: {} }, 400, '/payee'],
    [{ payee: { walletId: 'w', msisdn: NUMBER } }, 400, '/payee'],
    [{ payee: { msisdn: NUMBER, provider: 'p' } }, 400, '/payee/provider'],
    [{ payee: { msisdn: 'nobody' } }, 400, '/payee/msisdn'],
    [{ payee: { iban: 'nothing' } }, 400, '/payee/iban'],
    [{ payee: { walletId: 'a\nb' } }, 400, '/payee/walletId'],
    [{ payee: { walletId: 'w', name: 'n' } }, 400, '/payee/name'],
    [{ payee: { walletId: 'w' }, amount: '1.00' }, 400, '/currency'],
    [{ payee: { walletId: 'w' }, currency: 'PKR' }, 400, '/amount'],
    [{ payee: { walletId: 'w' }, amount: '1.001', currency: 'PKR' }, 400, '/amount'],
    [{ payee: { walletId: 'w' }, amount: '1', currency: 'XXX' }, 400, '/currency'],
    [{ payee: { walletId: 'w' }, screeningId: '' }, 400, '/screeningId'],
    [`{"payee":{"walletId":"w"}${' '.repeat(9_000)}}`, 413, undefined],
  ])('and is told what is wrong with %j', async (question, status, path) => {
    const { status: is, body } = await ask(question);
    const problems = body.problems as { path: string }[] | undefined;
    expect([is, problems?.[0]?.path]).toEqual([status, path]);
    expect(JSON.stringify(body)).not.toMatch(/nobody|nothing|3001234567/);
  });
});
