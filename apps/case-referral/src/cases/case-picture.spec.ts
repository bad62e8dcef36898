import fc from 'fast-check';
import { at, caseAlertOver, paid, PROVIDER, shuffled, someTransfers } from '../../test/evidence';
import { describeDuration } from './case-narrative';
import { type LinkedOperation } from './case-material';
import { drawCase } from './case-picture';
import { fingerprintOf, isUrgent, summarise } from './case-summary';

const operation: LinkedOperation = {
  id: 'op-1',
  name: 'Gulberg prize calls',
  kind: 'CALL_CENTRE',
  modus: 'PHISHING',
  wallets: [{ provider: PROVIDER, walletId: 'c1', knownFrom: at(-60) }],
  indicators: [{ type: 'wallet', count: 1, knownFrom: at(-60) }],
};

/** Three victims, two collectors, one mule who still holds a part, one cash-out. */
const scheme = [
  paid('v1', 'c1', 50_000_00, 0),
  paid('v2', 'c1', 30_000_00, 100),
  paid('v3', 'c2', 20_000_00, 190),
  paid('v4', 'c2', 10_000_00, 190),
  paid('c1', 'm1', 79_000_00, 195),
  paid('c2', 'm1', 29_000_00, 196),
  paid('m1', 'agent', 60_000_00, 200, { type: 'CASH_OUT', toKind: 'AGENT' }),
  paid('m1', 'x', 5_000_00, 201, { type: 'CRYPTO', toKind: 'EXCHANGE' }),
];

const material = {
  id: '7d1f8ac4-5e0e-5c0c-8f7b-2d9a6a7f3a11',
  revision: 1,
  figures: [],
  alerts: [
    caseAlertOver('a1', scheme.slice(0, 5), { risk: 64 }),
    caseAlertOver('a2', scheme, { risk: 88, updatedAt: at(202) }),
  ],
  transfers: scheme,
  positions: [
    {
      provider: PROVIDER,
      walletId: 'm1',
      currency: 'PKR',
      asOf: at(205),
      inMinor: 0,
      outMinor: 0,
      heldMinor: 0,
      taintedMinor: 0,
      credits: [{ provider: PROVIDER, transferId: scheme[4]!.transferId, leftMinor: 43_000_00 }],
    },
  ],
  operationIds: ['op-1'],
  operations: [operation],
};

describe('the picture of a case', () => {
  it('says what happened in one sentence, and where the money is', () => {
    const picture = drawCase(material);
    expect(picture.narrative).toBe(
      'PKR 110,000.00 from 4 wallets was gathered by 2 collectors within 3 h 10 min and passed on through 1 wallet; ' +
        'PKR 60,000.00 has left as cash, PKR 5,000.00 as crypto, PKR 43,000.00 is still held in 1 wallet, ' +
        'PKR 2,000.00 went on outside these transfers; ' +
        'linked to operation ‘Gulberg prize calls’ by wallet indicator.',
    );
    expect(picture).toMatchObject({
      risk: 88,
      openedAt: at(0),
      asOf: at(205),
      coolOffEndsAt: at(195 + 120),
      money: {
        tracedMinor: 110_000_00,
        movedMinor: 108_000_00,
        exitedMinor: 65_000_00,
        heldMinor: 43_000_00,
      },
    });
    expect(picture.wallets.map(({ walletId, role, layer }) => [walletId, role, layer])).toEqual([
      ['v1', 'SOURCE', 0],
      ['v2', 'SOURCE', 0],
      ['v3', 'SOURCE', 0],
      ['v4', 'SOURCE', 0],
      ['c1', 'COLLECTOR', 1],
      ['c2', 'COLLECTOR', 1],
      ['m1', 'MULE', 2],
      ['agent', 'EXIT', 3],
      ['x', 'EXIT', 3],
    ]);
    expect(summarise(picture).counts).toEqual({ alerts: 2, wallets: 9, transfers: 8 });
  });

  it('says so where nothing is linked, nothing is held, or nobody collects', () => {
    const pair = [paid('a', 'b', 1_000_00, 0), paid('b', 'c', 900_00, 3)];
    const { narrative } = drawCase({
      ...material,
      alerts: [caseAlertOver('a1', pair)],
      transfers: pair,
      positions: [],
      operationIds: [],
      operations: [],
    });
    expect(narrative).toBe(
      'PKR 1,000.00 from 1 wallet was passed on through 2 wallets within 3 min; ' +
        'none of it is known to be held still, PKR 1,000.00 went on outside these transfers; ' +
        'not linked to a known operation.',
    );
  });

  it('leads with the currency in which most was traced', () => {
    const both = [
      ...scheme,
      paid('v1', 'c1', 200_00, 1, { currency: 'USD' }),
      paid('v2', 'c1', 100_00, 1, { currency: 'USD' }),
    ];
    const picture = drawCase({ ...material, transfers: both });
    expect(picture.money.currency).toBe('PKR');
    expect(
      picture.moneyByCurrency.map(({ currency, tracedMinor }) => [currency, tracedMinor]),
    ).toEqual([
      ['PKR', 110_000_00],
      ['USD', 300_00],
    ]);
    expect(picture.narrative).toContain('; also USD 300.00 traced, USD 0.00 held; ');
  });

  it('does not hang on the order in which its parts come', () => {
    fc.assert(
      fc.property(
        someTransfers(['PKR', 'USD']).chain((all) => fc.tuple(fc.constant(all), shuffled(all))),
        ([all, mixed]) => {
          const alerts = [caseAlertOver('a', all), caseAlertOver('b', all)];
          const picture = drawCase({ ...material, alerts, figures: alerts, transfers: all });
          const again = drawCase({
            ...material,
            alerts: [...alerts].reverse(),
            figures: [...alerts].reverse(),
            transfers: mixed,
          });
          expect(again).toEqual(picture);
          expect(fingerprintOf(again, alerts)).toBe(fingerprintOf(picture, alerts));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('has another fingerprint when anything it says, or an alert, has changed', () => {
    const picture = drawCase(material);
    const before = fingerprintOf(picture, material.alerts);
    const moved = drawCase({
      ...material,
      positions: [{ ...material.positions[0]!, credits: [] }],
    });
    expect(fingerprintOf(moved, material.alerts)).not.toBe(before);
    const revised = material.alerts.map((alert) => ({ ...alert, revision: alert.revision + 1 }));
    expect(fingerprintOf(picture, revised)).not.toBe(before);
  });

  it('is urgent up to the end of the last cool-off', () => {
    const picture = drawCase(material);
    const endsAtMs = Date.parse(picture.coolOffEndsAt!);
    expect(isUrgent(picture, endsAtMs - 1)).toBe(true);
    expect(isUrgent(picture, endsAtMs)).toBe(false);
    expect(isUrgent({ coolOffEndsAt: null }, 0)).toBe(false);
  });

  it('is drawn even where the alerts name no transfer', () => {
    const bare = drawCase({ ...material, transfers: [], positions: [] });
    expect(bare.money).toMatchObject({ tracedMinor: 0, heldMinor: 0 });
    expect(bare.narrative).toMatch(/^no transfers are known; linked/);
  });
});

describe('a duration', () => {
  it.each([
    [59_999, 'less than a minute'],
    [60_000, '1 min'],
    [3_600_000, '1 h'],
    [11_400_000, '3 h 10 min'],
    [86_400_000 + 59 * 60_000, '1 d'],
    [86_400_000 * 2 + 3_600_000 * 4, '2 d 4 h'],
  ])('of %d ms is %s', (durationMs, words) => {
    expect(describeDuration(durationMs)).toBe(words);
  });
});
