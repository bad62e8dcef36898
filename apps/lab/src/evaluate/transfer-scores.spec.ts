import { handMadeKey, handMadeLog, pay } from './hand-made-log-spec';
import { TransferScores, watchScores } from './transfer-scores';

describe('TransferScores', () => {
  const LOG = handMadeLog([
    pay('a', 'b', 1, 0, { status: 'PENDING' }),
    pay('a', 'b', 1, 1, { first: 0 }),
    pay('c', 'd', 1, 2),
  ]);
  const KEY = handMadeKey({ chain1: [0] });

  it('ranks transfers, not what is told of them later', () => {
    // Nothing is scored: one of two transfers launders, whatever rows there are.
    expect(new TransferScores(LOG).figures(KEY).averagePrecision).toBe(0.5);
  });

  it('keeps the highest that anything gave a transfer', () => {
    const scores = new TransferScores(LOG);
    const watch = watchScores(LOG, scores);
    const evidence = {
      ...{ position: LOG.positionOf(0), payer: 0, payee: 1, amountMinor: 1, atMs: 0 },
      newPair: true,
    };
    watch.scored(LOG.positionOf(2), 40, 0, []);
    watch.scored(LOG.positionOf(0), 30, 0, []);
    expect(scores.figures(KEY).averagePrecision).toBe(0.5);
    watch.candidate(50, [evidence]);
    watch.candidate(10, [evidence]);
    watch.scored(LOG.positionOf(0), 20, 0, []);
    expect(scores.figures(KEY).averagePrecision).toBe(1);
  });
});
