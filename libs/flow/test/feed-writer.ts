import { AMOUNT_MINOR_MAX, HOUR_MS, type PartyKind, SECOND_MS } from '#domain';
import { type FeedStep, type MoveStep } from './feed-steps';
import { type AmountIntent, type Intent, type PayDetails } from './feed-intent';

/** A reversal of this position is one of a transfer that was never seen. */
const NEVER_SEEN_POSITION = 900_000;
/** What a chain keeps of its amount from hop to hop. */
const CHAIN_KEEPS = 0.95;
const CHAIN_GAP_MS = 90 * SECOND_MS;

/** Turns intents into definite steps: it knows who got what, and what time it is. */
export class FeedWriter {
  private readonly steps: FeedStep[] = [];
  private readonly moves: MoveStep[] = [];
  private position = 0;
  private newestAt = 0;

  constructor(
    private readonly walletCount: number,
    private readonly kinds: ReadonlyMap<number, PartyKind>,
  ) {}

  write(intents: readonly Intent[]): FeedStep[] {
    for (const intent of intents) this.add(intent);
    return this.steps;
  }

  private add(intent: Intent): void {
    switch (intent.do) {
      case 'pay':
        this.pay(intent.from, intent.from + 1 + (intent.hop % (this.walletCount - 1)), intent);
        return;
      case 'chain':
        this.chain(intent.from, intent.hops, intent);
        return;
      case 'fan':
        this.fan(intent.hub, Math.min(intent.width, this.walletCount - 1), intent.into, intent);
        return;
      case 'reverse':
        this.reverse(intent.which, intent.part, intent.gapMs);
        return;
      case 'indicator':
        this.steps.push({
          step: 'indicator',
          operationId: intent.operation,
          wallet: intent.token === null ? this.name(intent.wallet) : null,
          token: intent.token,
          knownFrom: this.newestAt + intent.aheadMs,
        });
        return;
      case 'call':
        this.newestAt += intent.gapMs;
        this.steps.push({
          step: 'call',
          caller: intent.caller,
          callee: intent.callee,
          at: this.newestAt - intent.lateMs,
        });
        return;
      case 'register': {
        const { byOwnProvider, openedAgoMs, agoMs } = intent;
        const openedAt = openedAgoMs === null ? null : this.newestAt - openedAgoMs;
        const wallet = this.name(intent.wallet);
        const at = this.newestAt - agoMs;
        this.steps.push({ step: 'register', wallet, byOwnProvider, openedAt, at });
        return;
      }
      case 'withdraw':
      case 'restore':
        this.steps.push({ step: intent.do, operationId: intent.operation });
        return;
      case 'wait':
        this.steps.push({
          step: 'wait',
          position: this.position + 1,
          hours: intent.hours,
          at: this.newestAt,
        });
        this.position += intent.hours;
        this.newestAt += intent.hours * HOUR_MS;
        return;
      default:
        intent satisfies never;
    }
  }

  private name(wallet: number): string {
    return String.fromCharCode('a'.charCodeAt(0) + (wallet % this.walletCount));
  }

  private pay(from: number, to: number, details: PayDetails): MoveStep {
    const [payer, payee] = [this.name(from), this.name(to)];
    const openedAt =
      details.openedAgoMs === null ? null : this.newestAt + details.gapMs - details.openedAgoMs;
    const kindOf = (wallet: number): PartyKind | null =>
      (details.declares ? this.kinds.get(wallet % this.walletCount) : null) ?? null;
    this.newestAt += details.gapMs;
    this.position += 1;
    const move: MoveStep = {
      step: 'move',
      position: this.position,
      from: payer,
      to: payee,
      amountMinor: this.amount(details.amount, payer, details.currency),
      at: this.newestAt - details.lateMs,
      currency: details.currency,
      type: details.type,
      byOwnProvider: details.byOwnProvider,
      fromKind: kindOf(from),
      toKind: kindOf(to),
      fromOpenedAt: openedAt,
      toOpenedAt: openedAt,
      fromTokens: details.fromTokens,
      toTokens: details.toTokens,
    };
    this.moves.push(move);
    this.steps.push(move);
    return move;
  }

  /** One sum handed on from wallet to wallet, round and round where there are few. */
  private chain(from: number, hops: number, details: PayDetails): void {
    let amount = details.amount;
    for (let hop = 0; hop < hops; hop += 1) {
      const gapMs = hop === 0 ? details.gapMs : CHAIN_GAP_MS;
      const lateMs = hop === 0 ? details.lateMs : 0;
      const paid = this.pay(from + hop, from + hop + 1, { ...details, amount, gapMs, lateMs });
      const kept = Math.max(1, Math.round(paid.amountMinor * CHAIN_KEEPS));
      amount = { freshMinor: kept, of: null, count: 1, factor: 1 };
    }
  }

  private fan(hub: number, width: number, into: boolean, details: PayDetails): void {
    for (let i = 1; i <= width; i += 1) {
      const gapMs = i === 1 ? details.gapMs : SECOND_MS * (i % 2);
      const [from, to] = into ? [hub + i, hub] : [hub, hub + i];
      this.pay(from, to, { ...details, gapMs });
    }
  }

  private amount(intent: AmountIntent, payer: string, currency: string): number {
    const got = this.moves
      .filter((move) => move.to === payer && move.currency === currency)
      .map((move) => move.amountMinor)
      .reverse();
    if (intent.of === null || got.length === 0) return intent.freshMinor;
    const first = intent.of % got.length;
    const sum = got.slice(first, first + intent.count).reduce((total, minor) => total + minor, 0);
    return Math.min(AMOUNT_MINOR_MAX, Math.max(1, Math.round(sum * intent.factor)));
  }

  /** Takes back an earlier transfer, maybe once more, or one that was never seen. */
  private reverse(which: number, part: number, gapMs: number): void {
    const original = this.moves.at(-1 - which) ?? this.moves[0];
    if (original === undefined) return;
    this.newestAt += gapMs;
    this.position += 1;
    this.steps.push({
      step: 'reverse',
      position: this.position,
      originalPosition:
        which < this.moves.length ? original.position : NEVER_SEEN_POSITION + this.position,
      payee: original.to,
      payer: original.from,
      currency: original.currency,
      amountMinor: Math.min(AMOUNT_MINOR_MAX, Math.max(1, Math.round(original.amountMinor * part))),
      at: this.newestAt,
    });
  }
}
