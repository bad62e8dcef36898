import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain';
import { ordinaryLife } from '../test/feed';
import { type Happening, logOfHappenings, packWith, signalsOf } from '../test/happenings';
import { DEFAULT_PACK, type RulePack } from './rule-pack';

type Pay = Extract<Happening, { do: 'pay' }>;
type Name = keyof RulePack['typologies'];

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

const valuesOf = (name: Name) => DEFAULT_PACK.typologies[name] as Readonly<Record<string, number>>;
const seen = (name: Name, values: Readonly<Record<string, number>>) =>
  signalsOf(log, name, { pack: packWith(name, values) });

/** Typologies that weigh by the nat and by nothing else. */
const BY_THE_NAT = [
  ...(['PASS_THROUGH', 'FAN_IN', 'FAN_OUT', 'DEVICE_CLUSTER', 'SIM_CLUSTER'] as const),
  ...(['PERSON_CLUSTER', 'AGENT_CLUSTER'] as const),
];

describe.each(BY_THE_NAT)('%s', (name) => {
  const { weight, natsMax } = valuesOf(name) as { weight: number; natsMax: number };
  const free = seen(name, { natsMax: 20 });
  const strongest = free.reduce((a, b) => (a.logOdds >= b.logOdds ? a : b));
  const nats = strongest.logOdds / weight;

  it('weighs so much a nat', () => {
    const twice = seen(name, { natsMax: 20, weight: 2 * weight });
    expect(twice.map(({ at }) => at)).toEqual(free.map(({ at }) => at));
    for (const [i, { logOdds }] of twice.entries())
      expect(logOdds).toBeCloseTo(2 * free[i]!.logOdds, 9);
    expect(natsMax).toBeGreaterThan(0);
  });

  it.each([0.9, 1, 1.1])('and no more than for the most: %d of the strongest', (part) => {
    const capped = seen(name, { natsMax: nats * part }).find(({ at }) => at === strongest.at)!;
    expect(capped.logOdds).toBeCloseTo(weight * nats * Math.min(part, 1), 9);
  });
});
