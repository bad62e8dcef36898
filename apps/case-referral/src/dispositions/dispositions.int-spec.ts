import { v5 as uuidV5 } from 'uuid';
import { TransferLog } from '#messaging';
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
const id = uuidV5('disposed', '3a1c9d5e-50f3-4b57-9d0c-2d7b3e3f8a10');

beforeAll(async () => {
  database = await createTestDatabase();
  service = await runCaseReferral(database.databaseUrl);
  const transfers = [paid('a', 'b', 100_00, 0), paid('b', 'c', 99_00, 5)];
  await tellAlert(database.dataSource, alertOver(id, transfers), transfers);
  await settled(database.dataSource);
});

afterAll(async () => {
  await service.close();
  await database.drop();
});

const dispose = (who: string, outcome: string, reason = 'spoke with the victim', alert = id) =>
  service.call(who, 'POST', `/v1/alerts/${alert}/dispositions`, { outcome, reason });

describe('what is found of an alert', () => {
  it('is kept with who found it and why, and told to detection without the reason', async () => {
    const first = await dispose('ana', 'REFUTED');
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ alertId: id, outcome: 'REFUTED', decidedBy: 'ana' });
    const again = await dispose('ana', 'REFUTED', 'another reason');
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect((await dispose('aziz', 'REFUTED')).status).toBe(201);
    expect((await dispose('ana', 'CONFIRMED')).status).toBe(201);
    const { body } = await service.call<{ dispositions: { outcome: string }[] }>(
      'ana',
      'GET',
      `/v1/alerts/${id}`,
    );
    expect(body.dispositions.map(({ outcome }) => outcome)).toEqual([
      'CONFIRMED',
      'REFUTED',
      'REFUTED',
    ]);
    const entries = await new TransferLog(database.dataSource).read(0, 100);
    expect(entries).toEqual(
      ['REFUTED', 'REFUTED', 'CONFIRMED'].map((outcome) => ({
        ...{ kind: 'alert.disposed.v1', alertId: id, outcome },
        position: expect.any(Number) as number,
      })),
    );
    expect(entries[0]!.position).toBe(first.body.position);
  });

  it('by many at once of the same mind is told once', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => dispose('adil', 'REFUTED')));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  });

  it('is refused for no alert, no outcome and no reason', async () => {
    const nobody = uuidV5('nobody', id);
    expect((await dispose('ana', 'CONFIRMED', 'x', nobody)).status).toBe(404);
    expect((await dispose('ana', 'CONFIRMED', 'x', 'x')).status).toBe(404);
    expect((await dispose('ana', 'MAYBE')).status).toBe(400);
    expect((await dispose('ana', 'CONFIRMED', '')).status).toBe(400);
  });
});
