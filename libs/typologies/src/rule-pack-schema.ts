import {
  AMOUNT_MINOR_MAX,
  DAY_MS,
  LEGAL_CONFIDENCES,
  LEGAL_PARAMETERS,
  type LegalParameter,
} from '#domain';
import {
  LOG_ODDS_MAX,
  type Parameter,
  type Parameters,
  type ParameterUnit,
  WHOLE_UNITS,
} from './parameter';
import { PACK_SECTIONS, SECTION_PURPOSES } from './rule-pack';
import { SCORECARD_BINS_MAX, STRENGTH_MAX } from './scorecard';
import { TERM_NAMES, TYPOLOGIES } from './typologies';

/** A piece of JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>;

/** Legal values of one pack. */
export const OVERLAY_ROWS_MAX = 1_000;
const TEXT_LENGTH_MAX = 500;
const KEY_LENGTH_MAX = 64;
const INSTANT_LENGTH_MAX = 40;
/** A version is a part of an address, and `schema` is another one there. */
const VERSION_PATTERN = '^(?!schema$)[0-9A-Za-z][0-9A-Za-z._-]{0,63}$';
/** Something is said, and nothing that a database cannot keep. */
const TEXT_PATTERN = '^(?=[\\s\\S]*\\S)[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]+$';
const LEGAL_SPAN_MAX_MS = 366 * DAY_MS;

/** What a number counts, as a person reads it. */
export const UNIT_WORDS: Readonly<Record<ParameterUnit, string>> = {
  count: 'a count',
  amount: 'minor units',
  share: 'a share',
  span: 'milliseconds',
  nats: 'nats, −ln of how often it happens',
  risk: 'risk, 0-100',
  'per day': 'a day',
  'log-odds': 'log-odds',
  'log-odds per nat': 'log-odds for each nat of surprise',
};

const numberSchema = ({ says, unit, value, min, max, notBelow }: Parameter): Schema => ({
  type: WHOLE_UNITS.has(unit) ? 'integer' : 'number',
  title: UNIT_WORDS[unit],
  description: notBelow === undefined ? says : `${says}; not below ${notBelow}`,
  minimum: min,
  maximum: max,
  default: value,
});

/**
 * Everything must be said, and nothing else can be: what is left out or misspelt would be judged by in silence.
 *
 * @param optional may be left out all the same: without it there is nothing to judge by
 */
const closed = (
  properties: Schema,
  description?: string,
  optional: readonly string[] = [],
): Schema => ({
  type: 'object',
  ...(description === undefined ? {} : { description }),
  additionalProperties: false,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
});

const sectionSchema = (parameters: Parameters, description?: string): Schema =>
  closed(
    Object.fromEntries(
      Object.entries(parameters).map(([name, parameter]) => [name, numberSchema(parameter)]),
    ),
    description,
  );

const text = (description: string, maxLength: number): Schema => ({
  ...{ type: 'string', description, maxLength, pattern: TEXT_PATTERN },
});
const instant = (description: string): Schema => ({
  ...{ type: 'string', format: 'date-time', description, maxLength: INSTANT_LENGTH_MAX },
});

const KEY_SCHEMAS = {
  currency: { type: 'string', pattern: '^[A-Z]{3}$', description: 'ISO 4217' },
  tier: text('as providers report it of a wallet', KEY_LENGTH_MAX),
};
const VALUE_SCHEMAS = {
  valueMinor: { type: 'integer', title: 'minor units', minimum: 1, maximum: AMOUNT_MINOR_MAX },
  valueMs: { type: 'integer', title: 'milliseconds', minimum: 1, maximum: LEGAL_SPAN_MAX_MS },
};

function legalValueSchema(parameter: LegalParameter): Schema {
  const { says, keys, value } = LEGAL_PARAMETERS[parameter];
  return closed(
    {
      parameter: { const: parameter },
      ...Object.fromEntries(keys.map((key) => [key, KEY_SCHEMAS[key]])),
      [value]: VALUE_SCHEMAS[value],
      from: instant('in force from this instant on (RFC 3339 with offset)'),
      until: instant('and up to, not including, this one; left out while in force'),
      source: text('the law, circular or notice, as it is cited', TEXT_LENGTH_MAX),
      confidence: { enum: LEGAL_CONFIDENCES },
    },
    says,
    ['until'],
  );
}

const logOddsSchema = (description: string): Schema => ({
  ...{ type: 'number', title: UNIT_WORDS['log-odds'], description },
  ...{ minimum: -LOG_ODDS_MAX, maximum: LOG_ODDS_MAX },
});

const numbers = (description: string, items: Schema, minItems: number): Schema => ({
  ...{ type: 'array', description, minItems, items },
  maxItems: SCORECARD_BINS_MAX + minItems - 2,
});

const LABELS_MAX = 1_000_000_000;
const labelCount = (description: string): Schema => ({
  ...{ type: 'integer', title: UNIT_WORDS.count, description, minimum: 0, maximum: LABELS_MAX },
});

const TABLE_SCHEMA = closed({
  edges: numbers(
    'where a step begins, over the term’s own log-odds by the weights of this pack; ascending',
    { type: 'number', minimum: -STRENGTH_MAX, maximum: STRENGTH_MAX },
    1,
  ),
  logOdds: numbers(
    'what it adds instead: below the first edge, then from each edge on; never falling, and 0 where the term is absent',
    logOddsSchema('of one step'),
    2,
  ),
});

const SCORECARD_SCHEMA: Schema = closed(
  {
    base: logOddsSchema('of an account of which nothing is known, in place of risk.base'),
    terms: {
      type: 'object',
      description: 'by term; one without a table keeps its own log-odds',
      additionalProperties: false,
      properties: Object.fromEntries(
        TERM_NAMES.map((name) => [name, { $ref: '#/$defs/scorecardTable' }]),
      ),
    },
    learntFrom: closed(
      {
        source: text('the feed, or whose dispositions', TEXT_LENGTH_MAX),
        until: instant('what came later was not seen (RFC 3339 with offset)'),
        positives: labelCount('examples that were what they looked like'),
        negatives: labelCount('and that were not'),
      },
      'counts only: nothing of any person',
    ),
  },
  'how much each term weighs here, learnt from dispositions; left out where nothing was learnt',
);

/** The shape of a rule pack, from what the code declares of each number. */
export const RULE_PACK_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:layerwatch:rule-pack',
  title: 'Layerwatch rule pack',
  $defs: { scorecardTable: TABLE_SCHEMA },
  ...closed(
    {
      version: {
        type: 'string',
        description: 'its name; what it says never changes under the same one',
        pattern: VERSION_PATTERN,
      },
      ...Object.fromEntries(
        Object.entries(PACK_SECTIONS).map(([name, parameters]) => [
          name,
          sectionSchema(parameters, SECTION_PURPOSES[name as keyof typeof PACK_SECTIONS]),
        ]),
      ),
      typologies: closed(
        Object.fromEntries(
          TYPOLOGIES.map(({ name, parameters, techniques }) => [
            name,
            sectionSchema(parameters, `F3: ${techniques.join(', ')}`),
          ]),
        ),
        'of each typology, its thresholds and weights',
      ),
      overlay: {
        type: 'array',
        description: 'what the law says: dated rows, each with its source',
        maxItems: OVERLAY_ROWS_MAX,
        items: {
          type: 'object',
          // By it a row that is wrong is told what is wrong with it, not with every other kind of row.
          discriminator: { propertyName: 'parameter' },
          required: ['parameter'],
          oneOf: Object.keys(LEGAL_PARAMETERS).map((name) =>
            legalValueSchema(name as LegalParameter),
          ),
        },
      },
      scorecard: SCORECARD_SCHEMA,
    },
    'everything that detection can be told beside its log',
    ['scorecard'],
  ),
};
