import { DAY_MS, type EventTimeMs } from '#domain';
import { type AccountIndex } from '#flow';
import { type Example } from './reliability';
import { type WeightedTerm } from './risk';

/** With six terms each some 550 bytes: about half a gigabyte. */
export const ACCOUNT_DAYS_MAX = 1_000_000;

/** What became of what a transfer led to. UNKNOWN: somebody has it in hand, and it says nothing either way. */
export type Finding = 'CONFIRMED' | 'DISMISSED' | 'UNKNOWN';

interface AccountDay {
  strongest: number;
  terms: Example['terms'];
  finding: Finding;
}

/** Of an account's day, what speaks last: one confirmed transfer makes it right, and one still in hand leaves it open. */
const WEIGHT: Readonly<Record<Finding, number>> = { DISMISSED: 0, UNKNOWN: 1, CONFIRMED: 2 };

/**
 * What was thought of each account on each day, at its strongest, and whether it was right: as an office disposes of it. The
 * judgements of one day hang together, and counted one by one they would pretend to be as many witnesses. An account-day of
 * which nothing spoke is no judgement.
 */
export class AccountDays {
  private readonly days = new Map<string, AccountDay>();

  /**
   * @param findingOf by a transfer's place in the log
   * @param daysMax remembered; the oldest makes room
   */
  constructor(
    private readonly findingOf: (position: number) => Finding,
    private readonly daysMax = ACCOUNT_DAYS_MAX,
  ) {}

  judged(
    position: number,
    atMs: EventTimeMs,
    anchor: AccountIndex,
    terms: readonly WeightedTerm[],
  ): void {
    if (terms.length === 0) return;
    const name = `${anchor} ${Math.floor(atMs / DAY_MS)}`;
    const strength = terms.reduce((sum, { logOdds }) => sum + logOdds, 0);
    const known = this.days.get(name);
    const found = this.findingOf(position);
    const finding =
      known !== undefined && WEIGHT[known.finding] > WEIGHT[found] ? known.finding : found;
    if (known !== undefined && known.strongest >= strength) {
      known.finding = finding;
      return;
    }
    // Copied: what else a term holds, the sentence's facts, need not be kept for hundreds of thousands of them.
    const kept = terms.map(({ name: term, logOdds }) => ({ name: term, logOdds }));
    this.days.set(name, { strongest: strength, terms: kept, finding });
    if (this.days.size <= this.daysMax) return;
    const [oldest] = this.days.keys();
    this.days.delete(oldest!);
  }

  /** Those whose end is known. */
  get examples(): Example[] {
    return [...this.days.values()]
      .filter(({ finding }) => finding !== 'UNKNOWN')
      .map(({ terms, finding }) => ({ terms, positive: finding === 'CONFIRMED' }));
  }
}
