/** The most rows of one JSON request; NDJSON has no such limit. */
export const ROWS_MAX = 1_000;

/** Why one row was refused. `Id` is the field that names a row of its kind, and here is as far as the row had one. */
export type RowProblem<Id extends string> = Readonly<Record<Id, string | null>> & {
  readonly index: number;
  readonly code: string;
  readonly path: string;
  /** Which of the sender's own columns the field comes from, where a mapping was applied. */
  readonly column?: string;
  readonly detail: string;
};

/** The answer to a batch: every row is in one of the three counts. */
export interface RowsAnswer<Id extends string> {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** One entry a refused row, up to a limit; `problemsOmitted` counts the rest. */
  readonly problems: readonly RowProblem<Id>[];
  readonly problemsOmitted?: number;
}

/** The answer of `POST /v1/transfers`. */
export type TransfersAnswer = RowsAnswer<'transferId'>;
/** The answer of `POST /v1/events`. */
export type EventsAnswer = RowsAnswer<'eventId'>;
