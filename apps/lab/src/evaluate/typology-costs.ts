import { type TypologyName } from '#contracts';
import { type DetectionWatch } from '#typologies';

const MICROS_PER_MS = 1_000;

/** Times each typology's look at each account: from the one before it, or from when the first was asked. */
export class TypologyCosts {
  private readonly millis = new Map<TypologyName, number>();
  private fromMs = 0;

  /** To be spread into a watch of the run. */
  readonly watch: Pick<DetectionWatch, 'checks' | 'saw'> = {
    checks: () => {
      this.fromMs = performance.now();
      return null;
    },
    saw: (_, typology) => {
      const nowMs = performance.now();
      this.millis.set(typology, (this.millis.get(typology) ?? 0) + nowMs - this.fromMs);
      this.fromMs = nowMs;
    },
  };

  /** Microseconds a transfer, of a feed of so many, by typology. The clock itself is in them. */
  microsPerTransfer(transfers: number): Record<string, number> {
    const costs = [...this.millis].map(
      ([typology, ms]) => [typology, (ms * MICROS_PER_MS) / Math.max(1, transfers)] as const,
    );
    return Object.fromEntries(costs.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
