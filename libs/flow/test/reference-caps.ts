/** Which caps were met: by the transfer in hand, and how often since the start. */
export class ReferenceCaps {
  readonly counts = new Map<string, number>();
  private flagged = new Set<string>();

  startTransfer(): void {
    this.flagged = new Set();
  }

  count(cap: string): void {
    this.counts.set(cap, (this.counts.get(cap) ?? 0) + 1);
  }

  /** Says it of the transfer in hand, and counts it. */
  flag(cap: string): void {
    this.flagged.add(cap);
    this.count(cap);
  }

  get metByTransfer(): string[] {
    return [...this.flagged].sort();
  }
}
