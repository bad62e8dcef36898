import * as fc from 'fast-check';
import { bar, counted, describeInstant, gauge, labelled, wrap } from './layout';

describe('layout', () => {
  it('wraps between words, within the width, and loses none', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 });
    fc.assert(
      fc.property(words, fc.integer({ min: 12, max: 80 }), (given, width) => {
        const lines = wrap(given.join(' '), width);
        expect(lines.join(' ')).toBe(given.join(' '));
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('gives a word that is too long a line of its own', () => {
    expect(wrap('a /a/very/long/path b', 6)).toEqual(['a', '/a/very/long/path', 'b']);
  });

  it('goes on below the text, not below the label', () => {
    const lines = labelled('Cases', 'word '.repeat(20).trim(), 14);
    expect(lines[0]).toMatch(/^Cases {9}word/);
    expect(lines[1]).toMatch(/^ {14}word/);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  it('draws bars to an eighth, shows what is more than nothing, and stays within its width', () => {
    expect(bar(0, 10)).toBe('');
    expect(bar(0.0001, 10)).toBe('▏');
    expect(bar(0.5, 10)).toBe('█████');
    expect(bar(0.55, 10)).toBe('█████▌');
    expect(bar(1, 10)).toBe('██████████');
    expect(bar(7, 10)).toBe('██████████');
    expect(bar(-1, 10)).toBe('');
    expect(gauge(0.55, 10)).toBe('█████░░░░░');
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
        expect(bar(share, 30).length).toBeLessThanOrEqual(30);
        expect(gauge(share, 30)).toHaveLength(30);
      }),
    );
  });

  it('counts and dates for people', () => {
    expect(counted(1, 'alert')).toBe('1 alert');
    expect(counted(12_345, 'alert')).toBe('12,345 alerts');
    expect(describeInstant('2026-10-27T11:58:38.000Z')).toBe('2026-10-27 11:58:38Z');
  });
});
