import { type TransferEntry, type TypologyName } from '#contracts';
import { type AccountIndex, type FlowEngine, type FlowStep } from '#flow';
import { type AlertDraft } from './alert-draft';
import { type Checks } from './check';
import { type FactualTerm, type WeightedTerm } from './risk';
import { type Evidence } from './evidence';
import { type Signal, type Sighting } from './signal';

/** What an account came to, all its live signals and the transfer's circumstances added up. */
export interface Judgement {
  readonly anchor: AccountIndex;
  /** The transfer it was judged at; NONE where what is judged is its past. */
  readonly position: number;
  readonly signals: readonly Signal[];
  readonly terms: readonly FactualTerm[];
  readonly evidence: readonly Evidence[];
  readonly risk: number;
  /** The account itself is a known indicator: neither the two-families rule nor the budget is asked. */
  readonly confirmed: boolean;
  /** What the risk had to reach. */
  readonly bar: number;
  /** The open alert that this would go on with; null where it would start one. */
  readonly continues: string | null;
}

/** Looks over the detector's shoulder: what it thought of every transfer, whatever became of it. For the lab. */
export interface DetectionWatch extends Partial<TransferWitness> {
  /**
   * What this transfer shows in one of its two accounts, 0-100; once per account. Whoever asks for it has circumstances weighed
   * that the service would not have weighed: what is usual is then summed up at other moments, and a risk may differ by a tenth.
   *
   * @param terms what the risk is the sum of, as the pack's scorecard weighs them
   */
  scored?(
    position: number,
    risk: number,
    anchor: AccountIndex,
    terms: readonly WeightedTerm[],
  ): void;
  /** What would be an alert if there were no bar. @param evidence the transfers it would name */
  candidate(risk: number, evidence: readonly Evidence[]): void;
  /** The transfer carries money of these operations. Not called where it carries none. */
  carried(position: number, operationIds: readonly string[]): void;
}

/** Sees a transfer applied step by step. What it is handed is the detector's own: it is read at once, or copied. */
export interface TransferWitness {
  /** The transfer's money is about to move. */
  moves(entry: TransferEntry, engine: FlowEngine): void;
  /** It has moved, and nobody has looked at it yet. */
  moved(step: FlowStep, engine: FlowEngine): void;
  /**
   * Where the conditions asked of the next account are written down; null where they need not be. The circumstances write
   * there too, after the last typology.
   */
  checks(position: number): Checks;
  /** A typology was asked. @param signal null where it saw nothing */
  saw(sighting: Sighting, typology: TypologyName, signal: Signal | null): void;
  judged(judgement: Judgement): void;
  /** An alert was raised or revised. */
  told(alert: AlertDraft): void;
  /** All is said of the transfer that moved last. */
  done(): void;
}
