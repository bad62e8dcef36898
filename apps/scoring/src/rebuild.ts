import { Injectable } from '@nestjs/common';
import { InjectPinoLogger, PinoLogger } from 'nestjs-pino';
import { type LogEntry, type LogPosition } from '#contracts';
import { invariant } from '#domain';
import { ShadowedDetector } from '#typologies';
import { FlushPoints } from './flush-points';
import { ScoringRepository } from './scoring.repository';
import {
  type DetectionIdentity,
  LOG_BEGINNING,
  type LogMark,
  Snapshots,
  type StartedFrom,
} from './snapshot/snapshots';

/** How often a rebuild says how far it is, in entries. */
const REBUILD_REPORT = 100_000;

/** What following the log tells while it goes on, and asks. */
export interface RebuildWatch {
  reached(mark: LogMark): void;
  shouldStop(): boolean;
}

/** A detector that follows the log up to where it was scored: what it detects on the way is stored already. */
export class Replica {
  private flushed: boolean;

  constructor(
    readonly detector: ShadowedDetector,
    readonly startedFrom: StartedFrom,
    private at: LogMark,
    private readonly repository: ScoringRepository,
    private readonly logger: PinoLogger,
  ) {
    this.flushed = at === LOG_BEGINNING;
  }

  /** What it has seen. */
  get mark(): LogMark {
    return this.at;
  }

  /** Whether it was flushed after the last entry. */
  get isFlushed(): boolean {
    return this.flushed;
  }

  /**
   * Goes on to where the log is scored by now.
   *
   * @param scored the last entry whose consequences are committed
   * @returns false where it was told to stop before it was there
   */
  async follow(scored: LogPosition, watch: RebuildWatch): Promise<boolean> {
    const { detector } = this;
    const flushPoints = new FlushPoints(this.repository, this.at.position);
    await flushPoints.load(this.at.position);
    // It may stand between the last entry and the flush that came after it.
    this.flushed = flushPoints.take(this.at.position) || this.flushed;
    detector.silently(() => {
      if (this.flushed) detector.flush();
    });
    let reported = this.at.entries;
    for await (const entries of this.repository.log.pages(this.at.position, scored)) {
      await flushPoints.load(entries.at(-1)!.position);
      detector.silently(() => {
        for (const entry of entries) {
          detector.apply(entry);
          this.flushed = flushPoints.take(entry.position);
          if (this.flushed) detector.flush();
        }
      });
      this.at = markAfter(this.at, entries);
      watch.reached(this.at);
      if (watch.shouldStop()) return false;
      if (this.at.entries - reported >= REBUILD_REPORT) {
        reported = this.at.entries;
        this.logger.info({ entries: reported, position: this.at.position, scored }, 'rebuilding');
      }
    }
    invariant(this.at.position === scored, 'the log holds what was scored');
    return true;
  }
}

/** Begins a new detector: with a snapshot that can be used, or with none. */
@Injectable()
export class Rebuild {
  constructor(
    private readonly repository: ScoringRepository,
    private readonly snapshots: Snapshots,
    @InjectPinoLogger(Rebuild.name) private readonly logger: PinoLogger,
  ) {}

  /** @param scored the last entry whose consequences are committed */
  async begin(identity: DetectionIdentity, scored: LogPosition): Promise<Replica> {
    const { snapshots, repository, logger } = this;
    const { state, mark, startedFrom } = await snapshots.restore(
      () => new ShadowedDetector(),
      identity,
      scored,
    );
    return new Replica(state, startedFrom, mark, repository, logger);
  }
}

/** Where these entries lead to. */
export function markAfter(mark: LogMark, entries: readonly LogEntry[]): LogMark {
  const last = entries.at(-1);
  if (last === undefined) return mark;
  const transfer = entries.findLast((entry) => entry.kind === 'transfer');
  return {
    position: last.position,
    entries: mark.entries + entries.length,
    eventTimeMs: transfer?.transfer.occurredAtMs ?? mark.eventTimeMs,
  };
}
