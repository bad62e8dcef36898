import { NO_SLOT, RecentMap, type StatePart, type StateSource } from '#flow';

/** Reversals announced and not settled yet; beyond it the oldest is forgotten, and settles as one of an unknown transfer. */
const PENDING_MAX = 100_000;

/** What reversals that were first told of as pending will take back. */
export class PendingReversals {
  private readonly originals = new RecentMap<number, number>();

  /** Both as positions in the log: where the reversal was announced, and the transfer it reverses. */
  add(position: number, originalPosition: number): void {
    const { originals } = this;
    originals.set(position, originalPosition);
    if (originals.size > PENDING_MAX) originals.forget(originals.oldest);
  }

  /** The transfer that the reversal announced there takes back; undefined where none was announced there. */
  take(position: number): number | undefined {
    const slot = this.originals.find(position);
    if (slot === NO_SLOT) return undefined;
    const original = this.originals.at(slot);
    this.originals.forget(slot);
    return original;
  }

  *save(): Iterable<StatePart> {
    yield { name: 'pending-reversals', value: [...this.originals.entries()] };
  }

  load(source: StateSource): void {
    const saved = source.value('pending-reversals') as [number, number][];
    for (const [position, originalPosition] of saved) this.add(position, originalPosition);
  }
}
