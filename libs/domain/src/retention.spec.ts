import { RETENTION_RULES, retentionOn, type RetentionRule } from './retention';

describe('retention', () => {
  it('is by the rule that holds on a day, in whatever order they stand', () => {
    const rule = (from: string, years: number): RetentionRule => ({
      ...{ from, years, source: 'a law', confidence: 'READ' },
    });
    const rules = [rule('2030-01-01', 12), rule('2010-03-26', 10)];
    for (const [day, years] of [
      ['2010-03-25', undefined],
      ['2010-03-26', 10],
      ['2029-12-31', 10],
      ['2030-01-01', 12],
    ] as const) {
      expect([day, retentionOn(rules, day)?.years]).toEqual([day, years]);
    }
    expect(retentionOn(RETENTION_RULES, '2026-11-30')?.years).toBe(10);
  });
});
