import { TYPOLOGY_NAMES } from '#contracts';
import { TransferLog } from '#messaging';
import { createTestDatabase, type TestDatabase } from '#testing';
import { type RunningCaseReferral, runCaseReferral } from '../../test/running-case-referral';

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

const turn = (name: string, enabled: unknown, reason = 'fires at everything') =>
  service.call('aziz', 'POST', `/v1/typologies/${name}/switches`, { enabled, reason });
const list = async () =>
  (
    await service.call<{ items: { name: string; enabled: boolean; lastSwitch: unknown }[] }>(
      'ana',
      'GET',
      '/v1/typologies',
    )
  ).body.items;

describe('switching a typology', () => {
  it('tells detection at a place in the log, and shows how it stands', async () => {
    expect((await list()).map(({ name, enabled }) => [name, enabled])).toEqual(
      expect.arrayContaining(TYPOLOGY_NAMES.map((name) => [name, true])),
    );
    const off = await turn('FAN_IN', false);
    expect(off.status).toBe(201);
    expect(off.body).toMatchObject({ typology: 'FAN_IN', enabled: false, decidedBy: 'aziz' });
    expect((await turn('FAN_IN', false)).status).toBe(200);
    const fanIn = (await list()).find(({ name }) => name === 'FAN_IN');
    expect(fanIn).toMatchObject({ enabled: false, lastSwitch: off.body });
    expect((await turn('FAN_IN', true)).status).toBe(201);
    const entries = await new TransferLog(database.dataSource).read(0, 100);
    expect(entries).toMatchObject([
      { kind: 'typology.switched.v1', typology: 'FAN_IN', enabled: false },
      { kind: 'typology.switched.v1', typology: 'FAN_IN', enabled: true },
    ]);
    expect(entries[0]!.position).toBe(off.body.position);
  });

  it('is refused for one that is none, and without a reason', async () => {
    expect((await turn('SMURFING', false)).status).toBe(404);
    expect((await turn('FAN_IN', 'no')).status).toBe(400);
    expect((await turn('FAN_IN', false, ' ')).status).toBe(400);
  });
});
