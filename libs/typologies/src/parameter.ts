import { type CheckUnit } from './check';

/** What a number of a rule pack is measured in. */
export type ParameterUnit =
  | CheckUnit
  /** So many a day. */
  | 'per day'
  /** What it adds to the risk, or the most it may add. */
  | 'log-odds'
  /** Log-odds for each nat of surprise. */
  | 'log-odds per nat';

/** A number that a rule pack sets: what it means, and the bounds inside which it means that. */
export interface Parameter {
  readonly says: string;
  readonly unit: ParameterUnit;
  /** What the pack has unless it says otherwise. */
  readonly value: number;
  /** Inclusive. Outside, the definition would be another one, or impossible. */
  readonly min: number;
  readonly max: number;
  /** Another number of the same definition that this one is never below: nothing could meet both. */
  readonly notBelow?: string;
}

export type Parameters = Readonly<Record<string, Parameter>>;

/** What a pack sets them to. */
export type ValuesOf<P extends Parameters> = Readonly<Record<keyof P, number>>;

/** A number that may not be below another one of its definition. */
export const notBelow = (other: string, parameter: Parameter): Parameter => ({
  ...parameter,
  notBelow: other,
});

/** Units whose numbers have no fractions. */
export const WHOLE_UNITS: ReadonlySet<ParameterUnit> = new Set(['count', 'span', 'amount']);

export const defaultsOf = <P extends Parameters>(parameters: P): ValuesOf<P> =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, { value }]) => [name, value]),
  ) as ValuesOf<P>;

/** A time, in milliseconds. */
export const span = (says: string, value: number, min: number, max: number): Parameter => ({
  ...{ says, unit: 'span', value, min, max },
});

export const count = (says: string, value: number, min: number, max: number): Parameter => ({
  ...{ says, unit: 'count', value, min, max },
});

/** A part of a whole; above 1 where more may arrive than was there. */
export const share = (says: string, value: number, max = 1): Parameter => ({
  ...{ says, unit: 'share', value, min: 0, max },
});

export const perDay = (says: string, value: number): Parameter => ({
  ...{ says, unit: 'per day', value, min: 0.001, max: 1_000 },
});

/** Nothing weighs more than certainty: e^20 to one. */
export const LOG_ODDS_MAX = 20;

export const logOdds = (says: string, value: number): Parameter => ({
  ...{ says, unit: 'log-odds', value, min: 0, max: LOG_ODDS_MAX },
});

export const perNat = (says: string, value: number): Parameter => ({
  ...{ says, unit: 'log-odds per nat', value, min: 0, max: 5 },
});

/** More surprise than this counts no more. */
export const natsMax = (value: number): Parameter => ({
  ...{ says: 'more surprise than this counts no more', unit: 'nats', value, min: 0, max: 40 },
});
