import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectPinoLogger, PinoLogger } from 'nestjs-pino';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, type ErrorCode } from '#domain';
import { IdentityVault } from '#identity';
import { asAppError } from '#platform';
import { Admission } from '../admission';
import { IngestionConfig } from '../ingestion-config';
import { Mappings } from '../mapping/mappings';
import { type RowBatch, rowBatches } from '../row-batches';
import { type RowForm } from '../row-form';
import { type RowOutcome } from '../row-kind';
import { lineReader } from '../take-request';
import { RowQuota } from '../row-quota';
import { TakeRows } from '../take-rows';
import { TransferRows } from '../transfer-rows';
import { FileContent } from './file-content';
import {
  type FileInHand,
  FileLost,
  type FileProgress,
  FileWorkRepository,
} from './file-work.repository';
import { type FileRefusal, REFUSALS_MAX } from './stored-file';

/** Files that one instance works on at once, of different providers: one that is large does not hold up all others. */
const FILES_AT_ONCE = 2;
/** Rows stored at once. Fewer than a request may have: a sender who reports live waits for one batch of a file at most. */
const BATCH_ROWS = 250;
/** While others report, a file rests after each batch for so many times as long as that took. */
const REST_TIMES = 2;
const REST_MAX_MS = 1_000;
/** While nobody says that there is one, it is looked so often for a file that waits, or that somebody has lost. */
const LOOK_MS = 2_000;
/** Where there is no room among the requests, a file waits for so long. */
const NO_ROOM_WAIT_MS = 100;
/** A file that is taken up so often and does not go on is at fault itself. */
const TAKES_MAX = 5;
/** It is far beyond what a statement may take: a database that is slow is no fault of the file. */
const CONTENT_IDLE_MS = 120_000;

/**
 * Works on uploaded files in the background, by the same way that rows of a request take. How far a file is gets committed after each batch;
 * whoever takes it up later goes on there. A batch that was stored just before a crash is then stored again: its rows, which are there,
 * count as duplicates.
 */
@Injectable()
export class WorkFiles implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly atWork = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | null = null;
  private ending = false;
  /** Batches of files that were let in, and all that was when a file rested last. */
  private ownBatches = 0;
  private othersSeen = 0;

  constructor(
    private readonly repository: FileWorkRepository,
    private readonly vault: IdentityVault,
    private readonly mappings: Mappings,
    private readonly transfers: TransferRows,
    private readonly takeRows: TakeRows,
    private readonly admission: Admission,
    private readonly quota: RowQuota,
    private readonly config: IngestionConfig,
    @InjectPinoLogger(WorkFiles.name) private readonly logger: PinoLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.look();
    }, LOOK_MS).unref();
    this.look();
  }

  /** A file is given back after the batch in hand. */
  async onModuleDestroy(): Promise<void> {
    this.ending = true;
    if (this.timer !== null) clearInterval(this.timer);
    await Promise.all(this.atWork);
  }

  /** Looks now whether a file waits. */
  look(): void {
    if (this.ending || this.atWork.size >= FILES_AT_ONCE) return;
    const work = this.takeUp().finally(() => {
      this.atWork.delete(work);
    });
    this.atWork.add(work);
  }

  private async takeUp(): Promise<void> {
    const lease = randomUUID();
    try {
      const file = await this.repository.claim(lease, this.config.INGESTION_FILE_LEASE_MS);
      if (file === null) return;
      // Another may wait beside it, of another provider.
      this.look();
      await this.hold(file, lease);
      this.look();
    } catch (error) {
      // What is not finished is taken up again, here or elsewhere, once the lease has run out.
      this.logger.warn({ err: error }, 'work on files was interrupted');
    }
  }

  /** Works on a file, and says so meanwhile. */
  private async hold(file: FileInHand, lease: string): Promise<void> {
    const leaseMs = this.config.INGESTION_FILE_LEASE_MS;
    const renewing = setInterval(() => {
      // Whether it is still ours shows when progress is committed.
      this.repository.renew(file.id, lease, leaseMs).catch(() => undefined);
    }, leaseMs / 3);
    try {
      if (file.takes > TAKES_MAX) throw tooOften();
      await this.work(file, lease);
      await this.repository.finish(file.id, lease, null);
    } catch (error) {
      if (error instanceof FileLost) return;
      const known = asAppError(error);
      if (known !== null && OF_THE_FILE.has(known.code)) {
        await this.repository.finish(file.id, lease, known.message);
        return;
      }
      // The database is away, or a key is not known yet: it goes on when that is over, however long it takes. A bug of ours is no reason to
      // lose what was sent either; the file is taken up again once the lease has run out, and not for ever.
      if (this.ending || known !== null) await this.repository.release(file.id, lease);
      if (!this.ending) throw error;
    } finally {
      clearInterval(renewing);
    }
  }

  private async work(file: FileInHand, lease: string): Promise<void> {
    const { provider, mapping, format, workedLine } = file;
    const form =
      mapping === null ? this.transfers.form : await this.mappings.formOf(provider, mapping);
    const content = new FileContent(file, this.repository, this.vault);
    const lineBytesMax = this.config.INGESTION_LINE_BYTES_MAX;
    let { told } = file;
    try {
      const reader = lineReader(format === 'csv', form, lineBytesMax);
      const batches = rowBatches(await content.open(), reader, {
        rowsMax: BATCH_ROWS,
        lineBytesMax,
        idleMs: CONTENT_IDLE_MS,
        afterLine: workedLine,
        onQuiet: () => {
          this.assertGoingOn();
        },
      });
      let beganAtMs = performance.now();
      for await (const batch of batches) {
        const outcomes = await this.store(file, batch);
        const done = progressOf(batch, outcomes, form, REFUSALS_MAX - told);
        const workedBytes = content.readBytes;
        const isOurs = await this.repository.progress(file.id, lease, { ...done, workedBytes });
        if (!isOurs) throw new FileLost();
        told += done.refusals.length;
        this.assertGoingOn();
        await this.rest(performance.now() - beganAtMs);
        beganAtMs = performance.now();
      }
    } catch (error) {
      throw content.failure ?? error;
    } finally {
      await content.close();
    }
  }

  /** As a request of the same provider would be, and within its quota; where there is no room now, it waits for some. */
  private async store(
    { provider, strict, rowsPerSecondMax, purpose }: FileInHand,
    { rows }: RowBatch,
  ): Promise<readonly RowOutcome[]> {
    const reporter = { provider, strict, rowsPerSecondMax, signedWith: null };
    const goingOn = (): void => {
      this.assertGoingOn();
    };
    await this.whenThereIsRoom(() => this.quota.takeLater(reporter, rows.length, goingOn));
    return this.whenThereIsRoom(() =>
      this.admission.admit(provider, () => {
        this.ownBatches += 1;
        return this.takeRows.run(this.transfers, reporter, rows, purpose);
      }),
    );
  }

  private async whenThereIsRoom<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'OVERLOADED') throw error;
      }
      this.assertGoingOn();
      await sleep(NO_ROOM_WAIT_MS);
    }
  }

  /** Leaves the machine to those who report live, where there were any since it was asked last. */
  private async rest(batchMs: number): Promise<void> {
    const others = this.admission.count - this.ownBatches;
    const isAlone = others === this.othersSeen;
    this.othersSeen = others;
    if (!isAlone) await sleep(Math.min(REST_MAX_MS, REST_TIMES * batchMs));
  }

  private assertGoingOn(): void {
    if (this.ending) throw new AppError('UNAVAILABLE', 'this process is ending');
  }
}

/** What will be no better the next time. */
const OF_THE_FILE: ReadonlySet<ErrorCode> = new Set(['INVALID_INPUT', 'TOO_LARGE', 'NOT_FOUND']);

const tooOften = (): AppError =>
  new AppError('INVALID_INPUT', `it was taken up ${TAKES_MAX} times and did not go on`);

/** @param room refused rows that may still be told of */
function progressOf(
  { lines, upToLine }: RowBatch,
  outcomes: readonly RowOutcome[],
  form: RowForm,
  room: number,
): Omit<FileProgress, 'workedBytes'> {
  const counts = { accepted: 0, duplicates: 0, rejected: 0 };
  const refusals: FileRefusal[] = [];
  for (const [at, outcome] of outcomes.entries()) {
    if (outcome.kind === 'accepted') counts.accepted += 1;
    else if (outcome.kind === 'duplicate') counts.duplicates += 1;
    else {
      counts.rejected += 1;
      if (refusals.length >= room) continue;
      const { id: transferId, code, path, detail, column = form.columnOf(path) ?? null } = outcome;
      refusals.push({ line: lines[at]!, transferId, code, path, column, detail });
    }
  }
  return { ...counts, upToLine, refusals };
}
