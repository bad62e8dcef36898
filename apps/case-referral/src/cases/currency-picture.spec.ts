import fc from 'fast-check';
import { type EvidenceTransfer } from '#contracts';
import { isExit, isHub, walletKey } from '#domain';
import { caseAlertOver, paid, someTransfers } from '../../test/evidence';
import { inCausalOrder } from './causal-order';
import { drawCurrency } from './currency-picture';
import { followMoney } from './money-flow';

const draw = (transfers: readonly EvidenceTransfer[]) =>
  drawCurrency('PKR', inCausalOrder(transfers), [], [caseAlertOver('a', transfers)]);

const add = (amounts: readonly number[]): number => amounts.reduce((a, b) => a + b, 0);

/** Hops from a source, by walking every path in order: slow, and obviously right. */
function layersByWalking(ordered: readonly EvidenceTransfer[]): Map<string, number> {
  const hubs = new Set(
    ordered.flatMap(({ debtor, creditor }) =>
      [debtor, creditor].filter(({ kind }) => isHub(kind)).map(walletKey),
    ),
  );
  const layers = new Map<string, number>();
  const lower = (wallet: string, layer: number): void => {
    layers.set(wallet, Math.min(layers.get(wallet) ?? Infinity, layer));
  };
  const walk = (index: number, hops: number): void => {
    const reached = walletKey(ordered[index]!.creditor);
    lower(reached, hops);
    if (hubs.has(reached) || layers.get(reached) === 0) return;
    ordered.forEach((next, later) => {
      if (later > index && walletKey(next.debtor) === reached) walk(later, hops + 1);
    });
  };
  const seen = new Set<string>();
  const sources = new Set<string>();
  for (const { debtor, creditor } of ordered) {
    if (!seen.has(walletKey(debtor))) sources.add(walletKey(debtor));
    seen.add(walletKey(debtor)).add(walletKey(creditor));
  }
  for (const source of sources) layers.set(source, 0);
  ordered.forEach(({ debtor }, index) => {
    const payer = walletKey(debtor);
    if (sources.has(payer) || hubs.has(payer)) walk(index, 1);
  });
  return layers;
}

describe('the money of a case', () => {
  it('adds up to the minor unit, whatever the transfers', () => {
    fc.assert(
      fc.property(someTransfers(), (transfers) => {
        const { money, wallets, fundFlow, exits, ...picture } = draw(transfers);
        const sum = add(transfers.map(({ amountMinor }) => amountMinor));
        expect(picture.sumMinor).toBe(sum);
        expect(add(wallets.map(({ inMinor }) => inMinor))).toBe(sum);
        expect(add(wallets.map(({ outMinor }) => outMinor))).toBe(sum);
        expect(add(fundFlow.map(({ amountMinor }) => amountMinor))).toBe(sum);
        expect(money.exitedMinor).toBe(
          add(transfers.filter(isExit).map(({ amountMinor }) => amountMinor)),
        );
        expect(add(exits.map(({ amountMinor }) => amountMinor))).toBe(money.exitedMinor);
        expect(money.tracedMinor).toBe(money.exitedMinor + picture.unspentMinor);
        expect(money.heldMinor).toBeLessThanOrEqual(picture.unspentMinor);
        expect(picture.uncoveredMinor).toBeLessThanOrEqual(money.tracedMinor);
        expect(money.tracedMinor).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });

  it('puts every wallet as many hops from a source as the shortest path in time is long', () => {
    fc.assert(
      fc.property(
        someTransfers().filter((transfers) => transfers.length <= 12),
        (transfers) => {
          const ordered = inCausalOrder(transfers);
          const layers = new Map(
            [...followMoney(ordered).wallets].map(([key, { layer }]) => [key, layer]),
          );
          expect(layers).toEqual(layersByWalking(ordered));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('counts what is passed on three times once, and what leaves once', () => {
    const picture = draw([
      paid('v1', 'c', 60_000, 0),
      paid('v2', 'c', 40_000, 5),
      paid('c', 'm1', 99_000, 10),
      paid('m1', 'm2', 98_000, 15),
      paid('m2', 'agent', 50_000, 20, { type: 'CASH_OUT', toKind: 'AGENT' }),
    ]);
    expect(picture.money).toEqual({
      tracedMinor: 100_000,
      movedMinor: 197_000,
      exitedMinor: 50_000,
      heldMinor: 0,
      currency: 'PKR',
    });
    expect(picture.unspentMinor).toBe(1_000 + 1_000 + 48_000);
    expect(
      picture.fundFlow.map(({ fromLayer, exit, amountMinor }) => [fromLayer, exit, amountMinor]),
    ).toEqual([
      [0, false, 100_000],
      [1, false, 99_000],
      [2, false, 98_000],
      [3, true, 50_000],
    ]);
    expect(picture.gathering).toEqual({
      sources: 2,
      collectors: 1,
      gatheredMinor: 100_000,
      lastedMs: 300_000,
    });
  });

  it('does not count money again that came back to where it began', () => {
    const picture = draw([paid('a', 'b', 100, 0), paid('b', 'a', 95, 1), paid('a', 'b', 95, 2)]);
    expect(picture.money.tracedMinor).toBe(100);
    expect(picture.money.movedMinor).toBe(190);
  });

  it('counts as uncovered what a mule adds of its own', () => {
    const picture = draw([paid('v', 'm', 100, 0), paid('m', 'n', 130, 1)]);
    expect(picture.money.tracedMinor).toBe(130);
    expect(picture.uncoveredMinor).toBe(30);
  });

  it('says "at least" beyond 2^53, and goes on', () => {
    const huge = Array.from({ length: 1_000 }, (_, index) =>
      paid(`v${String(index)}`, 'c', 10_000_000_000_000, index),
    );
    expect(draw(huge).money.tracedMinor).toBe(Number.MAX_SAFE_INTEGER);
  });
});
