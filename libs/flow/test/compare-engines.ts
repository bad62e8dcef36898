import { expectSame } from './compare-views';
import { type EngineUnderTest, type ReleasedView } from './engine-under-test';
import { FastEngine } from './fast-engine';
import { apply, FEED_START_MS, type FeedStep, keyOf, strangersMove, touchedBy } from './feed-steps';
import { type RandomFeed } from './random-feed';
import { ReferenceEngine } from './reference-engine';

interface Engines {
  readonly reference: EngineUnderTest;
  readonly engine: EngineUnderTest;
}

/** Twelve wallets in two currencies and two strangers are fewer accounts. */
const SWEEPING_ROWS = 30;
const SWEEPING_POSITION = 1_000_000;

/** Pairs show in no view: they are the typologies' own. */
const NOT_IN_ANY_VIEW: readonly string[] = ['pairsMax'];

const countsOf = (engine: EngineUnderTest): Record<string, number> =>
  Object.fromEntries([...engine.capCounts].filter(([cap]) => !NOT_IN_ANY_VIEW.includes(cap)));

/** @throws Error where the two say anything else of the account that a step touched, or of any where it may be each */
function compareTouched({ reference, engine }: Engines, step: FeedStep, where: () => string): void {
  const touched = touchedBy(step);
  if (touched === null) {
    expectSame(reference.accounts(), engine.accounts(), 'accounts', where);
    return;
  }
  for (const wallet of touched.wallets) {
    const [expected, actual] = [reference, engine].map((of) =>
      of.account(keyOf(wallet), touched.currency),
    );
    expectSame(expected, actual, `account ${wallet}`, where);
  }
}

const releasedBy = (engine: EngineUnderTest): Record<string, ReleasedView> =>
  Object.fromEntries(engine.released);

/** Rows of strangers that do not move the clock: by the last of them every account was looked at. */
function sweepAll(engine: EngineUnderTest): void {
  const at = engine.nowMs - FEED_START_MS;
  if (Number.isNaN(at)) return;
  for (let row = 0; row < SWEEPING_ROWS; row += 1) {
    apply(engine, strangersMove(SWEEPING_POSITION + row, at));
  }
}

/**
 * Runs a feed through both engines and compares what they say after every step.
 *
 * @throws Error with the first step that they differ on, and in what
 */
export function compareOn({ limits, steps }: RandomFeed): void {
  const engines = { reference: new ReferenceEngine(limits), engine: new FastEngine(limits) };
  const { reference, engine } = engines;
  steps.forEach((step, i) => {
    const where = (): string => `step ${i}, ${JSON.stringify(step)}:`;
    expectSame(apply(reference, step), apply(engine, step), 'result', where);
    compareTouched(engines, step, where);
    expectSame(countsOf(reference), countsOf(engine), 'caps', where);
  });
  const atTheEnd = (): string => 'at the end:';
  expectSame(reference.accounts(), engine.accounts(), 'accounts', atTheEnd);
  for (const either of [reference, engine]) sweepAll(either);
  expectSame(releasedBy(reference), releasedBy(engine), 'released', atTheEnd);
}
