import { type AlertDraft, type DetectionWatch } from '#typologies';
import { type AnswerKey } from './answer-key';
import { type FeedLog, type RowIndex } from './feed-log';
import { shareOf } from './ranking';
import { type Seeding } from './seeding';

/** What knowing of an operation leads to, counted on transfers from `knownFrom` on. */
export interface SeededFigures {
  /** Of the patterns' rows then still to come, the share that carries the operation's origin or is in an alert with it. */
  readonly laterTransfersReached: number | null;
  /** The same, over rows that touch none of the wallets that were named: what following the money adds. */
  readonly laterTransfersReachedFurther: number | null;
  /** Rows that do so and launder in no pattern. */
  readonly innocentReached: number;
  /**
   * Rows that do so in a pattern which the set does not tie to the operation. They are not innocent, and perhaps the
   * operation's own: patterns share wallets, and a set names the wallets of some only. So they count neither way.
   */
  readonly otherPatternsReached: number;
  /** Of the patterns' later rows and the innocent ones that were reached, the share of the former. */
  readonly taintPrecision: number | null;
  /** Share of the patterns of which a later row was reached. */
  readonly patternsReached: number | null;
  /** Patterns with an indicator, and with rows still to come when it became known. */
  readonly patterns: number;
}

/** Notes which transfers are tied to which known operation, by the money or by an alert. */
export class SeededTally implements DetectionWatch {
  private readonly reachedBy = new Map<RowIndex, Set<string>>();

  constructor(
    private readonly log: FeedLog,
    private readonly key: AnswerKey,
    private readonly seeding: Seeding,
  ) {}

  scored(): void {
    // Nothing is ranked in this run.
  }

  candidate(): void {
    // What did not reach the bar reaches nobody.
  }

  carried(position: number, operationIds: readonly string[]): void {
    this.reached(this.log.rowOf(position), operationIds);
  }

  alerted({ positions, operationIds }: AlertDraft): void {
    for (const position of positions) this.reached(this.log.rowOf(position), operationIds);
  }

  figures(): SeededFigures {
    const { log, key, seeding } = this;
    let [patterns, patternsReached, all, reached, further, furtherReached] = [0, 0, 0, 0, 0, 0];
    const rightly = new Set<RowIndex>();
    for (const [pattern, knownFromMs] of seeding.knownFromMs) {
      const later = key.patterns[pattern]!.rows.filter((row) => log.atMs(row) >= knownFromMs);
      if (!key.isCounted(pattern) || later.length === 0) continue;
      const hit = later.filter((row) => this.operationsAt(row).some((op) => op.has(pattern)));
      for (const row of hit) rightly.add(row);
      const named = seeding.namedWallets.get(pattern);
      const isFurther = (row: RowIndex): boolean =>
        !named?.has(log.walletKey(log.debtorOf(row))) &&
        !named?.has(log.walletKey(log.creditorOf(row)));
      patterns += 1;
      if (hit.length > 0) patternsReached += 1;
      all += later.length;
      reached += hit.length;
      further += later.filter(isFurther).length;
      furtherReached += hit.filter(isFurther).length;
    }
    const reachedRows = [...this.reachedBy.keys()];
    const innocent = reachedRows.filter((row) => !key.isLaundering(row)).length;
    return {
      laterTransfersReached: shareOf(reached, all),
      laterTransfersReachedFurther: shareOf(furtherReached, further),
      innocentReached: innocent,
      otherPatternsReached: reachedRows.filter((row) => this.isAnothers(row)).length,
      taintPrecision: shareOf(rightly.size, rightly.size + innocent),
      patternsReached: shareOf(patternsReached, patterns),
      patterns,
    };
  }

  private reached(row: RowIndex, operationIds: readonly string[]): void {
    for (const id of operationIds) {
      const operation = this.seeding.operations.get(id);
      // What lies before is what the operation did, not what knowing of it leads to.
      if (operation === undefined || this.log.atMs(row) < operation.knownFromMs) continue;
      this.reachedBy.set(row, (this.reachedBy.get(row) ?? new Set()).add(id));
    }
  }

  /** The patterns of each operation that a row is tied to. */
  private operationsAt(row: RowIndex): ReadonlySet<number>[] {
    const ids = [...(this.reachedBy.get(row) ?? [])];
    return ids.map((id) => this.seeding.operations.get(id)!.patterns);
  }

  /** It launders, and in no pattern of any operation that it is tied to. */
  private isAnothers(row: RowIndex): boolean {
    const own = this.key.patternsOf(row);
    if (own.length === 0) return false;
    return !this.operationsAt(row).some((patterns) => own.some((pattern) => patterns.has(pattern)));
  }
}
