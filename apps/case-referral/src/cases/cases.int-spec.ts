import fc from 'fast-check';
import { v5 as uuidV5 } from 'uuid';
import { type Alert, EVENTS, type EvidenceTransfer } from '#contracts';
import { MINUTE_MS } from '#domain';
import { appendToOutbox } from '#messaging';
import { createTestDatabase, type TestDatabase } from '#testing';
import { DEFAULT_PACK, packHash } from '#typologies';
import { alertOver, at, paid, PROVIDER } from '../../test/evidence';
import {
  runCaseReferral,
  type RunningCaseReferral,
  settled,
  tellAlert,
  tellPosition,
} from '../../test/running-case-referral';
import { type CaseDetailAnswer } from './case-answer';

let database: TestDatabase;
let service: RunningCaseReferral;
const keys = new Map<string, string>();

beforeEach(async () => {
  database = await createTestDatabase();
  service = await runCaseReferral(database.databaseUrl, keys);
});

afterEach(async () => {
  await service.close();
  await database.drop();
});

const NAMES = '3a1c9d5e-50f3-4b57-9d0c-2d7b3e3f8a10';
const alertId = (name: string): string => uuidV5(name, NAMES);

const tell = (alert: Alert, evidence: readonly EvidenceTransfer[]) =>
  tellAlert(database.dataSource, alert, evidence);

async function caseOf(name: string): Promise<CaseDetailAnswer> {
  const alert = await service.call<{ caseId: string }>('ana', 'GET', `/v1/alerts/${alertId(name)}`);
  const answer = await service.call<CaseDetailAnswer>(
    'ana',
    'GET',
    `/v1/cases/${alert.body.caseId}`,
  );
  expect([alert.status, answer.status]).toEqual([200, 200]);
  return answer.body;
}

const overview = async (): Promise<Record<string, unknown>> =>
  (await service.call('ana', 'GET', '/v1/overview')).body;

describe('alerts that were told of', () => {
  it('count down to the end of the cool-off by the law of the pack that judged last', async () => {
    const overlay = DEFAULT_PACK.overlay.map((value) =>
      value.parameter === 'coolOff' ? { ...value, valueMs: 240 * MINUTE_MS } : value,
    );
    const slow = { ...DEFAULT_PACK, version: 'slow', overlay };
    expect((await service.call('ana', 'POST', '/v1/rule-packs', slow)).status).toBe(201);
    const moves = [paid('p', 'q', 60_000_00, 0), paid('q', 'r', 59_000_00, 10)];
    const pack = { version: 'slow', hash: packHash(slow) };
    await tell(alertOver(alertId('slow'), moves, { pack }), moves);
    await tellPosition(database.dataSource, { provider: PROVIDER, walletId: 'r' }, at(11), [
      [moves[1]!, 59_000_00],
    ]);
    await settled(database.dataSource);
    expect((await caseOf('slow')).coolOffEndsAt).toBe(at(10 + 240));
  });

  it('form one case where they share a transfer, and the case shows what they rely on', async () => {
    const gather = [paid('v1', 'c', 60_000_00, 0), paid('v2', 'c', 40_000_00, 10)];
    const layer = [
      paid('c', 'm', 95_000_00, 20),
      paid('m', 'agent', 50_000_00, 30, { toKind: 'AGENT' }),
    ];
    const first = alertOver(alertId('1'), gather, { risk: 55 });
    const second = alertOver(alertId('2'), [gather[1]!, ...layer], {
      risk: 81,
      typologies: ['PASS_THROUGH'],
    });
    const other = alertOver(alertId('3'), [paid('x', 'y', 1_00, 5)]);
    await tell(first, gather);
    await tell(second, [gather[1]!, ...layer]);
    await tell(other, [paid('x', 'y', 1_00, 5)]);
    await tellPosition(database.dataSource, { provider: PROVIDER, walletId: 'm' }, at(31), [
      [layer[0]!, 44_000_00],
    ]);
    await settled(database.dataSource);

    const found = await caseOf('1');
    expect(found).toMatchObject({
      alertIds: [alertId('1'), alertId('2')].sort(),
      operationIds: [],
      risk: 81,
      openedAt: at(0),
      asOf: at(31),
      urgent: true,
      coolOffEndsAt: at(140),
      money: {
        tracedMinor: 100_000_00,
        movedMinor: 95_000_00,
        exitedMinor: 50_000_00,
        heldMinor: 44_000_00,
        currency: 'PKR',
      },
      referrals: [],
      mergedFrom: [],
      transfersOmitted: 0,
      revision: expect.any(Number) as number,
    });
    expect(found.transfers.map(({ transferId }) => transferId)).toEqual(
      [...gather, ...layer].map(({ transferId }) => transferId),
    );
    expect(
      found.wallets.map(({ walletId, role, heldMinor }) => [walletId, role, heldMinor]),
    ).toEqual([
      ['v1', 'SOURCE', 0],
      ['v2', 'SOURCE', 0],
      ['c', 'COLLECTOR', 0],
      ['m', 'MULE', 44_000_00],
      ['agent', 'EXIT', 0],
    ]);
    expect(found.narrative).toContain('PKR 44,000.00 is still held in 1 wallet');
    const alert = await service.call('ana', 'GET', `/v1/alerts/${alertId('2')}`);
    expect(alert.body).toEqual({
      ...second,
      ...{ caseId: found.id, evidence: [gather[1], ...layer], dispositions: [] },
    });
    expect((await caseOf('3')).id).not.toBe(found.id);
    expect(await overview()).toMatchObject({
      alerts: 3,
      alertsByTypology: { FAN_IN: 2, PASS_THROUGH: 1 },
      cases: 2,
      casesWithOperation: 0,
      money: [
        { currency: 'PKR', tracedMinor: 100_001_00, exitedMinor: 50_000_00, heldMinor: 44_000_00 },
      ],
      eventsBehind: 0,
      casesBehind: 0,
    });
  });

  it('form one case where they share an operation, and the case says what links it', async () => {
    await service.call('ana', 'POST', '/v1/operations', {
      id: 'op',
      name: 'Gulberg prize calls',
      kind: 'CALL_CENTRE',
      modus: 'PHISHING',
      indicators: [{ type: 'msisdn', value: '03001234567', knownFrom: at(-10) }],
    });
    const one = [paid('a', 'b', 100_00, 0)];
    const two = [paid('c', 'd', 100_00, 1)];
    await tell(alertOver(alertId('1'), one, { operationIds: ['op'] }), one);
    await tell(alertOver(alertId('2'), two, { operationIds: ['op', 'unheard-of'] }), two);
    await settled(database.dataSource);
    const before = await caseOf('2');
    expect(before.alertIds).toHaveLength(2);
    expect(before.operationIds).toEqual(['op', 'unheard-of']);
    expect(before.narrative).toMatch(/linked to operation ‘Gulberg prize calls’\.$/);
    // More becomes known of the operation: the case says so at once.
    await service.call('ana', 'POST', '/v1/operations', {
      id: 'op',
      name: 'ignored',
      kind: 'CALL_CENTRE',
      modus: 'PHISHING',
      indicators: [{ type: 'wallet', value: 'b', provider: PROVIDER, knownFrom: at(-5) }],
    });
    const after = await caseOf('2');
    expect(after.narrative).toMatch(/‘Gulberg prize calls’ by wallet indicator\.$/);
    expect(after.revision).toBe(before.revision + 1);
    expect(after.operations[0]).toMatchObject({
      wallets: [{ provider: PROVIDER, walletId: 'b', knownFrom: at(-5) }],
      indicators: [
        { type: 'msisdn', count: 1 },
        { type: 'wallet', count: 1 },
      ],
    });
    expect(await overview()).toMatchObject({ cases: 1, casesWithOperation: 1 });
  });

  it('merge two cases into the older one when one of them joins both, referrals too', async () => {
    const late = [paid('a', 'b', 100_00, 60)];
    const early = [paid('c', 'd', 100_00, 0)];
    await tell(alertOver(alertId('late'), late), late);
    await tell(alertOver(alertId('early'), early), early);
    await settled(database.dataSource);
    const [gone, stays] = [await caseOf('late'), await caseOf('early')];
    const referral = await service.call<{ id: string }>(
      'ana',
      'POST',
      `/v1/cases/${gone.id}/referrals`,
    );
    expect(referral.status).toBe(201);
    const joint = [...late, ...early, paid('b', 'c', 90_00, 61)];
    await tell(alertOver(alertId('joint'), joint), joint);
    await settled(database.dataSource);

    const asked = await service.call<CaseDetailAnswer>('ana', 'GET', `/v1/cases/${gone.id}`);
    expect(asked.status).toBe(200);
    expect(asked.body).toMatchObject({ id: stays.id, mergedFrom: [gone.id], openedAt: at(0) });
    expect(asked.body.alertIds).toHaveLength(3);
    expect(asked.body.transfers).toHaveLength(3);
    expect(asked.body.referrals.map(({ id }) => id)).toEqual([referral.body.id]);
    expect(asked.body.revision).toBeGreaterThan(stays.revision);
    const moved = await service.call('ana', 'GET', `/v1/referrals/${referral.body.id}`);
    expect(moved.body).toMatchObject({ caseId: stays.id, caseChangedSince: true });
    const list = await service.call<{ items: { id: string }[] }>('ana', 'GET', '/v1/cases');
    expect(list.body.items.map(({ id }) => id)).toEqual([stays.id]);
    expect(await overview()).toMatchObject({ cases: 1, money: [{ tracedMinor: 200_00 }] });
  });

  it('merge in a row: the age of a case is that of its oldest alert, and every id it had leads to it', async () => {
    const [a, b, c] = [0, 1, 2].map((index) => [
      paid(`x${String(index)}`, `y${String(index)}`, 100_00, 30 * index),
    ]) as [EvidenceTransfer[], EvidenceTransfer[], EvidenceTransfer[]];
    await tell(alertOver(alertId('c'), c), c);
    await tell(alertOver(alertId('b'), b), b);
    await settled(database.dataSource);
    const [caseC, caseB] = [await caseOf('c'), await caseOf('b')];
    // The younger case gets an alert that is older than both.
    await tell(alertOver(alertId('older'), c, { firstAt: at(-5) }), c);
    await tell(alertOver(alertId('bc'), [...b, ...c]), [...b, ...c]);
    await tell(alertOver(alertId('a'), a, { firstAt: at(-10) }), a);
    await settled(database.dataSource);
    expect(await caseOf('b')).toMatchObject({
      id: caseC.id,
      mergedFrom: [caseB.id],
      openedAt: at(-5),
    });
    await tell(alertOver(alertId('ac'), [...a, ...c]), [...a, ...c]);
    await settled(database.dataSource);
    const last = await caseOf('a');
    expect(last.mergedFrom).toEqual([caseB.id, caseC.id].sort());
    for (const gone of last.mergedFrom) {
      expect((await service.call('ana', 'GET', `/v1/cases/${gone}`)).body.id).toBe(last.id);
    }
  });

  it('change nothing when told again, and an older revision never replaces a newer', async () => {
    const one = [paid('a', 'b', 100_00, 0)];
    const two = [...one, paid('b', 'c', 90_00, 1)];
    const raised = alertOver(alertId('1'), one);
    const updated = alertOver(alertId('1'), two, { revision: 3, risk: 90 });
    await tell(raised, one);
    await tell(updated, two);
    await settled(database.dataSource);
    const before = await caseOf('1');
    await tell(raised, one);
    await tell(updated, two);
    await tell(alertOver(alertId('1'), one, { revision: 2, risk: 10 }), one);
    await tell(alertOver(alertId('1'), one, { revision: 3, risk: 20 }), one);
    await settled(database.dataSource);
    expect(await caseOf('1')).toEqual(before);
    expect(before.risk).toBe(90);
  });

  it('keep what is held up to date, and the later word counts, whatever its event time', async () => {
    const credit = paid('v', 'm', 100_00, 0);
    const wallet = { provider: PROVIDER, walletId: 'm' };
    await tell(
      alertOver(alertId('1'), [credit], {
        wallets: [{ ...wallet, currency: 'PKR', inMinor: 100_00, outMinor: 0, heldMinor: 100_00 }],
      }),
      [credit],
    );
    await settled(database.dataSource);
    expect((await caseOf('1')).money.heldMinor).toBe(100_00);
    await tellPosition(database.dataSource, wallet, at(9), [[credit, 70_00]]);
    await tellPosition(database.dataSource, wallet, at(5), [[credit, 30_00]]);
    await settled(database.dataSource);
    const found = await caseOf('1');
    expect(found.money.heldMinor).toBe(30_00);
    expect(found.wallets.find(({ walletId }) => walletId === 'm')).toMatchObject({
      role: 'MULE',
      heldMinor: 30_00,
    });
    expect(found.revision).toBe(3);
    // One that stands for five counts as five told one by one.
    await tellPosition(database.dataSource, wallet, at(200), [], 5);
    await settled(database.dataSource);
    expect(await caseOf('1')).toMatchObject({
      revision: 8,
      urgent: false,
      coolOffEndsAt: null,
      money: { heldMinor: 0 },
    });
  });

  it('end in the same cases when the service is closed in between, again and again', async () => {
    const events = fc.sample(
      fc.array(
        fc.tuple(
          fc.nat(11),
          fc.integer({ min: 1, max: 3 }),
          fc.uniqueArray(fc.nat(24), { minLength: 1, maxLength: 3 }),
        ),
        {
          minLength: 60,
          maxLength: 60,
        },
      ),
      { numRuns: 1, seed: 7 },
    )[0]!;
    const transferOf = (index: number) =>
      paid(`p${String(index)}`, `q${String(index)}`, 100_00, index, { id: `s${String(index)}` });
    for (const [index, [name, revision, named]] of events.entries()) {
      const evidence = named.map(transferOf);
      await tell(alertOver(alertId(String(name)), evidence, { revision }), evidence);
      if (index % 12 !== 11) continue;
      await service.close();
      service = await runCaseReferral(database.databaseUrl, keys);
    }
    await settled(database.dataSource);
    const cases = (): Promise<{ id: string; case_id: string; revision: number }[]> =>
      database.dataSource.query(
        'select id, listed_at, case_id, revision, body from referral.alert order by id',
      );
    const interrupted = await cases();

    // Brute force: join whatever touches, over every revision that was newer than the ones before it.
    const newest = new Map<number, number>();
    const groups: { alerts: Set<string>; links: Set<number> }[] = [];
    for (const [name, revision, named] of events) {
      if ((newest.get(name) ?? 0) >= revision) continue;
      newest.set(name, revision);
      const touching = groups.filter(
        ({ alerts, links }) =>
          alerts.has(alertId(String(name))) || named.some((link) => links.has(link)),
      );
      for (const group of touching) groups.splice(groups.indexOf(group), 1);
      groups.push({
        alerts: new Set([alertId(String(name)), ...touching.flatMap(({ alerts }) => [...alerts])]),
        links: new Set([...named, ...touching.flatMap(({ links }) => [...links])]),
      });
    }
    const stored = new Map<string, string[]>();
    for (const { id, case_id } of interrupted)
      stored.set(case_id, [...(stored.get(case_id) ?? []), id]);
    const sorted = (all: string[][]) =>
      all.map((ids) => ids.sort()).sort((a, b) => (a[0]! < b[0]! ? -1 : 1));
    expect(sorted([...stored.values()])).toEqual(sorted(groups.map(({ alerts }) => [...alerts])));

    // A replay into an empty copy gives the same alerts in the same places and the same case ids.
    await service.close();
    await database.dataSource.query(
      `truncate referral.legal_hold, referral.inbox, referral.alert, referral.case_transfer, referral.case_operation,
                referral.wallet_position, referral.referral, referral.case_member, referral.break_glass,
                referral.case_file`,
    );
    service = await runCaseReferral(database.databaseUrl, keys);
    await settled(database.dataSource);
    expect(await cases()).toEqual(interrupted);
  });

  it('are taken with the mark of having been read, or not at all', async () => {
    const one = [paid('a', 'b', 100_00, 0)];
    await tell(alertOver(alertId('1'), one), one);
    await settled(database.dataSource);
    // From here on what the next batch holds cannot be stored: it fails as a whole, and is tried again.
    await database.dataSource.query(
      "alter table referral.case_transfer add constraint none_of_it check (transfer_id <> 'never') not valid",
    );
    const two = [paid('c', 'd', 100_00, 0)];
    const never = [paid('e', 'f', 100_00, 0, { id: 'never' })];
    await database.dataSource.transaction(async (manager) => {
      const told = [two, never].map((evidence, i) => ({
        name: EVENTS.alertRaised,
        body: { alert: alertOver(alertId(String(2 + i)), evidence), evidence },
      }));
      await appendToOutbox(manager, 'scoring', told);
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await service.call('ana', 'GET', `/v1/alerts/${alertId('2')}`)).status).toBe(404);
    expect(await overview()).toMatchObject({ alerts: 1, eventsBehind: 2 });
    await database.dataSource.query(
      'alter table referral.case_transfer drop constraint none_of_it',
    );
    await settled(database.dataSource);
    expect(await overview()).toMatchObject({ alerts: 3, eventsBehind: 0 });
  });

  it('are shown although their case cannot be drawn; it is drawn later, and holds up no other', async () => {
    const [one, two] = [[paid('a', 'b', 100_00, 0)], [paid('c', 'd', 100_00, 0)]];
    await tell(alertOver(alertId('1'), one), one);
    await tell(alertOver(alertId('2'), two), two);
    await settled(database.dataSource);
    await database.dataSource.query(
      'alter table referral.case_file add constraint case_file_full check (risk < 99) not valid',
    );
    await tell(alertOver(alertId('3'), one, { risk: 99 }), one);
    await tell(alertOver(alertId('4'), two, { risk: 98 }), two);
    const risks = async (): Promise<number[]> =>
      (await service.call<{ items: { risk: number }[] }>('ana', 'GET', '/v1/cases')).body.items.map(
        ({ risk }) => risk,
      );
    for (let i = 0; i < 200 && !(await risks()).includes(98); i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await risks()).toContain(98);
    expect(await risks()).not.toContain(99);
    expect((await service.call('ana', 'GET', `/v1/alerts/${alertId('3')}`)).status).toBe(200);
    expect(await overview()).toMatchObject({ alerts: 4, eventsBehind: 0, casesBehind: 1 });
    await database.dataSource.query(
      'alter table referral.case_file drop constraint case_file_full',
    );
    await settled(database.dataSource);
    expect(await risks()).toContain(99);
  });
});
