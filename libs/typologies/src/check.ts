import { NONE } from '#flow';

/** What a condition measures, and so how its figures are read. */
export type CheckUnit =
  | 'count'
  /** Minor units. */
  | 'amount'
  /** 0-1, and above 1 where more arrives than was there. */
  | 'share'
  /** Milliseconds. */
  | 'span'
  /** How surprising something is: −ln of how often it happens. */
  | 'nats'
  /** 0-100. */
  | 'risk';

/** A condition of a definition, in words that stand before its figures. */
export interface Condition {
  readonly says: string;
  readonly unit: CheckUnit;
}

/** The figures of a condition that measures something. */
export interface CheckMeasure {
  readonly value: number;
  readonly comparison: '≥' | '≤' | '>';
  readonly limit: number;
  readonly unit: CheckUnit;
  /** The whole that `value` and `limit` are parts of; null where they stand for themselves. */
  readonly of: number | null;
}

/** A condition of a definition, as it was asked of one account at one transfer. */
export interface Check {
  readonly says: string;
  readonly held: boolean;
  /** It says what the typology looks at: where it does not hold, there was nothing to miss. */
  readonly scope: boolean;
  /** Null where it can only hold or not. */
  readonly measure: CheckMeasure | null;
  /** The transfer upstream that it was asked of; null where it was asked of the one in hand. */
  readonly position: number | null;
}

/** Where conditions write what they found; null in service, where nobody asks. */
export type Checks = Check[] | null | undefined;

/** A condition that can only hold or not. @param position the transfer upstream it is asked of */
export function holds(checks: Checks, says: string, held: boolean, position = NONE): boolean {
  if (checks) {
    checks.push({ says, held, scope: false, measure: null, position: positionOrNull(position) });
  }
  return held;
}

/** What a typology looks at; the rest is none of its business. */
export function inScope(checks: Checks, says: string, held: boolean): boolean {
  if (checks) checks.push({ says, held, scope: true, measure: null, position: null });
  return held;
}

/**
 * A lower limit that may be met.
 *
 * @param of the whole that value and limit are parts of
 * @param position the transfer upstream it is asked of
 */
export function atLeast(
  checks: Checks,
  condition: Condition,
  value: number,
  limit: number,
  of = NONE,
  position = NONE,
): boolean {
  const held = value >= limit;
  if (checks) note(checks, condition, held, value, '≥', limit, of, position);
  return held;
}

/** An upper limit that may be met. @param position the transfer upstream it is asked of */
export function atMost(
  checks: Checks,
  condition: Condition,
  value: number,
  limit: number,
  position = NONE,
): boolean {
  const held = value <= limit;
  if (checks) note(checks, condition, held, value, '≤', limit, NONE, position);
  return held;
}

/** A lower limit that must be passed. */
export function above(checks: Checks, condition: Condition, value: number, limit: number): boolean {
  const held = value > limit;
  if (checks) note(checks, condition, held, value, '>', limit, NONE, NONE);
  return held;
}

function note(
  checks: Check[],
  { says, unit }: Condition,
  held: boolean,
  value: number,
  comparison: CheckMeasure['comparison'],
  limit: number,
  of: number,
  position: number,
): void {
  const measure = { value, comparison, limit, unit, of: of === NONE ? null : of };
  checks.push({ says, held, scope: false, measure, position: positionOrNull(position) });
}

const positionOrNull = (position: number): number | null => (position === NONE ? null : position);

/** Conditions that several definitions share. */
export const PAYER_ONLY = 'it looks at the payer only';
export const PAYEE_ONLY = 'it looks at the payee only';
export const PEOPLE_ONLY = 'it looks at payments between people only';
export const PEOPLE_OR_OUT = 'it looks at payments between people, or out of the wallets, only';
