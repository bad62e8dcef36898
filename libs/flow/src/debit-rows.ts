import { type EventTimeMs } from '#domain';
import { ACCOUNT, type AccountIndex, type Accounts } from './accounts';
import { type FlowLimits } from './flow-limits';
import { type FlowStep } from './flow-step';
import { type DebitSlot, TIMED, TimedRows } from './timed-rows';

/** After the fields of {@link TIMED}. */
const DEBIT = { payee: 3, marks: 4, stride: 5 } as const;
const NEW_PAYEE = 1;
const PERSONAL = 2;
const LEAVES = 4;
const CASH = 8;

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

  /** It took money out of the wallets. */
  leaves(row: DebitSlot): boolean {
    return (this.get(row, DEBIT.marks) & LEAVES) !== 0;
  }

  /** It was paid out in cash. */
  cash(row: DebitSlot): boolean {
    return (this.get(row, DEBIT.marks) & CASH) !== 0;
  }

  /** Remembers the step's debit. The account must have room. */
  remember(step: FlowStep): void {
    const { atMs, amountMinor, carried } = step;
    const row = this.insert(step.payer, atMs);
    const page = this.page(row);
    const at = this.offset(row);
    page[at + TIMED.transfer] = step.position;
    page[at + TIMED.at] = atMs;
    page[at + TIMED.amount] = amountMinor;
    page[at + DEBIT.payee] = step.payee;
    page[at + DEBIT.marks] =
      (carried.payerKnowsPayee ? 0 : NEW_PAYEE) |
      (step.personal ? PERSONAL : 0) |
      (step.leaves ? LEAVES : 0) |
      (step.cash && step.leaves ? CASH : 0);
  }

  /** A debit is nothing but spent. */
  protected override isSpent(): boolean {
    return true;
  }

  /** The debit that a full account forgets for the step's; NONE where that one is not kept. */
  least(step: FlowStep, doneBeforeMs: number, limits: FlowLimits): DebitSlot {
    const { payer, amountMinor, atMs } = step;
    const row = { amountMinor, atMs, isSpent: true };
    return this.leastFor(payer, row, doneBeforeMs, limits.debitsPerAccountMax);
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
