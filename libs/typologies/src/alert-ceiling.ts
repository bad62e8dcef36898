import { type TypologyName } from '#contracts';
import { type EventTimeMs, HOUR_MS } from '#domain';
import { type AccountIndex, type StatePart, type StateSource } from '#flow';
import { type StormDraft } from './alert-draft';
import { type Judge } from './pack-in-force';
import { type RulePack } from './rule-pack';

/** Wallets held back that are told apart in one hour; beyond it none is held back twice, and none is counted. */
const WALLETS_MAX = 100_000;
const NO_HOUR = -1;

/** What would have been raised. */
interface HeldBack {
  readonly anchor: AccountIndex;
  readonly risk: number;
  readonly signals: readonly { readonly typology: TypologyName }[];
}

/**
 * Contains an alert storm: where a typology, a feed or a pack goes wrong, an office that is sent ten thousand alerts an
 * hour works none. In one hour of the feed's clock so many are raised and no more; what is held back is counted by wallet and
 * told, never dropped in silence. A wallet that is held back is judged again at its next transfer. Confirmed indicators are
 * outside it, and so is whatever happens to an alert that is open already.
 */
export class AlertCeiling {
  private hour = NO_HOUR;
  private raised = 0;
  private highestRisk = 0;
  private readonly held = new Set<AccountIndex>();
  private readonly byTypology = new Map<TypologyName, number>();

  constructor(private risk: RulePack['risk']) {}

  adopt(risk: RulePack['risk']): void {
    this.risk = risk;
  }

  /** Whether one more may be raised; where it may, it counts. */
  admits(nowMs: EventTimeMs): boolean {
    const hour = Math.floor(nowMs / HOUR_MS);
    // Other, not later: the feed's clock may have been set back.
    if (hour !== this.hour) this.begin(hour);
    if (this.raised >= this.risk.alertsPerHourMax) return false;
    this.raised += 1;
    return true;
  }

  /** @returns the storm as it stands; null where this wallet was held back in it before */
  holdBack({ anchor, risk, signals }: HeldBack, judge: Judge): StormDraft | null {
    if (this.held.has(anchor) || this.held.size >= WALLETS_MAX) return null;
    this.held.add(anchor);
    this.highestRisk = Math.max(this.highestRisk, risk);
    for (const { typology } of signals) {
      this.byTypology.set(typology, (this.byTypology.get(typology) ?? 0) + 1);
    }
    return this.storm(judge);
  }

  /** The hour as it stands; null where nothing was held back in it. */
  storm({ version, hash }: Judge): StormDraft | null {
    if (this.held.size === 0) return null;
    return {
      kind: 'alert-storm',
      fromMs: this.hour * HOUR_MS,
      untilMs: (this.hour + 1) * HOUR_MS,
      ceiling: this.risk.alertsPerHourMax,
      raised: this.raised,
      contained: this.held.size,
      containedByTypology: Object.fromEntries([...this.byTypology].sort()),
      highestRisk: this.highestRisk,
      pack: { version, hash },
    };
  }

  private begin(hour: number): void {
    this.hour = hour;
    this.raised = 0;
    this.highestRisk = 0;
    this.held.clear();
    this.byTypology.clear();
  }

  *save(): Iterable<StatePart> {
    const { hour, raised, highestRisk, held, byTypology } = this;
    const value = { hour, raised, highestRisk, held: [...held], byTypology: [...byTypology] };
    yield { name: 'ceiling', value };
  }

  load(source: StateSource): void {
    const saved = source.value('ceiling') as {
      hour: number;
      raised: number;
      highestRisk: number;
      held: AccountIndex[];
      byTypology: [TypologyName, number][];
    };
    this.begin(saved.hour);
    this.raised = saved.raised;
    this.highestRisk = saved.highestRisk;
    for (const anchor of saved.held) this.held.add(anchor);
    for (const [typology, count] of saved.byTypology) this.byTypology.set(typology, count);
  }
}
