import { printable } from '../printable';

/** What a server answered. */
export interface Answer {
  readonly status: number;
  /** By their names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Undefined where the body is not JSON. */
  readonly json: unknown;
}

/** Of an answer so much is shown. */
const SHOWN_LENGTH_MAX = 400;

/** A departure from the contract: what it wants, and what the server did. */
export class Departure extends Error {
  constructor(
    readonly wanted: string,
    readonly answered: string,
  ) {
    super(`${wanted}; ${answered}`);
  }
}

export function describe({ status, text }: Answer): string {
  const shown = text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)} …` : text;
  return `${status} ${printable(shown)}`.trim();
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

/** A number of rows in an answer; NaN where it does not say one. */
export function countIn(answer: Answer, name: 'accepted' | 'duplicates' | 'rejected'): number {
  const count = fieldOf(answer.json, name);
  return typeof count === 'number' ? count : Number.NaN;
}

/** The three counts, in this order. @throws Departure */
export function wantCounts(
  answer: Answer,
  accepted: number,
  duplicates: number,
  rejected: number,
): void {
  const isSo =
    answer.status === 200 &&
    countIn(answer, 'accepted') === accepted &&
    countIn(answer, 'duplicates') === duplicates &&
    countIn(answer, 'rejected') === rejected &&
    Array.isArray(fieldOf(answer.json, 'problems'));
  if (isSo) return;
  throw new Departure(
    `200 with accepted ${accepted}, duplicates ${duplicates}, rejected ${rejected} and a list of problems`,
    describe(answer),
  );
}

/** What is said of one refused row. */
export interface RowRefusal {
  readonly index: number;
  readonly code: 'INVALID_INPUT' | 'CONFLICT';
  /** Left out where the contract leaves it open. */
  readonly path?: string;
}

/** Every refused row is described, in order, and by a detail in words. @throws Departure */
export function wantProblems(answer: Answer, refusals: readonly RowRefusal[]): void {
  const problems = fieldOf(answer.json, 'problems');
  const told: readonly unknown[] = Array.isArray(problems) ? problems : [];
  const isSo =
    told.length === refusals.length &&
    refusals.every(
      ({ index, code, path }, place) =>
        fieldOf(told[place], 'index') === index &&
        fieldOf(told[place], 'code') === code &&
        (path === undefined || fieldOf(told[place], 'path') === path) &&
        typeof fieldOf(told[place], 'detail') === 'string',
    );
  if (!isSo) throw new Departure(`problems ${JSON.stringify(refusals)}`, describe(answer));
}

/** An error answer: its status, and a body as RFC 9457 has it. @throws Departure */
export function wantError(answer: Answer, status: number, code: string): void {
  const type = answer.headers['content-type'] ?? '';
  const isSo =
    answer.status === status &&
    type.startsWith('application/problem+json') &&
    fieldOf(answer.json, 'code') === code &&
    typeof fieldOf(answer.json, 'detail') === 'string' &&
    typeof fieldOf(answer.json, 'correlationId') === 'string';
  if (isSo) return;
  throw new Departure(
    `${status} as application/problem+json with code ${code}, detail and correlationId`,
    `${describe(answer)} (${type === '' ? 'no content-type' : printable(type)})`,
  );
}
