import { type EventsAnswer } from '#contracts';
import { type Complaint } from '#domain';
import { giveProviderKey } from '#identity';
import { TransferLog } from '#messaging';
import { createTestDatabase, type TestDatabase } from '#testing';
import { PROVIDER, row, runIngestion, type RunningIngestion } from '../test/running-ingestion';

const OTHER = 'other-bank';
const LOG_MAX = 1_000;

let database: TestDatabase;
let ingestion: RunningIngestion;
let otherKey: string;

beforeAll(async () => {
  database = await createTestDatabase();
  ingestion = await runIngestion(database.databaseUrl);
  const asked = { scopes: ['report'], networks: null, signed: false, expiresAt: null } as const;
  const given = await database.dataSource.transaction((manager) =>
    giveProviderKey(manager, { provider: OTHER, ...asked }),
  );
  otherKey = given.key;
});

afterAll(async () => {
  await ingestion.close();
  await database.drop();
});

let ids = 0;
const nextId = (): string => `C-${String((ids += 1))}`;

const complaint = (transferId: string, change: object = {}) => ({
  ...{ eventId: nextId(), type: 'COMPLAINT', occurredAt: '2026-03-02T09:00:00+05:00' },
  ...{ transferId, reason: 'FRAUD', ...change },
});

async function sendAsOther(list: 'transfers' | 'events', ...rows: object[]): Promise<EventsAnswer> {
  const authorization = `Bearer ${otherKey}`;
  const response = await ingestion.post(JSON.stringify({ [list]: rows }), { authorization }, list);
  expect(response.status).toBe(200);
  return (await response.json()) as EventsAnswer;
}

/** What detection reads of a complaint. */
async function readOf(eventId: string): Promise<Complaint> {
  const entries = await new TransferLog(database.dataSource).read(0, LOG_MAX);
  const found = entries.find((entry) => entry.kind === 'event' && entry.event.eventId === eventId);
  if (found?.kind !== 'event' || found.event.type !== 'COMPLAINT') throw new Error('not read');
  return found.event;
}

async function positionOf(transferId: string): Promise<number> {
  const rows: { position: number }[] = await database.dataSource.query(
    'select min(position) as position from feed.transfer where transfer_id = $1',
    [transferId],
  );
  return rows[0]!.position;
}

describe('a complaint', () => {
  it('finds its payment in the log, where that was first told of', async () => {
    const id = nextId();
    await ingestion.send([row(id, { status: 'PENDING' })]);
    await ingestion.send([row(id)]);
    const told = complaint(id);
    expect(await ingestion.sendEvents([told])).toMatchObject({ accepted: 1 });
    expect(await readOf(told.eventId)).toEqual({
      ...{ provider: PROVIDER, eventId: told.eventId, type: 'COMPLAINT', reason: 'FRAUD' },
      occurredAtMs: Date.UTC(2026, 2, 2, 4),
      about: {
        ...{ position: await positionOf(id), reportedBy: PROVIDER, currency: 'PKR' },
        debtor: { provider: PROVIDER, walletId: 'W1' },
        creditor: { provider: PROVIDER, walletId: 'W2' },
      },
    });
  });

  it('of what is told of afterwards, or by another, is of nothing, then and later', async () => {
    const id = nextId();
    const [early, strange, right] = [
      complaint(id),
      complaint(id, { provider: OTHER }),
      complaint(id, { provider: PROVIDER }),
    ];
    expect(await ingestion.sendEvents([early, strange])).toMatchObject({ accepted: 2 });
    expect((await readOf(early.eventId)).about).toBeNull();
    await ingestion.send([row(id)]);
    expect(await sendAsOther('events', right)).toMatchObject({ accepted: 1 });
    for (const { eventId } of [early, strange]) {
      expect((await readOf(eventId)).about).toBeNull();
    }
    const { about, provider } = await readOf(right.eventId);
    expect({ ...about, provider }).toMatchObject({ reportedBy: PROVIDER, provider: OTHER });
  });

  it('of what the other provider of a payment has told finds the payment itself', async () => {
    const [ours, theirs] = [nextId(), nextId()];
    const parties = {
      debtor: { provider: PROVIDER, walletId: 'W1' },
      creditor: { provider: OTHER, walletId: 'W2' },
      ...{ endToEndId: nextId(), rail: 'RAAST' },
    };
    await ingestion.send([row(ours, parties)]);
    expect(await sendAsOther('transfers', row(theirs, parties))).toMatchObject({ accepted: 1 });
    const told = complaint(theirs);
    expect(await sendAsOther('events', told)).toMatchObject({ accepted: 1 });
    expect((await readOf(told.eventId)).about).toMatchObject({
      ...{ position: await positionOf(ours), reportedBy: OTHER },
    });
  });

  it('sent again changes nothing; with another reason or payment it is a conflict', async () => {
    const id = nextId();
    await ingestion.send([row(id)]);
    const told = complaint(id);
    expect(await ingestion.sendEvents([told])).toMatchObject({ accepted: 1 });
    const answer = await ingestion.sendEvents([
      ...[told, { ...told, provider: PROVIDER }],
      ...[
        { ...told, reason: 'OTHER' },
        { ...told, transferId: nextId() },
      ],
      { ...told, provider: OTHER },
    ]);
    expect(answer).toMatchObject({ accepted: 0, duplicates: 2, rejected: 3 });
    expect(answer.problems.map(({ code, path }) => `${code} ${path}`)).toEqual([
      ...['CONFLICT /reason', 'CONFLICT /transferId', 'CONFLICT /provider'],
    ]);
  });
});
