import { DAY_MS } from '#domain';
import { type Example } from '#typologies';
import { type FeedLog, type RowIndex } from './feed-log';
import { type ScoreWatch } from './transfer-scores';

interface AccountDay {
  strongest: number;
  terms: Example['terms'];
  positive: boolean;
}

/**
 * What was thought of each account on each day, at its strongest, and whether it was right: as an office disposes of it. The
 * judgements of one day hang together, and counted one by one they would pretend to be as many witnesses. An account-day of
 * which nothing spoke is no judgement.
 */
export class AccountDays {
  private readonly days = new Map<string, AccountDay>();

  /**
   * @param from the first row that counts
   * @param isPositive whether a row is one of those that were to be found
   */
  constructor(
    private readonly log: FeedLog,
    private readonly from: RowIndex,
    private readonly isPositive: (row: RowIndex) => boolean,
  ) {}

  readonly scored: ScoreWatch['scored'] = (position, _risk, anchor, terms) => {
    const row = this.log.rowOf(position);
    if (row < this.from || terms.length === 0) return;
    const name = `${anchor} ${Math.floor(this.log.atMs(row) / DAY_MS)}`;
    const strength = terms.reduce((sum, { logOdds }) => sum + logOdds, 0);
    const known = this.days.get(name);
    const positive = this.isPositive(row) || known?.positive === true;
    if (known !== undefined && known.strongest >= strength) {
      known.positive = positive;
      return;
    }
    // Copied: what else a term holds, the sentence's facts, need not be kept for hundreds of thousands of them.
    const kept = terms.map(({ name: term, logOdds }) => ({ name: term, logOdds }));
    this.days.set(name, { strongest: strength, terms: kept, positive });
  };

  get examples(): Example[] {
    return [...this.days.values()].map(({ terms, positive }) => ({ terms, positive }));
  }
}
