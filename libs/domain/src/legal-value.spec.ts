import { HOUR_MS, MINUTE_MS } from './event-time';
import {
  coolOffEndsAt,
  LEGAL_PARAMETERS,
  LEGAL_VALUES,
  type LegalValue,
  legalValue,
  periodOf,
} from './legal-value';

const at = (text: string): number => Date.parse(text);

describe('what the law said at an instant', () => {
  const limit = (rupees: number, from: string, until?: string): LegalValue => ({
    ...{ parameter: 'tierDailyLimit', currency: 'PKR', tier: 'L0', valueMinor: rupees * 100, from },
    ...(until === undefined ? {} : { until }),
    ...{ source: 'a notice', confidence: 'READ' },
  });
  const overlay = [
    limit(25_000, '2024-01-01T00:00:00+05:00', '2024-05-31T00:00:00+05:00'),
    limit(40_000, '2024-05-31T00:00:00+05:00', '2024-06-20T00:00:00+05:00'),
  ];
  const of = (text: string, key: { currency?: string; tier?: string } = {}) =>
    legalValue(overlay, 'tierDailyLimit', { currency: 'PKR', tier: 'L0', ...key, atMs: at(text) });

  it('counts from its first millisecond to the one before its end', () => {
    expect(of('2023-12-31T23:59:59.999+05:00')).toBeNull();
    expect(of('2024-01-01T00:00:00+05:00')).toBe(25_000_00);
    expect(of('2024-05-30T23:59:59.999+05:00')).toBe(25_000_00);
    expect(of('2024-05-31T00:00:00+05:00')).toBe(40_000_00);
    expect(of('2024-06-19T23:59:59.999+05:00')).toBe(40_000_00);
    expect(of('2024-06-20T00:00:00+05:00')).toBeNull();
  });

  it('holds for its currency, its tier and its parameter alone', () => {
    expect(of('2024-02-01T00:00:00Z', { currency: 'USD' })).toBeNull();
    expect(of('2024-02-01T00:00:00Z', { tier: 'L1' })).toBeNull();
    const atMs = at('2024-02-01T00:00:00Z');
    expect(legalValue(overlay, 'cashReportingThreshold', { currency: 'PKR', atMs })).toBeNull();
    expect(legalValue([], 'coolOff', { atMs })).toBeNull();
  });
});

describe('the cool-off', () => {
  it('is two hours for a credit from 14 April 2023 on, and none before', () => {
    const first = at('2023-04-14T00:00:00+05:00');
    expect(coolOffEndsAt(first - 1)).toBe(first - 1);
    expect(coolOffEndsAt(first)).toBe(first + 120 * MINUTE_MS);
  });

  it('is over after 120 minutes: 119 are inside, 120, 135 and 136 are not', () => {
    const credit = at('2026-03-01T10:00:00+05:00');
    const inside = (minutes: number) => credit + minutes * MINUTE_MS < coolOffEndsAt(credit);
    expect([119, 120, 135, 136].map(inside)).toEqual([true, false, false, false]);
  });

  it('is whatever the overlay says', () => {
    const overlay: LegalValue[] = [
      { ...LEGAL_VALUES.find(({ parameter }) => parameter === 'coolOff')!, valueMs: HOUR_MS },
    ];
    const credit = at('2026-03-01T10:00:00+05:00');
    expect(coolOffEndsAt(credit, overlay)).toBe(credit + HOUR_MS);
  });
});

describe('what is in force in Pakistan', () => {
  it('is told with a source, a period and what its parameter goes by', () => {
    for (const row of LEGAL_VALUES) {
      const { keys, value } = LEGAL_PARAMETERS[row.parameter];
      expect(row.source).not.toBe('');
      expect(periodOf(row).fromMs).toBeLessThan(periodOf(row).untilMs);
      expect([row.currency !== undefined, row.tier !== undefined]).toEqual([
        keys.some((key) => key === 'currency'),
        keys.some((key) => key === 'tier'),
      ]);
      expect(row[value]).toBeGreaterThan(0);
    }
  });

  it('has the reporting threshold and the tiers’ daily limits', () => {
    const atMs = at('2026-03-01T10:00:00+05:00');
    const pkr = { currency: 'PKR', atMs };
    expect(legalValue(LEGAL_VALUES, 'cashReportingThreshold', pkr)).toBe(2_000_000_00);
    const limits = ['L0', 'L1', 'L2', 'L3'].map((tier) =>
      legalValue(LEGAL_VALUES, 'tierDailyLimit', { ...pkr, tier }),
    );
    expect(limits).toEqual([25_000_00, 50_000_00, 100_000_00, null]);
  });
});
