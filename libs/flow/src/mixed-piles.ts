import { type EventTimeMs } from '#domain';
import { type AccountIndex } from './accounts';
import { ORIGINS_IN_PILE_MAX } from './flow-limits';
import { type OriginMix } from './origin-mix';
import { type StatePart, type StateSource } from './state-parts';
import { type Origins } from './trails';

/** What a pile holds from known operations, and when the latest of it came in. */
interface Pile {
  atMs: EventTimeMs;
  readonly amounts: Map<number, number>;
}

/** Of the mixed piles that hold tainted money, how much comes from which operation. Few accounts have one. */
export class MixedPiles {
  private readonly piles = new Map<AccountIndex, Pile>();

  constructor(private readonly isWithdrawn: (origin: number) => boolean) {}

  /**
   * What is left of a credit joins the pile, with its origins.
   *
   * @returns whether an origin was forgotten over it
   */
  join(account: AccountIndex, leftMinor: number, origins: Origins, atMs: EventTimeMs): boolean {
    if (origins.count === 0) return false;
    const pile = this.piles.get(account) ?? { atMs: -Infinity, amounts: new Map<number, number>() };
    this.piles.set(account, pile);
    for (let i = 0; i < origins.count; i += 1) {
      const origin = origins.origin[i]!;
      pile.amounts.set(origin, (pile.amounts.get(origin) ?? 0) + leftMinor * origins.share[i]!);
      if (!this.isWithdrawn(origin)) pile.atMs = Math.max(pile.atMs, atMs);
    }
    let forgot = false;
    while (pile.amounts.size > ORIGINS_IN_PILE_MAX) forgot = this.forgetLeast(pile);
    return forgot;
  }

  private forgetLeast(pile: Pile): true {
    let least = -1;
    let leastAmount = Infinity;
    for (const [origin, amount] of pile.amounts) {
      const counts = this.isWithdrawn(origin) ? 0 : amount;
      if (counts < leastAmount || (counts === leastAmount && origin > least)) {
        least = origin;
        leastAmount = counts;
      }
    }
    pile.amounts.delete(least);
    return true;
  }

  /**
   * Part of the pile is taken, and of each origin the same share; it is passed on where `mix` is given.
   *
   * @param takenMinor at most `pileMinor`, which is what the pile holds (> 0)
   */
  take(account: AccountIndex, takenMinor: number, pileMinor: number, mix: OriginMix | null): void {
    const pile = this.piles.get(account);
    if (!pile) return;
    const share = takenMinor / pileMinor;
    // Not 1 - share: of a large pile little may stay, and its digits would be lost.
    const stays = (pileMinor - takenMinor) / pileMinor;
    for (const [origin, amount] of pile.amounts) {
      if (mix && !this.isWithdrawn(origin)) mix.add(origin, amount * share);
      pile.amounts.set(origin, amount * stays);
    }
    if (stays === 0) pile.amounts.clear();
  }

  /** When the latest tainted money joined the pile. */
  joinedAt(account: AccountIndex): EventTimeMs {
    return this.piles.get(account)?.atMs ?? -Infinity;
  }

  /** What the pile holds from each known operation. */
  *of(account: AccountIndex): Iterable<[origin: number, amountMinor: number]> {
    for (const [origin, amount] of this.piles.get(account)?.amounts ?? []) {
      if (!this.isWithdrawn(origin)) yield [origin, amount];
    }
  }

  release(account: AccountIndex): void {
    this.piles.delete(account);
  }

  *save(): Iterable<StatePart> {
    const piles = [...this.piles].map(([account, { atMs, amounts }]) => ({
      account,
      // JSON knows no infinity.
      atMs: atMs === -Infinity ? null : atMs,
      amounts: [...amounts],
    }));
    yield { name: 'piles', value: piles };
  }

  load(source: StateSource): void {
    const piles = source.value('piles') as {
      account: number;
      atMs: number | null;
      amounts: [number, number][];
    }[];
    for (const { account, atMs, amounts } of piles) {
      this.piles.set(account, { atMs: atMs ?? -Infinity, amounts: new Map(amounts) });
    }
  }
}
