import { type LogEntry } from '#contracts';
import { DAY_MS, HOUR_MS, walletKey } from '#domain';
import { alertsOf, hop, late, logOf, type Move, OPEN, ordinaryLife, run } from '../test/feed';
import { type AlertDraft } from './alert-draft';
import { type Evidence } from './evidence';
import { KNOWN_PARTIES, knownParties } from './known-parties';

const paid = (amountMinor: number, newPair: boolean): Evidence => ({
  ...{ position: 2, payer: 1, payee: 2, amountMinor, atMs: 0, newPair },
});

describe('money between people who had paid one another before', () => {
  it.each([
    ['none of it', [paid(100, true), paid(300, true)], undefined],
    ['a quarter of it', [paid(100, false), paid(300, true)], -1.5],
    ['all of it', [paid(100, false), paid(300, false)], -6],
  ])('speaks against suspicion in proportion: %s', (_, evidence, logOdds) => {
    expect(knownParties(evidence, 'PKR', 6)?.logOdds).toBe(logOdds);
  });

  const chain = [hop('a', 'b', 90_000, 0), hop('b', 'c', 89_000, 20), hop('c', 'd', 88_000, 40)];
  /** Each pair of the chain has dealt with one another for a week: a hundred rupees now and then. */
  const before = chain.flatMap((move, n): Move[] =>
    [2, 5, 8].map((day) => ({ ...move, rupees: 100, atMs: day * DAY_MS + n * HOUR_MS })),
  );
  const ofChain = (moves: readonly Move[], entries: readonly LogEntry[] = []): AlertDraft[] => {
    const feed = [...ordinaryLife(), ...moves, ...chain.map(late)];
    const log = logOf(feed.sort((x, y) => x.atMs - y.atMs));
    const pack = { ...OPEN, risk: { ...OPEN.risk, base: -4 } };
    const alerts = alertsOf(run([...entries, ...log], pack));
    return alerts.filter(({ wallets }) => wallets.some(({ walletId }) => walletId === 'd'));
  };
  const risk = (...feed: Parameters<typeof ofChain>): number =>
    Math.max(0, ...ofChain(...feed).map((alert) => alert.risk));

  it('lowers the risk of a chain, and leaves it a term among others', () => {
    const strangers = risk([]);
    const friends = risk(before);
    expect(strangers).toBeGreaterThan(2 * friends);
    expect(friends).toBeGreaterThan(0);
  });

  it('says nothing for a wallet that is itself an indicator', () => {
    const named: LogEntry = {
      kind: 'indicators.registered.v1',
      position: 1,
      indicators: [
        {
          operationId: 'op-1',
          type: 'wallet',
          match: walletKey({ provider: 'p', walletId: 'b' }),
          knownFromMs: 0,
        },
      ],
    };
    expect(risk(before, [named])).toBeGreaterThan(70);
  });

  it('is told to the investigator with both sums', () => {
    const terms = ofChain(before).flatMap((alert) =>
      alert.terms.filter((t) => t.name === KNOWN_PARTIES),
    );
    expect(terms.map(({ sentence }) => sentence)).toContain(
      'PKR 267,300.00 of the PKR 267,300.00 in all these transfers went to wallets that their payers had paid before',
    );
  });
});
