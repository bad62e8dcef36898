import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TransfersAnswer } from '#contracts';
import { type EventTimeMs } from '#domain';
import { type FeedIndicator } from './indicator-source';
import { type RowBatch } from './feed-steps';

/** One kind of refusal, and how often it came. */
export interface ProblemCount {
  readonly code: string;
  readonly path: string;
  readonly detail: string;
  readonly count: number;
}

interface SavedProgress {
  version: 1;
  /** Rows answered, from the feed's beginning. */
  rows: number;
  accepted: number;
  duplicates: number;
  rejected: number;
  /** Milliseconds spent, over all runs. */
  elapsedMs: number;
  feedClockMs: EventTimeMs | null;
  /** Registered indicators, as hashes: a telephone number has no business in this file. */
  indicators: string[];
  problems: ProblemCount[];
  done: boolean;
}

/** Kinds of refusal remembered one by one; later kinds are counted together. */
const PROBLEM_KINDS_MAX = 20;
const OTHER_PROBLEMS = { code: 'OTHER', path: '', detail: 'further kinds of problems' };
/** Saved at most so often; what a crash loses is sent again and answered as duplicates. */
const SAVE_EVERY_MS = 200;

const isSaved = (value: unknown): value is SavedProgress => {
  const saved = value as Partial<SavedProgress> | null;
  return (
    saved?.version === 1 &&
    [saved.rows, saved.accepted, saved.duplicates, saved.rejected].every(Number.isSafeInteger) &&
    Array.isArray(saved.indicators) &&
    Array.isArray(saved.problems)
  );
};

const begun = (): SavedProgress => ({
  version: 1,
  rows: 0,
  accepted: 0,
  duplicates: 0,
  rejected: 0,
  elapsedMs: 0,
  feedClockMs: null,
  indicators: [],
  problems: [],
  done: false,
});

const hashOf = ({ operationId, type, value }: FeedIndicator): string =>
  createHash('sha256').update(`${operationId}\n${type}\n${value}`).digest('base64url');

/** How far a feed has been answered, kept in a file so that a second run goes on from there. */
export class FeedProgress {
  private savedAtMs = 0;

  private constructor(
    private readonly path: string,
    private saved: SavedProgress,
  ) {}

  /** Where there is no readable record the feed begins anew: sending rows again is always safe. */
  static async load(path: string): Promise<FeedProgress> {
    const text = await readFile(path, 'utf8').catch(() => 'null');
    let saved: unknown = null;
    try {
      saved = JSON.parse(text);
    } catch {
      // A torn file cannot come from us (it is written beside and renamed); it is as good as none.
    }
    return new FeedProgress(path, isSaved(saved) ? saved : begun());
  }

  static fileFor(dataFolder: string, fingerprint: string, provider: string): string {
    const name = createHash('sha256').update(`${fingerprint}\n${provider}`).digest('hex');
    return join(dataFolder, 'feeds', `${name}.json`);
  }

  get state(): Readonly<SavedProgress> {
    return this.saved;
  }

  restart(): void {
    this.saved = begun();
  }

  isRegistered(indicator: FeedIndicator): boolean {
    return this.saved.indicators.includes(hashOf(indicator));
  }

  markRegistered(indicators: readonly FeedIndicator[]): void {
    const known = new Set([...this.saved.indicators, ...indicators.map(hashOf)]);
    this.saved.indicators = [...known];
  }

  markAnswered(batch: Pick<RowBatch, 'rows' | 'clockMs'>, answer: TransfersAnswer): void {
    this.saved.rows += batch.rows;
    this.saved.accepted += answer.accepted;
    this.saved.duplicates += answer.duplicates;
    this.saved.rejected += answer.rejected;
    if (batch.clockMs !== null && batch.clockMs > (this.saved.feedClockMs ?? 0)) {
      this.saved.feedClockMs = batch.clockMs;
    }
    for (const { code, path, detail } of answer.problems) this.count(code, path, detail, 1);
    const { code, path, detail } = OTHER_PROBLEMS;
    if (answer.problemsOmitted) this.count(code, path, detail, answer.problemsOmitted);
  }

  markDone(): void {
    this.saved.done = true;
  }

  addElapsed(elapsedMs: number): void {
    this.saved.elapsedMs += elapsedMs;
  }

  private count(code: string, path: string, detail: string, more: number): void {
    const { problems } = this.saved;
    const at = problems.findIndex(
      (known) => known.code === code && known.path === path && known.detail === detail,
    );
    if (at >= 0) problems[at] = { ...problems[at]!, count: problems[at]!.count + more };
    else if (problems.length < PROBLEM_KINDS_MAX || code === OTHER_PROBLEMS.code) {
      problems.push({ code, path, detail, count: more });
    } else this.count(OTHER_PROBLEMS.code, OTHER_PROBLEMS.path, OTHER_PROBLEMS.detail, more);
  }

  /** Saves unless that was done a moment ago. */
  async saveSometimes(nowMs: number): Promise<void> {
    if (nowMs - this.savedAtMs >= SAVE_EVERY_MS) await this.save(nowMs);
  }

  async save(nowMs: number): Promise<void> {
    this.savedAtMs = nowMs;
    await mkdir(dirname(this.path), { recursive: true });
    const partial = `${this.path}.${process.pid}.partial`;
    await writeFile(partial, JSON.stringify(this.saved));
    await rename(partial, this.path);
  }
}
