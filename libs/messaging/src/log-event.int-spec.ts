import * as fc from 'fast-check';
import { type FeedEvent, formatEventTime } from '#domain';
import { createTestDatabase, type TestDatabase } from '#testing';
import { TransferLog } from './transfer-log';

let database: TestDatabase;
let log: TransferLog;

beforeAll(async () => {
  database = await createTestDatabase();
  log = new TransferLog(database.dataSource);
});

afterAll(async () => {
  await database.drop();
});

const text = fc.oneof(
  fc.constantFrom('O\u2019Brien "the \\ backslash", of {1,2}, NULL', "quote's; drop --", 'null'),
  fc
    .string({ unit: 'binary', minLength: 1, maxLength: 20 })
    .filter((drawn) => !drawn.includes('\u0000')),
);
const provider = fc.oneof(fc.constant('demo'), text);
const wallet = fc.record({ provider, walletId: text });
const reported = {
  provider,
  eventId: text,
  occurredAtMs: fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2100, 0, 1) - 1 }),
};
const event: fc.Arbitrary<FeedEvent> = fc.oneof(
  fc.record({ ...reported, type: fc.constant('CALL' as const), caller: text, callee: text }),
  fc.record({
    ...reported,
    type: fc.constantFrom('SIM_CHANGE' as const, 'DEVICE_CHANGE' as const),
    wallet,
  }),
  fc.record({ ...reported, type: fc.constant('TIER_CHANGE' as const), wallet, tier: text }),
  fc.record({
    ...{ ...reported, type: fc.constant('LOGIN' as const), wallet },
    handset: fc.option(text),
  }),
  fc.record({
    ...{ ...reported, type: fc.constant('AGENT_REGISTERED' as const), wallet },
    openedAtMs: fc.option(reported.occurredAtMs),
  }),
  fc.record({
    ...{ ...reported, type: fc.constant('COMPLAINT' as const) },
    reason: fc.constantFrom('FRAUD' as const, 'UNAUTHORISED' as const, 'OTHER' as const),
    // Of nothing that was told of; of what was, below.
    about: fc.constant(null),
  }),
);

/** As ingestion stores what detection is told of an event beside its wallet. */
function particularsOf(told: FeedEvent): object {
  switch (told.type) {
    case 'CALL':
      return { caller: { msisdn: told.caller }, callee: { msisdn: told.callee } };
    case 'TIER_CHANGE':
      return { tier: told.tier, previousTier: 'another' };
    case 'LOGIN':
      // The handset's own id comes before its IMEI, and neither has to be there.
      return told.handset === null
        ? { ip: 'ip' }
        : told.handset.length % 2 === 0
          ? { device: { id: told.handset, imei: 'imei' } }
          : { device: { imei: told.handset } };
    case 'AGENT_REGISTERED':
      return told.openedAtMs === null ? {} : { openedAt: formatEventTime(told.openedAtMs) };
    case 'COMPLAINT':
      return { transferId: 'T-unknown', provider: 'demo', reason: told.reason };
    case 'SIM_CHANGE':
    case 'DEVICE_CHANGE':
      return {};
    default:
      return told satisfies never;
  }
}

async function store(events: readonly FeedEvent[], first: number): Promise<void> {
  const rows = events.map((told) => ({ ...told, particulars: particularsOf(told) }));
  await database.dataSource.query(
    `insert into feed.event (position, provider_id, event_id, type, occurred_at, wallet_provider, wallet_id, particulars)
     select $2 + place, r->>'provider', r->>'eventId', r->>'type',
       timestamptz 'epoch' + (r->>'occurredAtMs')::bigint * interval '1 millisecond',
       r#>>'{wallet,provider}', r#>>'{wallet,walletId}', r->'particulars'
     from jsonb_array_elements($1::jsonb) with ordinality as told(r, place)`,
    [JSON.stringify(rows), first - 1],
  );
}

describe('events of the log', () => {
  it('are those that are stored, whatever they say', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(event, { selector: (one) => `${one.provider} ${one.eventId}` }),
        async (events) => {
          await database.dataSource.query('truncate feed.event');
          await store(events, 3_000_000_000);
          const expected = events.map((one, i) => ({
            kind: 'event',
            position: 3_000_000_000 + i,
            event: one,
          }));
          expect(await log.read(0, 1_000)).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are part of the head, and of what is read up to it', async () => {
    await database.dataSource.query('truncate feed.event');
    expect(await log.head()).toBe(0);
    const change: FeedEvent = {
      ...{ provider: 'demo', eventId: 'E1', occurredAtMs: Date.UTC(2026, 0, 1) },
      ...{ type: 'SIM_CHANGE', wallet: { provider: 'demo', walletId: 'W1' } },
    };
    await store([change, { ...change, eventId: 'E2' }], 7);
    expect(await log.head()).toBe(8);
    expect((await log.read(0, 10, 7)).map(({ position }) => position)).toEqual([7]);
  });

  it('are refused where a word is unknown, an instant is none, or an end is missing', async () => {
    const refused = async (change: string): Promise<void> => {
      await database.dataSource.query('truncate feed.event');
      const told = { provider: 'demo', eventId: 'E1', occurredAtMs: Date.UTC(2026, 0, 1) };
      await store([{ ...told, type: 'CALL', caller: 'a', callee: 'b' }], 1);
      expect(await log.read(0, 10)).toHaveLength(1);
      await database.dataSource.query(`update feed.event set ${change}`);
      await expect(log.read(0, 10)).rejects.toThrow('invariant broken');
    };
    await refused(`type = 'call'`);
    await refused(`type = 'SIM_CHANGE'`);
    await refused(`occurred_at = 'infinity'`);
    await refused(`particulars = particulars - 'callee'`);
    const of = `wallet_provider = 'p', wallet_id = 'w'`;
    await refused(`type = 'TIER_CHANGE', ${of}`);
    await refused(`type = 'AGENT_REGISTERED', ${of}, particulars = '{"openedAt":"today"}'`);
  });
});
