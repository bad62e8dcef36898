import { HORIZONS, HORIZONS_MS, NewDealings } from '#flow';
import { CIRCUMSTANCE_PARAMETERS, circumstancesOf, type CircumstanceName } from './circumstances';
import { type Sighting } from './signal';

const VALUES = Object.fromEntries(
  Object.entries(CIRCUMSTANCE_PARAMETERS).map(([name, { value }]) => [name, value]),
) as { [K in keyof typeof CIRCUMSTANCE_PARAMETERS]: number };
const [PAYER, PAYEE] = [1, 2];

const dealings = (count: number): NewDealings => {
  const made = new NewDealings();
  for (let i = 0; i < count; i += 1) made.add(0, 100);
  return made;
};

/** What is usual, where everything surprises by so much. */
const surprising = (nats: number) => {
  const histogram = { surpriseOfHigh: () => nats, surpriseOfLow: () => nats };
  const horizons = Array.from({ length: HORIZONS }, () => histogram);
  const amounts = { paidOut: horizons, received: horizons, collected: horizons };
  return {
    ...{ paidNew: horizons, firstPayments: histogram, likeCredits: histogram, depth: histogram },
    ...{ commonSource: histogram, sharedPayees: histogram, debitsSeen: histogram },
    of: () => amounts,
  };
};

interface Scene {
  readonly anchor?: number;
  readonly personal?: boolean;
  readonly newPair?: boolean;
  readonly population?: unknown;
  readonly carried?: Readonly<Record<string, unknown>>;
  readonly payeesShared?: number;
  readonly source?: { readonly payers: number } | null;
}

/** A payment of which everything speaks, looked at from the payee, unless the scene says otherwise. */
function sighting(nats: number, scene: Scene = {}): Sighting {
  const anchor = scene.anchor ?? PAYEE;
  const carried = {
    ...{ paidNew: dealings(4), paidByNew: dealings(3), likeCredits: 2, depth: 3 },
    ...{ payerDebits: 1, payerKnowsPayee: false, ...scene.carried },
  };
  const step = {
    ...{ payer: PAYER, payee: PAYEE, personal: scene.personal ?? true },
    ...{ newPair: scene.newPair ?? true, payeesShared: scene.payeesShared ?? 2, carried },
  };
  return {
    ...{ step, anchor, currency: 'PKR', population: scene.population ?? surprising(nats) },
    receivedNew: anchor === PAYEE ? dealings(5) : null,
    source: scene.source === undefined ? { payers: 2 } : scene.source,
  } as unknown as Sighting;
}

const logOddsOf = (name: CircumstanceName, one: Sighting, values = VALUES): number | undefined =>
  circumstancesOf(one, values).find((found) => found.name === name)?.logOdds;

const WEIGHT: Readonly<Record<Exclude<CircumstanceName, 'KNOWN_PARTIES'>, keyof typeof VALUES>> = {
  ...{ NEW_COUNTERPARTY: 'newCounterparty', PAYER_SPREADS: 'payerSpreads' },
  ...{ PAYER_PAYS_OUT: 'payerPaysOut', PAYER_COLLECTED: 'payerCollected' },
  ...{ PAYEE_COLLECTS: 'payeeCollects', LIKE_AMOUNTS: 'likeAmounts', HANDED_ON: 'handedOn' },
  ...{ COMMON_SOURCE: 'commonSource', SHARED_PAYEES: 'sharedPayees', SELDOM_PAYS: 'seldomPays' },
};
const NAMES = Object.keys(WEIGHT) as (keyof typeof WEIGHT)[];
/** Of what the payer pays out the payer's account speaks, of all else the payee's can. */
const anchorOf = (name: CircumstanceName): number => (name === 'PAYER_PAYS_OUT' ? PAYER : PAYEE);

describe('circumstances', () => {
  it.each(NAMES)(
    '%s: so much a nat, up to the most, and nothing where nothing surprises',
    (name) => {
      const weight = VALUES[WEIGHT[name]];
      // Its own limit is looked at below.
      const values = { ...VALUES, newCounterpartyMax: 1_000 };
      const at = (nats: number) =>
        logOddsOf(name, sighting(nats, { anchor: anchorOf(name) }), values);
      expect(at(0)).toBeUndefined();
      expect(at(0.001)).toBeCloseTo(weight * 0.001, 9);
      const { natsMax } = VALUES;
      expect(at(natsMax - 1)).toBeCloseTo(weight * (natsMax - 1), 9);
      expect(at(natsMax)).toBeCloseTo(weight * natsMax, 9);
      expect(at(natsMax + 1)).toBeCloseTo(weight * natsMax, 9);
    },
  );

  it('a first payment weighs no more than its own limit', () => {
    const { newCounterparty, newCounterpartyMax: most } = VALUES;
    const at = (logOdds: number) =>
      logOddsOf('NEW_COUNTERPARTY', sighting(logOdds / newCounterparty));
    expect(at(most - 0.1)).toBeCloseTo(most - 0.1, 9);
    expect(at(most)).toBeCloseTo(most, 9);
    expect(at(most + 0.1)).toBeCloseTo(most, 9);
  });

  it('are of payments between people only', () => {
    expect(circumstancesOf(sighting(3, { personal: false }), VALUES)).toEqual([]);
  });

  it.each([
    ['NEW_COUNTERPARTY', { newPair: false }],
    ['NEW_COUNTERPARTY', { anchor: PAYER, carried: { payerKnowsPayee: true } }],
    ['PAYER_PAYS_OUT', { anchor: PAYEE }],
    ['PAYER_COLLECTED', { carried: { paidByNew: dealings(0) } }],
    ['PAYEE_COLLECTS', { anchor: PAYER }],
    ['LIKE_AMOUNTS', { carried: { likeCredits: 0 } }],
    ['HANDED_ON', { carried: { depth: 1 } }],
    ['COMMON_SOURCE', { source: null }],
    ['SHARED_PAYEES', { payeesShared: 1 }],
    ['SHARED_PAYEES', { anchor: PAYER }],
  ] as const)('%s does not apply where %j', (name, scene) => {
    expect(logOddsOf(name, sighting(3, scene))).toBeUndefined();
    expect(logOddsOf(name, sighting(3, { anchor: anchorOf(name) }))).toBeGreaterThan(0);
  });

  it('of several spans their mean counts, and the shortest that surprises most is told', () => {
    const nats = [1, 4, 4, 3];
    const paidNew = nats.map((of) => ({ surpriseOfHigh: () => of, surpriseOfLow: () => of }));
    const population = { ...surprising(1), paidNew };
    const found = circumstancesOf(sighting(1, { population }), VALUES);
    const spreads = found.find(({ name }) => name === 'PAYER_SPREADS')!;
    expect(spreads.logOdds).toBeCloseTo(VALUES.payerSpreads * 3, 9);
    expect(spreads.facts).toEqual({ count: 4, spanMs: HORIZONS_MS[1] });
  });
});
