import { type EventTimeMs } from '#domain';
import { type StatePart, type StateSource } from './state-parts';

/** Something that happened at a time, as plain JSON. */
export interface Note {
  readonly atMs: EventTimeMs;
}

export interface NotesLimits {
  /** Keys remembered; the one longest without news makes room. */
  readonly keysMax: number;
  /** Notes of one key; the oldest makes room. */
  readonly perKeyMax: number;
  /** What is older by the feed's clock is forgotten. */
  readonly memoryMs: number;
}

/** Keys of one part of a saved state: one string of them all would be one long pause. */
const KEYS_PER_PART = 4_096;

/** A key, in the order of the last news: a list, since to take a key out of a map and put it in again costs more than all else. */
interface Kept<T> {
  /** A copy of its own: a string cut out of a page of the log would keep the whole page alive. */
  readonly key: string;
  /** In the order of time, of equal times in that of arrival. */
  readonly notes: T[];
  older: Kept<T> | null;
  newer: Kept<T> | null;
}

/** What was lately told of each key. Keyed as accounts are by the wallet: noting and asking touch one key. */
export class RecentNotes<T extends Note> {
  private readonly byKey = new Map<string, Kept<T>>();
  /** The keys longest without news, and with the last. */
  private oldest: Kept<T> | null = null;
  private newest: Kept<T> | null = null;

  /** @param onFull is told where a key makes room that was not too old yet */
  constructor(
    private readonly name: string,
    private readonly limits: NotesLimits,
    private readonly onFull: () => void,
  ) {}

  /** Keys that are remembered. */
  get size(): number {
    return this.byKey.size;
  }

  /**
   * @param replaces an older note that this one takes the place of
   * @returns all that is remembered of the key, in the order of time
   */
  note(key: string, note: T, nowMs: EventTimeMs, replaces?: (older: T) => boolean): readonly T[] {
    const kept = this.byKey.get(key);
    if (kept === undefined) {
      // Most have one note ever: an array that one is pushed to makes room for sixteen.
      const { notes } = this.keep(key, [note]);
      this.forget(nowMs);
      return notes;
    }
    const { notes } = kept;
    const old = replaces === undefined ? -1 : notes.findIndex(replaces);
    if (old >= 0) notes.splice(old, 1);
    let place = notes.length;
    while (place > 0 && notes[place - 1]!.atMs > note.atMs) place -= 1;
    if (place === notes.length) notes.push(note);
    else notes.splice(place, 0, note);
    if (notes.length > this.limits.perKeyMax) notes.shift();
    if (kept !== this.newest) {
      this.unlink(kept);
      this.append(kept);
    }
    this.forget(nowMs);
    return notes;
  }

  /**
   * The last thing noted of a key at or before a time.
   *
   * @param nowMs what is too old by the feed's clock is forgotten, whether or not it has been let go
   * @param counts whether a note is what is looked for
   */
  lastBefore(
    key: string,
    atMs: EventTimeMs,
    nowMs: EventTimeMs,
    counts: (note: T) => boolean = () => true,
  ): T | null {
    const sinceMs = Math.max(atMs, nowMs) - this.limits.memoryMs;
    const last = this.byKey
      .get(key)
      ?.notes.findLast((note) => note.atMs <= atMs && note.atMs >= sinceMs && counts(note));
    return last ?? null;
  }

  private keep(key: string, notes: T[]): Kept<T> {
    const kept = { key: Buffer.from(key).toString(), notes, older: null, newer: null };
    this.byKey.set(kept.key, kept);
    this.append(kept);
    return kept;
  }

  private append(kept: Kept<T>): void {
    kept.older = this.newest;
    kept.newer = null;
    if (this.newest === null) this.oldest = kept;
    else this.newest.newer = kept;
    this.newest = kept;
  }

  private unlink({ older, newer }: Kept<T>): void {
    if (older === null) this.oldest = newer;
    else older.newer = newer;
    if (newer === null) this.newest = older;
    else newer.older = older;
  }

  private forget(nowMs: EventTimeMs): void {
    const { keysMax, memoryMs } = this.limits;
    while (this.oldest !== null) {
      const isOld = this.oldest.notes.at(-1)!.atMs < nowMs - memoryMs;
      if (!isOld && this.byKey.size <= keysMax) return;
      if (!isOld) this.onFull();
      this.byKey.delete(this.oldest.key);
      this.unlink(this.oldest);
    }
  }

  *save(): Iterable<StatePart> {
    const all: [string, T[]][] = [];
    for (let kept = this.oldest; kept !== null; kept = kept.newer) all.push([kept.key, kept.notes]);
    yield { name: this.name, value: all.length };
    for (let from = 0; from < all.length; from += KEYS_PER_PART) {
      yield { name: `${this.name}.${from}`, value: all.slice(from, from + KEYS_PER_PART) };
    }
  }

  load(source: StateSource): void {
    const count = source.value(this.name) as number;
    for (let from = 0; from < count; from += KEYS_PER_PART) {
      const part = source.value(`${this.name}.${from}`) as [string, T[]][];
      for (const [key, notes] of part) this.keep(key, notes);
    }
  }
}
