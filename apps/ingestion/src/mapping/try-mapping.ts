import { Injectable } from '@nestjs/common';
import { type RowProblem } from '#contracts';
import { AppError } from '#domain';
import { doubtOf, IdentityVault, type Reporter } from '#identity';
import { IngestionConfig } from '../ingestion-config';
import { LineCutter } from '../line-cutter';
import { RefusedRow, type RowFault } from '../refused-row';
import { type RowForm } from '../row-form';
import { idIn } from '../row-reading';
import { lineReader } from '../take-request';
import { type MakeSafe } from '../tokens';
import { TransferRows } from '../transfer-rows';

/** Rows of one dry run. */
export const SAMPLE_ROWS_MAX = 100;

/** What would become of rows, were they sent. */
export interface DryRunAnswer {
  /** As they would be taken, those that are good. */
  readonly rows: readonly { readonly index: number; readonly row: unknown }[];
  readonly problems: readonly RowProblem<'transferId'>[];
}

/** Shows what a mapping makes of rows, by the very check that rows sent go through. Nothing of them is kept. */
@Injectable()
export class TryMapping {
  constructor(
    private readonly vault: IdentityVault,
    private readonly transfers: TransferRows,
    private readonly config: IngestionConfig,
  ) {}

  /** @throws AppError INVALID_INPUT where the lines cannot be read as a whole; TOO_LARGE */
  ofLines(reporter: Reporter, form: RowForm, lines: Buffer, isCsv: boolean): DryRunAnswer {
    const max = this.config.INGESTION_LINE_BYTES_MAX;
    const reader = lineReader(isCsv, form, max);
    const cutter = new LineCutter(max);
    const values: unknown[] = [];
    const sink = (row: unknown): void => void values.push(row);
    let number = 0;
    for (const line of cutter.cut(lines)) {
      reader.read(line, (number += 1), sink);
      checkRoom(values.length);
    }
    reader.read(cutter.finish(), number + 1, sink);
    reader.end(sink);
    return this.ofMapped(reporter, form, values);
  }

  /** @throws AppError TOO_LARGE */
  ofRows(reporter: Reporter, form: RowForm, rows: readonly unknown[]): DryRunAnswer {
    checkRoom(rows.length);
    return this.ofMapped(
      reporter,
      form,
      rows.map((row) => form.ofJson(row)),
    );
  }

  private ofMapped(reporter: Reporter, form: RowForm, values: readonly unknown[]): DryRunAnswer {
    checkRoom(values.length);
    const rows: { index: number; row: unknown }[] = [];
    const problems: RowProblem<'transferId'>[] = [];
    for (const [index, value] of values.entries()) {
      const fault = this.faultOf(reporter, value);
      if (fault === null) {
        rows.push({ index, row: value });
        continue;
      }
      const { code, path, detail, column = form.columnOf(path) } = fault;
      const transferId = value instanceof RefusedRow ? value.id : idIn(value, 'transferId');
      const where = column === undefined ? {} : { column };
      problems.push({ index, transferId, code, path, ...where, detail });
    }
    return { rows, problems };
  }

  private faultOf({ provider, strict }: Reporter, value: unknown): RowFault | null {
    if (value instanceof RefusedRow) return value.fault;
    const reading = this.transfers.read(value, provider, this.makeSafe(strict));
    return reading.ok ? null : reading.problem;
  }

  /** Refuses what a batch would refuse; the token it makes is nobody's, and nothing is sealed. */
  private readonly makeSafe =
    (strict: boolean): MakeSafe =>
    (type, text) => {
      const doubt = strict ? doubtOf(type, text) : null;
      if (doubt !== null) throw new AppError('INVALID_INPUT', doubt);
      return { token: this.vault.token(type, text), identity: null };
    };
}

function checkRoom(rows: number): void {
  if (rows <= SAMPLE_ROWS_MAX) return;
  throw new AppError('TOO_LARGE', `a dry run takes at most ${SAMPLE_ROWS_MAX} rows`);
}
