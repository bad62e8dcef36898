import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectPinoLogger, PinoLogger } from 'nestjs-pino';
import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Gauge, Registry } from 'prom-client';
import { type Alert, type LogPosition } from '#contracts';
import { WakeUp } from '#messaging';
import { Readiness } from '#platform';
import { DEFAULT_PACK, Detector, packHash } from '#typologies';
import { ScoringConfig } from './scoring-config';
import { ScoringRepository } from './scoring.repository';

/**
 * STANDBY: another process scores. REBUILDING: reading the log again up to where it was scored. LIVE: reading on from there.
 * FAILED: something is in the way, and it is tried again.
 */
export const SCORING_STATES = ['STANDBY', 'REBUILDING', 'LIVE', 'FAILED'] as const;
export type ScoringState = (typeof SCORING_STATES)[number];

const STANDBY_MS = 1_000;
const RETRY_FIRST_MS = 200;
const RETRY_MAX_MS = 10_000;
const REBUILD_BATCH = 5_000;
/** How often a rebuild says how far it is, in entries. */
const REBUILD_REPORT = 100_000;

/** Scores the log: one process at a time, in its order, every entry once. */
@Injectable()
export class ScoreLog implements OnApplicationBootstrap, OnModuleDestroy {
  private state: ScoringState = 'STANDBY';
  private position: LogPosition = 0;
  private stopping = false;
  private running: Promise<void> | null = null;
  private failures = 0;
  private readonly pack: Alert['pack'] = {
    version: DEFAULT_PACK.version,
    hash: packHash(DEFAULT_PACK),
  };
  private readonly wakeUp: WakeUp;
  private readonly entries: Counter;
  private readonly alerts: Counter<'change'>;

  constructor(
    private readonly config: ScoringConfig,
    private readonly repository: ScoringRepository,
    readiness: Readiness,
    registry: Registry,
    @InjectPinoLogger(ScoreLog.name) private readonly logger: PinoLogger,
  ) {
    this.wakeUp = new WakeUp(config.DATABASE_URL, 'transfers');
    const registers = [registry];
    this.entries = new Counter({
      name: 'layerwatch_scored_entries_total',
      help: 'Entries of the log that were scored.',
      registers,
    });
    this.alerts = new Counter({
      name: 'layerwatch_alerts_total',
      help: 'Alerts raised and revised.',
      labelNames: ['change'],
      registers,
    });
    new Gauge({
      name: 'layerwatch_scored_position',
      help: 'The last entry of the log whose consequences are committed.',
      registers,
      collect: function (this: Gauge) {
        this.set(position());
      },
    });
    const position = (): number => this.position;
    readiness.add({
      name: 'scoring',
      check: () => {
        if (this.state === 'FAILED') throw new Error('scoring is failing');
      },
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.wakeUp.open();
    this.running = this.run();
  }

  /** Ends after the batch in hand. */
  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    await this.wakeUp.close();
    await this.running;
  }

  async progress(): Promise<{ state: ScoringState; position: LogPosition; head: LogPosition }> {
    const head = await this.repository.log.head();
    return { state: this.state, position: this.position, head: Math.max(head, this.position) };
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        await this.scoreWhileActive();
      } catch (error) {
        this.failures += 1;
        this.state = 'FAILED';
        this.logger.error(
          { err: error, failuresInARow: this.failures },
          'scoring failed, and starts again',
        );
        await sleep(Math.min(RETRY_FIRST_MS * 2 ** this.failures, RETRY_MAX_MS));
      }
    }
  }

  private async scoreWhileActive(): Promise<void> {
    const seat = await this.repository.takeSeat();
    if (seat === null) {
      this.state = 'STANDBY';
      await sleep(STANDBY_MS);
      return;
    }
    try {
      const detector = await this.rebuild();
      while (!this.stopping) await this.scoreBatch(detector);
    } finally {
      await this.repository.leaveSeat(seat);
    }
  }

  /** Brings a new detector to where the log was scored up to. What it detects on the way is stored already. */
  private async rebuild(): Promise<Detector> {
    this.state = 'REBUILDING';
    const { position: scored, packHash: hash } = await this.repository.progress(this.pack.hash);
    if (hash !== this.pack.hash) {
      this.logger.warn('the rule pack has changed: alerts are raised by the new one from here on');
    }
    const detector = new Detector();
    let position = 0;
    let count = 0;
    while (position < scored && !this.stopping) {
      const entries = await this.repository.log.read(position, REBUILD_BATCH);
      for (const entry of entries) {
        if (entry.position > scored) break;
        detector.apply(entry);
        count += 1;
        if (count % REBUILD_REPORT === 0) this.logger.info({ entries: count }, 'rebuilding');
      }
      detector.flush();
      // Never empty: what is scored is in the log.
      position = entries.at(-1)?.position ?? scored;
    }
    this.position = scored;
    this.logger.info({ entries: count, position: scored }, 'live');
    return detector;
  }

  private async scoreBatch(detector: Detector): Promise<void> {
    const entries = await this.repository.log.read(this.position, this.config.SCORING_BATCH_MAX);
    this.state = 'LIVE';
    const last = entries.at(-1);
    if (last === undefined) {
      this.failures = 0;
      await this.wakeUp.wait();
      return;
    }
    const detections = [...entries.flatMap((entry) => detector.apply(entry)), ...detector.flush()];
    await this.repository.commit(this.position, last.position, detections, this.pack);
    this.position = last.position;
    this.failures = 0;
    this.entries.inc(entries.length);
    for (const detection of detections) {
      if (detection.kind === 'alert') {
        this.alerts.inc({ change: detection.revision === 1 ? 'raised' : 'revised' });
      }
    }
  }
}
