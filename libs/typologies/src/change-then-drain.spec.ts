import fc from 'fast-check';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain';
import { changeThenDrainReference } from '../test/change-then-drain-reference';
import { alertsOf, ordinaryLife, run } from '../test/feed';
import {
  type Happening,
  logOfHappenings,
  packWith,
  type SeenSignal,
  signalsOf,
} from '../test/happenings';
import { DEFAULT_PACK } from './rule-pack';

const VALUES = DEFAULT_PACK.typologies.CHANGE_THEN_DRAIN as Readonly<
  Record<'windowMs' | 'drainedMin' | 'weight' | 'natsMax', number>
>;
const { windowMs, natsMax } = VALUES;

/** When the stories begin: six days of small payments have shown what is usual, and `owner` is one of those who pay. */
const AT = 6 * DAY_MS;
const life: Happening[] = [
  ...ordinaryLife(6).map((move): Happening => ({ do: 'pay', ...move })),
  ...[1, 2, 3].map((i) => pay('owner', 'brother', 400, -i * HOUR_MS)),
].sort((a, b) => timeOf(a) - timeOf(b));

function timeOf(happening: Happening): number {
  return happening.do === 'report' ? happening.knownFromMs : happening.atMs;
}

function pay(
  from: string,
  to: string,
  rupees: number,
  afterMs: number,
  type: 'P2P' | 'CASH_OUT' | 'MERCHANT_PAYMENT' | 'SALARY' = 'P2P',
): Happening {
  return { do: 'pay', from, to, rupees, atMs: AT + afterMs, type };
}

const change = (
  afterMs: number,
  type: 'SIM_CHANGE' | 'DEVICE_CHANGE' = 'SIM_CHANGE',
  wallet = 'owner',
): Happening => ({ do: 'change', type, wallet, atMs: AT + afterMs });

/** By their place in the story. */
const seen = (story: readonly Happening[], values: Readonly<Record<string, number>> = {}) =>
  signalsOf(logOfHappenings([...life, ...story]), 'CHANGE_THEN_DRAIN', {
    pack: packWith('CHANGE_THEN_DRAIN', values),
  }).map((signal) => ({
    ...signal,
    at: signal.at - life.length,
    evidence: signal.evidence.map((index) => index - life.length),
  }));

const salary = pay('employer', 'owner', 50_000, -HOUR_MS / 2);

describe('change, then drain', () => {
  it.each(['SIM_CHANGE', 'DEVICE_CHANGE'] as const)(
    'names what was paid out after a %s',
    (type) => {
      const signals = seen([salary, change(0, type), pay('owner', 'mule', 48_000, HOUR_MS)]);
      expect(signals).toMatchObject([{ at: 2, evidence: [2] }]);
      expect(signals[0]!.logOdds).toBeGreaterThan(1);
    },
  );

  it('adds up what goes in parts, to people and out', () => {
    const parts = [
      pay('owner', 'mule', 20_000, HOUR_MS),
      pay('owner', 'agent', 21_000, 2 * HOUR_MS, 'CASH_OUT'),
      pay('owner', 'mule', 7_000, 3 * HOUR_MS),
    ];
    expect(seen([salary, change(0), ...parts]).map(({ at, evidence }) => [at, evidence])).toEqual([
      [3, [2, 3]],
      [4, [2, 3, 4]],
    ]);
  });

  it.each([
    [windowMs - 1, 1],
    [windowMs, 1],
    [windowMs + 1, 0],
  ])('sees a payment %d ms after the change: %d', (afterMs, count) => {
    expect(seen([salary, change(0), pay('owner', 'mule', 48_000, afterMs)])).toHaveLength(count);
  });

  it.each([
    [39_999.99, 0],
    [40_000, 1],
    [40_000.01, 1],
  ])('sees PKR %d of 50,000 leave: %d', (rupees, count) => {
    expect(seen([salary, change(0), pay('owner', 'mule', rupees, HOUR_MS)])).toHaveLength(count);
  });

  it.each([
    [0.799, 0.8, 0],
    [0.8, 0.8, 1],
    [0.8, 0.801, 0],
  ])('sees a share of %d leave where %d is asked: %d', (share, drainedMin, count) => {
    const story = [salary, change(0), pay('owner', 'mule', 50_000 * share, HOUR_MS)];
    expect(seen(story, { drainedMin })).toHaveLength(count);
  });

  it.each([
    [0, 0],
    [1, 1],
    [2, 2],
  ])('counts up to %d nats of surprise: %d', (most, nats) => {
    const story = [salary, change(0), pay('owner', 'mule', 48_000, HOUR_MS)];
    const [signal] = seen(story, { natsMax: most, weight: 1 });
    expect(signal?.logOdds ?? 0).toBe(nats);
    expect(seen(story, { natsMax: most, weight: 0.5 })[0]?.logOdds ?? 0).toBe(nats / 2);
    expect(natsMax).toBeGreaterThan(2);
  });
});

describe('change, then drain, is silent', () => {
  const quiet: [string, readonly Happening[]][] = [
    ['without a change', [salary, pay('owner', 'mule', 48_000, HOUR_MS)]],
    [
      'about another wallet’s change',
      [salary, change(0, 'SIM_CHANGE', 'cousin'), pay('owner', 'mule', 48_000, HOUR_MS)],
    ],
    ['about what was paid before the change', [salary, pay('owner', 'mule', 48_000, 0), change(1)]],
    [
      'about a new phone and what is then bought in shops',
      [
        salary,
        change(0, 'DEVICE_CHANGE'),
        pay('owner', 'phone shop', 45_000, HOUR_MS, 'MERCHANT_PAYMENT'),
      ],
    ],
    [
      'about a new phone and ordinary payments to people, while the money stays',
      [
        salary,
        change(0, 'DEVICE_CHANGE'),
        ...[1, 2, 3].map((h) => pay('owner', `friend ${h}`, 500, h * HOUR_MS)),
      ],
    ],
    [
      'about a new phone and ordinary payments of one who holds nothing else',
      [change(0, 'DEVICE_CHANGE'), pay('owner', 'friend', 350, HOUR_MS)],
    ],
    [
      'about a wallet that is new itself: its first handset is no change',
      [
        change(0, 'DEVICE_CHANGE', 'newcomer'),
        pay('employer', 'newcomer', 50_000, MINUTE_MS),
        pay('newcomer', 'landlord', 48_000, HOUR_MS),
      ],
    ],
  ];

  it.each(quiet)('%s', (_, story) => {
    expect(seen(story)).toEqual([]);
  });

  it('raises no alert by itself, however much leaves: another sign has to come to it', () => {
    const story = [
      // Wages are no news of whom a wallet deals with.
      pay('employer', 'owner', 50_000, -47 * HOUR_MS, 'SALARY'),
      ...[1, 2, 3].map((i) => pay('owner', 'brother', 400, -i * HOUR_MS)),
      change(0),
      ...[1, 2].map((h) => pay('owner', 'brother', 24_000, h * HOUR_MS)),
    ];
    const told = [...life.slice(0, -3), ...story].sort((a, b) => timeOf(a) - timeOf(b));
    const log = logOfHappenings(told);
    expect(signalsOf(log, 'CHANGE_THEN_DRAIN')).toMatchObject([{ evidence: { length: 2 } }]);
    const alerts = alertsOf(run(log));
    expect(alerts.filter(({ typologies }) => typologies.includes('CHANGE_THEN_DRAIN'))).toEqual([]);
  });
});

describe('change, then drain, and the definition, read literally over the whole log', () => {
  const wallet = fc.constantFrom('owner', 'b', 'c');
  const gapMs = fc.constantFrom(1, MINUTE_MS, HOUR_MS, 9 * HOUR_MS, 30 * HOUR_MS);
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('pay' as const),
        from: wallet,
        hop: fc.constantFrom(1, 2, 3),
        rupees: fc.constantFrom(300, 1_000, 8_000, 10_000, 50_000),
        type: fc.constantFrom(
          'P2P' as const,
          'P2P' as const,
          'CASH_OUT' as const,
          'MERCHANT_PAYMENT' as const,
        ),
        gapMs,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('change' as const),
        type: fc.constantFrom('SIM_CHANGE' as const, 'DEVICE_CHANGE' as const),
        wallet: fc.constantFrom('owner', 'b', 'c', 'd'),
        gapMs,
      }),
    },
  );

  it('see the same', () => {
    let signals = 0;
    let several = 0;
    const names = ['owner', 'b', 'c', 'd'];
    fc.assert(
      fc.property(fc.array(step, { minLength: 3, maxLength: 28, size: 'max' }), (steps) => {
        let afterMs = 0;
        const story = steps.map((one): Happening => {
          afterMs += one.gapMs;
          if (one.do === 'change') return change(afterMs, one.type, one.wallet);
          const to = names[(names.indexOf(one.from) + one.hop) % names.length]!;
          return pay(one.from, to, one.rupees, afterMs, one.type);
        });
        const log = [...life, ...story];
        const expected = changeThenDrainReference(log, VALUES);
        const found = signalsOf(logOfHappenings(log), 'CHANGE_THEN_DRAIN');
        const rounded = (all: readonly SeenSignal[]) =>
          all.map((one) => ({ ...one, logOdds: Math.round(one.logOdds * 1e6) }));
        expect(rounded(found)).toEqual(rounded(expected));
        signals += expected.length;
        several += expected.filter(({ evidence }) => evidence.length > 1).length;
      }),
      { numRuns: 100 },
    );
    // Otherwise nothing was compared.
    expect(signals).toBeGreaterThan(50);
    expect(several).toBeGreaterThan(20);
  });
});
