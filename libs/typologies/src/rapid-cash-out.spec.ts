import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain';
import { type Happening, logOfHappenings, packWith, signalsOf } from '../test/happenings';
import { DEFAULT_PACK } from './rule-pack';

const VALUES = DEFAULT_PACK.typologies.RAPID_CASH_OUT as Readonly<
  Record<'windowMs' | 'coveredShareMin' | 'coolOffSlackMs' | 'weightCoolOff' | 'natsMax', number>
>;

type Kind = 'P2P' | 'CASH_OUT' | 'MERCHANT_PAYMENT';
const pay = (
  from: string,
  to: string,
  rupees: number,
  atMs: number,
  type: Kind = 'P2P',
): Happening => ({
  ...{ do: 'pay', from, to, rupees, atMs, type },
});

/** Six hundred people who take out a day later what they got: so long an exit usually waits. */
const life: Happening[] = Array.from({ length: 600 }, (_, i): Happening[] => {
  const atMs = i * 10 * MINUTE_MS;
  return [
    pay(`from${i}`, `to${i}`, 900, atMs),
    pay(`to${i}`, 'agent', 900, atMs + DAY_MS / 2, 'CASH_OUT'),
  ];
})
  .flat()
  .sort((a, b) => ('atMs' in a && 'atMs' in b ? a.atMs - b.atMs : 0));
const AT = 6 * DAY_MS;

const seen = (story: readonly Happening[], values: Readonly<Record<string, number>> = {}) =>
  signalsOf(logOfHappenings([...life, ...story]), 'RAPID_CASH_OUT', {
    pack: packWith('RAPID_CASH_OUT', values),
  })
    .filter(({ at }) => at >= life.length)
    .map((signal) => ({
      ...signal,
      evidence: signal.evidence.map((index) => index - life.length),
    }));

const outAfter = (minutes: number, rupees = 40_000): Happening[] => [
  pay('victim', 'mule', 40_000, AT),
  pay('mule', 'agent', rupees, AT + minutes * MINUTE_MS, 'CASH_OUT'),
];

describe('rapid cash-out', () => {
  it('names what came in and what left', () => {
    expect(seen(outAfter(5))).toMatchObject([{ evidence: [0, 1] }]);
  });

  it('weighs more the sooner it leaves', () => {
    const [soon] = seen(outAfter(5));
    const later = seen(outAfter(13 * 60));
    expect(soon!.logOdds).toBeGreaterThan((later[0]?.logOdds ?? 0) + 1);
  });

  it.each([
    [119, false],
    [120, true],
    [135, true],
    [136, false],
  ])('after %i minutes: waited for the end of the cool-off: %s', (minutes, waited) => {
    // Nothing but the wait weighs.
    const signals = seen(outAfter(minutes), { weight: 0 });
    expect(signals.map(({ logOdds }) => logOdds)).toEqual(waited ? [VALUES.weightCoolOff] : []);
  });

  it('knows of no cool-off before there was one', () => {
    const pack = { ...packWith('RAPID_CASH_OUT', { weight: 0 }), overlay: [] };
    const log = logOfHappenings([...life, ...outAfter(125)]);
    expect(signalsOf(log, 'RAPID_CASH_OUT', { pack })).toEqual([]);
  });

  it('counts the wait from the youngest large part', () => {
    const later = (rupees: number): Happening[] => [
      pay('victim', 'mule', 40_000, AT),
      pay('other', 'mule', rupees, AT + HOUR_MS),
      pay('mule', 'agent', 40_000 + rupees, AT + 125 * MINUTE_MS, 'CASH_OUT'),
    ];
    // A fifth of the 50,000 that leave.
    expect(seen(later(10_000), { weight: 0 })).toHaveLength(0);
    expect(seen(later(9_999), { weight: 0 })).toHaveLength(1);
  });

  it.each([
    [50_001, false],
    [50_000, true],
    [49_999, true],
  ])('of PKR 40,000 that came in and %d that leave', (rupees, held) => {
    expect(seen(outAfter(5, rupees)).length > 0).toBe(held);
  });

  it.each([
    [VALUES.windowMs, true],
    [VALUES.windowMs + 1, false],
  ])('money that came in %i ms before counts: %s', (restMs, held) => {
    const story = [
      pay('victim', 'mule', 40_000, AT),
      pay('mule', 'agent', 40_000, AT + restMs, 'CASH_OUT'),
    ];
    const waited = { weight: 0, coolOffSlackMs: 0, windowMs: 2 * HOUR_MS };
    // At the default window so long a rest is no surprise; what is asked is whether it is looked at.
    const rest = (ms: number) => [story[0]!, pay('mule', 'agent', 40_000, AT + ms, 'CASH_OUT')];
    expect(seen(rest(2 * HOUR_MS + (held ? 0 : 1)), waited).length > 0).toBe(held);
  });

  it.each([
    ['a purchase', 'MERCHANT_PAYMENT'],
    ['a payment to a person', 'P2P'],
  ] as const)('is silent about %s', (_, type) => {
    const story = [
      pay('victim', 'mule', 40_000, AT),
      pay('mule', 'x', 40_000, AT + MINUTE_MS, type),
    ];
    expect(seen(story)).toEqual([]);
  });
});
