import { type EventTimeMs } from '#domain';
import {
  type AccountIndex,
  loadChunked,
  NO_SLOT,
  RecentMap,
  saveChunked,
  type Slot,
  type StatePart,
  type StateSource,
} from '#flow';
import { type Judge } from './pack-in-force';
import { type FactualTerm } from './risk';
import { type RulePack } from './rule-pack';
import { type Evidence } from './evidence';
import { type Signal } from './signal';

/** An alert that may still take more in. */
export interface OpenAlert {
  readonly id: string;
  readonly anchor: AccountIndex;
  readonly firstAtMs: EventTimeMs;
  updatedAtMs: EventTimeMs;
  revision: number;
  /** By what it was judged last. */
  judge: Judge;
  uncoveredMinor: number;
  /** By an indicator of the wallet itself. */
  confirmed: boolean;
  readonly evidence: Map<number, Evidence>;
  /** By name, the strongest seen. */
  readonly terms: Map<string, FactualTerm>;
  readonly typologies: Set<Signal['typology']>;
  readonly operationIds: Set<string>;
  readonly capsMet: Set<string>;
  /** Of the evidence, what came well after the feed's clock had passed it, and what has been reversed. */
  readonly late: Set<number>;
  readonly reversed: Set<number>;
}

/** An alert that says nothing yet. */
export const newAlert = (
  id: string,
  anchor: AccountIndex,
  atMs: EventTimeMs,
  judge: Judge,
): OpenAlert => ({
  ...{
    id,
    anchor,
    firstAtMs: atMs,
    updatedAtMs: atMs,
    revision: 0,
    judge,
    uncoveredMinor: 0,
    confirmed: false,
  },
  evidence: new Map(),
  terms: new Map(),
  typologies: new Set(),
  operationIds: new Set(),
  capsMet: new Set(),
  late: new Set(),
  reversed: new Set(),
});

/**
 * Where less than this share of a transfer is taken back, most of its money came and stayed: what an alert says of it holds,
 * and a paisa returned must not make evidence look undone.
 */
const UNDONE_SHARE_MIN = 0.5;

/**
 * Whether a reversal undoes what an alert relies on. Each is measured by itself: nothing remembers the smaller ones before.
 *
 * @param backMinor what it asks back, whether or not it was still there
 */
export const isUndone = ({ amountMinor }: Evidence, backMinor: number): boolean =>
  backMinor >= amountMinor * UNDONE_SHARE_MIN;

/** Alerts open at once; beyond it the one longest untouched is closed, and what comes after starts another. */
const OPEN_MAX = 100_000;

/** The alerts that are open, found by their transfers and by the account they stand on. */
export class AlertBook {
  private readonly open = new RecentMap<string, OpenAlert>();
  private readonly byTransfer = new Map<number, OpenAlert>();
  private readonly byAnchor = new Map<AccountIndex, OpenAlert>();

  /** @param keepMs an alert is kept this long, so that a reversal of what it relies on is told */
  constructor(
    private risk: RulePack['risk'],
    private readonly keepMs: number,
  ) {}

  /** How long an alert takes more in, and how much, is from now on as this pack says. */
  adopt(risk: RulePack['risk']): void {
    this.risk = risk;
  }

  /**
   * The open alert that these transfers continue: the one that names most of them, and at least half; else the anchor's own.
   * What shares less is another story, though it may meet this one in a transfer.
   */
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
    if (best && shared.get(best)! * 2 >= evidence.length) return best;
    const own = this.byAnchor.get(anchor);
    return own && this.takes(own, atMs) ? own : null;
  }

  /** The open alert that relies on a transfer; null where there is none. */
  relyingOn(position: number, atMs: EventTimeMs): OpenAlert | null {
    const alert = this.byTransfer.get(position);
    return alert && this.takes(alert, atMs) ? alert : null;
  }

  /** The alert that named a transfer first, while it is kept. */
  naming(position: number): OpenAlert | null {
    return this.byTransfer.get(position) ?? null;
  }

  add(alert: OpenAlert): void {
    this.open.set(alert.id, alert);
    this.byAnchor.set(alert.anchor, alert);
    if (this.open.size > OPEN_MAX) this.close(this.open.oldest);
  }

  /** Lets an alert rely on more transfers, up to its limit. @returns whether any was new */
  extend(alert: OpenAlert, evidence: readonly Evidence[]): boolean {
    const before = alert.evidence.size;
    for (const item of evidence) {
      if (alert.evidence.size >= this.risk.transfersMax) break;
      alert.evidence.set(item.position, item);
      // A transfer leads to the alert that named it first.
      if (!this.byTransfer.has(item.position)) this.byTransfer.set(item.position, alert);
    }
    if (alert.evidence.size === before) return false;
    this.open.renew(this.open.find(alert.id));
    return true;
  }

  /** Lets go of alerts that nothing has touched for long. */
  closeBefore(nowMs: EventTimeMs): void {
    const { open } = this;
    for (let { oldest } = open; oldest !== NO_SLOT; { oldest } = open) {
      if (open.at(oldest).updatedAtMs >= nowMs - this.keepMs) return;
      this.close(oldest);
    }
  }

  private takes(alert: OpenAlert, atMs: EventTimeMs): boolean {
    return (
      alert.updatedAtMs >= atMs - this.risk.memoryMs && alert.evidence.size < this.risk.transfersMax
    );
  }

  private close(slot: Slot): void {
    const alert = this.open.at(slot);
    this.open.forget(slot);
    if (this.byAnchor.get(alert.anchor) === alert) this.byAnchor.delete(alert.anchor);
    for (const position of alert.evidence.keys()) {
      if (this.byTransfer.get(position) === alert) this.byTransfer.delete(position);
    }
  }

  *save(): Iterable<StatePart> {
    yield* saveChunked('alerts', [...this.open.entries()], ([, alert]) => ({
      ...alert,
      evidence: [...alert.evidence.values()],
      terms: [...alert.terms.values()],
      typologies: [...alert.typologies],
      operationIds: [...alert.operationIds],
      capsMet: [...alert.capsMet],
      late: [...alert.late],
      reversed: [...alert.reversed],
    }));
    // Who leads to whom is history: the first to name a transfer, the last to stand on an account.
    const byTransfer = [...this.byTransfer].map(([position, { id }]) => [position, id] as const);
    yield* saveChunked('alerts.transfers', byTransfer);
    const byAnchor = [...this.byAnchor].map(([anchor, { id }]) => [anchor, id] as const);
    yield* saveChunked('alerts.anchors', byAnchor);
  }

  load(source: StateSource): void {
    for (const saved of loadChunked<SavedAlert>('alerts', source)) {
      this.open.set(saved.id, {
        ...saved,
        evidence: new Map(saved.evidence.map((item) => [item.position, item])),
        terms: new Map(saved.terms.map((term) => [term.name, term])),
        typologies: new Set(saved.typologies),
        operationIds: new Set(saved.operationIds),
        capsMet: new Set(saved.capsMet),
        late: new Set(saved.late),
        reversed: new Set(saved.reversed),
      });
    }
    for (const [position, id] of loadChunked<[number, string]>('alerts.transfers', source)) {
      this.byTransfer.set(position, this.open.get(id)!);
    }
    for (const [anchor, id] of loadChunked<[number, string]>('alerts.anchors', source)) {
      this.byAnchor.set(anchor, this.open.get(id)!);
    }
  }
}

type Listed<T> =
  T extends ReadonlyMap<unknown, infer V> ? V[] : T extends ReadonlySet<infer V> ? V[] : T;
/** An open alert as plain data: its maps and sets are lists. */
type SavedAlert = { [K in keyof OpenAlert]: Listed<OpenAlert[K]> };
