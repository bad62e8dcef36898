import { v5 as uuidV5 } from 'uuid';
import { type AuditEntry } from '#audit';
import { createTestDatabase, type TestDatabase } from '#testing';
import { alertOver, paid } from '../../test/evidence';
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

const NUMBER = '03001234567';
const ORDER = { authority: 'Sessions Court Lahore, order 1187 of 2026', reason: 'it says so' };
const NAMES = '3a1c9d5e-50f3-4b57-9d0c-2d7b3e3f8a10';

interface Hold {
  readonly id: string;
  readonly status: string;
  readonly token: string | null;
  readonly caseId: string | null;
}

const call = <Body = Hold>(who: string, path: string, body?: unknown) =>
  service.call<Body>(who, body === undefined ? 'GET' : 'POST', path, body);
const hold = (who: string, value = NUMBER, authority = ORDER.authority) =>
  call(who, '/v1/legal-holds', { ...ORDER, authority, type: 'msisdn', value });
const listed = async (who: string): Promise<string[]> => {
  const { body } = await call<{ items: Hold[] }>(who, '/v1/legal-holds');
  return body.items.map(({ id }) => id);
};
/** Asks two people to forget somebody. @returns what the second is told */
const erase = async (): Promise<number> => {
  const asked = { type: 'msisdn', value: NUMBER, reason: 'they asked' };
  const { body } = await call('senior', '/v1/erasures', asked);
  return (await call('aziz', `/v1/erasures/${body.id}/approvals`, {})).status;
};

describe('a legal hold', () => {
  it('keeps an identity from being forgotten, in whatever spelling, until two people release it', async () => {
    const { token, type, sealed, keyVersion } = service.vault.seal('msisdn', NUMBER);
    await database.dataSource.query(
      'insert into feed.identity (token, type, sealed, key_version) values ($1, $2, $3, $4)',
      [token, type, sealed, keyVersion],
    );
    const placed = await hold('investigating-officer', '+92 300 1234567');
    expect([placed.status, placed.body]).toMatchObject([201, { status: 'HELD', token }]);
    const { id } = placed.body;
    expect(await hold('senior')).toMatchObject({ status: 200, body: { id } });
    expect((await hold('senior', NUMBER, 'another court')).status).toBe(201);
    expect(await erase()).toBe(409);
    const [, other] = await listed('aziz');
    expect(await listed('aziz')).toEqual([id, other]);
    for (const one of [id, other!]) {
      const path = `/v1/legal-holds/${one}/releases`;
      expect((await call('aziz', `${path}/approvals`, {})).status).toBe(409);
      const proposed = await call('aziz', path, { reason: 'it was lifted' });
      expect(proposed.body).toMatchObject({ status: 'RELEASE_PROPOSED' });
      expect((await call('senior', path, { reason: 'again' })).body).toEqual(proposed.body);
      expect((await call('aziz', `${path}/approvals`, {})).status).toBe(403);
      expect((await call('senior', `${path}/approvals`, {})).status).toBe(403);
      expect(await erase()).toBe(409);
      const released = await call('adil', `${path}/approvals`, {});
      expect([released.status, released.body]).toMatchObject([200, { status: 'RELEASED' }]);
      expect((await call('adil', `${path}/approvals`, {})).body).toEqual(released.body);
      expect((await call('director', `${path}/approvals`, {})).status).toBe(409);
      expect((await call('aziz', path, { reason: 'again' })).status).toBe(409);
    }
    expect(await listed('aziz')).toEqual([]);
    expect(await erase()).toBe(200);
    // Released, it may be held anew.
    expect((await hold('senior')).status).toBe(201);
  });

  it('and an erasure at the same time come one after the other: never is what is held forgotten', async () => {
    for (let n = 0; n < 10; n += 1) {
      const value = `0300${String(1_000_000 + n)}`;
      const { token, type, sealed, keyVersion } = service.vault.seal('msisdn', value);
      await database.dataSource.query(
        'insert into feed.identity (token, type, sealed, key_version) values ($1, $2, $3, $4)',
        [token, type, sealed, keyVersion],
      );
      const asked = { type: 'msisdn', value, reason: 'they asked' };
      const { body } = await call('senior', '/v1/erasures', asked);
      const [held, erased] = await Promise.all([
        hold('senior', value),
        call('aziz', `/v1/erasures/${body.id}/approvals`, {}),
      ]);
      const rows: { gone: boolean }[] = await database.dataSource.query(
        `select e.approved_at is not null as gone
         from referral.erasure e join referral.legal_hold h using (token) where token = $1`,
        [token],
      );
      expect([held.status, erased.status]).toEqual([201, rows[0]!.gone ? 200 : 409]);
    }
  });

  it('is released by two, whatever the application does', async () => {
    await hold('senior');
    const forced = database.dataSource.query(
      `with said as (insert into audit.entry (chain, body) values (0, '{"act":"x"}'))
       update referral.legal_hold set release_proposed_by = 'aziz', release_proposed_at = now(), release_reason = 'x',
         released_by = 'aziz', released_at = now()`,
    );
    await expect(forced).rejects.toThrow('legal_hold_four_eyes');
    const alone = database.dataSource.query(
      `with said as (insert into audit.entry (chain, body) values (0, '{"act":"x"}'))
       update referral.legal_hold set released_by = 'aziz', released_at = now()`,
    );
    await expect(alone).rejects.toThrow('legal_hold_released_whole');
  });

  it('on a case is there for whoever reads the case', async () => {
    const credit = paid('a', 'b', 100_00, 1, { id: 't' });
    await tellAlert(database.dataSource, alertOver(uuidV5('a', NAMES), [credit]), [credit]);
    await settled(database.dataSource);
    const cases = await call<{ items: { id: string }[] }>('ana', '/v1/cases');
    const caseId = cases.body.items[0]!.id;
    const placed = await call('senior', `/v1/cases/${caseId}/legal-holds`, ORDER);
    expect([placed.status, placed.body]).toMatchObject([201, { caseId, token: null }]);
    expect((await call('aziz', `/v1/cases/${caseId}/legal-holds`, ORDER)).status).toBe(200);
    expect(await listed('aziz')).toEqual([placed.body.id]);
    await call('senior', `/v1/cases/${caseId}/seals`, { sealed: true, reason: 'x' });
    expect(await listed('aziz')).toEqual([]);
    expect((await call('aziz', `/v1/cases/${caseId}/legal-holds`, ORDER)).status).toBe(404);
    const release = `/v1/legal-holds/${placed.body.id}/releases`;
    expect((await call('aziz', release, { reason: 'x' })).status).toBe(404);
    expect((await call('senior', release, { reason: 'x' })).status).toBe(200);
  });

  it('is written down, and asked for as one', async () => {
    const placed = await hold('senior');
    await call('aziz', `/v1/legal-holds/${placed.body.id}/releases`, { reason: 'lifted' });
    const rows: { body: string }[] = await database.dataSource.query(
      `select body from audit.entry where body::jsonb #>> '{object,type}' = 'legal-hold' order by at`,
    );
    expect(rows.map(({ body }) => JSON.parse(body) as AuditEntry)).toMatchObject([
      {
        ...{
          act: 'place legal holds',
          actor: { id: 'senior' },
          reason: ORDER.reason,
          before: null,
        },
        after: { status: 'HELD', token: placed.body.token, authority: ORDER.authority },
      },
      {
        ...{ actor: { id: 'aziz' }, reason: 'lifted', before: { status: 'HELD' } },
        after: { status: 'RELEASE_PROPOSED' },
      },
    ]);
    expect(JSON.stringify(rows)).not.toMatch(/3001234567/);
    for (const body of [
      { ...ORDER, type: 'msisdn', value: 'none' },
      { ...ORDER, type: 'soul', value: NUMBER },
      { ...ORDER, value: NUMBER },
      { type: 'msisdn', value: NUMBER, reason: 'x' },
      { ...ORDER, authority: ' \n', type: 'msisdn', value: NUMBER },
    ]) {
      expect([body, (await call('senior', '/v1/legal-holds', body)).status]).toEqual([body, 400]);
    }
    expect((await hold('ana')).status).toBe(403);
  });
});
