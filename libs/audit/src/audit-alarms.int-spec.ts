import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '#testing';
import { type AlarmLimits, AuditAlarms } from './audit-alarm.repository';
import { type AuditFact } from './audit-entry';
import { audit } from './audit-trail.repository';

let database: TestDatabase;
let alarms: AuditAlarms;

/** What is told in one test belongs to one hour. */
const TEST_MAX_MS = 10_000;

beforeEach(async () => {
  const leftMs = 3_600_000 - (Date.now() % 3_600_000);
  if (leftMs < TEST_MAX_MS) await sleep(leftMs);
  database = await createTestDatabase();
  alarms = new AuditAlarms(database.dataSource);
});

afterEach(() => database.drop());

/** A zone in which it is night now, or day. */
function zoneWhere(isNight: boolean): string {
  const utc = new Date().getUTCHours();
  // Etc/GMT+5 is five hours behind.
  for (let ahead = -12; ahead <= 12; ahead += 1) {
    const hour = (utc + ahead + 24) % 24;
    const name = `Etc/GMT${ahead <= 0 ? '+' : '-'}${String(Math.abs(ahead))}`;
    if (isNight ? hour === 2 : hour === 12) return name;
  }
  throw new Error('somewhere it is two at night, and somewhere noon');
}

const limits: AlarmLimits = {
  ...{ readsPerHour: 10, nightReadsPerHour: 4, refusalsPerHour: 3, inVainPerHour: 2 },
  timeZone: zoneWhere(false),
};
const HOUR_AGO = (): Date => new Date(Date.now() - 3_600_000);

const fact = (actor: string, more: Partial<AuditFact> = {}): AuditFact => ({
  ...{ act: 'read cases', outcome: 'done', object: null },
  actor: { id: actor, roles: [], unit: null },
  ...more,
});
async function tell(times: number, told: AuditFact): Promise<void> {
  for (let n = 0; n < times; n += 1) await audit(database.dataSource, told);
}
const raised = async (some = limits): Promise<string[]> => {
  await alarms.raise(HOUR_AGO(), some);
  const list = await alarms.list(0, 100);
  return list.map(({ kind, actor, count }) => `${kind} ${actor} ${String(count)}`).sort();
};

describe('an alarm', () => {
  it('is more than anybody works through: limit less one, limit, limit and one', async () => {
    await tell(9, fact('nine'));
    await tell(10, fact('ten'));
    await tell(1, fact('list', { details: { shown: 11 } }));
    // What shows nobody, and what changes something, is no look.
    await tell(20, fact('packs', { act: 'read the audit trail' }));
    await tell(20, fact('worker', { act: 'read referrals', after: { status: 'REFERRED' } }));
    await tell(20, fact('layerwatch'));
    expect(await raised()).toEqual(['MASS_READING list 11', 'MASS_READING ten 10']);
  });

  it('is reading at night, where it is night', async () => {
    await tell(3, fact('three'));
    await tell(4, fact('four'));
    expect(await raised()).toEqual([]);
    expect(await raised({ ...limits, timeZone: zoneWhere(true) })).toEqual(['ODD_HOURS four 4']);
  });

  it('is trying what one may not, and asking for persons of whom the case says nothing', async () => {
    const refused = { outcome: 'refused' } as const;
    await tell(2, fact('twice', refused));
    await tell(3, fact('thrice', refused));
    const notLetIn = (because: string, count: number) =>
      fact('unknown', { ...refused, act: 'be let in', details: { because, count } });
    // Whoever comes by without anything is no alarm, nor is whoever mistypes.
    await tell(50, fact('mistypes', { ...refused, details: { because: 'INVALID_INPUT' } }));
    await tell(1, notLetIn('nothing', 50));
    await tell(1, notLetIn('token', 1));
    await tell(1, notLetIn('sign in', 2));
    const reveal = (tokens: string[]): Partial<AuditFact> => ({
      ...{ act: 'reveal identities', details: { tokens } },
    });
    await tell(5, fact('finds', reveal(['name:x'])));
    await tell(1, fact('once', reveal([])));
    await tell(2, fact('fishes', reveal([])));
    const search = (shown: number): Partial<AuditFact> => ({
      ...{ act: 'search by identifier', details: { shown } },
    });
    await tell(5, fact('sees', search(1)));
    await tell(1, fact('looks', reveal([])));
    await tell(1, fact('looks', search(0)));
    expect(await raised()).toEqual([
      'NO_CASE fishes 2',
      'NO_CASE looks 2',
      'REFUSED thrice 3',
      'REFUSED unknown 3',
    ]);
  });

  it('is looking for oneself, once', async () => {
    await tell(1, fact('looks', { details: { shown: 1, oneself: true } }));
    await tell(1, fact('is not', { details: { shown: 1 } }));
    expect(await raised()).toEqual(['ONESELF looks 1']);
  });

  it('is kept once, and counts on', async () => {
    await tell(10, fact('ten'));
    expect(await alarms.raise(HOUR_AGO(), limits)).toBe(1);
    await tell(5, fact('ten'));
    expect(await alarms.raise(HOUR_AGO(), limits)).toBe(0);
    const list = await alarms.list(0, 10);
    const total = list.reduce((sum, { count }) => sum + count, 0);
    expect([list.length, total]).toEqual([1, 15]);
    expect(await alarms.list(list.at(-1)!.id, 10)).toEqual([]);
  });
});
