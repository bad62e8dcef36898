import { type TransferRow, type TransfersAnswer } from '#contracts';
import { createTestDatabase, type TestDatabase } from '#testing';
import {
  holdTurn,
  PROVIDER,
  row,
  runIngestion,
  type RunningIngestion,
  waitingForTurn,
} from '../test/running-ingestion';

let database: TestDatabase;
let ingestion: RunningIngestion;

beforeAll(async () => {
  database = await createTestDatabase();
  ingestion = await runIngestion(database.databaseUrl);
});

afterAll(async () => {
  await ingestion.close();
  await database.drop();
});

let ids = 0;
/** An id that no other test uses. */
const nextId = (): string => `T-${String((ids += 1))}`;

const stored = (transferId: string): Promise<Record<string, unknown>[]> =>
  database.dataSource.query(
    'select * from feed.transfer where provider_id = $1 and transfer_id = $2 order by position',
    [PROVIDER, transferId],
  );

/** What an answer says is wrong: code and path of each problem. */
const problemsOf = (answer: TransfersAnswer): string[] =>
  answer.problems.map(({ code, path }) => `${code} ${path}`);

/** Takes back what `row(original)` moved. */
const reversal = (original: string, change: Record<string, unknown> = {}): TransferRow =>
  row(nextId(), {
    type: 'REVERSAL',
    originalTransferId: original,
    debtor: { walletId: 'W2' },
    creditor: { walletId: 'W1' },
    ...change,
  });

describe('the original of a reversal', () => {
  it.each([
    ['a payment that mentions another', 'P2P', 'SETTLED'],
    ['a payment first told of when it was over', 'P2P', 'REVERSED'],
    ['a reversal first told of when it was over', 'REVERSAL', 'REVERSED'],
    ['a reversal that failed', 'REVERSAL', 'FAILED'],
  ])('is nobody else’s: %s points nowhere', async (_, type, status) => {
    const sent = nextId();
    await ingestion.send([row(sent)]);
    const pointing = reversal(sent, { type, status, amount: '0.01' });
    expect(await ingestion.send([pointing])).toMatchObject({ accepted: 1 });
    expect((await stored(pointing.transferId))[0]!.original_position).toBeNull();
  });

  it('is what it points to, sent before or earlier in the batch, and otherwise it points nowhere', async () => {
    const [sent, beside, after] = [nextId(), nextId(), nextId()];
    await ingestion.send([row(sent)]);
    const batch = [row(beside), reversal(sent), reversal(beside), reversal(after), row(after)];
    expect(await ingestion.send(batch)).toMatchObject({ accepted: 5 });
    const positionOf = async (id: string) => (await stored(id))[0]!.position;
    const pointers = await Promise.all(
      batch.slice(1, 4).map(async (sent) => (await stored(sent.transferId))[0]!.original_position),
    );
    expect(pointers).toEqual([await positionOf(sent), await positionOf(beside), null]);
  });

  it('is found also in a batch that is looked at row by row', async () => {
    const [known, beside] = [nextId(), nextId()];
    await ingestion.send([row(known)]);
    const batch = [row(known), row(beside), reversal(beside), reversal(known)];
    expect(await ingestion.send(batch)).toMatchObject({ accepted: 3, duplicates: 1 });
    const pointers = await Promise.all(
      batch.slice(2).map(async (sent) => (await stored(sent.transferId))[0]!.original_position),
    );
    expect(pointers).toEqual([
      (await stored(beside))[0]!.position,
      (await stored(known))[0]!.position,
    ]);
  });

  it('is found where it was committed while the reversal waited for its turn', async () => {
    const original = nextId();
    const other = database.dataSource.createQueryRunner();
    await other.startTransaction();
    await other.query(
      `insert into feed.transfer_key (provider_id, transfer_id, positions)
       values ($1, $2, array[nextval('log.position')])`,
      [PROVIDER, original],
    );
    const waiting = reversal(original);
    const answer = ingestion.send([waiting]);
    await waitingForTurn(database.dataSource, 1);
    await other.commitTransaction();
    await other.release();
    expect(await answer).toMatchObject({ accepted: 1 });
    expect((await stored(waiting.transferId))[0]!.original_position).toEqual(expect.any(Number));
  });
});

describe('a reversal', () => {
  // Of the original: 1,250.50 PKR from W1 to W2.
  const [paid, received] = [{ walletId: 'W1' }, { walletId: 'W2' }];
  const MISFITS: [string, string, Record<string, unknown>][] = [
    ['of the same parties', '/debtor/walletId', { debtor: paid, creditor: received }],
    ['from a stranger', '/debtor/walletId', { debtor: { walletId: 'W9' } }],
    ['to a stranger', '/creditor/walletId', { creditor: { walletId: 'W9' } }],
    ['from elsewhere', '/debtor/walletId', { debtor: { ...received, provider: 'other' } }],
    ['to elsewhere', '/creditor/walletId', { creditor: { ...paid, provider: 'other' } }],
    ['in another currency', '/currency', { currency: 'USD' }],
    ['of more', '/amount', { amount: '1250.51' }],
  ];

  it.each(MISFITS)('%s is a conflict at %s, and is not stored', async (_, path, change) => {
    const original = nextId();
    await ingestion.send([row(original)]);
    const wrong = reversal(original, change);
    const answer = await ingestion.send([row(nextId()), wrong, row(nextId())]);
    expect(answer).toMatchObject({ accepted: 2, duplicates: 0, rejected: 1 });
    expect(answer.problems).toMatchObject([
      { index: 1, transferId: wrong.transferId, code: 'CONFLICT', path },
    ]);
    expect(answer.problems[0]!.detail).not.toMatch(/W\d|\d/);
    expect(await stored(wrong.transferId)).toHaveLength(0);
  });

  it.each(MISFITS)('%s is a conflict at %s beside its original too', async (_, path, change) => {
    const original = nextId();
    const wrong = reversal(original, change);
    const answer = await ingestion.send([row(original), wrong]);
    expect(answer).toMatchObject({ accepted: 1, rejected: 1 });
    expect(problemsOf(answer)).toEqual([`CONFLICT ${path}`]);
    expect(await stored(original)).toHaveLength(1);
    expect(await stored(wrong.transferId)).toHaveLength(0);
  });

  it.each([
    ['0.01', 1],
    ['1250.49', 1],
    ['1250.50', 1],
    ['1250.51', 0],
  ])('of %s out of 1250.50: accepted %d', async (amount, accepted) => {
    const original = nextId();
    await ingestion.send([row(original)]);
    const answer = await ingestion.send([reversal(original, { amount })]);
    expect(answer.accepted).toBe(accepted);
    expect(problemsOf(answer)).toEqual(accepted ? [] : ['CONFLICT /amount']);
  });

  it('sent again is a duplicate; a refused one is refused again', async () => {
    const original = nextId();
    const [good, wrong] = [reversal(original), reversal(original, { amount: '1250.51' })];
    const batch = [row(original), good, wrong];
    expect(await ingestion.send(batch)).toMatchObject({ accepted: 2, duplicates: 0, rejected: 1 });
    expect(await ingestion.send(batch)).toMatchObject({ accepted: 0, duplicates: 2, rejected: 1 });
    expect(await ingestion.send([good])).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(await ingestion.send([good, good])).toMatchObject({ accepted: 0, duplicates: 2 });
    expect(await stored(good.transferId)).toHaveLength(1);
  });

  it('of a reversal goes the first way again', async () => {
    const original = nextId();
    const first = reversal(original);
    const again = { originalTransferId: first.transferId, type: 'REVERSAL' };
    const [wrong, right] = [reversal(first.transferId), row(nextId(), again)];
    const answer = await ingestion.send([row(original), first, wrong, right]);
    expect(answer).toMatchObject({ accepted: 3, rejected: 1 });
    expect(problemsOf(answer)).toEqual(['CONFLICT /debtor/walletId']);
  });

  it('in parts may come to more than the original: each is measured by itself', async () => {
    const original = nextId();
    const parts = [reversal(original, { amount: '1000' }), reversal(original, { amount: '1000' })];
    expect(await ingestion.send([row(original), ...parts])).toMatchObject({ accepted: 3 });
  });

  it('is not measured by a refused row, nor by what comes after it', async () => {
    const [known, later] = [nextId(), nextId()];
    await ingestion.send([row(known)]);
    const refused = row(known, { amount: '5000.00' });
    const wrong = reversal(known, { amount: '5000.00' });
    const early = reversal(later, { amount: '5000.00' });
    const answer = await ingestion.send([refused, wrong, early, row(later)]);
    expect(problemsOf(answer)).toEqual(['CONFLICT /amount', 'CONFLICT /amount']);
    expect(answer).toMatchObject({ accepted: 2, rejected: 2 });
    expect(await ingestion.send([early])).toMatchObject({ duplicates: 1 });
  });

  it('of what is not known is taken, and measured when it settles', async () => {
    const original = nextId();
    const amount = '5000.00';
    const announced = reversal(original, { amount, status: 'PENDING' });
    const [settled, failed] = [
      { ...announced, status: 'SETTLED' },
      { ...announced, status: 'FAILED' },
    ];
    expect(await ingestion.send([announced])).toMatchObject({ accepted: 1 });
    await ingestion.send([row(original)]);
    expect(problemsOf(await ingestion.send([settled]))).toEqual(['CONFLICT /amount']);
    expect(await ingestion.send([failed])).toMatchObject({ accepted: 1 });
  });

  it('that was taken before its original may still be undone', async () => {
    const original = nextId();
    const taken = reversal(original, { amount: '5000.00' });
    expect(await ingestion.send([taken, row(original)])).toMatchObject({ accepted: 2 });
    const undone = { ...taken, status: 'REVERSED' };
    expect(await ingestion.send([undone])).toMatchObject({ accepted: 1 });
  });

  it('is measured by an original that is stored while it waits for its turn', async () => {
    const original = nextId();
    const release = await holdTurn(database.dataSource);
    const first = ingestion.send([row(original)]);
    await waitingForTurn(database.dataSource, 1);
    const wrong = ingestion.send([reversal(original, { amount: '1250.51' })]);
    await waitingForTurn(database.dataSource, 2);
    await release();
    expect(await first).toMatchObject({ accepted: 1 });
    expect(problemsOf(await wrong)).toEqual(['CONFLICT /amount']);
  });
});
