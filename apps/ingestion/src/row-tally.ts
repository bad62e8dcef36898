import { type RowProblem, type RowsAnswer } from '#contracts';
import { type RowForm } from './row-form';
import { type RowOutcome } from './row-kind';

/** The answer to a request while its batches are stored. Rows are numbered from 0, over all batches. */
export class RowTally<Id extends string> {
  private accepted = 0;
  private duplicates = 0;
  private rejected = 0;
  private readonly problems: RowProblem<Id>[] = [];

  /** @param id the field that names a row */
  constructor(
    private readonly id: Id,
    private readonly form: RowForm,
    private readonly problemsMax: number,
  ) {}

  /** Counts a batch that was committed. */
  add(outcomes: readonly RowOutcome[]): void {
    const before = this.accepted + this.duplicates + this.rejected;
    for (const [offset, outcome] of outcomes.entries()) {
      if (outcome.kind === 'accepted') this.accepted += 1;
      else if (outcome.kind === 'duplicate') this.duplicates += 1;
      else {
        this.rejected += 1;
        if (this.problems.length < this.problemsMax) {
          const { id, code, path, detail, column = this.form.columnOf(path) } = outcome;
          const named = { [this.id]: id } as Record<Id, string | null>;
          const where = column === undefined ? {} : { column };
          this.problems.push({ index: before + offset, ...named, code, path, ...where, detail });
        }
      }
    }
  }

  answer(): RowsAnswer<Id> {
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
