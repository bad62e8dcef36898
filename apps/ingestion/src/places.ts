/**
 * Places for requests that are worked on. A provider gets one while it holds fewer than are free: one alone has half of them,
 * two have a third each, and however many flood the service or send their bodies slowly, there is a place for one more who
 * does not.
 */
export class Places {
  private count = 0;
  /** By provider; who holds none is not in it. */
  private readonly held = new Map<string, number>();

  constructor(private readonly placesMax: number) {}

  get taken(): number {
    return this.count;
  }

  /** @returns whether there was a place; if not, whether this provider has its share, or there is no room for anybody */
  take(provider: string): 'taken' | 'share' | 'room' {
    const free = this.placesMax - this.count;
    const held = this.held.get(provider) ?? 0;
    if (free <= held) return free > 0 ? 'share' : 'room';
    this.count += 1;
    this.held.set(provider, held + 1);
    return 'taken';
  }

  /** Gives back a place that was taken. */
  giveBack(provider: string): void {
    this.count -= 1;
    const left = (this.held.get(provider) ?? 0) - 1;
    if (left > 0) this.held.set(provider, left);
    else this.held.delete(provider);
  }
}
