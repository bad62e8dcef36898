import fc from 'fast-check';
import { type TransfersAnswer } from '#contracts';
import { giveProviderKey } from '#identity';
import { TransferLog } from '#messaging';
import { createTestDatabase, type TestDatabase } from '#testing';
import { PROVIDER, row, runIngestion, type RunningIngestion } from '../../test/running-ingestion';

const OTHER = 'other-bank';
const STRANGER = 'stranger';

let database: TestDatabase;
let ingestion: RunningIngestion;
const keys = new Map<string, string>();

beforeAll(async () => {
  database = await createTestDatabase();
  ingestion = await runIngestion(database.databaseUrl);
  keys.set(PROVIDER, ingestion.key);
  const asked = { networks: null, signed: false, expiresAt: null } as const;
  for (const provider of [OTHER, STRANGER]) {
    const { key } = await database.dataSource.transaction((manager) =>
      giveProviderKey(manager, { provider, scopes: ['report', 'health'], ...asked }),
    );
    keys.set(provider, key);
  }
  const { key } = await database.dataSource.transaction((manager) =>
    giveProviderKey(manager, { provider: PROVIDER, scopes: ['health'], ...asked }),
  );
  keys.set('reader', key);
});

afterAll(async () => {
  await ingestion.close();
  await database.drop();
});

async function send(provider: string, ...rows: object[]): Promise<TransfersAnswer> {
  const authorization = `Bearer ${keys.get(provider)!}`;
  const response = await ingestion.post(JSON.stringify({ transfers: rows }), { authorization });
  expect(response.status).toBe(200);
  return (await response.json()) as TransfersAnswer;
}

let payments = 0;
/** Ids that no other test uses: the payment's, and what each of the two providers calls it. */
function newPayment() {
  const number = (payments += 1);
  const parties = {
    debtor: { provider: PROVIDER, walletId: 'W1' },
    creditor: { provider: OTHER, walletId: 'W2' },
    endToEndId: `E2E-${number}`,
    rail: 'RAAST',
  };
  const ours = (change: object = {}) => row(`OURS-${number}`, { ...parties, ...change });
  const theirs = (change: object = {}) => row(`THEIRS-${number}`, { ...parties, ...change });
  return { ours, theirs };
}

/** What detection reads of these transfers: status, id, and under which place its money is known. */
async function readLog(...ids: string[]): Promise<[status: string, id: string, knownAs: number][]> {
  const entries = await new TransferLog(database.dataSource).read(0, 100_000);
  return entries.flatMap((entry): [string, string, number][] => {
    if (entry.kind !== 'transfer' || !ids.includes(entry.transfer.transferId)) return [];
    const { status, transferId } = entry.transfer;
    return [[status, transferId, entry.originalPosition ?? entry.position]];
  });
}
const idsOf = (...rows: { transferId: string }[]): string[] => rows.map((one) => one.transferId);

async function mismatches(reader = 'reader'): Promise<Record<string, unknown>[]> {
  const response = await fetch(`http://127.0.0.1:${ingestion.port}/v1/feed/mismatches?limit=1000`, {
    headers: { authorization: `Bearer ${keys.get(reader)!}` },
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { items: Record<string, unknown>[] }).items;
}

describe('a payment that both its providers tell of', () => {
  it('moves once, and both legs are kept', async () => {
    const { ours, theirs } = newPayment();
    expect(await send(PROVIDER, ours())).toMatchObject({ accepted: 1 });
    expect(await send(OTHER, theirs())).toMatchObject({ accepted: 1 });
    const log = await readLog(...idsOf(ours(), theirs()));
    expect(log).toEqual([['SETTLED', ours().transferId, log[0]![2]]]);
    const kept: unknown[] = await database.dataSource.query(
      'select transfer_id, leg_of, echo from feed.transfer where transfer_id = any ($1) order by position',
      [idsOf(ours(), theirs())],
    );
    expect(kept).toEqual([
      { transfer_id: ours().transferId, leg_of: null, echo: false },
      { transfer_id: theirs().transferId, leg_of: log[0]![2], echo: true },
    ]);
    // Sent again, nothing changes.
    expect(await send(OTHER, theirs())).toMatchObject({ duplicates: 1 });
    expect(await send(PROVIDER, ours())).toMatchObject({ duplicates: 1 });
    expect(await readLog(...idsOf(ours(), theirs()))).toHaveLength(1);
  });

  it('moves when the first of them says that it is settled, under the name that was first', async () => {
    const { ours, theirs } = newPayment();
    await send(PROVIDER, ours({ status: 'PENDING' }));
    await send(OTHER, theirs());
    await send(PROVIDER, ours({ status: 'SETTLED' }));
    const log = await readLog(...idsOf(ours(), theirs()));
    const knownAs = log[0]![2];
    expect(log).toEqual([
      ['PENDING', ours().transferId, knownAs],
      ['SETTLED', theirs().transferId, knownAs],
    ]);
    await send(OTHER, theirs({ status: 'REVERSED' }));
    await send(PROVIDER, ours({ status: 'REVERSED' }));
    expect((await readLog(...idsOf(ours(), theirs()))).slice(2)).toEqual([
      ['REVERSED', theirs().transferId, knownAs],
    ]);
  });

  it('is taken back as one, by the reversal of either leg', async () => {
    const { ours, theirs } = newPayment();
    await send(PROVIDER, ours());
    await send(OTHER, theirs());
    const { debtor, creditor } = theirs();
    const back = row(`BACK-${payments}`, {
      ...{ type: 'REVERSAL', originalTransferId: theirs().transferId },
      ...{ debtor: creditor, creditor: debtor },
    });
    expect(await send(OTHER, back)).toMatchObject({ accepted: 1 });
    const [first, reversal] = await readLog(...idsOf(ours(), theirs(), back));
    expect(reversal).toEqual(['SETTLED', back.transferId, first![2]]);
  });

  it.each<[string, { rail?: string | undefined; endToEndId?: string | undefined }]>([
    ['without an end-to-end id', { endToEndId: undefined }],
    ['with one that was not provided', { endToEndId: 'NOTPROVIDED' }],
    ['without a rail', { rail: undefined }],
    ['on another rail', { rail: 'SWIFT' }],
  ])('%s is two', async (_, change) => {
    const { ours, theirs } = newPayment();
    const both = change.rail === 'SWIFT' ? {} : change;
    await send(PROVIDER, ours(both));
    await send(OTHER, theirs(change));
    expect(await readLog(...idsOf(ours(), theirs()))).toHaveLength(2);
  });

  it.each([
    ['/amount', { amount: '1250.51' }],
    ['/currency', { currency: 'USD' }],
    ['/debtor/walletId', { debtor: { provider: PROVIDER, walletId: 'W9' } }],
    ['/creditor/walletId', { creditor: { provider: OTHER, walletId: 'W9' } }],
  ])('and that differs in %s is two, which both are told', async (path, change) => {
    const { ours, theirs } = newPayment();
    await send(PROVIDER, ours());
    await send(OTHER, theirs(change));
    expect(await readLog(...idsOf(ours(), theirs()))).toHaveLength(2);
    for (const [reader, one] of [
      ['reader', ours()],
      [OTHER, theirs()],
    ] as const) {
      const mine = (await mismatches(reader)).filter((item) => item.transferId === one.transferId);
      expect(mine).toMatchObject([{ path }]);
      expect(JSON.stringify(mine)).not.toContain(reader === OTHER ? 'OURS' : 'THEIRS');
    }
  });

  it('and that came to nothing at one of them is told to both', async () => {
    const { ours, theirs } = newPayment();
    await send(PROVIDER, ours());
    await send(OTHER, theirs({ status: 'FAILED' }));
    const mine = (await mismatches()).filter((item) => item.transferId === ours().transferId);
    expect(mine).toMatchObject([{ path: '/status' }]);
  });

  it('has no third leg, and nobody but the two has a say in it', async () => {
    const { ours, theirs } = newPayment();
    expect(await send(STRANGER, ours())).toMatchObject({ accepted: 1 });
    await send(PROVIDER, ours());
    await send(OTHER, theirs());
    // The same id for another payment, by each.
    const again = row(`AGAIN-${payments}`, { ...theirs(), transferId: `AGAIN-${payments}` });
    await send(OTHER, again);
    await send(PROVIDER, again);
    const log = await readLog(...idsOf(ours(), theirs(), again));
    expect(log.map(([, id]) => id)).toEqual([
      ours().transferId,
      ours().transferId,
      again.transferId,
      again.transferId,
    ]);
  });

  it('cannot be pre-empted by what the other tells under its id', async () => {
    const { ours, theirs } = newPayment();
    await send(OTHER, theirs({ amount: '0.01' }));
    expect(await send(PROVIDER, ours())).toMatchObject({ accepted: 1 });
    expect((await readLog(...idsOf(ours(), theirs()))).map(([, id]) => id)).toContain(
      ours().transferId,
    );
  });

  it('in a batch beside others leaves the order of the log as it was sent', async () => {
    const made = Array.from({ length: 5 }, newPayment);
    await send(PROVIDER, ...made.map(({ ours }) => ours()));
    const plain = Array.from({ length: 5 }, (_, i) => row(`PLAIN-${payments}-${i}`));
    await send(OTHER, ...made.flatMap(({ theirs }, i) => [theirs(), plain[i]!]));
    expect((await readLog(...idsOf(...plain))).map(([, id]) => id)).toEqual(idsOf(...plain));
  });

  it('moves once and is taken back once, whoever tells of what first, at once or not', async () => {
    const course = fc.constantFrom(
      ['SETTLED'],
      ['PENDING', 'SETTLED'],
      ['PENDING'],
      ['SETTLED', 'REVERSED'],
      ['PENDING', 'SETTLED', 'REVERSED'],
      [],
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ ours: course, theirs: course }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
        fc.boolean(),
        async (plans, turns, atOnce) => {
          const made = plans.map((plan) => ({ plan, ...newPayment() }));
          const queues = [
            made.flatMap(({ plan, ours }) => plan.ours.map((status) => ours({ status }))),
            made.flatMap(({ plan, theirs }) => plan.theirs.map((status) => theirs({ status }))),
          ] as const;
          const told = async (side: 0 | 1, rows: object[]) => {
            if (rows.length > 0) await send(side === 0 ? PROVIDER : OTHER, ...rows);
          };
          if (atOnce) await Promise.all([told(0, queues[0]), told(1, queues[1])]);
          for (const turn of turns) {
            const side = turn ? 0 : 1;
            const next = queues[side].shift();
            if (next !== undefined) await told(side, [next]);
          }
          await told(0, queues[0]);
          await told(1, queues[1]);
          for (const { plan, ours, theirs } of made) {
            const log = await readLog(...idsOf(ours(), theirs()));
            const all = [...plan.ours, ...plan.theirs];
            for (const status of ['SETTLED', 'REVERSED']) {
              const count = log.filter(([one]) => one === status).length;
              const isTold = all.some((one) => one === status);
              expect([status, count]).toEqual([status, isTold ? 1 : 0]);
            }
            expect(new Set(log.map(([, , knownAs]) => knownAs)).size).toBeLessThanOrEqual(1);
          }
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);
});
