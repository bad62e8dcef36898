import { type LogEntry, type TypologyName } from '#contracts';
import { type EventTimeMs } from '#domain';
import { REORDER_LIMITS } from '#flow';
import { type Detection } from './alert-draft';
import { type DetectionWatch } from './detection-watch';
import { Detector } from './detector';
import { type RulePack } from './rule-pack';

/** An alert as a pack on trial would have told it last. */
export interface TrialAlert {
  readonly id: string;
  readonly risk: number;
  readonly typologies: readonly TypologyName[];
  /** Transfers by their place in the log. */
  readonly positions: readonly number[];
  /** Event time at which it was raised. */
  readonly firstAtMs: EventTimeMs;
}

/**
 * One rule pack over a stored log, from its beginning, as if it had been in force all the time. What people decided about packs
 * is left out; what they told of operations and typologies is not. Where the feed's own time stands still for longer than a row
 * waits to be put in order, what waits is judged, as the service does when its feed goes quiet.
 */
export class PackTrial {
  private readonly detector: Detector;
  private readonly byId = new Map<string, TrialAlert>();
  private lastMs: EventTimeMs | null = null;

  /** @param watch sees what is judged */
  constructor(pack: RulePack, watch: DetectionWatch | null = null) {
    this.detector = new Detector({ pack, watch });
  }

  /** In the order in which they were raised. */
  get alerts(): readonly TrialAlert[] {
    return [...this.byId.values()];
  }

  apply(entry: LogEntry): void {
    if (entry.kind === 'rule-pack.activated.v1' || entry.kind === 'alert.disposed.v1') return;
    if (entry.kind === 'transfer') {
      const { occurredAtMs } = entry.transfer;
      if (this.lastMs !== null && occurredAtMs - this.lastMs > REORDER_LIMITS.reorderMs) this.end();
      this.lastMs = occurredAtMs;
    }
    this.take(this.detector.apply(entry));
  }

  /** The log goes no further. */
  end(): void {
    this.take(this.detector.flush());
  }

  private take(found: readonly Detection[]): void {
    for (const one of found) {
      if (one.kind !== 'alert') continue;
      const { id, risk, typologies, positions, firstAtMs } = one;
      this.byId.set(id, { id, risk, typologies, positions, firstAtMs });
    }
  }
}
