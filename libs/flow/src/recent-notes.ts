import { type EventTimeMs } from '#domain';
import { RecentMap } from './recent-map';
import { loadChunked, saveChunked } from './saved-list';
import { NO_SLOT } from './slot-table';
import { type StatePart, type StateSource } from './state-parts';
import { ownText } from './text';

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

/** What was lately told of each key. Keyed as accounts are by the wallet: noting and asking touch one key. */
export class RecentNotes<T extends Note> {
  /** Of each key in the order of time, of equal times in that of arrival. */
  private readonly notes = new RecentMap<string, T[]>();

  /** @param onFull is told where a key makes room that was not too old yet */
  constructor(
    private readonly name: string,
    private readonly limits: NotesLimits,
    private readonly onFull: () => void,
  ) {}

  /** Keys that are remembered. */
  get size(): number {
    return this.notes.size;
  }

  note(key: string, note: T, nowMs: EventTimeMs): void {
    const slot = this.notes.find(key);
    if (slot === NO_SLOT) this.notes.set(ownText(key), [note]);
    else {
      const notes = this.notes.at(slot);
      let place = notes.length;
      while (place > 0 && notes[place - 1]!.atMs > note.atMs) place -= 1;
      notes.splice(place, 0, note);
      if (notes.length > this.limits.perKeyMax) notes.shift();
      this.notes.renew(slot);
    }
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
    const last = this.notes
      .get(key)
      ?.findLast((note) => note.atMs <= atMs && note.atMs >= sinceMs && counts(note));
    return last ?? null;
  }

  /** How many are remembered of a key that are not too old. */
  count(key: string, nowMs: EventTimeMs): number {
    const sinceMs = nowMs - this.limits.memoryMs;
    return this.notes.get(key)?.filter(({ atMs }) => atMs >= sinceMs).length ?? 0;
  }

  private forget(nowMs: EventTimeMs): void {
    const { notes } = this;
    const { keysMax, memoryMs } = this.limits;
    for (let { oldest } = notes; oldest !== NO_SLOT; { oldest } = notes) {
      const isOld = notes.at(oldest).at(-1)!.atMs < nowMs - memoryMs;
      if (!isOld && notes.size <= keysMax) return;
      if (!isOld) this.onFull();
      notes.forget(oldest);
    }
  }

  *save(): Iterable<StatePart> {
    yield* saveChunked(this.name, [...this.notes.entries()]);
  }

  load(source: StateSource): void {
    for (const [key, notes] of loadChunked<[string, T[]]>(this.name, source)) {
      this.notes.set(key, notes);
    }
  }
}
