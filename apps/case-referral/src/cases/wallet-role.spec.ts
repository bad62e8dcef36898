import { inCausalOrder } from './causal-order';
import { followMoney } from './money-flow';
import { roleOf, type WalletRole } from './wallet-role';
import { paid } from '../../test/evidence';
import { type EvidenceTransfer } from '#contracts';

function roles(
  transfers: readonly EvidenceTransfer[],
  held: Readonly<Record<string, number>> = {},
): Record<string, WalletRole> {
  const { wallets } = followMoney(inCausalOrder(transfers));
  return Object.fromEntries(
    [...wallets.values()].map((wallet) => [
      wallet.walletId,
      roleOf(wallet, held[wallet.walletId] ?? 0),
    ]),
  );
}

const scheme = [
  paid('v1', 'c', 100, 0),
  paid('v2', 'c', 100, 1),
  paid('c', 'm', 190, 2),
  paid('m', 'h', 180, 3),
  paid('h', 'agent', 10, 4, { toKind: 'AGENT' }),
];

describe('the role of a wallet', () => {
  it('is told by what it does in the case', () => {
    expect(roles(scheme, { h: 170 })).toEqual({
      v1: 'SOURCE',
      v2: 'SOURCE',
      c: 'COLLECTOR',
      m: 'MULE',
      h: 'HOLDER',
      agent: 'EXIT',
    });
  });

  it('is holder from half of what was received on', () => {
    expect(roles(scheme, { h: 90 }).h).toBe('HOLDER');
    expect(roles(scheme, { h: 89 }).h).toBe('MULE');
  });

  it('is collector from two sources on, and a source that pays twice is one', () => {
    expect(roles([paid('v', 'c', 1, 0), paid('v', 'c', 1, 1)]).c).toBe('MULE');
    expect(roles([paid('v', 'c', 1, 0), paid('u', 'c', 1, 1)]).c).toBe('COLLECTOR');
  });

  it('stays source where a little comes back, as a bait', () => {
    expect(roles([paid('v', 'm', 100, 0), paid('m', 'v', 5, 1)], { v: 5 }).v).toBe('SOURCE');
  });

  it('is exit for whoever gets a payment abroad, declared or not', () => {
    expect(roles([paid('v', 'x', 100, 0, { type: 'CROSS_BORDER' })]).x).toBe('EXIT');
  });
});
