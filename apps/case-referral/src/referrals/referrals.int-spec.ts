import { v5 as uuidV5 } from 'uuid';
import { EVENTS } from '#contracts';
import { readOutbox } from '#messaging';
import { createTestDatabase, type TestDatabase } from '#testing';
import { alertOver, at, paid } from '../../test/evidence';
import { sha256ByTheBook } from '../../test/rfc-8785';
import {
  runCaseReferral,
  type RunningCaseReferral,
  settled,
  tellAlert,
} from '../../test/running-case-referral';
import { type ReferralAnswer } from './referral-answer';

let database: TestDatabase;
let service: RunningCaseReferral;

beforeAll(async () => {
  database = await createTestDatabase();
  service = await runCaseReferral(database.databaseUrl);
});

afterAll(async () => {
  await service.close();
  await database.drop();
});

let names = 0;
const alertId = (name: number): string =>
  uuidV5(String(name), '3a1c9d5e-50f3-4b57-9d0c-2d7b3e3f8a10');

/** A case of its own: its id, and how to make it say something else. */
async function aCase(): Promise<{ id: string; change: () => Promise<void> }> {
  const name = (names += 1);
  const transfers = [
    paid(`v${String(name)}`, `m${String(name)}`, 12_345_67, 0),
    paid(`m${String(name)}`, `n${String(name)}`, 11_000_00, 7),
  ];
  const tell = async (revision: number, risk: number): Promise<void> => {
    await tellAlert(
      database.dataSource,
      alertOver(alertId(name), transfers, {
        revision,
        risk,
        coverage: {
          capsMet: ['پیسہ € \u2028'],
          uncoveredMinor: 1,
          lateTransfers: [],
          reversedTransfers: [],
          typologiesOff: [],
        },
      }),
      transfers,
    );
    await settled(database.dataSource);
  };
  await tell(1, 66.125);
  const alert = await service.call<{ caseId: string }>('ana', 'GET', `/v1/alerts/${alertId(name)}`);
  let revision = 1;
  return {
    id: alert.body.caseId,
    change: () => tell((revision += 1), 70 + revision),
  };
}

const propose = (who: string, caseId: string) =>
  service.call<ReferralAnswer>(who, 'POST', `/v1/cases/${caseId}/referrals`);
const approve = (who: string, referralId: string) =>
  service.call<ReferralAnswer>(who, 'POST', `/v1/referrals/${referralId}/approvals`);
const read = (referralId: string) =>
  service.call<ReferralAnswer>('ana', 'GET', `/v1/referrals/${referralId}`);

const referredEvents = async (referralId: string): Promise<unknown[]> =>
  (await readOutbox(database.dataSource.manager, 'referral', 0, 1_000))
    .filter(({ name }) => name === EVENTS.caseReferred)
    .map(({ body }) => body)
    .filter((body) => (body as { referralId: string }).referralId === referralId);

describe('a referral', () => {
  it('is proposed by one and approved by another, and told of once', async () => {
    const { id } = await aCase();
    const proposed = await propose('ana', id);
    expect(proposed.status).toBe(201);
    expect(proposed.body).toMatchObject({
      status: 'PROPOSED',
      caseId: id,
      proposedBy: 'ana',
      approvedBy: null,
      caseChangedSince: false,
      dossier: {
        header: { caseId: id, author: 'ana', dataCutOff: at(7), risk: 66.125 },
        totals: [{ currency: 'PKR', scheduleMinor: 23_345_67, reconciles: true }],
      },
    });
    const referralId = proposed.body.id;
    const referred = await approve('aziz', referralId);
    expect(referred.status).toBe(200);
    expect(referred.body).toMatchObject({
      id: referralId,
      status: 'REFERRED',
      approvedBy: 'aziz',
      sha256: proposed.body.sha256,
      caseChangedSince: false,
    });
    const again = await approve('aziz', referralId);
    expect([again.status, again.body]).toEqual([200, referred.body]);
    expect((await approve('adil', referralId)).status).toBe(409);
    expect(await referredEvents(referralId)).toEqual([
      { caseId: id, referralId, sha256: proposed.body.sha256 },
    ]);
    const found = await service.call<{ referrals: unknown[] }>('ana', 'GET', `/v1/cases/${id}`);
    expect(found.body.referrals).toMatchObject([{ id: referralId, status: 'REFERRED' }]);
  });

  it('has a hash that anybody can check, over what was answered and over what is stored', async () => {
    const { id } = await aCase();
    const { body } = await propose('ana', id);
    expect(body.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(sha256ByTheBook(body.dossier)).toBe(body.sha256);
    expect(sha256ByTheBook((await read(body.id)).body.dossier)).toBe(body.sha256);
    const rows: { dossier: string }[] = await database.dataSource.query(
      'select dossier::text as dossier from referral.referral where id = $1',
      [body.id],
    );
    expect(rows[0]!.dossier).toContain('0.30000000000000004');
    expect(sha256ByTheBook(JSON.parse(rows[0]!.dossier))).toBe(body.sha256);
    expect(JSON.stringify(body.dossier.dataGaps)).toContain('پیسہ €');
  });

  it('is not proposed twice by one person while it says the same, however many at once', async () => {
    const { id, change } = await aCase();
    const answers = await Promise.all(Array.from({ length: 8 }, () => propose('ana', id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([
      200, 200, 200, 200, 200, 200, 200, 201,
    ]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    await change();
    const other = await propose('ana', id);
    expect(other.status).toBe(201);
    expect(other.body.id).not.toBe(answers[0]!.body.id);
  });

  it('may be proposed by another person too: one by the only approver would block the case', async () => {
    const { id } = await aCase();
    const byApprover = await propose('aziz', id);
    const byAnalyst = await propose('ana', id);
    expect(byAnalyst.status).toBe(201);
    expect(byAnalyst.body.id).not.toBe(byApprover.body.id);
    expect((await approve('aziz', byAnalyst.body.id)).status).toBe(200);
  });

  it('is approved as it was proposed, even where the case has changed since, and says so', async () => {
    const { id, change } = await aCase();
    const proposed = await propose('ana', id);
    await change();
    const referred = await approve('aziz', proposed.body.id);
    expect(referred.body).toMatchObject({ status: 'REFERRED', caseChangedSince: true });
    expect(referred.body.dossier).toEqual(proposed.body.dossier);
  });

  it('takes two: neither an analyst nor its author approves it, nor does anybody around the service', async () => {
    const { id } = await aCase();
    const byApprover = await propose('aziz', id);
    const referralId = byApprover.body.id;
    expect((await approve('ana', referralId)).status).toBe(403);
    const own = await approve('aziz', referralId);
    expect([own.status, own.body]).toMatchObject([403, { code: 'FORBIDDEN' }]);
    const forced = (assignments: string) =>
      database.dataSource.query(`update referral.referral set ${assignments} where id = $1`, [
        referralId,
      ]);
    await expect(
      forced(`status = 'REFERRED', approved_by = 'aziz', approved_at = now()`),
    ).rejects.toThrow('referral_four_eyes');
    await expect(forced(`status = 'REFERRED'`)).rejects.toThrow('referral_approved_when_referred');
    expect((await read(referralId)).body.status).toBe('PROPOSED');
    expect(await referredEvents(referralId)).toEqual([]);
  });

  it('is approved once when two approvers come at the same time', async () => {
    const { id } = await aCase();
    const { body } = await propose('ana', id);
    const answers = await Promise.all([approve('aziz', body.id), approve('adil', body.id)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await referredEvents(body.id)).toHaveLength(1);
  });

  it('is not approved where somebody has changed the stored dossier', async () => {
    const { id } = await aCase();
    const { body } = await propose('ana', id);
    await database.dataSource.query(
      `update referral.referral set dossier = jsonb_set(dossier, '{totals,0,tracedMinor}', '1') where id = $1`,
      [body.id],
    );
    const answer = await approve('aziz', body.id);
    expect([answer.status, answer.body]).toMatchObject([412, { code: 'PRECONDITION_FAILED' }]);
    expect(await referredEvents(body.id)).toEqual([]);
  });
});
