import { type RowPurpose } from '../row-kind';
import { type FileFormat } from './upload-metadata';

export type FileState = 'RECEIVING' | 'WAITING' | 'WORKING' | 'DONE' | 'FAILED' | 'GIVEN_UP';

/** An uploaded file, and how far it is. */
export interface StoredFile {
  readonly id: string;
  readonly name: string | null;
  readonly kind: 'transfers';
  readonly format: FileFormat;
  /** The name and version of its mapping, `NAME@3`; null where it is in the contract's own words. */
  readonly mapping: string | null;
  readonly purpose: RowPurpose;
  readonly state: FileState;
  /** Why it failed; nothing that stands in it. */
  readonly reason: string | null;
  /** Bytes. */
  readonly length: number;
  /** Bytes that are stored: the next piece begins there. */
  readonly received: number;
  /** Bytes that were read when its rows so far were stored. */
  readonly workedThrough: number;
  readonly rows: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** Refused rows that are counted but not told of one by one. */
  readonly refusalsLeftOut: number;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** The columns of one, as they are read. */
export const FILE_COLUMNS = `
  id, name, kind, format, mapping_name || '@' || mapping_version as mapping, purpose, state, reason, length, received,
  worked_bytes as "workedThrough", rows, accepted, duplicates, rejected, rejected - told as "refusalsLeftOut",
  created_at as "createdAt", finished_at as "finishedAt"`;

/** Refused rows that are told of one by one. */
export const REFUSALS_MAX = 100_000;

/** A row that was refused. */
export interface FileRefusal {
  /** From 1, as the file has them once it is unpacked. */
  readonly line: number;
  readonly transferId: string | null;
  readonly code: string;
  readonly path: string;
  readonly column: string | null;
  readonly detail: string;
}
