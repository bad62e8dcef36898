import { DAY_MS } from '#domain';
import { type Arrival } from './parcel';
import { type SimulatedWallet } from './population';
import { VARIANTS } from './variants';

const { avoidedShare, avoidedDays } = VARIANTS['split-merge'].parameters;
const AVOIDED_MS = avoidedDays * DAY_MS;

const tooAlike = (credit: Arrival, debit: Arrival): boolean => {
  const sinceMs = debit.atMs - credit.atMs;
  const share = debit.amountMinor / credit.amountMinor;
  return (
    sinceMs >= 0 && sinceMs <= AVOIDED_MS && share >= avoidedShare.low && share <= avoidedShare.high
  );
};

/** What an operation's wallets have received and paid for it: who hides must not pay what anybody would link. */
export class CreditBook {
  private readonly credits = new Map<SimulatedWallet, Arrival[]>();
  private readonly debits = new Map<SimulatedWallet, Arrival[]>();

  note(debtor: SimulatedWallet, creditor: SimulatedWallet, money: Arrival): void {
    add(this.debits, debtor, money);
    add(this.credits, creditor, money);
  }

  /** Whether the wallet has neither received nor paid anything for so long that nothing resembles anything. */
  isClean(wallet: SimulatedWallet, atMs: number): boolean {
    const near = (money: Arrival): boolean => Math.abs(atMs - money.atMs) <= AVOIDED_MS;
    return ![this.credits, this.debits].some((book) => (book.get(wallet) ?? []).some(near));
  }

  /** Whether a payment from the wallet would resemble one of its credits. */
  resemblesCredit(wallet: SimulatedWallet, debit: Arrival): boolean {
    return (this.credits.get(wallet) ?? []).some((credit) => tooAlike(credit, debit));
  }

  /** Whether a payment to the wallet would be resembled by one that it is to make later. */
  resemblesDebit(wallet: SimulatedWallet, credit: Arrival): boolean {
    return (this.debits.get(wallet) ?? []).some((debit) => tooAlike(credit, debit));
  }

  /** The nearest amounts, one below and one above, that a payment from the wallet at that instant may have. */
  waysOut(wallet: SimulatedWallet, { amountMinor, atMs }: Arrival): readonly [number, number] {
    // Each credit keeps a band of amounts to itself. Bands overlap: what leaves one may end in the next.
    const bands = (this.credits.get(wallet) ?? [])
      .filter((credit) => credit.atMs <= atMs && atMs - credit.atMs <= AVOIDED_MS)
      .map((credit) => ({
        low: credit.amountMinor * avoidedShare.low,
        high: credit.amountMinor * avoidedShare.high,
      }))
      .sort((a, b) => a.low - b.low);
    let above = amountMinor;
    for (const { low, high } of bands) if (low <= above && above <= high) above = high + 1;
    let below = amountMinor;
    for (const { low, high } of bands.sort((a, b) => b.high - a.high)) {
      if (low <= below && below <= high) below = low - 1;
    }
    return [below, above];
  }
}

function add(to: Map<SimulatedWallet, Arrival[]>, wallet: SimulatedWallet, money: Arrival): void {
  const known = to.get(wallet);
  if (known) known.push(money);
  else to.set(wallet, [money]);
}
