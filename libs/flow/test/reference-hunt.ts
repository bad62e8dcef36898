import { type EngineLimits } from './engine-under-test';
import {
  type Account,
  type Credit,
  isPopular,
  newestFirst,
  type Operation,
  ORIGINS_MAX,
} from './reference-account';
import { type ReferenceCaps } from './reference-caps';
import { smallest } from './reference-pile';
import { isLinkRatio } from './reference-trail';

type FindAccount = (wallet: string, currency: string) => Account | undefined;

interface Marked {
  readonly account: Account;
  readonly credit: Credit;
  readonly hop: number;
}

/** What an account that has just become known did lately: where its money went, and by whom it was handed on to it. */
export class ReferenceHunt {
  private readonly marked: Marked[] = [];
  private readonly reached = new Set<Account>();
  private readonly capsMet = new Set<string>();
  private readonly sinceMs: number;

  constructor(
    private readonly known: Account,
    private readonly operation: Operation,
    nowMs: number,
    private readonly find: FindAccount,
    private readonly limits: EngineLimits,
  ) {
    this.sinceMs = nowMs - limits.retroHuntMs;
  }

  run(caps: ReferenceCaps): void {
    for (const debit of newestFirst(this.known.debits)) {
      if (debit.atMs >= this.sinceMs) this.mark(debit.payee, debit.transfer, 1, 1);
    }
    for (const credit of newestFirst(this.known.credits)) {
      if (credit.atMs >= this.sinceMs) this.markThoseBefore(credit);
    }
    // The list grows while it is walked: breadth first.
    for (const marked of this.marked) this.follow(marked);
    for (const cap of this.capsMet) caps.count(cap);
  }

  /** Each wallet that received and passed on; the source only paid, and may be a victim. */
  private markThoseBefore(credit: Credit): void {
    credit.ancestors.forEach((received, k) => {
      const wallet = k === 0 ? credit.payer : credit.ancestors[k - 1]!.wallet;
      this.mark(wallet, received.transfer, 1, k + 1);
    });
  }

  private follow({ account, credit, hop }: Marked): void {
    if (account.hub || isPopular(account, credit.amountMinor, this.limits)) return;
    const share = credit.origins.get(this.operation)!;
    for (const debit of newestFirst(account.debits)) {
      const isAfter =
        debit.atMs >= credit.atMs &&
        debit.atMs <= credit.atMs + this.limits.taintDwellMaxMs &&
        debit.atMs >= this.sinceMs;
      if (!isAfter) continue;
      const received = account.credits
        .filter((other) => other.atMs <= debit.atMs)
        .reduce((sum, other) => sum + other.amountMinor, 0);
      const passedOn = isLinkRatio(debit.amountMinor, credit.amountMinor)
        ? share
        : share * Math.min(1, credit.amountMinor / received);
      if (passedOn >= this.limits.taintShareMin) {
        this.mark(debit.payee, debit.transfer, passedOn, hop + 1);
      }
    }
  }

  private mark(wallet: string, transfer: number, share: number, hop: number): void {
    const account = this.find(wallet, this.known.currency);
    const credit = account?.credits.find((row) => row.transfer === transfer);
    if (account === undefined || credit === undefined) return;
    if (share <= (credit.origins.get(this.operation) ?? 0)) return;
    const displaced = this.displacedBy(share, credit);
    if (displaced === 'nobody, it is too small') return;
    if (hop > this.limits.retroHopsMax) {
      this.capsMet.add('retroHopsMax');
      return;
    }
    const isFurther = account !== this.known && !this.reached.has(account);
    if (isFurther && this.reached.size >= this.limits.retroAccountsMax) {
      this.capsMet.add('retroAccountsMax');
      return;
    }
    if (isFurther) this.reached.add(account);
    if (displaced !== null) credit.origins.delete(displaced);
    credit.origins.set(this.operation, share);
    this.marked.push({ account, credit, hop });
  }

  /** Which operation makes room for this one in the credit, where it is full. */
  private displacedBy(share: number, credit: Credit): Operation | null | 'nobody, it is too small' {
    if (credit.origins.has(this.operation) || credit.origins.size < ORIGINS_MAX) return null;
    const least = smallest(credit.origins);
    const leastShare = least.withdrawn ? 0 : credit.origins.get(least)!;
    return share > leastShare ? least : 'nobody, it is too small';
  }
}
