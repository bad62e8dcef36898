import fc from 'fast-check';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain';
import { REORDER_LIMITS } from '#flow';
import { callThenPayReference } from '../test/call-then-pay-reference';
import { alertsOf, OPEN, ordinaryLife, run } from '../test/feed';
import {
  type Happening,
  logOfHappenings,
  packWith,
  type SeenSignal,
  signalsOf,
} from '../test/happenings';
import { DEFAULT_PACK } from './rule-pack';

const VALUES = DEFAULT_PACK.typologies.CALL_THEN_PAY as Readonly<
  Record<'callMs' | 'windowMs' | 'chancePrior' | 'weight' | 'natsMax', number>
>;
const { callMs, windowMs, chancePrior, weight } = VALUES;

const report = (number = 'scam', operationId = 'OP-1', knownFromMs = 0): Happening => ({
  do: 'report',
  number,
  operationId,
  knownFromMs,
});
const call = (callee: string, atMs: number, caller = 'scam'): Happening => ({
  do: 'call',
  caller,
  callee,
  atMs,
});
/** A payment of whoever has that number. */
const pay = (number: string, to: string, atMs: number, rupees = 20_000): Happening => ({
  do: 'pay',
  from: `wallet of ${number}`,
  to,
  rupees,
  atMs,
  numbers: [number],
});

const seen = (happenings: readonly Happening[], values: Readonly<Record<string, number>> = {}) =>
  signalsOf(logOfHappenings(happenings), 'CALL_THEN_PAY', {
    pack: packWith('CALL_THEN_PAY', values),
  });

/** Otherwise the first victim would be all that is known of payers, and the second no surprise. */
const quietLife = Array.from({ length: 200 }, (_, i) => pay(`c${i}`, `d${i}`, 0));

/** The surprise of so many called payers of so many, where calls fall on payers by chance. */
const natsOf = (called: number, payers: number, chance = chancePrior): number =>
  called * Math.log(called / (payers * chance)) - called + payers * chance;

describe('call-then-pay', () => {
  it('names the payment and the operation', () => {
    const [signal, ...more] = seen([report(), call('v', 0), pay('v', 'mule', MINUTE_MS)]);
    expect(signal).toMatchObject({ at: 2, evidence: [2], operationIds: ['OP-1'] });
    expect(signal!.logOdds).toBeCloseTo(weight * natsOf(1, 1), 9);
    expect(more).toEqual([]);
  });

  it('adds up victims who pay one wallet, however many operations called them', () => {
    const n = quietLife.length;
    const happenings = [
      ...[report(), report('other scam', 'OP-2')],
      ...[call('v1', 0), call('v2', 1, 'other scam'), call('v3', 2)],
      ...[pay('v1', 'mule', HOUR_MS), pay('v2', 'mule', 2 * HOUR_MS), pay('v3', 'x', 3 * HOUR_MS)],
    ];
    const signals = seen([...quietLife, ...happenings]);
    expect(signals.map(({ at, evidence }) => [at, evidence])).toEqual([
      [n + 5, [n + 5]],
      [n + 6, [n + 5, n + 6]],
      [n + 7, [n + 7]],
    ]);
    expect(signals[1]!.operationIds).toEqual(['OP-1', 'OP-2']);
  });

  it.each([
    [callMs - 1, 1],
    [callMs, 1],
    [callMs + 1, 0],
  ])('sees a payment %d ms after the call: %d', (afterMs, count) => {
    expect(seen([report(), call('v', 0), pay('v', 'mule', afterMs)])).toHaveLength(count);
  });

  it('takes a call of the same instant for one before, in whatever order the two are told of', () => {
    expect(seen([report(), pay('v', 'mule', MINUTE_MS), call('v', MINUTE_MS)])).toHaveLength(1);
  });

  it.each([
    [windowMs - 1, 2],
    [windowMs, 2],
    [windowMs + 1, 1],
  ])('adds up payments %d ms apart: %d', (apartMs, count) => {
    const { evidence } = seen([
      ...quietLife,
      ...[report(), call('v1', 0), pay('v1', 'mule', 1), call('v2', apartMs)],
      pay('v2', 'mule', 1 + apartMs),
    ]).at(-1)!;
    expect(evidence).toHaveLength(count);
  });

  it.each([
    [0.99, 1],
    [1, 0],
  ])('is silent where %d of all payers are called by chance: %d', (prior, count) => {
    const happenings = [report(), call('v', 0), pay('v', 'mule', MINUTE_MS)];
    expect(seen(happenings, { chancePrior: prior })).toHaveLength(count);
  });

  it.each([
    [natsOf(1, 1) - 0.01, natsOf(1, 1) - 0.01],
    [natsOf(1, 1), natsOf(1, 1)],
    [natsOf(1, 1) + 0.01, natsOf(1, 1)],
  ])('counts up to %d nats of surprise', (natsMax, nats) => {
    const happenings = [report(), call('v', 0), pay('v', 'mule', MINUTE_MS)];
    expect(seen(happenings, { natsMax })[0]!.logOdds).toBeCloseTo(weight * nats, 9);
    expect(seen(happenings, { natsMax, weight: 2 })[0]!.logOdds).toBeCloseTo(2 * nats, 9);
  });
});

describe('call-then-pay is silent', () => {
  const quiet: [string, readonly Happening[]][] = [
    ['after a call from a number nobody reported', [call('v', 0), pay('v', 'mule', 1)]],
    [
      'after a call from a bank, though a scam calls others',
      [report(), call('w', 0), call('v', 0, 'bank'), pay('v', 'mule', 1)],
    ],
    ['for a payer whose number is not told', [report(), call('v', 0), pay('another', 'mule', 1)]],
    ['before the call', [report(), pay('v', 'mule', 0), call('v', 1)]],
    [
      'before the number is known',
      [report('scam', 'OP-1', MINUTE_MS), call('v', 0), pay('v', 'mule', MINUTE_MS - 1)],
    ],
    [
      'about what is bought in a shop',
      [report(), call('v', 0), { ...pay('v', 'shop', 1), type: 'MERCHANT_PAYMENT' } as Happening],
    ],
    [
      'about cash taken at an agent',
      [report(), call('v', 0), { ...pay('v', 'till', 1), type: 'CASH_OUT' } as Happening],
    ],
  ];

  it.each(quiet)('%s', (_, happenings) => {
    expect(seen(happenings)).toEqual([]);
  });
});

describe('call-then-pay', () => {
  it('sees a payment after the number is known, also where it was reported after the call; one before stays unseen', () => {
    const happenings = [report('scam', 'OP-1', MINUTE_MS), call('v', 0)];
    expect(seen([...happenings, pay('v', 'mule', MINUTE_MS)])).toHaveLength(1);
    const later = [call('v', 0), pay('v', 'mule', 1), report(), pay('v', 'mule', MINUTE_MS)];
    expect(seen(later).map(({ at }) => at)).toEqual([3]);
  });

  it('says little about a wallet that everybody pays: two of its many payers had been called', () => {
    const others = Array.from({ length: 30 }, (_, i) => pay(`c${i}`, 'tailor', i * MINUTE_MS, 900));
    const [two, atTailor] = ['mule', 'tailor'].map((to) => [
      ...[
        report(),
        ...quietLife,
        ...others,
        call('v1', 30 * MINUTE_MS),
        call('v2', 30 * MINUTE_MS),
      ],
      ...[pay('v1', to, 31 * MINUTE_MS), pay('v2', to, 32 * MINUTE_MS)],
    ]);
    const [strong, weak] = [two!, atTailor!].map((one) => seen(one).at(-1)!.logOdds);
    expect(strong).toBeGreaterThan(4);
    expect(weak).toBeLessThan(strong! / 4);
  });

  it('says little where half of all payers have been called lately', () => {
    const crowd = Array.from({ length: 60 }, (_, i) => [
      ...(i % 2 === 0 ? [call(`c${i}`, i * MINUTE_MS)] : []),
      pay(`c${i}`, `friend ${i}`, i * MINUTE_MS + 1),
    ]).flat();
    const signals = seen([
      report(),
      ...crowd,
      call('v', 61 * MINUTE_MS),
      pay('v', 'mule', HOUR_MS * 2),
    ]);
    expect(signals.at(-1)!.logOdds).toBeLessThan(weight * 0.25);
  });
});

describe('an alert on call-then-pay', () => {
  const life = ordinaryLife().map((move): Happening => ({ do: 'pay', ...move }));
  const at = 10 * DAY_MS;
  const alerts = (happenings: readonly Happening[]) =>
    alertsOf(run(logOfHappenings([report(), ...life, ...happenings])));
  const victims = (count: number, to: string): Happening[] =>
    Array.from({ length: count }, (_, i) => [
      call(`v${i}`, at + i * HOUR_MS),
      pay(`v${i}`, to, at + i * HOUR_MS + 20 * MINUTE_MS),
    ]).flat();

  it('is not raised for one victim: one payment is no layering', () => {
    expect(alerts(victims(1, 'mule'))).toEqual([]);
  });

  it('is raised for the second who pays the same new wallet, and names both payments and the operation', () => {
    const [alert, ...more] = alerts(victims(2, 'mule'));
    const first = 2 * (life.length + 3);
    expect(alert).toMatchObject({
      typologies: ['CALL_THEN_PAY'],
      operationIds: ['OP-1'],
      positions: [first, first + 4],
    });
    expect(alert!.terms[0]!.sentence).toBe(
      '2 of the 2 wallets that paid it within 3 days had been called by a known operation, ' +
        'the last 20 minutes before paying, and paid it PKR 40,000.00',
    );
    expect(more).toEqual([]);
  });

  it('is not raised without another family: where so little is known of others, nothing else is rare', () => {
    const raised = (before: readonly Happening[]) =>
      alertsOf(run(logOfHappenings([report(), ...before, ...victims(2, 'mule')]), OPEN)).filter(
        ({ typologies }) => typologies.includes('CALL_THEN_PAY'),
      );
    expect(raised(life)).not.toEqual([]);
    expect(raised(quietLife)).toEqual([]);
  });

  const { reorderMs } = REORDER_LIMITS;

  it.each([
    [reorderMs - 1, 1],
    [reorderMs, 0],
    [reorderMs + 1, 0],
  ])(
    'also where the call is told of when the feed is %d ms past the payment: %d',
    (pastMs, count) => {
      const [c0, p0, c1, p1] = victims(2, 'mule') as [Happening, Happening, Happening, Happening];
      const paidMs = at + HOUR_MS + 20 * MINUTE_MS;
      const other = pay('y', 'z', paidMs + pastMs, 1);
      expect(alerts([c0, p0, p1, other, c1])).toHaveLength(count);
    },
  );
});

describe('call-then-pay and the definition, read literally over the whole log', () => {
  const number = fc.constantFrom('a', 'b', 'c', 'd');
  const gapMs = fc.constantFrom(1, MINUTE_MS, HOUR_MS, 5 * HOUR_MS, 11 * HOUR_MS);
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('pay' as const),
        from: number,
        to: fc.constantFrom('w', 'x', 'wallet of a'),
        rupees: fc.constantFrom(1, 500, 20_000),
        type: fc.constantFrom('P2P', 'P2P', 'BANK_TRANSFER', 'MERCHANT_PAYMENT'),
        also: fc.constantFrom([], [], ['c'], ['b', 'd']),
        gapMs,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('call' as const),
        caller: fc.constantFrom('scam', 'scam', 'boss', 'bank'),
        callee: number,
        gapMs,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('report' as const),
        number: fc.constantFrom('scam', 'boss'),
        operationId: fc.constantFrom('OP-1', 'OP-2'),
        aheadMs: fc.constantFrom(-HOUR_MS, 0, HOUR_MS, DAY_MS),
        gapMs,
      }),
    },
  );

  it('see the same', () => {
    let signals = 0;
    let several = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 45, size: 'max' }), (steps) => {
        let atMs = 0;
        const happenings = steps.map((one): Happening => {
          atMs += one.gapMs;
          switch (one.do) {
            case 'pay': {
              const { from, to, rupees, type, also } = one;
              const numbers = [from, ...also];
              const payer = `wallet of ${from}`;
              return {
                do: 'pay',
                from: payer,
                to: to === payer ? 'x' : to,
                rupees,
                type,
                atMs,
                numbers,
              };
            }
            case 'call':
              return { ...one, atMs };
            case 'report':
              return { ...one, knownFromMs: atMs + one.aheadMs };
            default:
              return one satisfies never;
          }
        });
        fc.pre(withinMemory(happenings));
        const expected = callThenPayReference(happenings, VALUES);
        const found = signalsOf(logOfHappenings(happenings), 'CALL_THEN_PAY');
        const rounded = (all: readonly SeenSignal[]) =>
          all.map((one) => ({ ...one, logOdds: Math.round(one.logOdds * 1e6) }));
        expect(rounded(found)).toEqual(rounded(expected));
        signals += expected.length;
        several += expected.filter(({ evidence }) => evidence.length > 1).length;
      }),
      { numRuns: 500 },
    );
    // Otherwise nothing was compared.
    expect(signals).toBeGreaterThan(200);
    expect(several).toBeGreaterThan(50);
  });

  /** No number has more calls, no account more payments, than are remembered: what falls out is libs/flow's. */
  function withinMemory(happenings: readonly Happening[]): boolean {
    const counts = new Map<string, number>();
    for (const one of happenings) {
      const keys =
        one.do === 'call' ? [`call ${one.callee}`] : one.do === 'pay' ? [one.from, one.to] : [];
      for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return [...counts].every(([key, count]) => count <= (key.startsWith('call') ? 8 : 32));
  }
});
