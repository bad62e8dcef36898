import { v5 as uuidV5 } from 'uuid';
import { type AuditEntry } from '#audit';
import { type EvidenceTransfer } from '#contracts';
import { IdentityVault } from '#identity';
import { createTestDatabase, type TestDatabase } from '#testing';
import { alertOver, paid, PROVIDER } from '../../test/evidence';
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
const number = (n: number): string => `0300${String(1_000_000 + n)}`;

/** Somebody who was reported in that month for the last time. */
async function seen(value: string, month: string): Promise<string> {
  const { token, type, sealed, keyVersion } = service.vault.seal('msisdn', value);
  await database.dataSource.query(
    'insert into feed.identity (token, type, sealed, key_version, seen_in) values ($1, $2, $3, $4, $5)',
    [token, type, sealed, keyVersion, month],
  );
  return token;
}

/** A case over one payment by somebody with that number, in March 2026 of the events. */
async function caseNaming(value: string): Promise<string> {
  const credit: EvidenceTransfer = paid('a', 'b', 100_00, 1, { id: 't' });
  await reported(database.dataSource, {
    ...{ provider: PROVIDER, transferId: 't' },
    particulars: { debtor: { msisdn: service.vault.token('msisdn', value) } },
  });
  await tellAlert(database.dataSource, alertOver(uuidV5('a', NAMES), [credit]), [credit]);
  await settled(database.dataSource);
  const { body } = await service.call<{ items: { id: string }[] }>('ana', 'GET', '/v1/cases');
  return body.items[0]!.id;
}

const forgotten = async (): Promise<Set<string>> => {
  const rows: { token: string; sealed: Buffer }[] = await database.dataSource.query(
    'select token, sealed from feed.identity where key_version = 0',
  );
  for (const { sealed } of rows) expect(sealed).toEqual(IdentityVault.erased(sealed));
  return new Set(rows.map(({ token }) => token));
};

/** Of a day in the years to come. */
const keptOn = (day: string): Promise<void> => service.retention.run(new Date(`${day}T03:00:00Z`));

describe('what has outlived its time', () => {
  it('is forgotten ten years after the month it was last reported in: one day before, then', async () => {
    const [old, later] = [await seen(number(1), '2026-03-01'), await seen(number(2), '2026-04-01')];
    // Until the end of that month nobody knows whether ten years are over.
    for (const [day, gone] of [
      ['2036-03-31', []],
      ['2036-04-01', [old]],
      ['2036-04-30', [old]],
      ['2036-05-01', [old, later]],
    ] as const) {
      await keptOn(day);
      expect([day, await forgotten()]).toEqual([day, new Set(gone)]);
    }
    const rows: { body: string }[] = await database.dataSource.query(
      `select body from audit.entry where body::jsonb ->> 'act' = 'forget what has outlived its time' order by at`,
    );
    const entries = rows.map(({ body }) => JSON.parse(body) as AuditEntry);
    expect(entries).toMatchObject([
      { actor: { id: 'layerwatch' }, details: { before: '2026-04-01', years: 10, tokens: [old] } },
      { details: { before: '2026-05-01', tokens: [later] } },
    ]);
  });

  it('is found among many, page after page', async () => {
    const { sealed } = service.vault.seal('msisdn', number(1));
    await database.dataSource.query(
      `insert into feed.identity (token, type, sealed, key_version, seen_in)
       select 'msisdn:' || n, 'msisdn', $1, 1, case when n % 1000 = 0 then date '2026-01-01' else date '2030-01-01' end
       from generate_series(1, 12000) as n`,
      [sealed],
    );
    await keptOn('2036-06-15');
    expect((await forgotten()).size).toBe(12);
  });

  it('stays as long as somebody is held, by an order, a case, or an operation', async () => {
    const [held, ofOperation, ofCase, nobody] = await Promise.all(
      [1, 2, 3, 4].map((n) => seen(number(n), '2025-01-01')),
    );
    const order = { authority: 'a court', reason: 'x' };
    const placed = await service.call<{ id: string }>('senior', 'POST', '/v1/legal-holds', {
      ...{ ...order, type: 'msisdn', value: number(1) },
    });
    const indicators = [{ type: 'msisdn', value: number(2), knownFrom: '2026-01-01T00:00:00Z' }];
    const operation = { id: 'op', name: 'n', kind: 'CALL_CENTRE', modus: 'OTHER', indicators };
    await service.call('ana', 'POST', '/v1/operations', operation);
    const caseId = await caseNaming(number(3));
    await keptOn('2035-06-15');
    expect(await forgotten()).toEqual(new Set([nobody]));
    // The case was told of in March 2026: by then its time is over too, but for an order that holds it.
    const ofTheCase = await service.call<{ id: string }>(
      'senior',
      'POST',
      `/v1/cases/${caseId}/legal-holds`,
      order,
    );
    await keptOn('2036-06-15');
    expect(await forgotten()).toEqual(new Set([nobody]));
    for (const { body } of [placed, ofTheCase]) {
      const path = `/v1/legal-holds/${body.id}/releases`;
      await service.call('senior', 'POST', path, { reason: 'lifted' });
      expect((await service.call('aziz', 'POST', `${path}/approvals`)).status).toBe(200);
    }
    await keptOn('2036-06-22');
    expect(await forgotten()).toEqual(new Set([nobody, held, ofCase]));
    expect(await forgotten()).not.toContain(ofOperation);
  });

  it('waits for whoever is at it, and for nobody who changes an identity', async () => {
    const token = await seen(number(1), '2025-01-01');
    const another = database.dataSource.createQueryRunner();
    await another.startTransaction();
    await another.query('select from feed.identity where token = $1 for update', [token]);
    await keptOn('2036-06-15');
    expect(await forgotten()).toEqual(new Set());
    await another.rollbackTransaction();
    await another.release();
    await keptOn('2036-06-22');
    expect(await forgotten()).toEqual(new Set([token]));
  });

  it('leaves archived days that name somebody who is held, and nothing younger than five years goes', async () => {
    const days = async (): Promise<string[]> => {
      const rows: { day: string }[] = await database.dataSource.query(
        'select day::text from log.day where dropped_at is not null order by day',
      );
      return rows.map(({ day }) => day);
    };
    const token = service.vault.token('msisdn', number(1));
    for (const [day, who] of [
      ['2020-01-01', token],
      ['2020-01-02', 'msisdn:other'],
    ] as const) {
      const name = `transfer_${day.replaceAll('-', '')}`;
      await database.dataSource.query(
        `create table archive.${name} (like feed.transfer including defaults)`,
      );
      // As a day that was prepared is: its owner drops it.
      await database.dataSource.query(`alter table archive.${name} owner to layerwatch_migrations`);
      await database.dataSource.query(
        `insert into archive.${name} (position, provider_id, transfer_id, status, type, occurred_at, amount_minor, currency,
           debtor_provider, debtor_wallet, creditor_provider, creditor_wallet, particulars, received_at)
         values (1, 'p', 't', 'SETTLED', 'P2P', now(), 1, 'PKR', 'p', 'a', 'p', 'b', $1::jsonb, now())`,
        [JSON.stringify({ debtor: { msisdn: who, tier: 'L1' }, balanceAfterMinor: 1 })],
      );
      await database.dataSource.query(
        'insert into log.day (day, from_position, partition, detached_at) values ($1, $2, $3, now())',
        [day, -Number(day.replaceAll('-', '')), name],
      );
    }
    const order = { authority: 'a court', reason: 'x', type: 'msisdn', value: number(1) };
    const placed = await service.call<{ id: string }>('senior', 'POST', '/v1/legal-holds', order);
    await keptOn('2029-12-31');
    expect(await days()).toEqual([]);
    await keptOn('2030-06-01');
    expect(await days()).toEqual(['2020-01-02']);
    const path = `/v1/legal-holds/${placed.body.id}/releases`;
    await service.call('senior', 'POST', path, { reason: 'lifted' });
    await service.call('aziz', 'POST', `${path}/approvals`);
    await keptOn('2030-06-08');
    expect(await days()).toEqual(['2020-01-01', '2020-01-02']);
    const tables: unknown[] = await database.dataSource.query(
      `select from pg_tables where schemaname = 'archive'`,
    );
    expect(tables).toEqual([]);
    const younger = database.dataSource.query(
      `select feed.drop_archived_days(log.today() - 365 * 4, '{}')`,
    );
    await expect(younger).rejects.toThrow('last five years');
  });

  it('drops looks before paying that are as old, but at whom is held', async () => {
    const token = service.vault.token('msisdn', number(1));
    await database.dataSource.query(`insert into feed.provider (id) values ('p')`);
    await database.dataSource.query(
      `insert into feed.screening (provider_id, payee, band, at)
       values ('p', $1, 'LOW', '2020-05-31'), ('p', 'msisdn:x', 'LOW', '2020-05-31'), ('p', 'msisdn:x', 'LOW', '2020-06-01')`,
      [token],
    );
    const left = async (): Promise<number> => {
      const rows: unknown[] = await database.dataSource.query('select from feed.screening');
      return rows.length;
    };
    const order = { authority: 'a court', reason: 'x', type: 'msisdn', value: number(1) };
    await service.call<{ id: string }>('senior', 'POST', '/v1/legal-holds', order);
    await keptOn('2030-05-31');
    expect(await left()).toBe(3);
    await keptOn('2030-06-01');
    expect(await left()).toBe(2);
    const rows: { body: string }[] = await database.dataSource.query(
      `select body from audit.entry where body::jsonb ->> 'act' = 'drop what has outlived its time'`,
    );
    expect(rows.map(({ body }) => (JSON.parse(body) as AuditEntry).details)).toMatchObject([
      { before: '2020-06-01', screenings: 1 },
    ]);
    const younger = database.dataSource.query(
      'select feed.drop_screenings(log.today() - 365 * 4, 10)',
    );
    await expect(younger).rejects.toThrow('last five years');
  });
});
