import { type TransferRow } from '#contracts';
import { type Transfer } from '#domain';
import { type AccountView, type FlowEngine, type StepView, viewOfAccount, viewOfStep } from '#flow';
import { Detector } from '#typologies';
import { type PatternMark } from './intent';
import { type SimulatedRows, transferOfRow } from './simulate-rows';

/** A settled row, as the log tells it. */
export interface RunRow {
  readonly position: number;
  readonly row: TransferRow;
  readonly transfer: Transfer;
  readonly mark: PatternMark | null;
}

/** Called before, and after, the detector takes a row. */
export interface Onlooker {
  readonly before?: (row: RunRow, engine: FlowEngine) => void;
  readonly after?: (row: RunRow, engine: FlowEngine) => void;
}

/** The rows that move money. A position is the place in this list, from 1 on. */
export const settledRows = ({ rows, labels }: SimulatedRows): RunRow[] =>
  rows
    .map((row) => ({ row, transfer: transferOfRow(row), mark: labels.get(row.transferId) ?? null }))
    .filter(({ transfer }) => transfer.status === 'SETTLED')
    .map((row, n) => ({ ...row, position: n + 1 }));

/** Runs rows through the product's own detector, none waiting for another: they are in order. */
export function runRows(rows: readonly RunRow[], { before, after }: Onlooker = {}): FlowEngine {
  const detector = new Detector();
  const { engine } = detector;
  for (const row of rows) {
    before?.(row, engine);
    const { position, transfer } = row;
    const nothing = { originalPosition: null, debtorTokens: [], creditorTokens: [] };
    detector.apply({ kind: 'transfer', position, transfer, ...nothing });
    detector.flush();
    after?.(row, engine);
  }
  return engine;
}

export const stepOf = (engine: FlowEngine): StepView => viewOfStep(engine);

/** The payer's account, as the row finds or leaves it. */
export const payerOf = ({ transfer }: RunRow, engine: FlowEngine): AccountView | null =>
  viewOfAccount(engine, transfer.debtor, transfer.currency);

export const payeeOf = ({ transfer }: RunRow, engine: FlowEngine): AccountView | null =>
  viewOfAccount(engine, transfer.creditor, transfer.currency);

/** What a pattern's rows are to each other: by payer, the pattern's payments that it received before. */
export class PatternCredits {
  private readonly credits = new Map<string, RunRow[]>();

  /** The payments of a row's own pattern that its payer has received so far, oldest first. */
  before({ mark, transfer }: RunRow): readonly RunRow[] {
    return this.credits.get(keyOf(mark, transfer.debtor.walletId, transfer.currency)) ?? [];
  }

  note(row: RunRow): void {
    if (row.mark === null) return;
    const key = keyOf(row.mark, row.transfer.creditor.walletId, row.transfer.currency);
    const known = this.credits.get(key);
    if (known) known.push(row);
    else this.credits.set(key, [row]);
  }
}

const keyOf = (mark: PatternMark | null, walletId: string, currency: string): string =>
  `${mark?.patternId}\n${walletId}\n${currency}`;
