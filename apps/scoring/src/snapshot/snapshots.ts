import { Injectable } from '@nestjs/common';
import { InjectPinoLogger, PinoLogger } from 'nestjs-pino';
import { randomUUID } from 'node:crypto';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type LogPosition } from '#contracts';
import { type EventTimeMs } from '#domain';
import { type StatePart, type StateSource } from '#flow';
import { ScoringConfig } from '../scoring-config';
import { ScoringRepository } from '../scoring.repository';
import { CopyRoom } from './copy-room';
import { SnapshotFile } from './snapshot-file';
import { type PartialSnapshot, SnapshotFolder } from './snapshot-folder';
import { type SnapshotHeader, type SnapshotRefusal, SnapshotRefused } from './snapshot-format';
import { SnapshotInTheMaking } from './write-snapshot';

/** How long something that took so long is not to be done again, so that it takes no more than this share of the time. */
const restAfter = (tookMs: number, shareMax: number): number => tookMs * (1 / shareMax - 1);

/** What can be saved and loaded. */
export interface Savable {
  save(): Iterable<StatePart>;
  /** @throws StateMismatch; the state is then to be thrown away */
  load(source: StateSource): void;
}

/** A point of the log, and how it was come to. */
export interface LogMark {
  readonly position: LogPosition;
  /** Entries of the log up to here. */
  readonly entries: number;
  /** The time of the last transfer among them; null before the first. */
  readonly eventTimeMs: EventTimeMs | null;
}

export const LOG_BEGINNING: LogMark = { position: 0, entries: 0, eventTimeMs: null };

/** What a snapshot has to agree with to be used. */
export type DetectionIdentity = Pick<SnapshotHeader, 'stateVersion' | 'packHash' | 'limitsHash'>;

/** What a start began with, and which snapshots it passed over. */
export interface StartedFrom {
  readonly kind: 'snapshot' | 'log';
  /** The log was read again from the entry after this one. */
  readonly position: LogPosition;
  /** Newest first, the first {@link REFUSALS_TOLD_MAX}. */
  readonly refused: readonly { readonly reason: SnapshotRefusal }[];
}

export interface Restored<State> {
  readonly state: State;
  readonly mark: LogMark;
  readonly startedFrom: StartedFrom;
}

/** Two snapshots are kept; more than this are not ours, and the log tells of each. */
const REFUSALS_TOLD_MAX = 10;

/**
 * Scoring stands still while its state is copied. However large that is and however fast the log, no more than this share of the
 * time goes into it: after a pause of 2 s the next one is at least 98 s away.
 */
const SNAPSHOT_PAUSE_SHARE_MAX = 0.02;
/** And no more than this share of the time is a snapshot on its way to the disk, which others need too. */
const SNAPSHOT_WRITING_SHARE_MAX = 0.2;
const MIB = 1024 * 1024;
const PAUSE_BUCKETS_S = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * Snapshots of detection's state on the disk: a start then reads the log from there, not from its beginning.
 *
 * A snapshot saves time and nothing else. One that cannot be written costs nothing but itself, and one that cannot be used
 * is passed over: the state that comes of it is the same that the whole log gives.
 */
@Injectable()
export class Snapshots {
  private readonly folder: SnapshotFolder | null;
  private readonly every: number;
  /** Entries at the last snapshot, or at the last try. */
  private lastEntries = 0;
  private notBefore = 0;
  private readonly room: CopyRoom;
  /** On its way to the disk while scoring goes on. */
  private keeping: Promise<void> | null = null;
  private readonly pauses: Histogram;
  private readonly outcomes: Counter<'outcome'>;
  private readonly refusals: Counter<'reason'>;
  private readonly position: Gauge;
  private readonly bytes: Gauge;

  constructor(
    config: ScoringConfig,
    private readonly repository: ScoringRepository,
    registry: Registry,
    @InjectPinoLogger(Snapshots.name) private readonly logger: PinoLogger,
  ) {
    const { SCORING_SNAPSHOT_DIR: folder } = config;
    this.folder = folder === undefined ? null : new SnapshotFolder(folder);
    this.every = config.SCORING_SNAPSHOT_EVERY;
    this.room = new CopyRoom(config.SCORING_SNAPSHOT_COPY_MIB * MIB);
    const registers = [registry];
    this.pauses = new Histogram({
      name: 'layerwatch_snapshot_pause_seconds',
      help: 'How long scoring stood still while its state was copied for a snapshot.',
      buckets: PAUSE_BUCKETS_S,
      registers,
    });
    this.outcomes = new Counter({
      name: 'layerwatch_snapshots_total',
      help: 'Snapshots written, and those that could not be.',
      labelNames: ['outcome'],
      registers,
    });
    this.refusals = new Counter({
      name: 'layerwatch_snapshots_refused_total',
      help: 'Snapshots that could not be used at a start.',
      labelNames: ['reason'],
      registers,
    });
    this.position = new Gauge({
      name: 'layerwatch_snapshot_position',
      help: 'The entry of the log that the newest snapshot stands at.',
      registers,
    });
    this.bytes = new Gauge({
      name: 'layerwatch_snapshot_bytes',
      help: 'The size of the newest snapshot.',
      registers,
    });
    if (this.folder === null) {
      this.logger.info(
        'no snapshots: SCORING_SNAPSHOT_DIR is not set; a start reads the whole log',
      );
    }
  }

  /**
   * The state of the newest snapshot that can be used. Each that cannot is told of with its reason.
   *
   * @param make a new state for each try, since a failed one is half filled
   * @param scored the last entry of the log whose consequences are committed
   * @returns a new state at the log's beginning where there is none: the log has it all
   */
  async restore<State extends Savable>(
    make: () => State,
    identity: DetectionIdentity,
    scored: LogPosition,
  ): Promise<Restored<State>> {
    // One that was on its way when scoring failed is either whole or gone before the folder is looked at.
    await this.settled();
    this.lastEntries = 0;
    const { folder } = this;
    const refused: { reason: SnapshotRefusal }[] = [];
    const fromLog = (): Restored<State> => ({
      state: make(),
      mark: LOG_BEGINNING,
      startedFrom: { kind: 'log', position: LOG_BEGINNING.position, refused },
    });
    if (folder === null) return fromLog();
    for (const name of await this.names(folder)) {
      try {
        const { state, mark } = await this.read(folder.path(name), make, identity, scored);
        this.lastEntries = mark.entries;
        const { position } = mark;
        return { state, mark, startedFrom: { kind: 'snapshot', position, refused } };
      } catch (error) {
        if (!(error instanceof SnapshotRefused)) throw error;
        folder.refuse(name);
        if (refused.length < REFUSALS_TOLD_MAX) refused.push({ reason: error.reason });
        this.refusals.inc({ reason: error.reason });
        this.logger.warn(
          { snapshot: name, reason: error.reason, err: error },
          `a snapshot is not used: ${error.message}`,
        );
      }
    }
    return fromLog();
  }

  isDue({ entries }: LogMark): boolean {
    return (
      this.folder !== null &&
      this.keeping === null &&
      entries - this.lastEntries >= this.every &&
      performance.now() >= this.notBefore
    );
  }

  /** To be called at each batch: the next pause is the shorter for it. */
  prepare(): void {
    if (this.folder !== null) this.room.grow();
  }

  /** Whether anything was scored that the last snapshot does not have. */
  isBehind({ entries }: LogMark): boolean {
    return this.folder !== null && entries > this.lastEntries;
  }

  /**
   * Takes a snapshot of a state, which must stand still until this ends. Bringing it to the disk goes on after that;
   * {@link settled} waits for it. Never fails: a full disk costs the snapshot and is told of.
   *
   * @param mark committed, and what the state is the state of
   */
  async take(state: Savable, identity: DetectionIdentity, mark: LogMark): Promise<void> {
    await this.settled();
    const { folder } = this;
    if (folder === null) return;
    const from = performance.now();
    try {
      const header = await this.announce(identity, mark);
      if (header === null) return;
      const partial = await folder.begin(header.position, header.id);
      const making = await SnapshotInTheMaking.begin(
        partial.file,
        header,
        state.save(),
        this.room.memory,
      ).catch(async (error: unknown) => {
        await folder.discard(partial);
        throw error;
      });
      this.keeping = this.keep(folder, partial, header, making, from).finally(() => {
        this.keeping = null;
      });
    } catch (error) {
      this.failed(error);
    } finally {
      this.paused(from, mark);
    }
  }

  /** Ends when no snapshot is on its way to the disk. */
  async settled(): Promise<void> {
    await this.keeping;
  }

  private paused(from: number, { position, entries }: LogMark): void {
    const now = performance.now();
    const pauseMs = now - from;
    // Also where it failed: it will hardly go better at the next batch.
    this.lastEntries = entries;
    this.notBefore = now + restAfter(pauseMs, SNAPSHOT_PAUSE_SHARE_MAX);
    this.pauses.observe(pauseMs / 1_000);
    this.logger.info({ position, pauseMs: Math.round(pauseMs) }, 'scoring paused for a snapshot');
  }

  private failed(error: unknown): void {
    this.outcomes.inc({ outcome: 'failed' });
    this.logger.error({ err: error }, 'a snapshot could not be written; scoring goes on without');
  }

  /** Tells the database of the snapshot to come. @returns null where the log was scored further by somebody else */
  private async announce(
    identity: DetectionIdentity,
    mark: LogMark,
  ): Promise<SnapshotHeader | null> {
    const id = randomUUID();
    if (!(await this.repository.announceSnapshot(id, mark.position))) return null;
    return { id, ...identity, logId: await this.repository.logId(), ...mark };
  }

  private async keep(
    folder: SnapshotFolder,
    partial: PartialSnapshot,
    { position, entries }: SnapshotHeader,
    making: SnapshotInTheMaking,
    from: number,
  ): Promise<void> {
    try {
      const bytes = await making.finish();
      await folder.keep(partial);
      this.outcomes.inc({ outcome: 'written' });
      this.position.set(position);
      this.bytes.set(bytes);
      this.logger.info({ position, entries, bytes }, 'a snapshot is on the disk');
    } catch (error) {
      await folder.discard(partial);
      this.failed(error);
    } finally {
      const now = performance.now();
      const rest = restAfter(now - from, SNAPSHOT_WRITING_SHARE_MAX);
      this.notBefore = Math.max(this.notBefore, now + rest);
    }
  }

  private async names(folder: SnapshotFolder): Promise<string[]> {
    try {
      await folder.prepare();
      return await folder.newestFirst();
    } catch (error) {
      this.outcomes.inc({ outcome: 'failed' });
      this.logger.error({ err: error }, 'the snapshots’ folder cannot be used: the log is read');
      return [];
    }
  }

  private async read<State extends Savable>(
    path: string,
    make: () => State,
    identity: DetectionIdentity,
    scored: LogPosition,
  ): Promise<Omit<Restored<State>, 'startedFrom'>> {
    const from = performance.now();
    const snapshot = await SnapshotFile.open(path);
    try {
      const { header } = snapshot;
      // Before the gigabytes are read.
      await this.checkOrigin(header, identity, scored);
      await snapshot.check();
      const state = make();
      snapshot.load((source) => {
        state.load(source);
      });
      const { position, entries, eventTimeMs } = header;
      this.position.set(position);
      this.bytes.set(snapshot.bytes);
      this.logger.info(
        { position, entries, bytes: snapshot.bytes, ms: Math.round(performance.now() - from) },
        'loaded a snapshot',
      );
      return { state, mark: { position, entries, eventTimeMs } };
    } finally {
      await snapshot.close();
    }
  }

  private async checkOrigin(
    header: SnapshotHeader,
    identity: DetectionIdentity,
    scored: LogPosition,
  ): Promise<void> {
    const refuse = (reason: SnapshotRefusal, message: string): never => {
      throw new SnapshotRefused(reason, message);
    };
    if (header.stateVersion !== identity.stateVersion) {
      refuse('other-version', 'another version of Layerwatch wrote it');
    }
    if (header.logId !== (await this.repository.logId())) {
      refuse('other-log', 'it is of another database');
    }
    if (header.limitsHash !== identity.limitsHash) {
      refuse('other-limits', 'it was made under other limits');
    }
    if (header.packHash !== identity.packHash) {
      refuse('other-pack', 'it was made under another rule pack');
    }
    if (header.position > scored) {
      refuse('ahead', 'it is of a point that this database has not reached');
    }
    if (!(await this.repository.knowsSnapshot(header.id, header.position))) {
      refuse('unknown', 'it is not of this database’s past');
    }
  }
}
