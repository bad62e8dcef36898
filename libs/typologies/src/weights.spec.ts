import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain';
import { ordinaryLife } from '../test/feed';
import { type Happening, logOfHappenings } from '../test/happenings';
import { type DetectionWatch } from './detection-watch';
import { Detector } from './detector';
import { DEFAULT_PACK } from './rule-pack';

type Pay = Extract<Happening, { do: 'pay' }>;

const DAYS = 14;
const AFTER = DAYS * DAY_MS;
const pay = (
  from: string,
  to: string,
  rupees: number,
  minute: number,
  more: Partial<Pay> = {},
): Pay => ({
  ...{ do: 'pay', from, to, rupees, atMs: AFTER + minute * MINUTE_MS, ...more },
});
const CASH = { type: 'CASH_OUT', kind: 'AGENT' } as const;
const marks = (who: string): Partial<Pay> => ({ handset: who, sim: who, person: who });
const FARM: Partial<Pay> = { handset: 'farm', sim: 'farm' };

/** Two weeks of life with marks and cash taken out after two days, then a little of everything. */
const story: readonly Pay[] = [
  ...ordinaryLife(DAYS).map((move): Pay => ({ do: 'pay', ...move, ...marks(move.from) })),
  ...Array.from({ length: 1_200 }, (_, i): Pay[] => {
    const atMs = i * 13 * MINUTE_MS;
    const who = `elder${i % 90}`;
    return [
      { ...{ do: 'pay', from: `son${i % 90}`, to: who, rupees: 700 }, atMs },
      {
        ...{ do: 'pay', from: who, to: `shop${i % 20}`, rupees: 690 },
        ...CASH,
        atMs: atMs + 40 * HOUR_MS,
      },
    ];
  }).flat(),
  ...Array.from({ length: 7 }, (_, i) => pay(`v${i}`, 'c', 60_000 + 3_000 * i, i)),
  ...Array.from({ length: 5 }, (_, i) => pay('c', `m${i}`, 80_000 + i, 10 + i)),
  ...Array.from({ length: 5 }, (_, i) =>
    pay(`m${i}`, `n${i}`, 79_000 + i, 20 + i, { ...FARM, person: `m${i}` }),
  ),
  ...Array.from({ length: 5 }, (_, i) =>
    pay(`n${i}`, `o${i}`, 78_000 + i, 30 + i, { person: 'one' }),
  ),
  ...Array.from({ length: 5 }, (_, i) => pay(`o${i}`, 'agent', 77_000 + i, 40 + i, CASH)),
].sort((a, b) => a.atMs - b.atMs);
const log = logOfHappenings(story);

/** Typologies that weigh by the nat and by nothing else. */
const BY_THE_NAT = [
  ...(['PASS_THROUGH', 'FAN_IN', 'FAN_OUT', 'DEVICE_CLUSTER', 'SIM_CLUSTER'] as const),
  ...(['PERSON_CLUSTER', 'AGENT_CLUSTER'] as const),
];
type ByTheNat = (typeof BY_THE_NAT)[number];
type Values = Readonly<Record<string, number>>;

const valuesOf = (name: ByTheNat) => DEFAULT_PACK.typologies[name];

/** The signals of all of them, with other values of each; a run is of all at once. */
function seen(values: (name: ByTheNat) => Values): Map<string, { at: number; logOdds: number }[]> {
  const signals = new Map<string, { at: number; logOdds: number }[]>();
  const typologies = Object.fromEntries(
    BY_THE_NAT.map((name) => [name, { ...valuesOf(name), ...values(name) }]),
  );
  const pack = { ...DEFAULT_PACK, typologies: { ...DEFAULT_PACK.typologies, ...typologies } };
  const watch: DetectionWatch = {
    candidate: () => undefined,
    carried: () => undefined,
    saw: ({ step }, name, signal) => {
      if (signal === null) return;
      const of = signals.get(name) ?? [];
      signals.set(name, [...of, { at: step.position, logOdds: signal.logOdds }]);
    },
  };
  const detector = new Detector({ pack: pack, watch });
  for (const entry of log) detector.apply(entry);
  detector.flush();
  return signals;
}

const free = seen(() => ({ natsMax: 20 }));
const twice = seen((name) => ({ natsMax: 20, weight: 2 * valuesOf(name).weight! }));
const strongest = (name: ByTheNat) =>
  free.get(name)!.reduce((a, b) => (a.logOdds >= b.logOdds ? a : b));
const natsOf = (name: ByTheNat): number => strongest(name).logOdds / valuesOf(name).weight!;
const PARTS = [0.9, 1, 1.1];
const capped = PARTS.map((part) => seen((name) => ({ natsMax: natsOf(name) * part })));

describe.each(BY_THE_NAT)('%s', (name) => {
  it('weighs so much a nat', () => {
    const [once, more] = [free.get(name)!, twice.get(name)!];
    expect(more.map(({ at }) => at)).toEqual(once.map(({ at }) => at));
    for (const [i, { logOdds }] of more.entries()) {
      expect(logOdds).toBeCloseTo(2 * once[i]!.logOdds, 9);
    }
  });

  it.each(PARTS.map((part, i) => [part, i] as const))(
    'and no more than for the most: %d of the strongest',
    (part, i) => {
      const { at, logOdds } = strongest(name);
      const same = capped[i]!.get(name)!.find((signal) => signal.at === at)!;
      expect(same.logOdds).toBeCloseTo(logOdds * Math.min(part, 1), 9);
    },
  );
});
