import { LEGAL_PARAMETERS, LEGAL_VALUES, type LegalParameter } from '#domain';
import { type Parameter, type Parameters } from './parameter';
import { PACK_SECTIONS, SECTION_PURPOSES } from './rule-pack';
import { UNIT_WORDS } from './rule-pack-schema';
import { sayDuration } from './say';
import { TYPOLOGIES } from './typologies';

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('');

const grouped = (value: number): string =>
  Number.isInteger(value) ? value.toLocaleString('en') : String(value);

const figure = (value: number, { unit }: Parameter): string =>
  unit === 'span' ? `${grouped(value)} (${sayDuration(value)})` : grouped(value);

const parameterTable = (parameters: Parameters): string =>
  table(
    ['name', 'what it sets', 'in', 'default', 'at least', 'at most'],
    Object.entries(parameters).map(([name, parameter]) => [
      `\`${name}\``,
      parameter.says +
        (parameter.notBelow === undefined ? '' : `; not below \`${parameter.notBelow}\``),
      UNIT_WORDS[parameter.unit],
      figure(parameter.value, parameter),
      figure(parameter.min, parameter),
      figure(parameter.max, parameter),
    ]),
  );

/** Every parameter of a pack, what it means and inside which bounds, for whoever has to validate one (Markdown). */
export function parameterTables(): string {
  const sections = Object.entries(PACK_SECTIONS).map(
    ([name, parameters]) =>
      `## \`${name}\`: ${SECTION_PURPOSES[name as keyof typeof PACK_SECTIONS]}\n\n${parameterTable(parameters)}`,
  );
  const typologies = TYPOLOGIES.map(
    ({ name, family, techniques, parameters }) =>
      `### \`${name}\`\n\nFamily ${family}; F3: ${techniques.join(', ')}.\n\n${parameterTable(parameters)}`,
  );
  const law = table(
    ['parameter', 'what it is', 'for', 'value', 'from', 'confidence', 'source'],
    LEGAL_VALUES.map((row) => [
      `\`${row.parameter}\``,
      LEGAL_PARAMETERS[row.parameter satisfies LegalParameter].says,
      [row.currency, row.tier].filter((key) => key !== undefined).join(' ') || 'all',
      grouped(row.valueMinor ?? row.valueMs ?? 0),
      row.from,
      row.confidence,
      row.source,
    ]),
  );
  return [
    ...sections,
    '## `typologies`: thresholds and weights of each\n',
    ...typologies,
    `## \`overlay\`: what the law says\n\nMinor units, or milliseconds.\n\n${law}`,
  ].join('\n');
}
