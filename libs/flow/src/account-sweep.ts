import { type EventTimeMs } from '#domain';
import { ACCOUNT, type AccountIndex, type Accounts } from './accounts';

/** With each transfer the sweep looks at one account, and so many more for each that is new: it must not fall behind. */
const LOOKS_PER_NEW_ACCOUNT = 2;

/** Where a sweep is, and how many accounts it still owes a look. */
export interface SweepState {
  readonly at: AccountIndex;
  readonly due: number;
}

/** Goes round all accounts, a few with each transfer, and shows those that nobody has come back to. */
export class AccountSweep {
  private at = 0;
  private due = 0;

  /** @param rested is told of each that was last used too long ago */
  constructor(
    private readonly accounts: Accounts,
    private readonly rested: (account: AccountIndex) => void,
  ) {}

  /** There is one more account. */
  opened(): void {
    this.due += LOOKS_PER_NEW_ACCOUNT;
  }

  /** Looks at the next accounts. @param sinceMs last used before it is too long ago */
  next(sinceMs: EventTimeMs): void {
    while (this.due-- >= 0) this.look(sinceMs);
    this.due = 0;
  }

  private look(sinceMs: EventTimeMs): void {
    const { names } = this.accounts;
    this.at = this.at + 1 >= names.end ? 0 : this.at + 1;
    const account = this.at;
    if (account >= names.end || names.isFree(account)) return;
    if (this.accounts.get(account, ACCOUNT.lastAt) < sinceMs) this.rested(account);
  }

  save(): SweepState {
    return { at: this.at, due: this.due };
  }

  load(state: SweepState): void {
    this.at = state.at;
    this.due = state.due;
  }
}
