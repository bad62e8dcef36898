import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lifeParameters, variantParameters } from './parameter-list';
import { VARIANT_NAMES, VARIANTS } from './variants';

const PAGE = readFileSync(join(__dirname, '../../../../docs/simulation.md'), 'utf8');

/** The rows of the tables below a heading, up to the next heading of its level. */
function documented(heading: string): { name: string; value: string; unit: string; why: string }[] {
  const [, level] = /^(#+) /.exec(heading)!;
  const [, below = ''] = PAGE.split(`\n${heading}\n`);
  const section = below.split(new RegExp(`\n#{1,${level!.length}} `))[0]!;
  return [...section.matchAll(/^\| `(.+?)` \| (.+?) \| (.+?) \| (.+?) \|$/gm)].map(
    ([, name, value, unit, why]) => ({ name: name!, value: value!, unit: unit!, why: why! }),
  );
}

describe('docs/simulation.md', () => {
  it('names every parameter of the life, with its value and its unit', () => {
    const rows = documented('## Every parameter of the life');
    expect(rows.map(({ name, value }) => ({ name, value }))).toEqual(lifeParameters());
    expect(rows.length).toBeGreaterThan(100);
  });

  it.each(VARIANT_NAMES.filter((variant) => variant !== 'plain'))('tells all of %s', (variant) => {
    const rows = documented(`### ${variant}`);
    expect(rows.map(({ name, value }) => ({ name, value }))).toEqual(variantParameters(variant));
    expect(rows.length).toBe(new Set(rows.map(({ name }) => name)).size);
    expect(Object.keys(VARIANTS[variant].parameters).length).toBeGreaterThan(2);
  });
});
