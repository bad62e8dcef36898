import { createTestDatabase, type TestDatabase } from '#testing';
import { type RunningCaseReferral, runCaseReferral } from '../../test/running-case-referral';

let database: TestDatabase;
let service: RunningCaseReferral;
const VALUE = '03001234567';

beforeEach(async () => {
  database = await createTestDatabase();
  service = await runCaseReferral(database.databaseUrl);
  for (const number of [VALUE, '03007654321']) {
    const { token, type, sealed, keyVersion } = service.vault.seal('msisdn', number);
    await database.dataSource.query(
      'insert into feed.identity (token, type, sealed, key_version) values ($1, $2, $3, $4)',
      [token, type, sealed, keyVersion],
    );
  }
});

afterEach(async () => {
  await service.close();
  await database.drop();
});

interface Erasure {
  readonly id: string;
  readonly status: string;
  readonly token: string;
  readonly code?: string;
}

const propose = (who: string, value: unknown = VALUE, type = 'msisdn') =>
  service.call<Erasure>(who, 'POST', '/v1/erasures', { type, value, reason: 'they asked' });
const approve = (who: string, id: string) =>
  service.call<Erasure>(who, 'POST', `/v1/erasures/${id}/approvals`);
const sealed = async (token: string): Promise<{ sealed: Buffer; key_version: number }> => {
  const rows: { sealed: Buffer; key_version: number }[] = await database.dataSource.query(
    'select sealed, key_version from feed.identity where token = $1',
    [token],
  );
  return rows[0]!;
};

describe('an identity', () => {
  it('is forgotten by two people, for good, and no other with it', async () => {
    // In whatever spelling.
    const proposed = await propose('senior', '+92 300 1234567');
    expect(proposed.status).toBe(201);
    const { id, token, status } = proposed.body;
    expect(status).toBe('PROPOSED');
    expect((await propose('aziz')).body).toEqual(proposed.body);
    expect(service.vault.open(token, (await sealed(token)).sealed)).toBe(VALUE);
    const approved = await approve('aziz', id);
    expect([approved.status, approved.body]).toMatchObject([
      200,
      { status: 'ERASED', proposedBy: 'senior', approvedBy: 'aziz' },
    ]);
    const gone = await sealed(token);
    expect(gone.key_version).toBe(0);
    expect(() => service.vault.open(token, gone.sealed)).toThrow('erased');
    expect((await approve('aziz', id)).status).toBe(200);
    expect((await approve('adil', id)).status).toBe(409);
    expect((await service.call('senior', 'GET', `/v1/erasures/${id}`)).body).toEqual(approved.body);
    // Whether there is anything to forget, only who approves is told.
    const again = await propose('senior');
    expect([again.status, (await approve('aziz', again.body.id)).status]).toEqual([201, 404]);
    const other = service.vault.token('msisdn', '03007654321');
    expect(service.vault.open(other, (await sealed(other)).sealed)).toBe('03007654321');
    const trail: { body: string }[] = await database.dataSource.query(
      'select body from audit.entry',
    );
    const said = JSON.stringify(trail);
    for (const act of ['propose erasures', 'approve erasures']) expect(said).toContain(act);
    expect(said + JSON.stringify([proposed, approved])).not.toMatch(/3001234567/);
  });

  it('is not forgotten by one, whatever the application does', async () => {
    const { body } = await propose('aziz');
    expect((await approve('aziz', body.id)).status).toBe(403);
    expect((await approve('ana', body.id)).status).toBe(403);
    expect((await propose('ana')).status).toBe(403);
    const forced = database.dataSource.query(
      `with said as (insert into audit.entry (chain, body) values (0, '{"act":"x"}'))
       update referral.erasure set approved_by = proposed_by, approved_at = now()`,
    );
    await expect(forced).rejects.toThrow('erasure_four_eyes');
    expect((await sealed(body.token)).key_version).toBe(1);
  });

  it('is held where an operation relies on it, also between the two', async () => {
    const { body } = await propose('senior');
    const indicators = [{ type: 'msisdn', value: VALUE, knownFrom: '2026-01-01T00:00:00Z' }];
    const operation = { id: 'op', name: 'n', kind: 'CALL_CENTRE', modus: 'OTHER', indicators };
    expect((await service.call('ana', 'POST', '/v1/operations', operation)).status).toBe(201);
    const held = await approve('aziz', body.id);
    expect([held.status, held.body.code]).toEqual([409, 'CONFLICT']);
    expect((await sealed(body.token)).key_version).toBe(1);
    expect((await propose('senior')).body.id).toBe(body.id);
    const rows: { body: string }[] = await database.dataSource.query(
      `select body from audit.entry where body::jsonb ->> 'outcome' = 'refused'`,
    );
    expect(rows.map((row) => JSON.parse(row.body) as object)).toMatchObject([
      { act: 'approve erasures', object: { id: body.id }, details: { because: 'CONFLICT' } },
    ]);
  });

  it('is asked for as one, and by what is stored', async () => {
    expect((await propose('senior', 'not a number')).status).toBe(400);
    expect((await propose('senior', '')).status).toBe(400);
    expect((await propose('senior', VALUE, 'soul')).status).toBe(400);
    expect((await propose('senior', '03000000000')).status).toBe(201);
    expect((await propose('administrator')).status).toBe(403);
    const answer = await propose('senior', 'not a number');
    expect(JSON.stringify(answer.body)).not.toContain('not a number');
  });

  it('is forgotten once by several at once', async () => {
    const { body } = await propose('senior');
    const answers = await Promise.all([approve('aziz', body.id), approve('adil', body.id)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });
});
