import { type StatePart, type StateSource } from '#flow';

/** Reversals announced and not settled yet; beyond it the oldest is forgotten, and settles as one of an unknown transfer. */
const PENDING_MAX = 100_000;

/** What reversals that were first told of as pending will take back. */
export class PendingReversals {
  private readonly originals = new Map<number, number>();

  /** Both as positions in the log: where the reversal was announced, and the transfer it reverses. */
  add(position: number, originalPosition: number): void {
    this.originals.set(position, originalPosition);
    if (this.originals.size <= PENDING_MAX) return;
    const oldest = this.originals.keys().next();
    if (oldest.done !== true) this.originals.delete(oldest.value);
  }

  /** The transfer that the reversal announced there takes back; undefined where none was announced there. */
  take(position: number): number | undefined {
    const original = this.originals.get(position);
    this.originals.delete(position);
    return original;
  }

  *save(): Iterable<StatePart> {
    yield { name: 'pending-reversals', value: [...this.originals] };
  }

  load(source: StateSource): void {
    const saved = source.value('pending-reversals') as [number, number][];
    for (const [position, originalPosition] of saved) {
      this.originals.set(position, originalPosition);
    }
  }
}
