import fc from 'fast-check';
import { DAY_MS, HOUR_MS } from '#domain';
import { type Happening, logOfHappenings, packWith, signalsOf } from '../test/happenings';
import { START_MS } from '../test/feed';
import { DEFAULT_PACK } from './rule-pack';

type Pay = Extract<Happening, { do: 'pay' }>;
const { windowMs, daysMin, dayAheadMs } = DEFAULT_PACK.typologies.LIMIT_HUGGING as Readonly<
  Record<'windowMs' | 'daysMin' | 'dayAheadMs', number>
>;
/** Of the first tier, in rupees. */
const LIMIT = 25_000;

const pay = (from: string, to: string, rupees: number, atMs: number, tier?: string): Pay => ({
  ...{ do: 'pay', from, to, rupees, atMs, ...(tier === undefined ? {} : { tier }) },
});
/** Somebody pays every half an hour, so that the feed's clock goes with the days. */
const ticking = (story: readonly Pay[]): Pay[] => {
  const untilMs = Math.max(...story.map(({ atMs }) => atMs));
  const ticks = Array.from({ length: Math.floor(untilMs / (HOUR_MS / 2)) }, (_, i) =>
    pay('tick', 'tock', 1, (i * HOUR_MS) / 2),
  );
  return [...ticks, ...story].sort((a, b) => a.atMs - b.atMs);
};
/** @returns of the story, at which payments it was seen and what was named */
const seen = (story: readonly Pay[], values: Readonly<Record<string, number>> = {}) => {
  const feed = ticking(story);
  const place = feed.map((one) => story.indexOf(one));
  return signalsOf(logOfHappenings(feed), 'LIMIT_HUGGING', {
    pack: packWith('LIMIT_HUGGING', values),
  })
    .filter(({ at }) => place[at]! >= 0)
    .map(({ at, evidence }) => [place[at]!, evidence.map((i) => place[i]!)]);
};
const daily = (days: number, rupees: number, tier = 'L0'): Pay[] =>
  Array.from({ length: days }, (_, day) => pay('mule', `to${day}`, rupees, day * DAY_MS, tier));

describe('limit hugging', () => {
  it.each([
    [daysMin - 1, []],
    [daysMin, [[2, [0, 1, 2]]]],
  ])('on %i days', (days, signals) => {
    expect(seen(daily(days, 24_000))).toEqual(signals);
  });

  it.each([
    [LIMIT * 0.9 - 0.01, 0],
    [LIMIT * 0.9, 1],
    [LIMIT, 1],
    [LIMIT + 0.01, 0],
  ])('of a limit of PKR 25,000, %d a day', (rupees, signals) => {
    expect(seen(daily(3, rupees))).toHaveLength(signals);
  });

  it('adds a day up, and lets go of one that went beyond', () => {
    const halves = daily(3, 12_000).flatMap((one) => [
      one,
      { ...one, to: 'other', atMs: one.atMs + 1 },
    ]);
    expect(seen(halves)).toEqual([[5, [0, 1, 2, 3, 4, 5]]]);
    expect(seen([...daily(3, 24_000), pay('mule', 'x', 1_001, 2 * DAY_MS + 1, 'L0')])).toEqual([
      [2, [0, 1, 2]],
    ]);
  });

  it('looks at what a wallet gets as it does at what it pays', () => {
    const got = daily(3, 24_000).map((one, i) => ({ ...one, from: `from${i}`, to: 'mule' }));
    expect(seen(got)).toEqual([[2, [0, 1, 2]]]);
  });

  it('ends the day where the limit is in force', () => {
    const midnight = DAY_MS - dayAheadMs - (START_MS % DAY_MS);
    const [a, b, c] = daily(3, 24_000);
    const first = { ...c!, atMs: midnight - 1 };
    // Both on the first day, so that it came to more than the limit; a moment later the second has begun.
    expect(seen([a!, first, { ...b!, atMs: midnight + DAY_MS }])).toEqual([]);
    const later = [a!, { ...c!, atMs: midnight }, { ...b!, atMs: midnight + DAY_MS }];
    expect(seen(later)).toEqual([[2, [0, 1, 2]]]);
  });

  it.each([
    [windowMs, 1],
    [windowMs + 1, 0],
  ])('where the first day lies %i ms back', (spanMs, signals) => {
    const story = daily(3, 24_000);
    expect(seen([story[0]!, story[1]!, { ...story[2]!, atMs: spanMs }])).toHaveLength(signals);
  });

  it('says nothing of a wallet whose tier is not told, or has no limit', () => {
    expect(seen(daily(3, 24_000, 'GOLD'))).toEqual([]);
    const untold = [0, 1, 2].map((day) => pay('mule', `to${day}`, 24_000, day * DAY_MS));
    expect(seen(untold)).toEqual([]);
  });

  it('is what its definition says, on random payments', () => {
    const row = fc.record({
      rupees: fc.constantFrom(1_000, 12_000, 22_500, 24_000, 25_000),
      hours: fc.constantFrom(1, 12, 24, 26),
    });
    let signals = 0;
    fc.assert(
      fc.property(fc.array(row, { minLength: 3, maxLength: 10 }), (rows) => {
        let atMs = 0;
        const story = rows.map(({ rupees, hours }, i) =>
          pay('mule', `to${i}`, rupees, (atMs += hours * HOUR_MS), 'L0'),
        );
        const found = seen(story);
        signals += found.length;
        expect(found).toEqual(reference(story));
      }),
      { numRuns: 60 },
    );
    expect(signals).toBeGreaterThan(10);
  });
});

/** The definition once more: days by their date in Karachi, sums in rupees. */
function reference(story: readonly Pay[]): unknown[] {
  const date = (atMs: number): string =>
    new Date(START_MS + atMs + dayAheadMs).toISOString().slice(0, 10);
  return story.flatMap((last, at) => {
    const recent = story.flatMap(({ atMs }, i) =>
      i <= at && last.atMs - atMs <= windowMs ? [i] : [],
    );
    const sumOn = (day: string): number =>
      recent
        .filter((i) => date(story[i]!.atMs) === day)
        .reduce((sum, i) => sum + story[i]!.rupees, 0);
    const days = [...new Set(recent.map((i) => date(story[i]!.atMs)))];
    const near = days.filter((day) => sumOn(day) >= LIMIT * 0.9 && sumOn(day) <= LIMIT);
    if (near.length < daysMin || !near.includes(date(last.atMs))) return [];
    return [[at, recent.filter((i) => near.includes(date(story[i]!.atMs)))]];
  });
}
