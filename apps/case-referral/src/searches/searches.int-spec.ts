import { v5 as uuidV5 } from 'uuid';
import { type AuditEntry } from '#audit';
import { type EvidenceTransfer } from '#contracts';
import { createTestDatabase, type TestDatabase } from '#testing';
import { alertOver, paid, PROVIDER } from '../../test/evidence';
import { TestIssuer } from '../../test/test-issuer';
import { reported } from '../../test/reported';
import {
  type RunningCaseReferral,
  runCaseReferral,
  settled,
  tellAlert,
} from '../../test/running-case-referral';

let database: TestDatabase;
let service: RunningCaseReferral;

beforeEach(async () => {
  database = await createTestDatabase();
  service = await runCaseReferral(database.databaseUrl);
});

afterEach(async () => {
  await service.close();
  await database.drop();
});

const NAMES = '3a1c9d5e-50f3-4b57-9d0c-2d7b3e3f8a10';
const NUMBER = '03001234567';

/** As ingestion stores it, as far as matters here. */
async function report({ transferId, debtor, creditor }: EvidenceTransfer): Promise<void> {
  const { token, type, sealed, keyVersion } = service.vault.seal('msisdn', NUMBER);
  await database.dataSource.query(
    `insert into feed.identity (token, type, sealed, key_version) values ($1, $2, $3, $4)
     on conflict (token) do nothing`,
    [token, type, sealed, keyVersion],
  );
  await reported(database.dataSource, {
    ...{ provider: PROVIDER, transferId },
    ...{ debtorWallet: debtor.walletId, creditorWallet: creditor.walletId },
    particulars: { debtor: { msisdn: token, tier: 'L1' } },
  });
}

async function aCase(name: string): Promise<string> {
  const credit = paid(`${name}1`, `${name}2`, 100_00, 1, { id: `t-${name}` });
  await report(credit);
  await tellAlert(database.dataSource, alertOver(uuidV5(name, NAMES), [credit]), [credit]);
  await settled(database.dataSource);
  const rows: { case_id: string }[] = await database.dataSource.query(
    `select case_id from referral.case_transfer where transfer_id = 't-' || $1`,
    [name],
  );
  return rows[0]!.case_id;
}

interface Found {
  readonly operations: { id: string }[];
  readonly cases: { id: string; narrative: string }[];
  readonly truncated: boolean;
}

const WHY = { purpose: 'INVESTIGATION', reason: 'a complaint names it' };
const look = async (who: string, what: object) => {
  const answer = await service.call<Found>(who, 'POST', '/v1/searches', { ...WHY, ...what });
  return { status: answer.status, body: answer.body };
};
const found = async (who: string, what: object): Promise<string[]> => {
  const { body } = await look(who, what);
  return [...body.operations, ...body.cases].map(({ id }) => id);
};

describe('a search', () => {
  it('finds what is known by an identifier, in any spelling, and by a wallet', async () => {
    const [a, b] = [await aCase('a'), await aCase('b')];
    const indicators = [{ type: 'msisdn', value: NUMBER, knownFrom: '2026-01-01T00:00:00Z' }];
    const operation = { id: 'op', name: 'n', kind: 'CALL_CENTRE', modus: 'OTHER', indicators };
    expect((await service.call('ana', 'POST', '/v1/operations', operation)).status).toBe(201);
    for (const value of [NUMBER, '+92 300 1234567']) {
      const { status, body } = await look('ana', { type: 'msisdn', value });
      expect(status).toBe(200);
      expect(body.operations).toMatchObject([{ id: 'op', indicatorCount: 1 }]);
      expect(body.cases.map(({ id }) => id).sort()).toEqual([a, b].sort());
      expect(body.truncated).toBe(false);
      expect(JSON.stringify(body)).not.toMatch(/3001234567/);
    }
    for (const value of ['a1', 'a2']) {
      expect(await found('ana', { type: 'wallet', value, provider: PROVIDER })).toEqual([a]);
    }
    for (const [type, value] of [
      ['msisdn', '03007654321'],
      ['name', NUMBER],
      ['name', 'L1'],
    ]) {
      expect(await found('ana', { type, value })).toEqual([]);
    }
    expect(await found('ana', { type: 'wallet', value: 'a1', provider: 'other' })).toEqual([]);
  });

  it('finds what a writer of the release before has put in a case', async () => {
    const id = await aCase('a');
    await report(paid('c1', 'c2', 1_00, 2, { id: 't-c' }));
    await database.dataSource.query(
      `insert into referral.case_transfer (provider, transfer_id, case_id, creditor_provider, creditor_wallet, body)
       values ($1, 't-c', $2, $1, 'c2', '{}')`,
      [PROVIDER, id],
    );
    expect(await found('ana', { type: 'wallet', value: 'c1', provider: PROVIDER })).toEqual([id]);
  });

  it('finds a case once it is one with another, and none that is kept from the reader', async () => {
    const [a, b] = [await aCase('a'), await aCase('b')];
    const both = ['a', 'b'].map((name) =>
      paid(`${name}1`, `${name}2`, 100_00, 1, { id: `t-${name}` }),
    );
    await tellAlert(database.dataSource, alertOver(uuidV5('c', NAMES), both), both);
    await settled(database.dataSource);
    const [one, ...none] = await found('ana', { type: 'msisdn', value: NUMBER });
    expect([a, b]).toContain(one);
    expect(none).toEqual([]);
    await service.call('senior', 'POST', `/v1/cases/${one!}/seals`, { sealed: true, reason: 'x' });
    expect(await found('ana', { type: 'msisdn', value: NUMBER })).toEqual([]);
    expect(await found('senior', { type: 'msisdn', value: NUMBER })).toEqual([one]);
  });

  it('is written down with why, by a token alone, also one in vain', async () => {
    const id = await aCase('a');
    await look('ana', { type: 'msisdn', value: NUMBER });
    await look('ana', { type: 'msisdn', value: '03007654321' });
    const rows: { body: string }[] = await database.dataSource.query(
      `select body from audit.entry where body::jsonb ->> 'act' = 'search by identifier' order by place`,
    );
    const entries = rows.map(({ body }) => JSON.parse(body) as AuditEntry);
    const token = service.vault.token('msisdn', NUMBER);
    expect(entries).toMatchObject([
      {
        ...{ actor: { id: 'ana' }, object: { type: 'identity', id: token }, reason: WHY.reason },
        details: { purpose: 'INVESTIGATION', shown: 1 },
      },
      { details: { shown: 0 } },
    ]);
    await look('ana', { type: 'wallet', provider: PROVIDER, value: NUMBER });
    const all: unknown[] = await database.dataSource.query('select body from audit.entry');
    expect(JSON.stringify([all, id])).not.toMatch(/300\d{7}/);
  });

  it('for oneself is noticed, as is a look at a case that names oneself', async () => {
    const issuer = await TestIssuer.start();
    const signedIn = await runCaseReferral(database.databaseUrl, new Map(), {
      OIDC_ISSUER: issuer.url,
    });
    try {
      const id = await aCase('a');
      const send = async (phone_number: string, path: string, body?: object): Promise<void> => {
        const token = await issuer.token({ sub: phone_number.slice(-1), phone_number });
        const answer = await fetch(signedIn.url + path, {
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
        });
        expect(answer.status).toBe(200);
      };
      for (const own of ['+923001234567', '03007654321']) {
        await send(own, '/v1/searches', { ...WHY, type: 'msisdn', value: NUMBER });
        await send(own, `/v1/cases/${id}`);
        await send(own, `/v1/alerts/${uuidV5('a', NAMES)}`);
        const wallet = { provider: PROVIDER, walletId: 'a1', ...WHY };
        await send(own, `/v1/cases/${id}/reveals`, wallet);
      }
      const rows: { act: string; who: string }[] = await database.dataSource.query(
        `select body::jsonb ->> 'act' as act, body::jsonb #>> '{actor,id}' as who from audit.entry
         where body::jsonb #>> '{details,oneself}' = 'true' order by place`,
      );
      const acts = ['search by identifier', 'read cases', 'read alerts', 'reveal identities'];
      expect(rows).toEqual(acts.map((act) => ({ act, who: '7' })));
    } finally {
      await signedIn.close();
      await issuer.close();
    }
  });

  it('says why, and what it looks for', async () => {
    for (const [what, status] of [
      [{ type: 'msisdn', value: 'not a number' }, 400],
      [{ type: 'wallet', value: 'a1' }, 400],
      [{ type: 'wallet', value: 'w'.repeat(65), provider: PROVIDER }, 400],
      [{ type: 'soul', value: NUMBER }, 400],
      [{ type: 'msisdn', value: NUMBER, purpose: 'CURIOSITY' }, 400],
      [{ type: 'msisdn', value: NUMBER, reason: ' ' }, 400],
      [{ type: 'msisdn', value: NUMBER, like: true }, 400],
    ] as const) {
      const answer = await look('ana', what);
      expect([what, answer.status]).toEqual([what, status]);
      expect(JSON.stringify(answer.body)).not.toMatch(/not a number|3001234567/);
    }
    expect((await look('adil', { type: 'msisdn', value: NUMBER })).status).toBe(200);
    for (const reason of [
      'CNIC 3520212345671',
      'he has 0300-1234567',
      'PK36SCBL0000001123456702',
    ]) {
      const answer = await look('ana', { type: 'msisdn', value: NUMBER, reason });
      expect([reason, answer.status]).toEqual([reason, 400]);
    }
    for (const reason of [
      'FIR 123/2026 of 2026-11-30, police station 14',
      'case 250bb53f-b29a-5d37-b3ca-362451226217',
    ]) {
      const answer = await look('ana', { type: 'msisdn', value: NUMBER, reason });
      expect([reason, answer.status]).toEqual([reason, 200]);
    }
    for (const who of ['auditor', 'administrator', 'fmu-liaison', 'compliance-officer']) {
      expect([who, (await look(who, { type: 'msisdn', value: NUMBER })).status]).toEqual([
        who,
        403,
      ]);
    }
  });
});
