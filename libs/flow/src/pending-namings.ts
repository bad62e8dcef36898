import { type EventTimeMs } from '#domain';
import { type StatePart, type StateSource } from './state-parts';
import { type Naming } from './watchlist';

/** Indicators that are known from a time that the feed has not reached. As many as are registered ahead: few. */
export class PendingNamings {
  private waiting: Naming[] = [];
  /** When the first of them is due. */
  nextMs: EventTimeMs = Infinity;

  add(naming: Naming): void {
    this.waiting.push(naming);
    // Stable: of equal times the first registered is the first.
    this.waiting.sort((a, b) => a.knownFromMs - b.knownFromMs);
    this.nextMs = this.waiting[0]!.knownFromMs;
  }

  /** Those whose time has come, in its order. */
  take(nowMs: EventTimeMs): readonly Naming[] {
    const due = this.waiting.filter(({ knownFromMs }) => knownFromMs <= nowMs);
    this.waiting = this.waiting.slice(due.length);
    this.nextMs = this.waiting[0]?.knownFromMs ?? Infinity;
    return due;
  }

  *save(): Iterable<StatePart> {
    yield { name: 'pending', value: this.waiting };
  }

  load(source: StateSource): void {
    this.waiting = [];
    for (const naming of source.value('pending') as Naming[]) this.add(naming);
  }
}
