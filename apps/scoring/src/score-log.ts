import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectPinoLogger, PinoLogger } from 'nestjs-pino';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { Counter, Gauge, Registry } from 'prom-client';
import { type LogEntry, type LogPosition } from '#contracts';
import { AppError } from '#domain';
import { DETECTION_STATE_VERSION, FLOW_LIMITS, REORDER_LIMITS } from '#flow';
import { WakeUp } from '#messaging';
import { Readiness } from '#platform';
import { DEFAULT_PACK, type Detection, packHash, type ShadowedDetector } from '#typologies';
import { judgedBy, Judging, type JudgingNow } from './judging';
import { limitsHash } from './limits-hash';
import { markAfter, Rebuild, type RebuildWatch, type Replica } from './rebuild';
import { ScoringConfig } from './scoring-config';
import { ScoringRepository } from './scoring.repository';
import { type Seat, SeatRepository } from './seat.repository';
import {
  type DetectionIdentity,
  LOG_BEGINNING,
  type LogMark,
  Snapshots,
  type StartedFrom,
} from './snapshot/snapshots';

/**
 * STANDBY: another process scores; this one follows it, so as to take over at once. REBUILDING: bringing detection to where the log was scored up to, from a snapshot of it
 * and the log since, or from the log alone. LIVE: reading on from there.
 * FAILED: something is in the way, and it is tried again.
 */
export const SCORING_STATES = ['STANDBY', 'REBUILDING', 'LIVE', 'FAILED'] as const;
export type ScoringState = (typeof SCORING_STATES)[number];

export interface ScoringProgress {
  readonly state: ScoringState;
  readonly position: LogPosition;
  readonly head: LogPosition;
  readonly rebuiltTo: LogPosition | null;
  readonly startedFrom: StartedFrom | null;
  /** Null before it is known, and where another process scores. */
  readonly judging: JudgingNow | null;
}

const STANDBY_MS = 1_000;
const RETRY_FIRST_MS = 200;
const RETRY_MAX_MS = 10_000;

/** Entries from one turn of the event loop to the next: a commit on its way, and whoever asks how far this is, wait for so many. */
const ENTRIES_PER_TURN = 200;

/** What these entries lead to. */
async function detect(
  detector: ShadowedDetector,
  entries: readonly LogEntry[],
): Promise<Detection[]> {
  const detections: Detection[] = [];
  for (const [i, entry] of entries.entries()) {
    if (i > 0 && i % ENTRIES_PER_TURN === 0) await setImmediate();
    detections.push(...detector.apply(entry));
  }
  return detections;
}

/** Scores the log: one process at a time, in its order, every entry once. */
@Injectable()
export class ScoreLog implements OnApplicationBootstrap, OnModuleDestroy {
  private state: ScoringState = 'STANDBY';
  /** The last entry whose consequences are committed. */
  private position: LogPosition = 0;
  /** The last entry that detection was told of: a batch ahead at most, while that one is being committed. */
  private taken: LogPosition = 0;
  private committing: Promise<void> = Promise.resolve();
  /** What detection's state is the state of; while it is being rebuilt this is behind `position`. */
  private mark: LogMark = LOG_BEGINNING;
  /** What detection's state was begun with; null before that is known, and where another process scores. */
  private startedFrom: StartedFrom | null = null;
  /** Whether detection was flushed after the last entry. */
  private flushed = true;
  private stopping = false;
  private running: Promise<void> | null = null;
  private failures = 0;
  /** Follows who scores, while that is another. */
  private replica: Replica | null = null;
  /** The page after the one in hand, on its way. */
  private ahead: { readonly after: LogPosition; readonly page: Promise<LogEntry[]> } | null = null;
  private readonly identity: DetectionIdentity = {
    stateVersion: DETECTION_STATE_VERSION,
    packHash: packHash(DEFAULT_PACK),
    limitsHash: limitsHash({ flow: FLOW_LIMITS, reorder: REORDER_LIMITS }),
  };
  private readonly wakeUp: WakeUp;
  private readonly entries: Counter;
  private readonly alerts: Counter<'change'>;
  private readonly notTold: Counter<'because'>;

  constructor(
    private readonly config: ScoringConfig,
    private readonly repository: ScoringRepository,
    private readonly seats: SeatRepository,
    private readonly snapshots: Snapshots,
    private readonly rebuilding: Rebuild,
    private readonly judging: Judging,
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
    this.notTold = new Counter({
      name: 'layerwatch_alerts_not_told_total',
      help: 'Alerts of the shadow pack, with their revisions, and wallets held back by the ceiling.',
      labelNames: ['because'],
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

  async progress(): Promise<ScoringProgress> {
    const head = await this.repository.log.head();
    const { state, position, mark, startedFrom } = this;
    const judging = this.judging.now;
    const rebuiltTo = state === 'REBUILDING' ? mark.position : null;
    return { state, position, head: Math.max(head, position), rebuiltTo, startedFrom, judging };
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        await this.scoreWhileActive();
      } catch (error) {
        this.failures += 1;
        this.replica = null;
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
    const seat = await this.seats.take();
    if (seat === null) {
      await this.standBy();
      return;
    }
    try {
      await this.scoreOn(seat);
    } finally {
      // Before progress is looked up again. Its failure was told of, or comes of the one that is being told of.
      await this.committing.catch(() => undefined);
      this.committing = Promise.resolve();
      // Until then nobody else is to look at the folder.
      await this.snapshots.settled();
      await seat.leave();
    }
  }

  private async standBy(): Promise<void> {
    this.state = 'STANDBY';
    this.startedFrom = null;
    this.judging.forget();
    const { position } = await this.repository.progress(this.identity.packHash);
    this.replica ??= await this.rebuilding.begin(this.identity, position);
    await this.replica.follow(position, this.watch);
    this.position = position;
    if (!this.stopping) await sleep(STANDBY_MS);
  }

  private readonly watch: RebuildWatch = {
    reached: (mark) => {
      this.mark = mark;
    },
    shouldStop: () => this.stopping,
  };

  /** Brings a detector to where the log was scored up to, and reads on from there until it is told to stop. */
  private async scoreOn(seat: Seat): Promise<void> {
    const { snapshots, identity } = this;
    const detector = await this.rebuild();
    // Told to stop meanwhile: it stands nowhere in particular.
    if (detector === null) return;
    while (!this.stopping) {
      if (snapshots.isDue(this.mark)) {
        await this.committing;
        await snapshots.take(detector, identity, this.mark);
      }
      if (seat.isLost) throw new AppError('CONFLICT', 'the seat of who scores was lost');
      await this.scoreBatch(detector, seat);
      snapshots.prepare();
    }
    await this.committing;
    // The next start has then nothing to read again.
    if (snapshots.isBehind(this.mark)) await snapshots.take(detector, identity, this.mark);
  }

  private async rebuild(): Promise<ShadowedDetector | null> {
    this.state = 'REBUILDING';
    this.startedFrom = null;
    this.judging.forget();
    const { packHash: ownHash } = this.identity;
    const { position, packHash: hash } = await this.repository.progress(ownHash);
    if (hash !== ownHash) {
      this.logger.warn(
        'the pack that the log begins with has changed: where none was activated, alerts are judged by the new one from here on',
      );
    }
    this.position = position;
    this.taken = position;
    const replica = this.replica ?? (await this.rebuilding.begin(this.identity, position));
    // From here on it is not what another has scored.
    this.replica = null;
    this.startedFrom = replica.startedFrom;
    this.mark = replica.mark;
    if (!(await replica.follow(position, this.watch))) return null;
    const { detector, mark, isFlushed } = replica;
    this.mark = mark;
    this.flushed = isFlushed;
    this.judging.note(judgedBy(detector));
    this.logger.info({ entries: mark.entries, position: mark.position }, 'rebuilt');
    return detector;
  }

  /** What a batch led to is committed while the next is worked on; the same goes for the next only once that is done. */
  private async scoreBatch(detector: ShadowedDetector, { holder }: Seat): Promise<void> {
    const { config, taken } = this;
    const entries = await this.read(taken);
    this.state = 'LIVE';
    // Nothing younger is there to wait for, and an alert is worth more now than in perfect order.
    const flushed = entries.length < config.SCORING_BATCH_MAX;
    if (entries.length === 0 && this.flushed) {
      await this.committing;
      this.failures = 0;
      await this.wakeUp.wait();
      return;
    }
    const detections = await detect(detector, entries);
    if (flushed) detections.push(...detector.flush());
    const mark = markAfter(this.mark, entries);
    this.mark = mark;
    this.taken = mark.position;
    this.flushed = flushed;
    const judged = judgedBy(detector);
    await this.committing;
    this.committing = this.repository
      .commit(holder, taken, mark.position, detections, this.identity.packHash, flushed)
      .then(() => {
        this.position = mark.position;
        this.failures = 0;
        this.judging.note(judged);
        this.count(entries, detections);
      });
    // It may fail while the next batch is worked on. Whoever awaits it is told.
    this.committing.catch(() => undefined);
    if (flushed) await this.committing;
  }

  /**
   * The entries after a position. Where there are as many as are read at once, the server prepares those after them while
   * these are worked on: it may, since what the log says never changes.
   */
  private async read(after: LogPosition): Promise<LogEntry[]> {
    const { repository, config } = this;
    const ask = (from: LogPosition): Promise<LogEntry[]> => {
      const page = repository.log.read(from, config.SCORING_BATCH_MAX);
      // It may fail while the page before is worked on. Whoever awaits it is told.
      page.catch(() => undefined);
      return page;
    };
    const { ahead } = this;
    this.ahead = null;
    const entries = await (ahead?.after === after ? ahead.page : ask(after));
    const last = entries.at(-1);
    if (last !== undefined && entries.length >= config.SCORING_BATCH_MAX) {
      this.ahead = { after: last.position, page: ask(last.position) };
      // The question is only written once the event loop turns, and the work on these entries holds it up for long.
      await setImmediate();
    }
    return entries;
  }

  private count(entries: readonly LogEntry[], detections: readonly Detection[]): void {
    this.entries.inc(entries.length);
    for (const detection of detections) {
      if (detection.kind === 'alert') {
        this.alerts.inc({ change: detection.revision === 1 ? 'raised' : 'revised' });
      }
      if (detection.kind === 'shadow-alert') this.notTold.inc({ because: 'shadow' });
      if (detection.kind === 'alert-storm') this.notTold.inc({ because: 'ceiling' });
    }
  }
}
