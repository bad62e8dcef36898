import { type EventTimeMs } from '#domain';
import { type AccountIndex } from '#flow';
import { type Evidence, type Signal } from './signal';
import { type WeightedTerm } from './risk';

export type BookTerm = WeightedTerm & { readonly say: () => string };

/** An alert that may still take more in. */
export interface OpenAlert {
  readonly id: string;
  readonly anchor: AccountIndex;
  readonly firstAtMs: EventTimeMs;
  updatedAtMs: EventTimeMs;
  revision: number;
  uncoveredMinor: number;
  readonly evidence: Map<number, Evidence>;
  /** By name, the strongest seen. */
  readonly terms: Map<string, BookTerm>;
  readonly typologies: Set<Signal['typology']>;
  readonly operationIds: Set<string>;
  readonly capsMet: Set<string>;
}

/** Alerts open at once; beyond it the one longest untouched is closed, and what comes after starts another. */
const OPEN_MAX = 100_000;

/** The alerts that are open, found by their transfers and by the account they stand on. */
export class AlertBook {
  private readonly open = new Map<string, OpenAlert>();
  private readonly byTransfer = new Map<number, OpenAlert>();
  private readonly byAnchor = new Map<AccountIndex, OpenAlert>();

  constructor(
    private readonly memoryMs: number,
    private readonly transfersMax: number,
  ) {}

  /** The open alert that these transfers continue: the one that shares most of them, else the anchor's own. */
  continued(
    anchor: AccountIndex,
    evidence: readonly Evidence[],
    atMs: EventTimeMs,
  ): OpenAlert | null {
    const shared = new Map<OpenAlert, number>();
    for (const { position } of evidence) {
      const alert = this.byTransfer.get(position);
      if (alert && this.takes(alert, atMs)) shared.set(alert, (shared.get(alert) ?? 0) + 1);
    }
    let best: OpenAlert | null = null;
    for (const [alert, count] of shared) {
      if (best === null || count > shared.get(best)!) best = alert;
    }
    if (best) return best;
    const own = this.byAnchor.get(anchor);
    return own && this.takes(own, atMs) ? own : null;
  }

  /** The open alert that relies on a transfer; null where there is none. */
  relyingOn(position: number, atMs: EventTimeMs): OpenAlert | null {
    const alert = this.byTransfer.get(position);
    return alert && this.takes(alert, atMs) ? alert : null;
  }

  add(alert: OpenAlert): void {
    this.open.set(alert.id, alert);
    this.byAnchor.set(alert.anchor, alert);
    if (this.open.size > OPEN_MAX) this.closeLongestUntouched();
  }

  /** Lets an alert rely on more transfers, up to its limit. @returns whether any was new */
  extend(alert: OpenAlert, evidence: readonly Evidence[]): boolean {
    const before = alert.evidence.size;
    for (const item of evidence) {
      if (alert.evidence.size >= this.transfersMax) break;
      alert.evidence.set(item.position, item);
      // A transfer leads to the alert that named it first.
      if (!this.byTransfer.has(item.position)) this.byTransfer.set(item.position, alert);
    }
    if (alert.evidence.size === before) return false;
    // Taken out and put in again: the map's order is then that of the last change.
    this.open.delete(alert.id);
    this.open.set(alert.id, alert);
    return true;
  }

  private takes(alert: OpenAlert, atMs: EventTimeMs): boolean {
    return alert.updatedAtMs >= atMs - this.memoryMs && alert.evidence.size < this.transfersMax;
  }

  private closeLongestUntouched(): void {
    const first = this.open.values().next();
    if (first.done === true) return;
    const alert = first.value;
    this.open.delete(alert.id);
    if (this.byAnchor.get(alert.anchor) === alert) this.byAnchor.delete(alert.anchor);
    for (const position of alert.evidence.keys()) {
      if (this.byTransfer.get(position) === alert) this.byTransfer.delete(position);
    }
  }
}
