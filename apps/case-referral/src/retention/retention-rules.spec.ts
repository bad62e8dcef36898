import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RETENTION_RULES } from '#domain';
import { readRetentionRules } from './retention-rules';

const folder = mkdtempSync(join(tmpdir(), 'layerwatch retention '));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const read = (text: string) => {
  const file = join(folder, 'rules.json');
  writeFileSync(file, text);
  return readRetentionRules(file);
};
const rule = (from: string, years: unknown, more: object = {}) => ({
  ...{ from, years, source: 'a law', confidence: 'READ', ...more },
});

describe('rules of retention', () => {
  it('are those of the file, or those that come with the software', () => {
    expect(readRetentionRules(undefined)).toBe(RETENTION_RULES);
    const own = [rule('2026-01-01', 5), rule('2027-01-01', 100)];
    expect(read(JSON.stringify(own))).toEqual(own);
    expect(read(JSON.stringify(RETENTION_RULES))).toEqual(RETENTION_RULES);
  });

  it.each([
    ['{', 'cannot be read as JSON'],
    ['null', 'rules'],
    ['{}', 'rules'],
    ['[]', 'rules'],
    ['[null]', 'rules'],
    ['[7]', 'rules'],
    [[rule('2026-02-30', 10)], 'rules/0/from'],
    [[rule('2026-01', 10)], 'rules/0/from'],
    [[rule('2026-01-01', 4)], 'rules/0/years'],
    [[rule('2026-01-01', 101)], 'rules/0/years'],
    [[rule('2026-01-01', 7.5)], 'rules/0/years'],
    [[rule('2026-01-01', '10')], 'rules/0/years'],
    [[rule('2026-01-01', 10, { source: '' })], 'rules/0/source'],
    [[rule('2026-01-01', 10, { confidence: 'SURE' })], 'rules/0/confidence'],
    [[rule('2026-01-01', 10, { until: '2027-01-01' })], 'rules/0/until'],
    [[rule('2026-01-01', 10), rule('2026-01-01', 11)], 'each day may begin one rule'],
  ])('%j are refused: %s', (rules, said) => {
    const text = typeof rules === 'string' ? rules : JSON.stringify(rules);
    expect(() => read(text)).toThrow(said);
    expect(() => read(text)).toThrow('RETENTION_FILE');
  });

  it('are asked for where they are', () => {
    expect(() => readRetentionRules(join(folder, 'none'))).toThrow('RETENTION_FILE');
  });
});
