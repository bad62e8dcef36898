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

interface Kept<T> {
  /** A copy of its own: a string cut out of a page of the log would keep the whole page alive. */
  readonly key: string;
  readonly notes: T[];
}

/** What was lately told of each key. Keyed as accounts are by the wallet: noting and asking touch one key. */
export class RecentNotes<T extends Note> {
  /** In the order of the last news; the notes of a key in the order of time, of equal times in that of arrival. */
  private readonly byKey = new Map<string, Kept<T>>();

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

  /** @param replaces an older note that this one takes the place of */
  note(key: string, note: T, nowMs: EventTimeMs, replaces?: (older: T) => boolean): void {
    const kept = this.byKey.get(key) ?? { key: Buffer.from(key).toString(), notes: [] };
    const { notes } = kept;
    const old = replaces === undefined ? -1 : notes.findIndex(replaces);
    if (old >= 0) notes.splice(old, 1);
    let place = notes.length;
    while (place > 0 && notes[place - 1]!.atMs > note.atMs) place -= 1;
    notes.splice(place, 0, note);
    if (notes.length > this.limits.perKeyMax) notes.shift();
    // Taken out and put in again: the map's order is then that of the last news.
    this.byKey.delete(key);
    this.byKey.set(kept.key, kept);
    this.forget(nowMs);
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

  /** All that is remembered of a key from `sinceMs` up to `untilMs`, in the order of time. */
  between(key: string, sinceMs: EventTimeMs, untilMs: EventTimeMs): T[] {
    const notes = this.byKey.get(key)?.notes ?? [];
    return notes.filter(({ atMs }) => atMs >= sinceMs && atMs <= untilMs);
  }

  /** The map begins with the keys longest without news. */
  private forget(nowMs: EventTimeMs): void {
    const { keysMax, memoryMs } = this.limits;
    for (const { key, notes } of this.byKey.values()) {
      const isOld = notes.at(-1)!.atMs < nowMs - memoryMs;
      if (!isOld && this.byKey.size <= keysMax) return;
      if (!isOld) this.onFull();
      this.byKey.delete(key);
    }
  }

  *save(): Iterable<StatePart> {
    const all = [...this.byKey.values()].map(({ key, notes }) => [key, notes]);
    yield { name: this.name, value: all.length };
    for (let from = 0; from < all.length; from += KEYS_PER_PART) {
      yield { name: `${this.name}.${from}`, value: all.slice(from, from + KEYS_PER_PART) };
    }
  }

  load(source: StateSource): void {
    const count = source.value(this.name) as number;
    for (let from = 0; from < count; from += KEYS_PER_PART) {
      const part = source.value(`${this.name}.${from}`) as [string, T[]][];
      for (const [key, notes] of part) this.byKey.set(key, { key, notes });
    }
  }
}
