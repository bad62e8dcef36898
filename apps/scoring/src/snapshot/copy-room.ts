/** Touched at once: some milliseconds. */
const STEP_BYTES = 2 * 1024 * 1024;
/** Steps from one look at the size of the process to the next. */
const LOOK_EVERY_STEPS = 20;
/** What the system hands out at a time, or more. */
const PAGE_BYTES = 4_096;

/**
 * Memory that a state is copied into, kept from one snapshot to the next.
 *
 * The system finds memory only once it is touched, which takes several times as long as copying into it. So as the
 * state grows, as much of this is touched beforehand.
 */
export class CopyRoom {
  private room: Buffer | null = null;
  private touched = 0;
  private wanted = 0;
  private steps = 0;

  constructor(private readonly bytesMax: number) {}

  /** All of it. What of it is not used is not there. */
  get memory(): Uint8Array {
    return (this.room ??= Buffer.allocUnsafeSlow(this.bytesMax));
  }

  /** To be called now and then: brings it a little nearer to the size of what is to be copied. */
  grow(): void {
    if (this.steps % LOOK_EVERY_STEPS === 0) {
      // Nearly all of it is the state's.
      const all = process.memoryUsage().arrayBuffers;
      this.wanted = Math.min(all - (this.room?.length ?? 0), this.bytesMax);
    }
    this.steps += 1;
    if (this.touched >= this.wanted) return;
    const { memory } = this;
    const end = Math.min(this.touched + STEP_BYTES, memory.length);
    // As it is: a copy may be on its way to the disk from here.
    for (; this.touched < end; this.touched += PAGE_BYTES) {
      memory[this.touched] = memory[this.touched]!;
    }
  }
}
