import { type EventTimeMs } from '#domain';
import { ACCOUNT, type AccountIndex, type Accounts } from './accounts';
import { type FlowLimits } from './flow-limits';
import { type FlowStep } from './flow-step';
import { type DebitSlot, TIMED, TimedRows, worthOf } from './timed-rows';

/** After the fields of {@link TIMED}. */
const DEBIT = { payee: 4, marks: 5, stride: 6 } as const;
const NEW_PAYEE = 1;
const PERSONAL = 2;

/** The remembered debits of all accounts. */
export class DebitRows extends TimedRows {
  constructor(accounts: Accounts) {
    super('debits', DEBIT.stride, accounts, {
      block: ACCOUNT.debitBlock,
      count: ACCOUNT.debitCount,
      blockClass: ACCOUNT.debitClass,
    });
  }

  payee(row: DebitSlot): AccountIndex {
    return this.get(row, DEBIT.payee);
  }

  /** The account had never paid that payee before, as far as it remembers. */
  newPayee(row: DebitSlot): boolean {
    return (this.get(row, DEBIT.marks) & NEW_PAYEE) !== 0;
  }

  personal(row: DebitSlot): boolean {
    return (this.get(row, DEBIT.marks) & PERSONAL) !== 0;
  }

  /** Whether `payee` is among those the account paid, as far as it remembers. */
  hasPayee(account: AccountIndex, payee: AccountIndex): boolean {
    const count = this.count(account);
    if (count === 0) return false;
    const first = this.first(account);
    const page = this.page(first);
    let at = this.offset(first) + DEBIT.payee;
    for (let i = 0; i < count; i += 1, at += DEBIT.stride) if (page[at] === payee) return true;
    return false;
  }

  /** Remembers the step's debit. The account must have room. */
  remember(step: FlowStep, limits: FlowLimits): void {
    const { atMs, amountMinor, carried } = step;
    const row = this.insert(step.payer, atMs);
    const page = this.page(row);
    const at = this.offset(row);
    page[at + TIMED.transfer] = step.position;
    page[at + TIMED.at] = atMs;
    page[at + TIMED.amount] = amountMinor;
    page[at + TIMED.worth] = worthOf(amountMinor, atMs, limits.keepHalfLifeMs);
    page[at + DEBIT.payee] = step.payee;
    page[at + DEBIT.marks] =
      (carried.payerKnowsPayee ? 0 : NEW_PAYEE) | (step.personal ? PERSONAL : 0);
  }

  /** The account's debit that is worth least; NONE where one of that amount and time would be worth less still. */
  leastWorth(
    account: AccountIndex,
    amountMinor: number,
    atMs: EventTimeMs,
    limits: FlowLimits,
  ): DebitSlot {
    return this.leastBelow(account, worthOf(amountMinor, atMs, limits.keepHalfLifeMs));
  }

  forget(account: AccountIndex, row: DebitSlot): void {
    this.remove(account, row);
  }

  expire(account: AccountIndex, sinceMs: EventTimeMs): void {
    const older = this.countBefore(account, sinceMs);
    if (older > 0) this.remove(account, this.first(account), older);
  }

  /** Forgets all of an account. */
  clear(account: AccountIndex): void {
    const count = this.count(account);
    if (count > 0) this.remove(account, this.first(account), count);
  }
}
