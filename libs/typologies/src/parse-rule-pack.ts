import Ajv2020, { type ErrorObject } from 'ajv/dist/2020';
import {
  AppError,
  isCurrency,
  legalKey,
  type LegalValue,
  parseEventTime,
  periodOf,
  type Problem,
} from '#domain';
import { type Parameters } from './parameter';
import { PACK_SECTIONS, type RulePack } from './rule-pack';
import { RULE_PACK_SCHEMA, type Schema } from './rule-pack-schema';
import { type Scorecard, type ScorecardTable, stepOf } from './scorecard';
import { TYPOLOGIES } from './typologies';

/** So many problems are told; a document with more has another one first. */
export const PROBLEMS_MAX = 100;

const hasShape = new Ajv2020({
  allErrors: true,
  discriminator: true,
  // For what each number means, which is told with what is wrong with it.
  verbose: true,
  // An instant is read by the domain's own rules.
  formats: { 'date-time': true },
}).compile<RulePack>(RULE_PACK_SCHEMA);

/**
 * Takes a document as a rule pack: complete, of numbers that mean something, and with a source for everything that the law
 * says.
 *
 * @throws AppError INVALID_INPUT with every problem, where it is and why; up to {@link PROBLEMS_MAX}
 */
export function parseRulePack(document: unknown): RulePack {
  const isShaped = hasShape(document);
  const problems = isShaped ? contradictionsOf(document) : (hasShape.errors ?? []).map(problemOf);
  if (isShaped && problems.length === 0) return document;
  const told = problems.slice(0, PROBLEMS_MAX);
  const rest = problems.length - told.length;
  throw new AppError(
    'INVALID_INPUT',
    `this is no rule pack that could be judged by${rest > 0 ? ` (${rest} more problems)` : ''}`,
    told,
  );
}

const wrong = (path: string, detail: string): Problem => ({ code: 'INVALID_INPUT', path, detail });

/** A name as a part of a JSON pointer (RFC 6901). */
const part = (name: unknown): string => `/${String(name).replace(/~/g, '~0').replace(/\//g, '~1')}`;

function problemOf(error: ErrorObject): Problem {
  const { instancePath, keyword, message = 'is not what it should be' } = error;
  const params = error.params as Record<string, unknown>;
  const { description } = (error.parentSchema ?? {}) as Schema;
  const meaning = typeof description === 'string' ? ` (${description})` : '';
  switch (keyword) {
    case 'additionalProperties':
      return wrong(
        instancePath + part(params.additionalProperty),
        'nothing of this name is known here: what is misspelt would be left out in silence',
      );
    case 'required': {
      const { missingProperty } = params;
      const detail =
        missingProperty === 'source'
          ? 'is missing: a legal value is told with its source'
          : 'is missing: a pack says everything that it judges by';
      return wrong(instancePath + part(missingProperty), detail);
    }
    case 'minimum':
    case 'maximum':
      return wrong(instancePath, `impossible: ${message}${meaning}`);
    case 'discriminator':
      return wrong(
        instancePath + part(params.tag),
        'must be the name of a legal value that is known',
      );
    default:
      return wrong(instancePath, `${message}${meaning}`);
  }
}

/** What a schema cannot say: numbers that contradict one another, periods that are none or overlap. */
function contradictionsOf({ typologies, overlay, scorecard, ...sections }: RulePack): Problem[] {
  return [
    ...Object.entries(PACK_SECTIONS).flatMap(([name, parameters]) =>
      crossed(part(name), parameters, sections[name as keyof typeof PACK_SECTIONS]),
    ),
    ...TYPOLOGIES.flatMap(({ name, parameters }) =>
      crossed(`/typologies/${name}`, parameters, typologies[name]),
    ),
    ...overlayProblems(overlay),
    ...(scorecard === undefined ? [] : scorecardProblems(scorecard)),
  ];
}

function crossed(
  path: string,
  parameters: Parameters,
  values: Readonly<Record<string, number>>,
): Problem[] {
  return Object.entries(parameters).flatMap(([name, { notBelow }]) =>
    notBelow !== undefined && values[name]! < values[notBelow]!
      ? [wrong(path + part(name), `must not be below ${notBelow}: nothing could meet both`)]
      : [],
  );
}

function overlayProblems(overlay: RulePack['overlay']): Problem[] {
  const problems: Problem[] = [];
  const known = new Map<string, { fromMs: number; untilMs: number }[]>();
  overlay.forEach((row, index) => {
    const path = `/overlay/${index}`;
    if (row.currency !== undefined && !isCurrency(row.currency)) {
      problems.push(wrong(`${path}/currency`, 'must be an active currency code (ISO 4217)'));
    }
    const unreadable = unreadableInstants(path, row);
    problems.push(...unreadable);
    if (unreadable.length > 0) return;
    const period = periodOf(row);
    if (period.untilMs <= period.fromMs) {
      problems.push(wrong(`${path}/until`, 'must be later than from: it was never in force'));
    }
    const others = known.get(legalKey(row)) ?? [];
    if (others.some(({ fromMs, untilMs }) => fromMs < period.untilMs && period.fromMs < untilMs)) {
      problems.push(wrong(path, 'overlaps a row before it: at one instant the law says one thing'));
    }
    known.set(legalKey(row), [...others, period]);
  });
  return problems;
}

const unreadableInstants = (path: string, row: LegalValue): Problem[] =>
  (['from', 'until'] as const).flatMap((name) => unreadable(`${path}/${name}`, row[name]));

function unreadable(path: string, instant: string | undefined): Problem[] {
  if (instant === undefined) return [];
  try {
    parseEventTime(instant);
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [wrong(path, error.message)];
  }
}

function scorecardProblems({ terms, learntFrom }: Scorecard): Problem[] {
  return [
    ...Object.entries(terms).flatMap(([name, table]) =>
      tableProblems(`/scorecard/terms${part(name)}`, table!),
    ),
    ...unreadable('/scorecard/learntFrom/until', learntFrom.until),
  ];
}

function tableProblems(path: string, { edges, logOdds }: ScorecardTable): Problem[] {
  if (logOdds.length !== edges.length + 1) {
    return [
      wrong(`${path}/logOdds`, 'must be one more than edges: below the first, and from each'),
    ];
  }
  const unsorted = edges.flatMap((edge, i) =>
    i > 0 && edge <= edges[i - 1]!
      ? [wrong(`${path}/edges/${i}`, 'must be above the edge before it')]
      : [],
  );
  if (unsorted.length > 0) return unsorted;
  const absent = stepOf(edges, 0);
  return logOdds.flatMap((value, i) => {
    const at = `${path}/logOdds/${i}`;
    if (i > 0 && value < logOdds[i - 1]!) {
      return [wrong(at, 'must not be below the one before: more strength never speaks less')];
    }
    return i === absent && value !== 0 ? [wrong(at, 'must be 0: the term is absent there')] : [];
  });
}
