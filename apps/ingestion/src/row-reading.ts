import { type ErrorObject } from 'ajv';
import { ID_LENGTH_MAX } from '#contracts';
import { AppError, type Problem } from '#domain';
import { refusal } from './row-refusal';

/** What a row was read as, or the first rule that it breaks. */
export type Reading<Row> =
  { readonly ok: true; readonly row: Row } | { readonly ok: false; readonly problem: Problem };

/** What a program would call a field. Anything else may be what should have stood in one, a person among it, and is not repeated. */
const FIELD_NAME = /^[A-Za-z_][\w./~-]{0,63}$/;
const NOT_REPEATED = '…';

/** Reads a row; the refusal that the reading throws is its outcome, and nobody else's. */
export function reading<Row>(read: () => Row): Reading<Row> {
  try {
    return { ok: true, row: read() };
  } catch (error) {
    const problem = error instanceof AppError ? error.problems[0] : undefined;
    if (problem === undefined) throw error;
    return { ok: false, problem };
  }
}

/** The id of a row that may be far from well-formed; null where it has none that could be stored. */
export function idIn(value: unknown, field: string): string | null {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return null;
  const id = (value as Readonly<Record<string, unknown>>)[field];
  return typeof id === 'string' && id !== '' && id.length <= ID_LENGTH_MAX ? id : null;
}

/** The refusal of a row that has not its shape. @param thing what it should have been, with its article */
export function shapeRefusal(error: ErrorObject | undefined, thing: string): AppError {
  if (error === undefined) return refusal('', `is not ${thing}`);
  const { instancePath, keyword, params } = error as ErrorObject<string, Record<string, unknown>>;
  switch (keyword) {
    case 'required':
      return refusal(`${instancePath}/${String(params.missingProperty)}`, 'is required');
    case 'additionalProperties':
      return refusal(
        `${instancePath}/${pointerSegment(String(params.additionalProperty))}`,
        `is not a field of ${thing}`,
      );
    case 'type':
      return refusal(
        instancePath,
        String(params.type).includes('object') ? 'must be an object' : 'must be a string',
      );
    case 'enum': {
      const allowed = (params.allowedValues as (string | null)[]).filter((word) => word !== null);
      return refusal(instancePath, `must be one of ${allowed.join(', ')}`);
    }
    case 'minLength':
      return refusal(instancePath, 'must not be empty');
    case 'maxLength':
      return refusal(instancePath, `must have at most ${String(params.limit)} characters`);
    case 'pattern':
      if (instancePath === '/sequence') {
        return refusal(instancePath, 'must be a whole number of up to 15 digits, as a string');
      }
      return refusal(
        instancePath,
        instancePath.endsWith('/country')
          ? 'must be a country code of two letters (ISO 3166-1 alpha-2)'
          : 'must not hold control characters or halves of surrogate pairs',
      );
    default:
      return refusal(instancePath, 'is not as the description of this route says');
  }
}

/** RFC 6901: `~` and `/` have escapes. */
function pointerSegment(name: string): string {
  const shown = FIELD_NAME.test(name) ? name : NOT_REPEATED;
  return shown.replaceAll('~', '~0').replaceAll('/', '~1');
}
