import {
  type AgentRegistered,
  type Call,
  type Indicator,
  type Transfer,
  walletOfKey,
} from '#domain';
import {
  type AccountView,
  FLOW_LIMITS,
  FlowEngine,
  type StepView,
  viewOfAccount,
  viewOfStep,
  viewsOfAccounts,
} from '#flow';
import { type EngineLimits, type EngineUnderTest, type ReleasedView } from './engine-under-test';

/** The product's engine, as these tests see one. */
export class FastEngine implements EngineUnderTest {
  private readonly engine: FlowEngine;

  constructor(limits: EngineLimits) {
    this.engine = new FlowEngine({ ...FLOW_LIMITS, ...limits });
  }

  get nowMs(): number {
    return this.engine.nowMs;
  }

  get capCounts(): ReadonlyMap<string, number> {
    return this.engine.caps.counts;
  }

  get released(): ReadonlyMap<string, ReleasedView> {
    return this.engine.released;
  }

  move(
    position: number,
    transfer: Transfer,
    debtorTokens: readonly string[],
    creditorTokens: readonly string[],
  ): StepView {
    this.engine.move(position, transfer, debtorTokens, creditorTokens);
    return viewOfStep(this.engine);
  }

  reverse(
    payeeKey: string,
    payerKey: string,
    currency: string,
    originalPosition: number,
    position: number,
    amountMinor: number,
    atMs: number,
  ): number {
    const { engine } = this;
    engine.hear(atMs);
    const payee = engine.account(walletOfKey(payeeKey), null, currency, atMs);
    const payer = engine.account(walletOfKey(payerKey), null, currency, atMs);
    return engine.reverse(payee, payer, originalPosition, position, amountMinor, atMs);
  }

  call(call: Call): void {
    this.engine.note(call);
  }

  register(registered: AgentRegistered): void {
    this.engine.note(registered);
  }

  addIndicator(indicator: Indicator): void {
    this.engine.addIndicator(indicator);
  }

  withdraw(operationId: string): void {
    this.engine.watchlist.withdraw(operationId);
  }

  restore(operationId: string): void {
    this.engine.watchlist.restore(operationId);
  }

  account(wallet: string, currency: string): AccountView | null {
    return viewOfAccount(this.engine, walletOfKey(wallet), currency);
  }

  accounts(): AccountView[] {
    return viewsOfAccounts(this.engine);
  }
}
