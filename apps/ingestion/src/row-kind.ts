import { type ErrorCode } from '#domain';
import { type SealedIdentity } from '#identity';
import { type ContractForm } from './contract-form';
import { type Reading } from './row-reading';
import { type MakeSafe } from './tokens';

/** Whether rows are news, or old ones that warm up what is usual. */
export const ROW_PURPOSES = ['LIVE', 'BACKFILL'] as const;
export type RowPurpose = (typeof ROW_PURPOSES)[number];

/** A row that was found good, with those identities it names by token that have to be stored with it. */
export interface GoodRow {
  readonly identities: readonly SealedIdentity[];
}

/** What became of a good row. */
export type StoreOutcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'conflict'; readonly path: string; readonly detail: string };

/** What became of one row. */
export type RowOutcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'duplicate' }
  | {
      readonly kind: 'rejected';
      readonly id: string | null;
      readonly code: ErrorCode;
      readonly path: string;
      readonly detail: string;
      /** The sender's own column, where it was known before the row was read. */
      readonly column?: string;
    };

/** Reads a whole body into at most `ROWS_MAX` rows. Throws AppError INVALID_INPUT where it is none, TOO_LARGE. */
export type ReadDocument = (body: Buffer) => readonly unknown[];
export type Documents = Readonly<Record<string, ReadDocument>>;

/**
 * What a provider sends in batches: transfers, or events. Whatever holds for every kind (limits, formats, answers, that a
 * bad row costs its sender that row only) is elsewhere, once.
 */
export interface RowKind<Id extends string = string, Row extends GoodRow = GoodRow> {
  /** The list in a JSON body that holds the rows. */
  readonly list: 'transfers' | 'events' | 'messages';
  /** The field that names a row. */
  readonly id: Id;
  /** How its rows are written where no mapping says otherwise. */
  readonly form: ContractForm;
  /** By media type, what reads a whole body into its rows, where it is neither JSON that holds the list nor lines. */
  readonly documents?: Documents;
  /** A row as text, to be kept where it is refused; where it is left out, as JSON. */
  textOf?(value: unknown): string;
  /** The id of a row that may be refused; where it is left out, the field of that name. */
  idIn?(value: unknown): string | null;
  /** Reads one row, whatever it is. @param sender where a wallet names no provider, it is kept there */
  read(value: unknown, sender: string, makeSafe: MakeSafe): Reading<Row>;
  idOf(row: Row): string;
  /** When what a row tells of happened, by its provider; milliseconds since 1970. */
  atMs(row: Row): number;
  /** Of rows with a running number of their sender's, that number. */
  sequenceOf?(row: Row): number | null;
  /**
   * Stores good rows as if they had come one after the other. They are committed when this returns.
   *
   * @param purpose what the rows are for, as their sender says
   * @returns what became of each, in their order
   */
  store(
    provider: string,
    rows: readonly Row[],
    purpose: RowPurpose,
  ): Promise<readonly StoreOutcome[]>;
}
