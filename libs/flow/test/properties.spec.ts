import fc from 'fast-check';
import { DAY_MS } from '#domain';
import { type AccountSums, type AccountView, type StepView } from '#flow';
import { type EngineUnderTest } from './engine-under-test';
import { FastEngine } from './fast-engine';
import { apply, type FeedStep, keyOf, touchedBy } from './feed-steps';
import { type RandomFeed, randomFeed } from './random-feed';

const FEEDS = 100;
const INTENTS_MAX = 40;

/** What does not hold of an account and has to, whatever happened to it. Thousands are looked at: it is one `expect` a feed. */
function brokenIn(account: AccountView): string[] {
  const { sums, credits, uncovered, wallet, currency } = account;
  const { laid, backfilled, taken, left, mixed, reversed, debited } = sums;
  const open = uncovered.reduce((sum, slot) => sum + slot.openMinor, 0);
  const rules = {
    'what came is somewhere': laid + backfilled === taken + left + mixed + reversed,
    'what left came from somewhere, or is uncovered': debited === taken + sums.uncovered,
    'whole units, none below 0': Object.values(sums).every(
      (sum) => Number.isSafeInteger(sum) && sum >= 0,
    ),
    'the rows hold what is left': left === credits.reduce((sum, row) => sum + row.leftMinor, 0),
    'no row holds more than it was': credits.every(
      ({ leftMinor, amountMinor }) => leftMinor >= 0 && leftMinor <= amountMinor,
    ),
    'no more is open than is uncovered': open <= sums.uncovered,
  };
  return Object.entries(rules)
    .filter(([, holds]) => !holds)
    .map(([rule]) => `${wallet} ${currency}: ${rule}`);
}

/** Runs a feed, and looks after each step at what it touched. */
function run(
  { limits, steps }: RandomFeed,
  look: (step: FeedStep, touched: AccountView[]) => void,
): EngineUnderTest {
  const engine = new FastEngine(limits);
  for (const step of steps) {
    apply(engine, step);
    const touched = touchedBy(step);
    const accounts =
      touched?.wallets.map((wallet) => engine.account(keyOf(wallet), touched.currency)) ??
      engine.accounts();
    look(
      step,
      accounts.filter((account) => account !== null),
    );
  }
  return engine;
}

const nothing = (): undefined => undefined;

const holdsOfAll = (holds: (feed: RandomFeed) => void): void => {
  fc.assert(fc.property(randomFeed(INTENTS_MAX), holds), { numRuns: FEEDS });
};

/** So long that no account of these feeds is given up. */
const KEPT_FOR_GOOD_MS = 10_000 * DAY_MS;

/** What the accounts of a currency came to, all together. */
function totalOf(engine: EngineUnderTest, currency: string, field: keyof AccountSums): number {
  return engine
    .accounts()
    .filter((account) => account.currency === currency)
    .reduce((total, { sums }) => total + sums[field], 0);
}

/** What a feed moves and takes back in a currency, by the feed alone. */
function asked(steps: readonly FeedStep[], currency: string): { moved: number; reversed: number } {
  let [moved, reversed] = [0, 0];
  for (const step of steps) {
    if (step.step === 'move' && step.currency === currency) moved += step.amountMinor;
    if (step.step === 'reverse' && step.currency === currency) reversed += step.amountMinor;
  }
  return { moved, reversed };
}

const currenciesOf = (steps: readonly FeedStep[]): Set<string> =>
  new Set(steps.flatMap((step) => touchedBy(step)?.currency ?? []));

describe('the engine, on any feed', () => {
  it('balances every account it touches, to the unit, at every step', () => {
    holdsOfAll((feed) => {
      const broken: string[] = [];
      run(feed, (step, touched) => {
        for (const account of touched) {
          broken.push(...brokenIn(account).map((rule) => `${JSON.stringify(step)} ${rule}`));
        }
      });
      expect(broken).toEqual([]);
    });
  });

  it('carries no more than was paid, and takes back no more than is asked for', () => {
    holdsOfAll((feed) => {
      const engine = new FastEngine(feed.limits);
      const wrong = feed.steps.filter((step) => {
        const result = apply(engine, step);
        if (step.step === 'reverse') {
          const shortfall = result as number;
          return shortfall < 0 || shortfall > step.amountMinor;
        }
        if (step.step !== 'move') return false;
        const { carried, amountMinor } = result as StepView;
        const { lotMinor, coveredMinor, origins } = carried;
        return (
          lotMinor > coveredMinor ||
          coveredMinor > amountMinor ||
          origins.some(({ share }) => share < feed.limits.taintShareMin || share > 1)
        );
      });
      expect(wrong).toEqual([]);
    });
  });

  it('says the same again of the same feed', () => {
    holdsOfAll((feed) => {
      const say = (): unknown => {
        const engine = new FastEngine(feed.limits);
        const said = feed.steps.map((step) => apply(engine, step));
        return [said, engine.accounts(), [...engine.capCounts], [...engine.released]];
      };
      expect(say()).toEqual(say());
    });
  });

  it.each([
    ['the tightest', 1],
    ['the widest', 256],
  ])('loses no unit of what a feed moves, with %s limits', (_which, rowsMax) => {
    holdsOfAll(({ limits, steps }) => {
      const rows = { creditsPerAccountMax: rowsMax, debitsPerAccountMax: rowsMax };
      const kept = { ...limits, ...rows, accountReleaseMs: KEPT_FOR_GOOD_MS };
      const engine = run({ limits: kept, steps }, nothing);
      for (const currency of currenciesOf(steps)) {
        const { moved, reversed } = asked(steps, currency);
        const total = (field: keyof AccountSums): number => totalOf(engine, currency, field);
        expect(total('debited')).toBe(moved);
        expect(total('laid') + total('backfilled')).toBe(moved + reversed);
        expect(total('reversed') + total('shortfall')).toBe(reversed);
      }
    });
  });

  it('says so whenever a limit lets go of a row that still had money in it', () => {
    holdsOfAll(({ limits, steps }) => {
      // Nothing grows too old, and nobody becomes a hub: what is in a pile was put there by the limit.
      const young = steps.flatMap((step) =>
        step.step === 'move' ? [{ ...step, fromKind: null, toKind: null }] : [],
      );
      const memory = { memoryMs: KEPT_FOR_GOOD_MS, accountReleaseMs: 2 * KEPT_FOR_GOOD_MS };
      const few = { creditsPerAccountMax: 2, debitsPerAccountMax: 2 };
      const mixedBefore = new Map<string, number>();
      const engine = new FastEngine({ ...limits, ...memory, ...few });
      for (const step of young) {
        const { capsMet } = apply(engine, step) as StepView;
        const { sums } = engine.account(keyOf(step.to), step.currency)!;
        const key = `${step.to} ${step.currency}`;
        if (sums.mixed > (mixedBefore.get(key) ?? 0)) {
          expect(capsMet).toContain('creditsPerAccountMax');
        }
        for (const wallet of [step.from, step.to]) {
          const { mixed } = engine.account(keyOf(wallet), step.currency)!.sums;
          mixedBefore.set(`${wallet} ${step.currency}`, mixed);
        }
      }
    });
  });

  it('never mixes currencies: what one says does not depend on whether the other is between the same wallets', () => {
    holdsOfAll(({ limits, steps }) => {
      // Without identifiers: they are the wallet's in all its currencies, and so is what they make known.
      const together = steps.flatMap((step) =>
        step.step === 'move' ? [{ ...step, fromTokens: [], toTokens: [] }] : [],
      );
      const apart = together.map((step) =>
        step.currency === 'PKR' ? step : { ...step, from: `${step.from}2`, to: `${step.to}2` },
      );
      const [withOthers, alone] = [together, apart].map((of) =>
        run({ limits, steps: of }, nothing)
          .accounts()
          .filter(({ currency }) => currency === 'PKR'),
      );
      expect(withOthers).toEqual(alone);
    });
  });
});
