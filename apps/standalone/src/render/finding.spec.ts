import { type AlertSeen, type CaseSeen } from '../findings';
import { alertLines, caseLines, operationLines } from './finding';
import { paintFor } from './paint';

const plain = paintFor(false);
const wallet = (heldMinor: number, currency = 'PKR') => ({
  provider: 'demo',
  walletId: 'wallet-of-a-person',
  currency,
  inMinor: 10_000_000,
  outMinor: 0,
  heldMinor,
});
const alert: AlertSeen = {
  id: '01900000-0000-7000-8000-000000000000',
  firstAt: '2026-10-27T02:14:31.000Z',
  risk: 95.7,
  typologies: ['LAYERING_CHAIN', 'PASS_THROUGH'],
  transfers: Array.from({ length: 5 }, (_, i) => ({ provider: 'demo', transferId: `t${i}` })),
  wallets: [wallet(8_000_000), wallet(450_050), wallet(0)],
};
const file: CaseSeen = {
  id: '463ce37c-f5cd-50f8-a2fc-95e4a6dfc25e',
  operationIds: [],
  counts: { alerts: 2 },
  risk: 100,
  narrative: '',
  money: { currency: 'PKR', tracedMinor: 1, movedMinor: 1, exitedMinor: 0, heldMinor: 2_525_000 },
};

describe('findings in the terminal', () => {
  it('tells an alert by its event time, risk, typologies and what is still held', () => {
    expect(alertLines(alert, plain)).toEqual([
      'ALERT  2026-10-27 02:14:31Z  risk 96  LAYERING_CHAIN + PASS_THROUGH',
      '       5 transfers, PKR 84,500.50 still held',
    ]);
  });

  it('adds up by currency, never across', () => {
    const wallets = [wallet(100), wallet(250, 'USD'), wallet(200)];
    expect(alertLines({ ...alert, wallets }, plain)[1]).toContain('PKR 3.00, USD 2.50 still held');
    expect(alertLines({ ...alert, wallets: [wallet(0)] }, plain)[1]).toContain(
      'nothing still held',
    );
  });

  it('names no wallet', () => {
    expect(alertLines(alert, plain).join('\n')).not.toContain('wallet-of');
  });

  it('keeps to 80 columns with every typology at once', () => {
    const all = [
      'PASS_THROUGH',
      'LAYERING_CHAIN',
      'FAN_IN',
      'FAN_OUT',
      'CYCLE',
      'OPERATION_PROXIMITY',
    ];
    const lines = alertLines({ ...alert, typologies: all as AlertSeen['typologies'] }, plain);
    expect(lines.length).toBe(3);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  it('colours the mark alone: red from risk 90 on, yellow below', () => {
    const colours = paintFor(true);
    const first = (risk: number): string => alertLines({ ...alert, risk }, colours)[0]!;
    expect(first(90).startsWith('\u001b[31mALERT  \u001b[39m2026')).toBe(true);
    expect(first(89).startsWith('\u001b[33mALERT  \u001b[39m2026')).toBe(true);
  });

  it('tells of a case that is opened, and of one that is linked', () => {
    expect(caseLines(file, 'opened', plain)).toEqual([
      'CASE   463ce37c-f5cd-50f8-a2fc-95e4a6dfc25e opened, 2 alerts',
      '       PKR 25,250.00 still held',
    ]);
    expect(caseLines({ ...file, operationIds: ['OP-1'] }, 'linked', plain)).toEqual([
      'CASE   463ce37c-f5cd-50f8-a2fc-95e4a6dfc25e has grown, 2 alerts',
      '       linked to known operation OP-1, PKR 25,250.00 still held',
    ]);
  });

  it('tells what became known of an operation', () => {
    const operation = {
      type: 'operation',
      operationId: 'OP-1',
      name: 'Call centre',
      indicators: 1,
    } as const;
    expect(operationLines(operation, plain)).toEqual([
      'INTEL  operation OP-1, 1 indicator known from now on',
      '       Call centre',
    ]);
  });
});
