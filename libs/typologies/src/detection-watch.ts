import { type Evidence } from './signal';

/** Looks over the detector's shoulder: what it thought of every transfer, whatever became of it. For the lab. */
export interface DetectionWatch {
  /** What this transfer shows in one of its two accounts, 0-100; once per account. */
  scored(position: number, risk: number): void;
  /** What would be an alert if there were no bar. @param evidence the transfers it would name */
  candidate(risk: number, evidence: readonly Evidence[]): void;
  /** The transfer carries money of these operations. Not called where it carries none. */
  carried(position: number, operationIds: readonly string[]): void;
}
