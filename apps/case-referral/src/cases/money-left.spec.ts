import fc from 'fast-check';
import { type EvidenceTransfer, type WalletPosition } from '#contracts';
import { accountKey, isExit } from '#domain';
import { at, caseAlertOver, paid, PROVIDER, someTransfers } from '../../test/evidence';
import { inCausalOrder } from './causal-order';
import { moneyLeft } from './money-left';

const position = (
  walletId: string,
  credits: readonly (readonly [EvidenceTransfer, number])[],
): WalletPosition => ({
  provider: PROVIDER,
  walletId,
  currency: 'PKR',
  asOf: at(500),
  inMinor: 0,
  outMinor: 0,
  heldMinor: 0,
  taintedMinor: 0,
  credits: credits.map(([{ provider, transferId }, leftMinor]) => ({
    provider,
    transferId,
    leftMinor,
  })),
});

const key = (walletId: string): string => accountKey({ provider: PROVIDER, walletId }, 'PKR');

const first = paid('v', 'm', 100, 0);
const second = paid('u', 'm', 50, 30);

describe('what is left', () => {
  it('is what the position says of the credits of the case, and of no other', () => {
    const foreign = paid('x', 'm', 70, 40);
    const left = moneyLeft(
      [first, second],
      [
        position('m', [
          [first, 20],
          [foreign, 70],
        ]),
      ],
      [caseAlertOver('a', [first, second])],
    );
    expect(left.get(key('m'))).toEqual({
      heldMinor: 20,
      coolOffEndsAtMs: Date.parse(at(120)),
    });
  });

  it('stands at what the latest alert said until a position has come', () => {
    const told = (id: string, minutes: number, heldMinor: number) =>
      caseAlertOver(id, [first, second], {
        updatedAt: at(minutes),
        wallets: [
          {
            provider: PROVIDER,
            walletId: 'm',
            currency: 'PKR',
            inMinor: 0,
            outMinor: 0,
            heldMinor,
          },
        ],
      });
    const alerts = [told('b', 40, 60), told('a', 30, 150)];
    expect(moneyLeft([first, second], [], alerts).get(key('m'))).toEqual({
      heldMinor: 60,
      coolOffEndsAtMs: Date.parse(at(150)),
    });
    const left = moneyLeft([first, second], [position('m', [])], alerts);
    expect(left.get(key('m'))).toEqual({ heldMinor: 0, coolOffEndsAtMs: null });
  });

  it('has no cool-off where none was in force', () => {
    const early = { ...first, occurredAt: '2022-01-01T00:00:00.000Z' };
    const left = moneyLeft([early], [position('m', [[early, 100]])], []);
    expect(left.get(key('m'))).toEqual({ heldMinor: 100, coolOffEndsAtMs: null });
  });

  it('is nothing at an exit, and never more than a credit brought', () => {
    fc.assert(
      fc.property(someTransfers(), fc.nat(2_000_000), (transfers, leftMinor) => {
        const ordered = inCausalOrder(transfers);
        const positions = [0, 1, 2, 3].map((wallet) =>
          position(
            `w${String(wallet)}`,
            transfers.map((transfer) => [transfer, leftMinor] as const),
          ),
        );
        const left = moneyLeft(ordered, positions, []);
        for (const [account, { heldMinor }] of left) {
          const brought = transfers
            .filter((transfer) => !isExit(transfer))
            .filter(({ creditor, currency }) => accountKey(creditor, currency) === account)
            .map(({ amountMinor }) => Math.min(amountMinor, leftMinor));
          const known = positions.some((p) => accountKey(p, p.currency) === account);
          expect(heldMinor).toBe(known ? brought.reduce((a, b) => a + b, 0) : 0);
        }
      }),
      { numRuns: 200 },
    );
  });
});
