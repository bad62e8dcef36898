import fc from 'fast-check';
import { FLOW_LIMITS } from '#flow';
import { compareOn } from './compare-engines';
import { DEFAULT_LIMITS } from './engine-under-test';
import { randomFeed } from './random-feed';

/** Most are short, so that what differs is found in a feed that can be read. */
const SHORT_FEEDS = 2_000;
const SHORT_FEED_INTENTS_MAX = 25;
const LONG_FEEDS = 60;
const LONG_FEED_INTENTS_MAX = 150;
/** A failing feed is made shorter for so long, and shown. */
const SHRINK_MS = 60_000;

function compareAll(feeds: number, intentsMax: number): void {
  const property = fc.property(randomFeed(intentsMax), compareOn);
  const { failed, seed, counterexamplePath } = fc.check(property, {
    numRuns: feeds,
    endOnFailure: true,
  });
  if (!failed) return;
  // Only what failed is timed: a slow machine must not fail what holds.
  fc.assert(property, {
    seed,
    path: counterexamplePath!,
    interruptAfterTimeLimit: SHRINK_MS,
    markInterruptAsFailure: true,
  });
}

describe('the engine and its reference', () => {
  it('have the same limits', () => {
    // Of whole stores that the reference keeps without a limit.
    const { attributesMax, pairsMax, calledNumbersMax, changedWalletsMax, ...rest } = FLOW_LIMITS;
    const {
      wokenAccountsMax,
      marksMax,
      toldWalletsMax,
      complaintsMax,
      loginMemoryMs,
      dormantAfterMs,
      ...limits
    } = rest;
    expect(limits).toEqual(DEFAULT_LIMITS);
    const ofStores = [
      attributesMax,
      pairsMax,
      calledNumbersMax,
      changedWalletsMax,
      wokenAccountsMax,
      marksMax,
      toldWalletsMax,
      complaintsMax,
    ];
    expect(Math.min(...ofStores, loginMemoryMs, dormantAfterMs)).toBeGreaterThan(0);
  });

  it('say the same after every step of thousands of small feeds', () => {
    compareAll(SHORT_FEEDS, SHORT_FEED_INTENTS_MAX);
  });

  it('say the same on feeds that outlive every window', () => {
    compareAll(LONG_FEEDS, LONG_FEED_INTENTS_MAX);
  });
});
