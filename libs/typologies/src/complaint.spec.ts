import { DAY_MS, MINUTE_MS } from '#domain';
import { COMPLAINTS_PER_PAYER_MAX, FLOW_LIMITS } from '#flow';
import { alertsOf, ordinaryLife, run } from '../test/feed';
import { type Happening, logOfHappenings, packWith, signalsOf } from '../test/happenings';
import { Detector } from './detector';
import { DEFAULT_PACK, type RulePack } from './rule-pack';

const { hopsMax, fraud, other } = DEFAULT_PACK.typologies.COMPLAINT as Readonly<
  Record<'hopsMax' | 'fraud' | 'other', number>
>;
const AT = 10 * DAY_MS;
const life = ordinaryLife().map((move): Happening => ({ do: 'pay', ...move }));

type Pay = Extract<Happening, { do: 'pay' }>;
const pay = (from: string, to: string, rupees: number, minute: number, more: Partial<Pay> = {}) =>
  ({ do: 'pay', from, to, rupees, atMs: AT + minute * MINUTE_MS, ...more }) satisfies Pay;
type Complain = Extract<Happening, { do: 'complain' }>;
/** @param of the place of the payment in its story */
const complain = (of: number | null, minute: number, more: Partial<Complain> = {}): Complain => ({
  ...{ do: 'complain', of, atMs: AT + minute * MINUTE_MS, ...more },
});

/** After ordinary life. Places in a story are its own. */
const logOfStory = (story: readonly Happening[]) =>
  logOfHappenings([
    ...life,
    ...story.map((one): Happening =>
      one.do === 'complain' && one.of !== null ? { ...one, of: one.of + life.length } : one,
    ),
  ]);

/** The payments at which it was seen, with what it weighed and named. */
const seen = (story: readonly Happening[], values: Readonly<Record<string, number>> = {}) =>
  signalsOf(logOfStory(story), 'COMPLAINT', { pack: packWith('COMPLAINT', values) }).map(
    ({ at, logOdds, evidence }) => [
      at - life.length,
      logOdds,
      evidence.map((index) => index - life.length),
    ],
  );

const chain = (wallets: string, rupees = 20_000, minute = 0): Pay[] =>
  wallets
    .slice(1)
    .split('')
    .map((to, i) => pay(wallets[i]!, to, rupees - i * 100, minute + 5 * i));

describe('a complaint', () => {
  const [first, ...onward] = chain('vabcdefg');

  it('shows wherever the money of the payment goes on to, as far as is looked', () => {
    const expected = Array.from({ length: hopsMax }, (_, hop) => [
      ...[2 + hop, fraud, [0, ...Array.from({ length: hop + 1 }, (__, i) => 2 + i)]],
    ]);
    expect(seen([first!, complain(0, 1), ...onward])).toEqual(expected);
  });

  it.each([0, 1, hopsMax, 7])('looks at %i transfers after the payment', (hops) => {
    const found = seen([first!, complain(0, 1), ...onward], { hopsMax: hops });
    expect(found).toHaveLength(Math.min(hops, onward.length));
  });

  it.each([
    ['FRAUD', fraud],
    ['UNAUTHORISED', fraud],
    ['OTHER', other],
  ] as const)('of %s weighs %d', (reason, weight) => {
    const story = [first!, complain(0, 1, { reason }), onward[0]!];
    expect(seen(story)).toEqual([[2, weight, [0, 2]]]);
  });

  it('is one however many there are, and the gravest of them', () => {
    const many = Array.from({ length: 50 }, (_, i) =>
      complain(0, 1, { reason: i === 20 ? 'FRAUD' : 'OTHER' }),
    );
    expect(seen([first!, ...many, onward[0]!])).toEqual([[51, fraud, [0, 51]]]);
    const several = [pay('v', 'a', 20_000, 0), pay('u', 'a', 20_000, 1), pay('t', 'a', 20_000, 2)];
    const all = several.map((_, i) => complain(i, 3));
    expect(seen([...several, ...all, pay('a', 'b', 20_000, 4)])).toEqual([[6, fraud, [2, 6]]]);
  });

  it.each<[string, readonly Happening[]]>([
    ['of a transfer that nobody told of', [first!, complain(null, 1), onward[0]!]],
    [
      'by a provider that has nothing to do with it',
      [...[first!, complain(0, 1, { by: 'q' }), onward[0]!]],
    ],
    ['of what went elsewhere', [first!, complain(0, 1), pay('x', 'y', 20_000, 2)]],
    [
      'of what was bought with the money',
      [...[first!, complain(0, 1), pay('a', 'shop', 20_000, 2, { type: 'MERCHANT_PAYMENT' })]],
    ],
    ['of what is kept', [first!, complain(0, 1), pay('w1', 'a', 100, 2)]],
  ])('is silent %s', (_, story) => {
    expect(seen(story)).toEqual([]);
  });

  it('is heard of so many payments of one payer, however many it complains of', () => {
    const payees = Array.from({ length: COMPLAINTS_PER_PAYER_MAX + 2 }, (_, i) => `p${i}`);
    const paid = payees.map((to, i) => pay('v', to, 5_000 + i, i));
    const all = payees.map((_, i) => complain(i, 20));
    const onwards = payees.map((from, i) => pay(from, `${from}x`, 5_000 + i, 21 + i));
    expect(seen([...paid, ...all, ...onwards])).toHaveLength(COMPLAINTS_PER_PAYER_MAX);
  });

  it('of a payment that is still waiting for its turn is heard when that moves', () => {
    const [payment, said] = [
      logOfStory([first!]).at(-1)!,
      logOfStory([first!, complain(0, 0)]).at(-1)!,
    ];
    const signals: string[] = [];
    const detector = new Detector({
      watch: {
        candidate: () => undefined,
        carried: () => undefined,
        saw: (_, name, signal) => {
          if (signal !== null && name === 'COMPLAINT') signals.push(name);
        },
      },
    });
    for (const entry of logOfHappenings(life)) detector.apply(entry);
    detector.flush();
    detector.apply(said);
    detector.apply(payment);
    detector.flush();
    expect(signals).toEqual(['COMPLAINT']);
  });

  it('makes room in the order of news where too many payments are complained of', () => {
    for (const [complaintsMax, count] of [
      [2, 2],
      [1, 1],
    ] as const) {
      const two = [pay('v', 'a', 20_000, 0), pay('u', 'b', 30_000, 1)];
      const story = [...two, complain(0, 2), complain(1, 2)];
      const onwards = [pay('a', 'c', 20_000, 3), pay('b', 'd', 30_000, 4)];
      const signals = signalsOf(logOfStory([...story, ...onwards]), 'COMPLAINT', {
        limits: { ...FLOW_LIMITS, complaintsMax },
      });
      expect(signals).toHaveLength(count);
    }
  });
});

describe('an alert on a complaint', () => {
  /** A pass-through between strangers is told of by itself, or, under the high bar, with a complaint only. */
  const [LOW, HIGH] = [90, 98].map((bar): RulePack => ({
    ...DEFAULT_PACK,
    risk: { ...DEFAULT_PACK.risk, raiseAt: bar, floor: bar },
  }));
  const alerts = (story: readonly Happening[], pack = LOW) =>
    alertsOf(run(logOfStory(story), pack));
  const on = (story: readonly Happening[], pack = LOW) =>
    alerts(story, pack).filter(({ typologies }) => typologies.includes('COMPLAINT'));
  const [paid, passed] = [pay('v', 'a', 20_000, 0), pay('a', 'b', 19_800, 8)];
  const namesOf = ({ positions }: ReturnType<typeof alerts>[number]): number[] =>
    positions.map((position) => position / 2 - 1 - life.length);

  it('is not raised by complaints alone, whatever their number', () => {
    const many = [0, 1, 2, 3, 4].map((i) => pay(`v${i}`, 'a', 3_000, i * 600));
    const all = many.map((_, i) => complain(i, 3_600));
    expect(on([...many, ...all])).toEqual([]);
  });

  it('is raised where the complaint comes before the money is passed on, and makes the difference', () => {
    expect(alerts([paid, passed], HIGH)).toEqual([]);
    const [alert] = on([paid, complain(0, 4), passed], HIGH);
    expect(alert!.typologies).toContain('PASS_THROUGH');
    expect(namesOf(alert!)).toEqual([0, 2]);
    expect(alert!.terms.find(({ name }) => name === 'COMPLAINT')!.sentence).toBe(
      'received a payment of PKR 20,000.00 that somebody complained of as fraud or as not authorised',
    );
  });

  it('that names the payment takes in a complaint that comes after', () => {
    const before = alerts([paid, passed]);
    expect(before.map(namesOf)).toEqual([[0, 1]]);
    const [first, revised, ...more] = alerts([paid, passed, complain(0, 60)]);
    expect(first).toEqual(before[0]);
    expect(more).toEqual([]);
    expect(revised).toMatchObject({ id: first!.id, positions: first!.positions });
    expect(revised!.revision).toBe(first!.revision + 1);
    expect(revised!.typologies).toEqual(expect.arrayContaining(['PASS_THROUGH', 'COMPLAINT']));
  });

  it('is raised when the wallet goes on, where no alert named what was complained of', () => {
    const again = [pay('u', 'a', 21_000, 100), pay('a', 'c', 20_800, 108)];
    expect(alerts([paid, passed, ...again], HIGH)).toEqual([]);
    const [alert] = on([paid, passed, complain(0, 60), ...again], HIGH);
    expect(namesOf(alert!)).toEqual(expect.arrayContaining([0, 3, 4]));
  });

  it('follows the money that has gone on already', () => {
    const moved = chain('vabc');
    const again = [pay('u', 'b', 21_000, 100), pay('b', 'd', 20_800, 108)];
    const told = on([...moved, complain(0, 60), ...again], HIGH).flatMap(({ terms }) => terms);
    const { facts } = told.find(({ name }) => name === 'COMPLAINT')!;
    expect(facts).toEqual({ complainedMinor: 2_000_000, hops: 1, isFraud: 1 });
  });

  it('is the same whether it is told of once or again', () => {
    const story = [paid, passed, complain(0, 60)];
    const again = [complain(0, 61), complain(0, 62, { reason: 'OTHER' })];
    expect(alerts([...story, ...again])).toEqual(alerts(story));
  });

  it('takes in none of a payment that its wallet has forgotten', () => {
    const ticks = Array.from({ length: 24 * 16 }, (_, hour) => pay('x', 'y', 1, 60 * (hour + 1)));
    expect(on([paid, passed, ...ticks, complain(0, 16 * 24 * 60)])).toEqual([]);
  });

  it('says nothing of complaints where the typology is switched off', () => {
    const log = logOfStory([paid, passed, complain(0, 60)]);
    const off = { kind: 'typology.switched.v1', typology: 'COMPLAINT', enabled: false } as const;
    const found = alertsOf(run([{ ...off, position: 1 }, ...log], LOW));
    expect(found.map(({ typologies }) => typologies.includes('COMPLAINT'))).toEqual([false]);
  });
});
