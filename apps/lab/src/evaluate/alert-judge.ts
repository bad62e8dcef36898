import { invariant } from '#domain';
import { type AnswerKey } from './answer-key';
import { type FeedLog, type RowIndex } from './feed-log';
import { shareOf } from './ranking';

/** An alert, or a revision of one, at the moment it is emitted. */
export interface Emission {
  readonly alertId: string;
  /** Every transfer that it names by now, each once. */
  readonly rows: readonly RowIndex[];
  /** What was seen; empty for an alert that names no typology. */
  readonly typologies?: readonly string[];
  /** The last row that had been read: nothing after it can be named. */
  readonly at: RowIndex;
}

/** An alert names at least so many transfers, and a pattern is found only by so many of its own. */
const TRANSFERS_MIN = 2;
/** Of transfers and of value: what makes an alert a pattern's, and a pattern found. */
const MOSTLY = 0.5;

/** What an alert counts as. FALSE_ALERT belongs to no pattern. */
const FALSE_ALERT = -1;

interface CountedAlert {
  readonly pattern: number;
  readonly rows: Set<RowIndex>;
}

interface PatternProgress {
  /** Its rows that true alerts have named. */
  readonly covered: Set<RowIndex>;
  /** The row at which the finding alert was emitted; null until then. */
  foundAt: RowIndex | null;
}

export interface AlertFigures {
  /** That count: raised, and revisions that were mostly foreign. */
  readonly alerts: number;
  /** All that were raised, counted or not. */
  readonly alertsRaised: number;
  readonly falseRevisions: number;
  /** Counted alerts that name nothing but what counted alerts before them had named. */
  readonly repeatedAlerts: number;
  readonly trueAlerts: number;
  /** Ids of the patterns that were found. */
  readonly found: readonly string[];
  readonly alertPrecision: number | null;
  readonly patternRecall: number | null;
  readonly visibleRecall: number | null;
  readonly recallByType: Readonly<Record<string, number>>;
  readonly evidencePrecision: number | null;
  readonly delayShareMedian: number | null;
  readonly interceptableShare: number | null;
  readonly lookalikeShare: number | null;
  /** Of the alerts that count, those in which each typology was seen when they were raised, and which of them were false. */
  readonly byTypology: Readonly<Record<string, TypologyAlerts>>;
}

export interface TypologyAlerts {
  readonly alerts: number;
  readonly falseAlerts: number;
}

/**
 * Judges alerts by the answer key, in the order they are emitted.
 *
 * An alert is true when it names two transfers or more, and at least half of them, and of their value, belong to one
 * pattern, and true alerts before it have not named them all. That is decided once, when it is raised: what is false stays false, whatever it takes in later. A revision of
 * a true alert is judged on what it adds: when that is mostly not of the alert's own pattern, it counts as a false alert
 * of its own, and finds nothing. So an alert that swallows a region pays for each mouthful.
 *
 * A place in the budget is taken by each alert raised and by each revision that counts as false. When all places are
 * taken, counting ends: nothing emitted later counts, for or against.
 */
export class AlertJudge {
  private readonly alerts = new Map<string, CountedAlert>();
  private readonly raised = new Set<string>();
  private readonly progress = new Map<number, PatternProgress>();
  private readonly named = new Set<RowIndex>();
  private readonly evidence = new Set<RowIndex>();
  private trueAlerts = 0;
  private falseRevisions = 0;
  private repeated = 0;
  private ofLookalikes = 0;
  private readonly ofTypology = new Map<string, { alerts: number; falseAlerts: number }>();

  /** @param places how many alerts count, true and false together */
  constructor(
    private readonly log: FeedLog,
    private readonly key: AnswerKey,
    private readonly places: number,
  ) {}

  emit({ alertId, rows, at, typologies = [] }: Emission): void {
    invariant(
      rows.every((row) => row <= at),
      'an alert names what was read before it',
    );
    const counting = this.taken < this.places;
    const known = this.alerts.get(alertId);
    if (known !== undefined && counting) this.revise(known, rows, at);
    if (!this.raised.has(alertId) && counting) {
      this.raise(alertId, rows, at);
      this.countTypologies(alertId, typologies);
    }
    this.raised.add(alertId);
  }

  figures(visible: ReadonlySet<number>): AlertFigures {
    const { key, taken } = this;
    const counted = key.counted;
    const found = counted.filter((pattern) => this.foundAt(pattern) !== null);
    const laundering = [...this.evidence].filter((row) => key.isLaundering(row)).length;
    const isVisible = (pattern: number): boolean => visible.has(pattern);
    return {
      alerts: taken,
      alertsRaised: this.raised.size,
      falseRevisions: this.falseRevisions,
      repeatedAlerts: this.repeated,
      trueAlerts: this.trueAlerts,
      found: found.map((pattern) => key.patterns[pattern]!.id),
      alertPrecision: shareOf(this.trueAlerts, taken),
      patternRecall: shareOf(found.length, counted.length),
      visibleRecall: shareOf(found.filter(isVisible).length, counted.filter(isVisible).length),
      recallByType: this.recallByType(counted),
      evidencePrecision: shareOf(laundering, this.evidence.size),
      delayShareMedian: median(counted.map((pattern) => this.delayShare(pattern))),
      interceptableShare: mean(counted.map((pattern) => this.interceptable(pattern))),
      lookalikeShare: key.labelsLookalikes ? shareOf(this.ofLookalikes, taken) : null,
      byTypology: Object.fromEntries([...this.ofTypology].sort(([a], [b]) => (a < b ? -1 : 1))),
    };
  }

  /** Places in the budget. */
  private get taken(): number {
    return this.alerts.size + this.falseRevisions;
  }

  private raise(alertId: string, rows: readonly RowIndex[], at: RowIndex): void {
    // What true alerts have said already is not true once more for being said again.
    const repeats = rows.every((row) => this.evidence.has(row));
    const enough = rows.length >= TRANSFERS_MIN && !repeats;
    const pattern = enough ? this.mostlyOf(rows) : FALSE_ALERT;
    this.alerts.set(alertId, { pattern, rows: new Set(rows) });
    if (rows.every((row) => this.named.has(row))) this.repeated += 1;
    for (const row of rows) this.named.add(row);
    if (this.isMostly(rows, (row) => this.key.isLookalike(row))) this.ofLookalikes += 1;
    if (pattern === FALSE_ALERT) return;
    this.trueAlerts += 1;
    for (const row of rows) this.evidence.add(row);
    this.cover(pattern, rows, at);
  }

  private countTypologies(alertId: string, typologies: readonly string[]): void {
    const isFalse = this.alerts.get(alertId)!.pattern === FALSE_ALERT;
    for (const typology of typologies) {
      const of = this.ofTypology.get(typology) ?? { alerts: 0, falseAlerts: 0 };
      of.alerts += 1;
      if (isFalse) of.falseAlerts += 1;
      this.ofTypology.set(typology, of);
    }
  }

  private revise(alert: CountedAlert, rows: readonly RowIndex[], at: RowIndex): void {
    const added = rows.filter((row) => !alert.rows.has(row));
    if (added.length === 0) return;
    for (const row of added) {
      alert.rows.add(row);
      this.named.add(row);
      // Also what a true alert takes in wrongly: that is in the dossier too.
      if (alert.pattern !== FALSE_ALERT) this.evidence.add(row);
    }
    const trueToItself =
      alert.pattern === FALSE_ALERT
        ? this.mostlyOf(added) !== FALSE_ALERT
        : this.isMostly(added, (row) => this.key.patternsOf(row).includes(alert.pattern));
    if (!trueToItself) {
      this.falseRevisions += 1;
      if (this.isMostly(added, (row) => this.key.isLookalike(row))) this.ofLookalikes += 1;
    } else if (alert.pattern !== FALSE_ALERT) this.cover(alert.pattern, added, at);
  }

  /** The pattern that at least half of the transfers, and of their value, belong to; of two such the one with more value. */
  private mostlyOf(rows: readonly RowIndex[]): number {
    let best = FALSE_ALERT;
    let bestValue = 0;
    for (const pattern of new Set(rows.flatMap((row) => this.key.patternsOf(row)))) {
      const inPattern = (row: RowIndex): boolean => this.key.patternsOf(row).includes(pattern);
      const value = this.valueOf(rows.filter(inPattern));
      if (value > bestValue && this.isMostly(rows, inPattern)) [best, bestValue] = [pattern, value];
    }
    return best;
  }

  private isMostly(rows: readonly RowIndex[], belongs: (row: RowIndex) => boolean): boolean {
    const those = rows.filter(belongs);
    return (
      those.length >= MOSTLY * rows.length && this.valueOf(those) >= MOSTLY * this.valueOf(rows)
    );
  }

  /** Minor units; those of different currencies are added as they are. */
  private valueOf(rows: readonly RowIndex[]): number {
    return rows.reduce((sum, row) => sum + this.log.amountMinor(row), 0);
  }

  /** A true alert names more of a pattern: perhaps it is the one that finds it. */
  private cover(pattern: number, rows: readonly RowIndex[], at: RowIndex): void {
    const progress = this.progress.get(pattern) ?? { covered: new Set(), foundAt: null };
    this.progress.set(pattern, progress);
    const own = this.key.patterns[pattern]!.rows;
    for (const row of rows) {
      if (this.key.patternsOf(row).includes(pattern)) progress.covered.add(row);
    }
    const soFar = own.filter((row) => row <= at).length;
    // One row is no finding, be it half of two: whoever alerts on everybody's payments, each beside a small stranger's,
    // would find them all.
    const { size } = progress.covered;
    if (size < TRANSFERS_MIN || size < MOSTLY * soFar) return;
    progress.foundAt ??= at;
  }

  private foundAt(pattern: number): RowIndex | null {
    return this.progress.get(pattern)?.foundAt ?? null;
  }

  private recallByType(counted: readonly number[]): Record<string, number> {
    const types = new Map<string, { found: number; all: number }>();
    for (const pattern of counted) {
      const { type } = this.key.patterns[pattern]!;
      const sums = types.get(type) ?? { found: 0, all: 0 };
      sums.all += 1;
      if (this.foundAt(pattern) !== null) sums.found += 1;
      types.set(type, sums);
    }
    const sorted = [...types].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(sorted.map(([type, { found, all }]) => [type, found / all]));
  }

  /** How much of the pattern's time had gone when it was found, 0-1; 1 for a miss, and for what was found when it was over. */
  private delayShare(pattern: number): number {
    const foundAt = this.foundAt(pattern);
    if (foundAt === null) return 1;
    const { rows } = this.key.patterns[pattern]!;
    const times = rows.map((row) => this.log.atMs(row)).sort((a, b) => a - b);
    const [first, last] = [times[0]!, times[times.length - 1]!];
    // All at one instant: the order of the log is the only time there is.
    if (first === last) return rows.some((row) => row > foundAt) ? 0 : 1;
    return Math.min(1, Math.max(0, (this.log.atMs(foundAt) - first) / (last - first)));
  }

  /** The share of the pattern's value that was still to come when it was found. */
  private interceptable(pattern: number): number {
    const foundAt = this.foundAt(pattern);
    if (foundAt === null) return 0;
    const { rows } = this.key.patterns[pattern]!;
    return this.valueOf(rows.filter((row) => row > foundAt)) / this.valueOf(rows);
  }
}

const mean = (values: readonly number[]): number | null =>
  shareOf(
    values.reduce((sum, value) => sum + value, 0),
    values.length,
  );

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
