import { isNativeError } from 'node:util/types';

/** An error as it may be logged. */
export interface SafeError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  /** Which constraint, table or column: names of ours, never what was in them. */
  readonly where?: Readonly<Record<string, string>>;
  readonly stack: string;
  readonly cause?: SafeError;
}

/** An error that was caused by an error, and so on: as deep as anyone reads. */
const CAUSES_MAX = 5;
const FRAMES_MAX = 20;

/**
 * SQLSTATE classes whose messages are about connections, privileges, constraints, resources and statements. The others,
 * first of all 22 (data exception), repeat the value that did not fit: `invalid input syntax for type bigint: "…"`.
 */
const TELLING_SQLSTATE = /^(08|23|25|28|3D|40|42|53|54|55|57|58|XX)...$/;

const SQLSTATE = /^[0-9A-Z]{5}$/;
const PLACES = ['schema', 'table', 'column', 'constraint', 'routine', 'severity'] as const;

type Fields = Readonly<Record<string, unknown>>;

/**
 * What may be logged of an error: kind, code, place and stack, not the data it happened to.
 *
 * Errors of the database carry that data: the driver's `detail` quotes the row, TypeORM's `parameters` is the whole batch,
 * and both are ordinary properties that a log would print. So nothing is taken that is not named here.
 */
export function safeError(error: unknown, causesLeft = CAUSES_MAX): SafeError {
  if (!isNativeError(error)) return { type: typeof error, message: 'not an Error', stack: '' };
  const fields = error as unknown as Fields;
  const code = typeof fields.code === 'string' ? fields.code : undefined;
  const where = placesOf(fields);
  const inner = error.cause ?? fields.driverError;
  return {
    type: error.constructor.name,
    message: safeMessage(error, code),
    ...(code === undefined ? {} : { code }),
    ...(where === null ? {} : { where }),
    stack: framesOf(error),
    // TypeORM's error and the driver's below it say the same; two levels of it cost nothing.
    ...(isNativeError(inner) && causesLeft > 0 ? { cause: safeError(inner, causesLeft - 1) } : {}),
  };
}

function safeMessage(error: Error, code: string | undefined): string {
  // JSON.parse quotes the text it could not read.
  if (error instanceof SyntaxError) return 'text that could not be parsed';
  const fromDatabase = code !== undefined && SQLSTATE.test(code) && !/^E[A-Z]{4}$/.test(code);
  if (fromDatabase && !TELLING_SQLSTATE.test(code)) return `database error ${code}`;
  return error.message;
}

function placesOf(fields: Fields): Record<string, string> | null {
  const told = PLACES.flatMap((place) => {
    const name = fields[place];
    return typeof name === 'string' ? [[place, name] as const] : [];
  });
  return told.length === 0 ? null : Object.fromEntries(told);
}

/** The frames alone: a stack begins with the message. */
function framesOf(error: Error): string {
  const lines = (error.stack ?? '').split('\n');
  return lines
    .filter((line) => /^\s+at /.test(line))
    .slice(0, FRAMES_MAX)
    .join('\n');
}
