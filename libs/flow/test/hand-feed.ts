import { invariant } from '#domain';
import { type AccountView, type CreditView, type StepView, type TrailView } from '#flow';
import {
  CLOCK_STEP_MS,
  DEFAULT_LIMITS,
  type EngineLimits,
  type EngineMaker,
  type EngineUnderTest,
} from './engine-under-test';
import { apply, keyOf, type MoveStep, strangersMove } from './feed-steps';

/** The letter of a wallet's key. */
export const letterOf = (key: string): string => key.slice(key.indexOf('\n') + 1);

export const wallets = (legs: readonly TrailView[]): string[] =>
  legs.map((leg) => letterOf(leg.wallet));

/** What is left of an account's credits, newest first: "b 100". */
export const leftOf = (account: AccountView): string[] =>
  account.credits.map((credit) => `${letterOf(credit.payer)} ${credit.leftMinor}`);

/** Shares by operation. */
export const sharesOf = (row: Pick<CreditView, 'origins'> | null): Record<string, number> =>
  Object.fromEntries((row?.origins ?? []).map((origin) => [origin.operationId, origin.share]));

/** A feed written by hand, one line a row, in PKR paisa between wallets called by letters. */
export class HandFeed {
  readonly engine: EngineUnderTest;
  private position = 0;
  private clockAt = 0;

  constructor(make: EngineMaker, limits: Partial<EngineLimits> = {}) {
    this.engine = make({ ...DEFAULT_LIMITS, ...limits });
  }

  /** @param at milliseconds since the feed's start */
  pay(
    from: string,
    to: string,
    amountMinor: number,
    at: number,
    more: Partial<MoveStep> = {},
  ): StepView {
    this.position += 1;
    this.heard(at);
    const plain = strangersMove(this.position, at);
    const move = { ...plain, currency: 'PKR', from, to, amountMinor, ...more };
    const result = apply(this.engine, move);
    invariant(result !== null && typeof result === 'object', 'a move shows its step');
    return result;
  }

  /** Each wallet hands the sum on to the next, a minute apart. @returns the last step */
  chain(letters: string, amountMinor: number, at: number): StepView {
    const steps = letters
      .split('')
      .slice(1)
      .map((to, i) => {
        return this.pay(letters[i]!, to, amountMinor, at + i * 60_000);
      });
    return steps.at(-1)!;
  }

  /** Takes an earlier payment back. @returns the shortfall */
  reverse(of: StepView, at: number, amountMinor = of.amountMinor): number {
    this.position += 1;
    this.heard(at);
    return apply(this.engine, {
      step: 'reverse',
      position: this.position,
      originalPosition: of.position,
      payee: letterOf(of.payee),
      payer: letterOf(of.payer),
      currency: 'PKR',
      amountMinor,
      at,
    }) as number;
  }

  /** A number, by its token, is called. */
  call(caller: string, callee: string, at: number): void {
    apply(this.engine, { step: 'call', caller, callee, at });
  }

  /** A wallet is registered as an agent's. */
  register(
    wallet: string,
    at: number,
    {
      openedAt = null,
      byOwnProvider = true,
    }: { openedAt?: number | null; byOwnProvider?: boolean } = {},
  ): void {
    apply(this.engine, { step: 'register', wallet, byOwnProvider, openedAt, at });
  }

  /** Registers an indicator: a wallet by its letter, or a longer token. */
  name(operationId: string, match: string, knownFrom = 0): void {
    const isWallet = match.length === 1;
    apply(this.engine, {
      step: 'indicator',
      operationId,
      wallet: isWallet ? match : null,
      token: isWallet ? null : match,
      knownFrom,
    });
  }

  /** Brings the feed's clock to a time, by rows of strangers. */
  clock(at: number): void {
    while (this.clockAt < at) {
      this.position += 1;
      const next = Math.min(at, this.clockAt + CLOCK_STEP_MS);
      this.heard(next);
      apply(this.engine, strangersMove(this.position, next));
    }
  }

  account(letter: string, currency = 'PKR'): AccountView {
    const account = this.engine.account(keyOf(letter), currency);
    invariant(account !== null, 'the account was seen');
    return account;
  }

  /** How often a cap was met so far. */
  met(cap: string): number {
    return this.engine.capCounts.get(cap) ?? 0;
  }

  /** The feed's first row sets its clock; each later one moves it on by at most an hour. */
  private heard(at: number): void {
    if (this.position === 1) this.clockAt = at;
    else if (at > this.clockAt) this.clockAt = Math.min(at, this.clockAt + CLOCK_STEP_MS);
  }
}
