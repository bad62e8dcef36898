import { type RowProblem, type TransfersAnswer } from '#contracts';
import { type ErrorCode } from '#domain';

/** What became of one row. */
export type RowOutcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'duplicate' }
  | {
      readonly kind: 'rejected';
      readonly transferId: string | null;
      readonly code: ErrorCode;
      readonly path: string;
      readonly detail: string;
    };

/** The answer to a request while its batches are stored. Rows are numbered from 0, over all batches. */
export class TransferTally {
  private accepted = 0;
  private duplicates = 0;
  private rejected = 0;
  private readonly problems: RowProblem[] = [];

  constructor(private readonly problemsMax: number) {}

  /** Counts a batch that was committed. */
  add(outcomes: readonly RowOutcome[]): void {
    const before = this.accepted + this.duplicates + this.rejected;
    for (const [offset, outcome] of outcomes.entries()) {
      if (outcome.kind === 'accepted') this.accepted += 1;
      else if (outcome.kind === 'duplicate') this.duplicates += 1;
      else {
        this.rejected += 1;
        if (this.problems.length < this.problemsMax) {
          const { transferId, code, path, detail } = outcome;
          this.problems.push({ index: before + offset, transferId, code, path, detail });
        }
      }
    }
  }

  answer(): TransfersAnswer {
    const { accepted, duplicates, rejected, problems } = this;
    const problemsOmitted = rejected - problems.length;
    return {
      accepted,
      duplicates,
      rejected,
      problems,
      ...(problemsOmitted > 0 ? { problemsOmitted } : {}),
    };
  }
}
