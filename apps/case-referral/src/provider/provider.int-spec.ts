import { createTestDatabase, type TestDatabase } from '#testing';
import { reported } from '../../test/reported';
import { type RunningCaseReferral, runCaseReferral } from '../../test/running-case-referral';
import { TestIssuer } from '../../test/test-issuer';

let database: TestDatabase;
let issuer: TestIssuer;
let service: RunningCaseReferral;

beforeAll(async () => {
  database = await createTestDatabase();
  issuer = await TestIssuer.start();
  service = await runCaseReferral(database.databaseUrl, new Map(), { OIDC_ISSUER: issuer.url });
  for (const provider of ['demo', 'other']) {
    const debtorWallet = `w-${provider}`;
    const one = { provider, debtorWallet };
    const statuses = ['PENDING', 'SETTLED'];
    await reported(database.dataSource, { ...one, transferId: `${provider}-1`, statuses });
    await reported(database.dataSource, { ...one, transferId: 'both' });
  }
});

afterAll(async () => {
  await service.close();
  await issuer.close();
  await database.drop();
});

async function look(provider: unknown, transferId: string) {
  const token = await issuer.token({ sub: 'm', roles: ['compliance-officer'], provider });
  const answer = await fetch(`${service.url}/v1/provider/transfers/${transferId}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

describe('a compliance officer', () => {
  it('sees what their provider reported, with every status', async () => {
    const { status, body } = await look('demo', 'demo-1');
    expect([status, body]).toMatchObject([
      200,
      {
        ...{ provider: 'demo', transferId: 'demo-1', type: 'P2P', amountMinor: 12345 },
        ...{ currency: 'PKR', occurredAt: '2026-03-01T07:00:00.000Z', originalTransferId: null },
        debtor: { provider: 'demo', walletId: 'w-demo' },
        creditor: { provider: 'demo', walletId: 'b' },
        statuses: [{ status: 'PENDING' }, { status: 'SETTLED' }],
      },
    ]);
    // Two providers may use one id: each sees its own.
    expect((await look('other', 'both')).body).toMatchObject({ debtor: { walletId: 'w-other' } });
    const rows: { body: string }[] = await database.dataSource.query(
      `select body from audit.entry where body::jsonb ->> 'act' = 'read own provider' order by place limit 1`,
    );
    expect(JSON.parse(rows[0]!.body)).toMatchObject({
      ...{
        outcome: 'done',
        actor: { id: 'm' },
        object: { type: 'provider-transfer', id: 'demo-1' },
      },
    });
  });

  it('sees nothing of another, word for word as of what was never there', async () => {
    const never = await look('demo', 'never');
    expect([never.status, never.body.code]).toEqual([404, 'NOT_FOUND']);
    for (const id of ['other-1', "'", '%00', 'x'.repeat(65), 'demo%0Ademo-1']) {
      const { status, body } = await look('demo', id);
      const { correlationId } = body;
      expect([id, status, body]).toEqual([id, 404, { ...never.body, correlationId }]);
    }
  });

  it('of no provider sees none', async () => {
    for (const provider of [null, undefined, '', 7]) {
      expect((await look(provider, 'demo-1')).status).toBe(412);
    }
    expect((await look("demo' or true --", 'demo-1')).status).toBe(404);
    expect((await look('%', 'demo-1')).status).toBe(404);
  });
});
