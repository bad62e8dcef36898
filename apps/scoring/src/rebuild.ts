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

/** A detector, and what it has seen. */
export interface Rebuilt {
  readonly detector: ShadowedDetector;
  readonly mark: LogMark;
  /** Whether it was flushed after the last entry. */
  readonly flushed: boolean;
}

/** What a rebuild tells while it goes on, and asks. */
export interface RebuildWatch {
  /** Once it is known, before the log is read. */
  startedFrom(start: StartedFrom): void;
  reached(mark: LogMark): void;
  shouldStop(): boolean;
}

/** Brings a new detector to where the log was scored up to: from a snapshot and the log since, or from the log alone. */
@Injectable()
export class Rebuild {
  constructor(
    private readonly repository: ScoringRepository,
    private readonly snapshots: Snapshots,
    @InjectPinoLogger(Rebuild.name) private readonly logger: PinoLogger,
  ) {}

  /**
   * What the detector detects on the way is stored already.
   *
   * @param scored the last entry whose consequences are committed
   * @returns null where it was told to stop before it was there
   */
  async run(
    identity: DetectionIdentity,
    scored: LogPosition,
    watch: RebuildWatch,
  ): Promise<Rebuilt | null> {
    const restored = await this.snapshots.restore(() => new ShadowedDetector(), identity, scored);
    const { state: detector, startedFrom } = restored;
    let { mark } = restored;
    watch.startedFrom(startedFrom);
    watch.reached(mark);
    const flushPoints = new FlushPoints(this.repository, mark.position);
    await flushPoints.load(mark.position);
    // The snapshot may be of the moment between the last entry and the flush that came after it.
    let flushed = flushPoints.take(mark.position) || mark === LOG_BEGINNING;
    detector.silently(() => {
      if (flushed) detector.flush();
    });
    let reported = mark.entries;
    for await (const entries of this.repository.log.pages(mark.position, scored)) {
      await flushPoints.load(entries.at(-1)!.position);
      detector.silently(() => {
        for (const entry of entries) {
          detector.apply(entry);
          flushed = flushPoints.take(entry.position);
          if (flushed) detector.flush();
        }
      });
      mark = markAfter(mark, entries);
      watch.reached(mark);
      if (watch.shouldStop()) return null;
      if (mark.entries - reported >= REBUILD_REPORT) {
        reported = mark.entries;
        this.logger.info({ entries: reported, position: mark.position, scored }, 'rebuilding');
      }
    }
    invariant(mark.position === scored, 'the log holds what was scored');
    const replayed = mark.entries - restored.mark.entries;
    this.logger.info({ entries: mark.entries, replayed, position: mark.position }, 'rebuilt');
    return { detector, mark, flushed };
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
