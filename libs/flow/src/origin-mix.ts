import { NONE } from './accounts';
import { type Carried, type CreditPool, type CreditSlot } from './credit-pool';
import { ORIGINS_MAX } from './flow-limits';

/** Sums up which operations the money of one debit comes from. Reused from debit to debit. */
export class OriginMix {
  private readonly amounts = new Map<number, number>();

  clear(): void {
    if (this.amounts.size > 0) this.amounts.clear();
  }

  add(origin: number, amountMinor: number): void {
    this.amounts.set(origin, (this.amounts.get(origin) ?? 0) + amountMinor);
  }

  /** Adds the origins of a part of a lot. */
  addLot(pool: CreditPool, slot: CreditSlot, takenMinor: number): void {
    for (let i = slot * ORIGINS_MAX; i < (slot + 1) * ORIGINS_MAX; i += 1) {
      if (pool.origin[i] === NONE) return;
      this.add(pool.origin[i]!, takenMinor * pool.originShare[i]!);
    }
  }

  /**
   * Writes the origins that make up at least `shareMin` of the debit, largest first.
   *
   * @returns whether there were more than fit
   */
  carry(carried: Carried, debitMinor: number, shareMin: number): boolean {
    if (this.amounts.size === 0) return false;
    const origins = [...this.amounts]
      .map(([origin, amount]) => ({ origin, share: Math.min(1, amount / debitMinor) }))
      .filter(({ share }) => share >= shareMin)
      .sort((a, b) => b.share - a.share || a.origin - b.origin);
    origins.slice(0, ORIGINS_MAX).forEach(({ origin, share }, i) => {
      carried.origin[i] = origin;
      carried.originShare[i] = share;
    });
    return origins.length > ORIGINS_MAX;
  }
}

/** Of the mixed piles that hold tainted money, how much comes from which operation. Few accounts have one. */
export class MixedOrigins {
  private readonly piles = new Map<number, Map<number, number>>();

  /** A lot joins the pile with what is left of it. */
  join(account: number, pool: CreditPool, slot: CreditSlot): void {
    for (let i = slot * ORIGINS_MAX; i < (slot + 1) * ORIGINS_MAX; i += 1) {
      if (pool.origin[i] === NONE) return;
      const pile = this.piles.get(account) ?? new Map<number, number>();
      const amount = pool.left[slot]! * pool.originShare[i]!;
      pile.set(pool.origin[i]!, (pile.get(pool.origin[i]!) ?? 0) + amount);
      this.piles.set(account, pile);
    }
  }

  /** A share of the pile is taken, and of each origin the same share. */
  take(account: number, share: number, mix: OriginMix): void {
    const pile = this.piles.get(account);
    if (!pile) return;
    for (const [origin, amount] of pile) {
      mix.add(origin, amount * share);
      pile.set(origin, amount * (1 - share));
    }
    if (share >= 1) this.piles.delete(account);
  }

  /** What the pile holds from known operations. */
  tainted(account: number): number {
    let sum = 0;
    for (const amount of this.piles.get(account)?.values() ?? []) sum += amount;
    return sum;
  }
}
