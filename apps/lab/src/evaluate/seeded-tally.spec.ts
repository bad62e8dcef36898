import { MINUTE_MS } from '#domain';
import { type AlertDraft } from '#typologies';
import { handMadeKey, handMadeLog, START_MS, strangers } from './hand-made-log-spec';
import { SeededTally } from './seeded-tally';
import { type Seeding } from './seeding';

/** Ten rows, one a minute. chain1 is known from minute 3 on, chain2 when it is over, chain3 is not known. */
const LOG = handMadeLog(strangers(10));
const KEY = handMadeKey({ chain1: [1, 4, 5, 6], chain2: [2, 3], chain3: [7, 8], chain4: [9] });

const knownFrom = (minute: number): number => START_MS + minute * MINUTE_MS;
const SEEDING: Seeding = {
  operations: new Map(
    [
      { id: 'operation-1', knownFromMs: knownFrom(3), patterns: new Set([0]) },
      { id: 'operation-2', knownFromMs: knownFrom(4), patterns: new Set([1]) },
      { id: 'operation-3', knownFromMs: knownFrom(9), patterns: new Set([3]) },
    ].map((operation) => [operation.id, operation]),
  ),
  knownFromMs: new Map([
    [0, knownFrom(3)],
    [1, knownFrom(4)],
    [3, knownFrom(9)],
  ]),
  // Row 4 is a payment of the wallet that was named.
  namedWallets: new Map([[0, new Set(['lab\ns8'])]]),
  before: new Map(),
};

/** For a key that has the first patterns only. */
const TWO_KNOWN: Seeding = {
  ...SEEDING,
  knownFromMs: new Map([...SEEDING.knownFromMs].slice(0, 2)),
};

const tally = () => new SeededTally(LOG, KEY, SEEDING);
const alert = (rows: readonly number[], ...operationIds: string[]) =>
  ({ positions: rows.map((row) => LOG.positionOf(row)), operationIds }) as unknown as AlertDraft;

describe('what knowing of an operation leads to', () => {
  it('is nothing where nothing is followed', () => {
    expect(tally().figures()).toEqual({
      laterTransfersReached: 0,
      laterTransfersReachedFurther: 0,
      innocentReached: 0,
      otherPatternsReached: 0,
      taintPrecision: null,
      patternsReached: 0,
      patterns: 1,
    });
  });

  it('counts rows that carry the origin, or are in an alert with the operation, once each', () => {
    const told = tally();
    told.carried(LOG.positionOf(4), ['operation-1']);
    told.carried(LOG.positionOf(5), ['operation-1']);
    told.alerted(alert([4, 5], 'operation-1'));
    expect(told.figures()).toMatchObject({
      ...{ laterTransfersReached: 2 / 3, innocentReached: 0, taintPrecision: 1 },
      // Of the two that the named wallet has no part in, one.
      ...{ laterTransfersReachedFurther: 0.5, patternsReached: 1 },
    });
  });

  it('does not count what came before the operation was known, for or against', () => {
    const told = tally();
    told.alerted(alert([0, 1], 'operation-1'));
    expect(told.figures()).toMatchObject({ laterTransfersReached: 0, innocentReached: 0 });
  });

  it('counts innocent rows against it, and rows of other patterns apart', () => {
    const key = handMadeKey({ chain1: [1, 4, 5, 6], chain2: [2, 3], chain3: [7] });
    const told = new SeededTally(LOG, key, TWO_KNOWN);
    told.alerted(alert([4, 5, 7, 8, 9], 'operation-1'));
    expect(told.figures()).toMatchObject({
      ...{ innocentReached: 2, otherPatternsReached: 1, taintPrecision: 0.5 },
    });
  });

  it('does not gain by tying everything to everything', () => {
    const key = handMadeKey({ chain1: [1, 4, 5, 6], chain2: [2, 3] });
    const told = new SeededTally(LOG, key, TWO_KNOWN);
    const everything = [...Array(10).keys()];
    told.alerted(alert(everything, 'operation-1', 'operation-2', 'operation-3'));
    const figures = told.figures();
    expect(figures.laterTransfersReached).toBe(1);
    // Of seven rows from minute 3 on three are rightly reached, one is another pattern's, three are innocent.
    expect(figures).toMatchObject({
      ...{ innocentReached: 3, otherPatternsReached: 1, taintPrecision: 0.5 },
    });
  });

  it('leaves an alert out that names no operation, and an operation that is not known', () => {
    const told = tally();
    told.alerted(alert([4, 5]));
    told.carried(LOG.positionOf(4), ['operation-9']);
    expect(told.figures().laterTransfersReached).toBe(0);
  });

  it('does not take another operation’s claim on a pattern’s row for its own', () => {
    const told = tally();
    told.carried(LOG.positionOf(5), ['operation-2']);
    expect(told.figures()).toMatchObject({
      ...{ laterTransfersReached: 0, innocentReached: 0, otherPatternsReached: 1 },
    });
  });
});
