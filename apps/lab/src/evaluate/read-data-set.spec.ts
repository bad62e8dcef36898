import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readAnswerKey } from './answer-key';
import { openDataSet } from './data-set';
import { DataSetFiles, INDICATORS, LABELS, row, TRANSFERS } from './data-set-files-spec';
import { readFeedLog } from './read-feed-log';
import { readSeeding } from './seeding';

const files = new DataSetFiles();
afterEach(() => files.remove());

const GOOD = {
  'transfers.csv.gz': [
    TRANSFERS,
    row('secret-t1', 0, 'alice', 'bob', '100.50'),
    row('secret-t2', 5, 'bob', 'external-spending'),
    row('secret-t3', 9, 'carol', 'dave'),
  ],
  'labels.csv.gz': [LABELS, 'secret-t1,Chain_7,chain', 'secret-t2,Chain_7,chain'],
};

async function read(more: Readonly<Record<string, readonly string[]>> = {}) {
  const set = await openDataSet(await files.write({ ...GOOD, ...more }));
  const { log, rowOf } = await readFeedLog(set, () => undefined);
  const key = await readAnswerKey(set, rowOf);
  return { set, log, key, seeding: await readSeeding(set, log, key) };
}

describe('reading a data set', () => {
  it('gives the entries of the log, and keeps every spelling of the author from the engine', async () => {
    const { log, key } = await read({
      'dataset.json': ['{"name":"small","rows":3,"timeResolution":"day"}'],
    });
    expect(log.size).toBe(3);
    expect(log.entry(1)).toEqual({
      ...{ kind: 'transfer', position: 4, originalPosition: null },
      ...{ debtorTokens: [], creditorTokens: [] },
      transfer: {
        ...{ provider: 'lab', transferId: '00000001', type: 'P2P', status: 'SETTLED' },
        ...{ occurredAtMs: Date.UTC(2026, 0, 5, 0, 5), amountMinor: 10_000, currency: 'PKR' },
        debtor: { provider: 'lab', walletId: 'bob', kind: null },
        creditor: { provider: 'lab', walletId: 'external-spending', kind: 'EXTERNAL' },
      },
    });
    const shown = JSON.stringify([0, 1, 2].map((at) => log.entry(at)));
    expect(shown).not.toMatch(/secret|Chain/);
    expect(key.patterns).toEqual([{ id: 'Chain_7', type: 'chain', rows: [0, 1] }]);
    expect(key.labelsLookalikes).toBe(false);
  });

  it('takes further columns by their contract path, and equal identifiers for equal', async () => {
    const more = ',status,debtor.kind,debtor.msisdn,creditor.msisdn,device.id';
    const { log } = await read({
      'transfers.csv.gz': [
        TRANSFERS + more,
        `${row('secret-t1', 0, 'alice', 'bob')},PENDING,PERSON,03001234567,,h1`,
        `${row('secret-t1', 1, 'alice', 'bob')},SETTLED,PERSON,03001234567,,h1`,
        `${row('secret-t2', 2, 'bob', 'shop')},,,,+92 300 1234567,`,
      ],
    });
    expect(log.entry(0).debtorTokens).toEqual(['msisdn:923001234567', 'device:h1']);
    expect(log.entry(2)).toMatchObject({ creditorTokens: ['msisdn:923001234567'] });
    expect(log.entry(1)).toMatchObject({
      originalPosition: 2,
      transfer: { transferId: '00000000', status: 'SETTLED', debtor: { kind: 'PERSON' } },
    });
    expect([0, 1, 2].map((at) => log.isTransfer(at))).toEqual([true, false, true]);
    expect(log.transferOf(1)).toBe(0);
  });

  it('hands on when a party was opened, each time as the row tells it', async () => {
    const { log } = await read({
      'transfers.csv.gz': [
        `${TRANSFERS},creditor.kind,debtor.openedAt,creditor.openedAt`,
        `${row('secret-t1', 0, 'alice', 'shop')},MERCHANT,2020-02-01T05:00:00+05:00,2025-12-31T00:00:00Z`,
        `${row('secret-t2', 1, 'alice', 'shop')},MERCHANT,,2010-01-01T00:00:00Z`,
        `${row('secret-t3', 2, 'alice', 'shop')},MERCHANT,,`,
      ],
    });
    const openedAt = [0, 1, 2].map((at) => {
      const { debtor, creditor } = log.entry(at).transfer;
      return [debtor.openedAtMs, creditor.openedAtMs];
    });
    expect(openedAt).toEqual([
      [Date.UTC(2020, 1, 1), Date.UTC(2025, 11, 31)],
      [undefined, Date.UTC(2010, 0, 1)],
      [undefined, undefined],
    ]);
  });

  it('ties a reversal to what it takes back', async () => {
    const { log } = await read({
      'transfers.csv.gz': [
        `${TRANSFERS},originalTransferId`,
        `${row('secret-t1', 0, 'alice', 'bob')},`,
        `${row('secret-t2', 1, 'bob', 'alice').replace('P2P', 'REVERSAL')},secret-t1`,
        `${row('secret-t3', 2, 'bob', 'alice').replace('P2P', 'REVERSAL')},elsewhere`,
      ],
    });
    expect(log.entry(1).originalPosition).toBe(log.positionOf(0));
    expect(log.entry(2).originalPosition).toBeNull();
  });

  it('lays indicators in before the first row of their time, under names that say nothing', async () => {
    const { seeding, log } = await read({
      'indicators.csv': [
        `${INDICATORS},type,value`,
        'dave,OP-Chain_7,2026-01-05T00:00:00Z,Chain_7,,',
        'bob,OP-9,2026-01-05T00:03:00Z,Chain_7,,',
        'bob,OP-9,2026-01-05T00:05:00Z,,msisdn,03001234567',
        'bob,OP-8,2026-01-05T00:10:00Z,Chain_7,,',
      ],
    });
    expect([...seeding!.before.keys()]).toEqual([0, 1]);
    expect(seeding!.before.get(1)).toEqual({
      kind: 'indicators.registered.v1',
      position: log.positionOf(1) - 1,
      indicators: [
        {
          ...{ operationId: 'operation-2', type: 'wallet', match: 'lab\nbob' },
          knownFromMs: Date.UTC(2026, 0, 5, 0, 3),
        },
        {
          ...{ operationId: 'operation-2', type: 'msisdn', match: 'msisdn:923001234567' },
          knownFromMs: Date.UTC(2026, 0, 5, 0, 5),
        },
      ],
    });
    expect(JSON.stringify([...seeding!.before.values()])).not.toMatch(/OP-|Chain/);
    expect(seeding!.knownFromMs.get(0)).toBe(Date.UTC(2026, 0, 5));
    expect(seeding!.operations.get('operation-2')!.patterns).toEqual(new Set([0]));
    expect(seeding!.namedWallets.get(0)).toEqual(new Set(['lab\ndave', 'lab\nbob']));
  });

  it('has nothing to follow where the file names nothing', async () => {
    expect((await read()).seeding).toBeNull();
    expect((await read({ 'indicators.csv': [INDICATORS] })).seeding).toBeNull();
  });
});

describe('bad input', () => {
  const transfers = (...lines: string[]) => ({ 'transfers.csv.gz': [TRANSFERS, ...lines] });
  const labels = (...lines: string[]) => ({ 'labels.csv.gz': [LABELS, ...lines] });
  const T1 = row('secret-t1', 0, 'alice', 'bob');

  it.each([
    ['no rows', transfers(), 'transfers.csv.gz: there is no transfer in it'],
    ['no columns', { 'transfers.csv.gz': ['hello'] }, 'transfers.csv.gz: line 1: the first line'],
    [
      'an unknown column',
      { 'transfers.csv.gz': [`${TRANSFERS},colour`, `${T1},red`] },
      'transfers.csv.gz: line 1: unknown column "colour"',
    ],
    ['a missing cell', transfers(T1, 't2,2026'), 'transfers.csv.gz: line 3 has another number'],
    [
      'a bad amount, below blank lines',
      transfers(T1, '', '', row('t2', 1, 'a', 'b', '1.234')),
      'transfers.csv.gz: line 5: amount has more decimals',
    ],
    ['a bad time', transfers(T1.replace('2026-01', '26-01')), 'line 2: occurredAt must be an RFC'],
    [
      'a bad opening date',
      { 'transfers.csv.gz': [`${TRANSFERS},debtor.openedAt`, `${T1},soon`] },
      'line 2: debtor.openedAt must be an RFC',
    ],
    ['an unknown type', transfers(T1.replace('P2P', 'GIFT')), 'line 2: type must be equal to one'],
    ['a currency nobody has', transfers(T1.replace('PKR', 'XXQ')), 'line 2: currency must be'],
    ['a wallet that pays itself', transfers(row('t', 0, 'a', 'a')), 'line 2: a wallet cannot pay'],
    [
      'an empty wallet',
      transfers(row('t', 0, 'a', '')),
      "line 2: must have required property 'creditor'",
    ],
    ['the same transfer twice', transfers(T1, T1), 'line 3: transferId is there twice'],
    ['a reversal of nothing', transfers(T1.replace('P2P', 'REVERSAL')), 'originalTransferId is'],
    ['no labels', { 'labels.csv.gz': [''] }, 'labels.csv.gz: the file is empty'],
    ['a missing column', { 'labels.csv.gz': ['transferId'] }, 'missing column patternId, patternT'],
    [
      'a label for nothing',
      labels('secret-t1,C,chain', '', 'other,C,chain'),
      'labels.csv.gz: line 4 names a transfer that transfers.csv.gz does not hold',
    ],
    ['a nameless pattern', labels('secret-t1,,chain'), 'line 2 lacks its patternId'],
    ['two types', labels('secret-t1,C,chain', 'secret-t2,C,fan'), 'line 3 gives its pattern anoth'],
    ['bad look-alikes', { 'lookalikes.csv.gz': [LABELS, 'x,1,y'] }, 'lookalikes.csv.gz: line 2'],
    [
      'a bad indicator',
      { 'indicators.csv': [`${INDICATORS},type,value`, 'w,OP,2026-01-05T00:00:00Z,1,imei,9'] },
      'indicators.csv: line 2, value must be an IMEI',
    ],
    ['no instant', { 'indicators.csv': [INDICATORS, 'w,OP,soon,1'] }, 'indicators.csv: line 2, kn'],
    ['a broken description', { 'dataset.json': ['{'] }, 'dataset.json is not a JSON object'],
    ['a description that is none', { 'dataset.json': ['7'] }, 'dataset.json is not a JSON object'],
  ])('names the file and the line of %s', async (_, more, message) => {
    const error = await read(more).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      ...{ name: 'AppError', code: 'INVALID_INPUT' },
      message: expect.stringContaining(message) as string,
    });
    // What is in a row may name somebody.
    expect((error as Error).message).not.toMatch(/alice|GIFT|secret/);
  });

  it('is a later status that tells of other money', async () => {
    const more = {
      'transfers.csv.gz': [
        `${TRANSFERS},status`,
        `${row('secret-t1', 0, 'alice', 'bob')},PENDING`,
        `${row('secret-t1', 1, 'alice', 'bob', '99')},SETTLED`,
      ],
    };
    await expect(read(more)).rejects.toThrow('line 3: a later status must name the same money');
  });

  it('is a folder that is not there, or lacks a file', async () => {
    await expect(openDataSet('/nowhere/at/all')).rejects.toThrow('there is no such folder');
    const folder = await files.write(GOOD);
    await rm(join(folder, 'labels.csv.gz'));
    await expect(openDataSet(folder)).rejects.toThrow('there is no labels.csv.gz in the folder');
  });

  it('is a file that is damaged', async () => {
    const folder = await files.write(GOOD);
    await appendFile(join(folder, 'transfers.csv.gz'), 'rubbish');
    const set = await openDataSet(folder);
    await expect(readFeedLog(set, () => undefined)).rejects.toThrow('damaged or cut off');
  });
});
