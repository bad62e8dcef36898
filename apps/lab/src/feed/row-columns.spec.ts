import Ajv from 'ajv';
import { TRANSFER_ROW_SCHEMA } from '#contracts';
import { FEED_COLUMNS, feedCells } from '../simulate/feed-columns';
import { Simulation } from '../simulate/simulation';
import { RowColumns } from './row-columns';

const LAB = [
  'transferId',
  'occurredAt',
  'type',
  'debtorWalletId',
  'creditorWalletId',
  'amount',
  'currency',
];
const CELLS = ['t1', '2024-01-01T00:00:35.999Z', 'P2P', 'W1', 'W2', '610.29', 'PKR'];

describe('RowColumns', () => {
  it("puts the lab's seven columns at their places, everything as it is written", () => {
    expect(new RowColumns(LAB).body(CELLS)).toEqual({
      transferId: 't1',
      occurredAt: '2024-01-01T00:00:35.999Z',
      type: 'P2P',
      debtor: { walletId: 'W1' },
      creditor: { walletId: 'W2' },
      amount: '610.29',
      currency: 'PKR',
    });
  });

  it('puts every other column at its contract path and leaves empty cells out', () => {
    const columns = new RowColumns([
      ...LAB,
      'creditor.kind',
      'device.id',
      'debtor.msisdn',
      'agentId',
    ]);
    const body = columns.body([...CELLS, 'MERCHANT', 'D9', '', '']);
    expect(body).toMatchObject({
      creditor: { walletId: 'W2', kind: 'MERCHANT' },
      device: { id: 'D9' },
    });
    expect(body.debtor).toEqual({ walletId: 'W1' });
    expect(body).not.toHaveProperty('agentId');
  });

  it('tells what is not a wallet by its id, unless the feed names its kind', () => {
    const cells = [...CELLS];
    cells[4] = 'external-bank';
    expect(new RowColumns(LAB).body(cells)).toMatchObject({
      creditor: { walletId: 'external-bank', kind: 'EXTERNAL' },
    });
    const columns = new RowColumns([...LAB, 'creditor.kind']);
    expect(columns.body([...cells, 'BANK'])).toMatchObject({ creditor: { kind: 'BANK' } });
  });

  it.each([
    ['a missing column', LAB.slice(1), 'missing: transferId'],
    ['an unknown one', [...LAB, 'colour'], 'unknown column "colour"'],
    ['a group without its field', [...LAB, 'debtor'], 'unknown column "debtor"'],
    ['a name that every object has', [...LAB, 'debtor.constructor'], 'unknown column'],
    [
      'one that is there twice',
      [...LAB, 'debtor.walletId'],
      'column debtor.walletId is there twice',
    ],
  ])('refuses %s', (_, header, message) => {
    expect(() => new RowColumns(header)).toThrow(message);
  });

  it('makes of every simulated transfer a row that the contract takes', () => {
    const isRow = new Ajv().compile(TRANSFER_ROW_SCHEMA);
    const columns = new RowColumns(FEED_COLUMNS);
    const rows = [...new Simulation({ seed: 3, days: 6, wallets: 1_000 }).days()].flat();
    const refused = rows.filter((transfer) => !isRow(columns.body(feedCells(transfer))));
    expect(refused).toEqual([]);
    expect(rows.length).toBeGreaterThan(5_000);
  });
});
