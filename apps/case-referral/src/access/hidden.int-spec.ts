import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '#testing';
import { alertId, because, Offices } from '../../test/offices';

let database: TestDatabase;
let offices: Offices;

beforeEach(async () => {
  database = await createTestDatabase();
  offices = await Offices.open(database);
});

afterEach(async () => {
  await offices.close();
  await database.drop();
});

describe('what is kept from somebody', () => {
  /** Every statement that the database was sent for one request, in order. */
  async function statementsOf(
    id: string,
    ask: (headers: object) => Promise<unknown>,
  ): Promise<string[]> {
    const statements: string[] = [];
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called on the client below
    const { query } = Client.prototype;
    const spy = jest.spyOn(Client.prototype, 'query').mockImplementation(function (
      this: Client,
      ...args: unknown[]
    ) {
      const [first] = args as [string | { text: string }];
      if (offices.service.requestId() === id)
        statements.push(typeof first === 'string' ? first : first.text);
      return Reflect.apply(query, this, args) as never;
    });
    try {
      await ask({ 'x-correlation-id': id });
    } finally {
      spy.mockRestore();
    }
    return statements;
  }

  it('is not told from what never was by how long it takes: the database is asked the same', async () => {
    const caseId = await offices.aCase();
    const referral = await offices.as('nadia', 'POST', `/v1/cases/${caseId}/referrals`);
    await offices.as('noor', 'POST', `/v1/cases/${caseId}/seals`, { sealed: true, ...because });
    const purpose = { purpose: 'INVESTIGATION', ...because };
    const never = alertId('never');
    const ids = { case: caseId, alert: alertId('a'), referral: String(referral.body.id) };
    const routes: [who: string, method: 'GET' | 'POST', path: string, id: string, body?: object][] =
      [
        ['dua', 'GET', '/v1/cases/{id}', ids.case],
        ['nasir', 'GET', '/v1/cases/{id}/access', ids.case],
        ['nasir', 'POST', '/v1/cases/{id}/seals', ids.case, { sealed: false, ...because }],
        ['nasir', 'POST', '/v1/cases/{id}/handovers', ids.case, { unit: 'south', ...because }],
        ['nasir', 'POST', '/v1/cases/{id}/legal-holds', ids.case, { authority: 'a', ...because }],
        ['nadia', 'POST', '/v1/cases/{id}/referrals', ids.case],
        [
          'nadia',
          'POST',
          '/v1/cases/{id}/reveals',
          ids.case,
          { provider: 'p', walletId: 'w', ...purpose },
        ],
        ['dua', 'GET', '/v1/alerts/{id}', ids.alert],
        [
          'nadia',
          'POST',
          '/v1/alerts/{id}/dispositions',
          ids.alert,
          { outcome: 'REFUTED', ...because },
        ],
        ['nasir', 'GET', '/v1/referrals/{id}', ids.referral],
        ['nasir', 'POST', '/v1/referrals/{id}/approvals', ids.referral],
      ];
    let n = 0;
    for (const [who, method, path, hidden, body] of routes) {
      const asked = async (id: string): Promise<{ statements: string[]; status: unknown }> => {
        let status: unknown;
        const statements = await statementsOf(`s-${String((n += 1))}`, async (headers) => {
          const answer = await offices.as(
            who,
            method,
            path.replace('{id}', id),
            body,
            undefined,
            headers,
          );
          ({ status } = answer);
        });
        return { statements, status };
      };
      const [kept, none] = [await asked(hidden), await asked(never)];
      expect([path, kept.status, none.status]).toEqual([path, 404, 404]);
      expect([path, kept.statements]).toEqual([path, none.statements]);
      expect(kept.statements.length).toBeGreaterThan(0);
    }
  });
});
