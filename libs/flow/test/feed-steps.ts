import { type Party, type PartyKind, type Transfer, type TransferType, walletKey } from '#domain';
import { type StepView } from '#flow';
import { CLOCK_STEP_MS, type EngineUnderTest } from './engine-under-test';

/** When the feeds of these tests begin. Times in steps are milliseconds since. */
export const FEED_START_MS = Date.UTC(2026, 0, 5);
const PROVIDER = 'p';
/** Reports transfers of wallets that are not its own. */
const OTHER_PROVIDER = 'q';

/** The key of a wallet that a step calls by a letter. */
export const keyOf = (wallet: string): string =>
  walletKey({ provider: PROVIDER, walletId: wallet });

export interface MoveStep {
  readonly step: 'move';
  readonly position: number;
  readonly from: string;
  readonly to: string;
  readonly amountMinor: number;
  readonly at: number;
  readonly currency: string;
  readonly type: TransferType;
  /** Whether the provider of both wallets reports it, or another one. */
  readonly byOwnProvider: boolean;
  readonly fromKind: PartyKind | null;
  readonly toKind: PartyKind | null;
  readonly fromOpenedAt: number | null;
  readonly toOpenedAt: number | null;
  readonly fromTokens: readonly string[];
  readonly toTokens: readonly string[];
}

export interface ReverseStep {
  readonly step: 'reverse';
  readonly position: number;
  readonly originalPosition: number;
  readonly payee: string;
  readonly payer: string;
  readonly currency: string;
  readonly amountMinor: number;
  readonly at: number;
}

export interface IndicatorStep {
  readonly step: 'indicator';
  readonly operationId: string;
  /** A wallet by its letter, or a token. */
  readonly wallet: string | null;
  readonly token: string | null;
  readonly knownFrom: number;
}

/** One plain thing that happens to an engine; a list of them is a feed, and prints readably. */
export type FeedStep =
  | MoveStep
  | ReverseStep
  | IndicatorStep
  | {
      readonly step: 'call';
      readonly caller: string;
      readonly callee: string;
      readonly at: number;
    }
  | {
      readonly step: 'register';
      readonly wallet: string;
      readonly byOwnProvider: boolean;
      readonly openedAt: number | null;
      readonly at: number;
    }
  | { readonly step: 'withdraw' | 'restore'; readonly operationId: string }
  /** Rows of two strangers in a currency of their own, an hour apart: the clock moves on, nothing else. */
  | {
      readonly step: 'wait';
      readonly position: number;
      readonly hours: number;
      readonly at: number;
    };

/** What a step showed: of a move its result, of a reversal the shortfall. */
export type StepResult = StepView | number | null;

const partyOf = (walletId: string, kind: PartyKind | null, openedAt: number | null): Party => ({
  provider: PROVIDER,
  walletId,
  kind,
  openedAtMs: openedAt === null ? null : FEED_START_MS + openedAt,
});

export const transferOf = (move: MoveStep): Transfer => ({
  provider: move.byOwnProvider ? PROVIDER : OTHER_PROVIDER,
  transferId: `t${move.position}`,
  occurredAtMs: FEED_START_MS + move.at,
  type: move.type,
  status: 'SETTLED',
  amountMinor: move.amountMinor,
  currency: move.currency,
  debtor: partyOf(move.from, move.fromKind, move.fromOpenedAt),
  creditor: partyOf(move.to, move.toKind, move.toOpenedAt),
});

/** A move of two strangers in a currency that nothing else uses. */
export const strangersMove = (position: number, at: number): MoveStep => ({
  step: 'move',
  position,
  from: 'stranger-1',
  to: 'stranger-2',
  amountMinor: 1,
  at,
  currency: 'CHF',
  type: 'P2P',
  byOwnProvider: true,
  fromKind: null,
  toKind: null,
  fromOpenedAt: null,
  toOpenedAt: null,
  fromTokens: [],
  toTokens: [],
});

function move(engine: EngineUnderTest, step: MoveStep): StepView {
  return engine.move(step.position, transferOf(step), step.fromTokens, step.toTokens);
}

export function apply(engine: EngineUnderTest, step: FeedStep): StepResult {
  switch (step.step) {
    case 'move':
      return move(engine, step);
    case 'reverse':
      return engine.reverse(
        keyOf(step.payee),
        keyOf(step.payer),
        step.currency,
        step.originalPosition,
        step.position,
        step.amountMinor,
        FEED_START_MS + step.at,
      );
    case 'indicator':
      engine.addIndicator({
        operationId: step.operationId,
        type: step.wallet === null ? 'device' : 'wallet',
        match: step.wallet === null ? step.token! : keyOf(step.wallet),
        knownFromMs: FEED_START_MS + step.knownFrom,
      });
      return null;
    case 'call':
      engine.call({
        type: 'CALL',
        provider: PROVIDER,
        eventId: `c${step.at}`,
        occurredAtMs: FEED_START_MS + step.at,
        caller: step.caller,
        callee: step.callee,
      });
      return null;
    case 'register':
      engine.register({
        type: 'AGENT_REGISTERED',
        provider: step.byOwnProvider ? PROVIDER : OTHER_PROVIDER,
        eventId: `r${step.at}`,
        occurredAtMs: FEED_START_MS + step.at,
        wallet: { provider: PROVIDER, walletId: step.wallet },
        openedAtMs: step.openedAt === null ? null : FEED_START_MS + step.openedAt,
      });
      return null;
    case 'withdraw':
      engine.withdraw(step.operationId);
      return null;
    case 'restore':
      engine.restore(step.operationId);
      return null;
    case 'wait':
      for (let hour = 1; hour <= step.hours; hour += 1) {
        move(engine, strangersMove(step.position + hour - 1, step.at + hour * CLOCK_STEP_MS));
      }
      return null;
    default:
      return step satisfies never;
  }
}

/** The accounts that a step touched, as wallet letters; null where it may have touched any. */
export function touchedBy(step: FeedStep): { wallets: string[]; currency: string } | null {
  switch (step.step) {
    case 'move':
      return { wallets: [step.from, step.to], currency: step.currency };
    case 'reverse':
      return { wallets: [step.payee, step.payer], currency: step.currency };
    case 'wait':
    case 'call':
    case 'register':
    case 'indicator':
    case 'withdraw':
    case 'restore':
      return null;
    default:
      return step satisfies never;
  }
}
