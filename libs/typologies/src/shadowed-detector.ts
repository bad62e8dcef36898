import { type LogEntry, type RulePackActivated } from '#contracts';
import { type StatePart, type StateSource } from '#flow';
import { type Detection, type StormDraft } from './alert-draft';
import { copied } from './copied-state';
import { Detector, type DetectorOptions } from './detector';
import { type Judge } from './pack-in-force';
import { type RulePack } from './rule-pack';

/**
 * Detection under the pack in force and, beside it and without effect, under another that is being tried. The two are
 * detectors of their own, since what a pack sees also teaches it what is usual: a shadow costs as much again, in time and
 * memory. It begins with a copy of all that is known, so that it is not blind; what it would tell is told as a shadow alert.
 */
export class ShadowedDetector {
  private readonly active: Detector;
  private shadow: Detector | null = null;
  private silent = false;

  constructor(private readonly options: DetectorOptions = {}) {
    this.active = new Detector(options);
  }

  /** By what alerts are judged. */
  get judge(): Judge {
    return this.active.force.judge;
  }

  get shadowJudge(): Judge | null {
    return this.shadow?.force.judge ?? null;
  }

  /** Of the feed's hour; null where nothing was held back in it. */
  get storm(): StormDraft | null {
    return this.active.storm;
  }

  /** Takes the next entry of the log; see {@link Detector.apply}. */
  apply(entry: LogEntry): Detection[] {
    if (entry.kind !== 'rule-pack.activated.v1') {
      return this.hear((detector) => detector.apply(entry), this.shadow);
    }
    // Whatever is put in force, the shadow goes on trying its own.
    const found = this.hear((detector) => detector.apply(entry), null);
    return [...found, ...this.decide(entry)];
  }

  flush(): Detection[] {
    return this.hear((detector) => detector.flush(), this.shadow);
  }

  /** See {@link Detector.silently}. */
  silently(work: () => void): void {
    this.silent = true;
    try {
      work();
    } finally {
      this.silent = false;
    }
  }

  private hear(act: (detector: Detector) => Detection[], shadow: Detector | null): Detection[] {
    const { active } = this;
    if (this.silent) {
      for (const detector of [active, shadow]) detector?.silently(() => void act(detector));
      return [];
    }
    const found = act(active);
    return shadow === null ? found : [...found, ...shadowAlerts(act(shadow))];
  }

  /** The active detector has taken it up already; here it is about the shadow. */
  private decide({ position, mode, version, hash, document }: RulePackActivated): Detection[] {
    const found: Detection[] = [];
    let { nowMs } = this.active.engine;
    if (mode === 'SHADOW') {
      this.shadow = this.castShadow(document as RulePack, hash);
      ({ nowMs } = this.shadow.engine);
    } else if (this.shadow?.force.judge.hash === hash) {
      // What is in force needs no shadow of itself. What came before is still the shadow's.
      found.push(...shadowAlerts(this.shadow.flush()));
      ({ nowMs } = this.shadow.engine);
      // What came before under the pack before taught a bar on that pack's scale of risk; the shadow has learnt its own.
      if (mode === 'ACTIVE') this.active.takeBarOf(this.shadow);
      this.shadow = null;
    }
    if (this.silent) return [];
    const atMs = Number.isNaN(nowMs) ? null : nowMs;
    return [...found, { kind: 'rule-pack-applied', position, pack: { version, hash }, mode, atMs }];
  }

  /** The active detector goes on waiting, as if nothing had happened; in the copy, what came before is none of the shadow's. */
  private castShadow(document: RulePack, hash: string): Detector {
    const shadow = this.newShadow();
    shadow.load(copied(this.active.save()));
    shadow.silently(() => shadow.flush());
    shadow.adopt(document, hash);
    return shadow;
  }

  private newShadow(): Detector {
    return new Detector({ ...this.options, watch: null });
  }

  *save(): Iterable<StatePart> {
    yield { name: 'shadowed', value: this.shadow !== null };
    yield* this.active.save();
    if (this.shadow) yield* this.shadow.save();
  }

  /** @throws StateMismatch where the state is another's; the detector is then to be thrown away */
  load(source: StateSource): void {
    const isShadowed = source.value('shadowed') as boolean;
    this.active.load(source);
    if (!isShadowed) return;
    this.shadow = this.newShadow();
    this.shadow.load(source);
  }
}

const shadowAlerts = (detections: readonly Detection[]): Detection[] =>
  detections.flatMap((one): Detection[] =>
    one.kind === 'alert' ? [{ kind: 'shadow-alert', alert: one }] : [],
  );
