import {
  type EventTimeMs,
  isCash,
  isExit,
  isPurchase,
  MARK_KINDS,
  type MarkKind,
  type Transfer,
} from '#domain';
import { type AccountIndex, NONE } from './accounts';
import { Carried } from './carried';
import { type MarkedUse } from './marked-uses';
import { NONE_SHARED, type SharedPayee } from './pair-store';
import { type CreditSlot } from './timed-rows';

/** The lots that a debit took, by value: what is left in the account may move. */
export class TakenLots {
  count = 0;
  readonly transfer: Float64Array;
  readonly payer: Int32Array;
  readonly amountMinor: Float64Array;
  readonly atMs: Float64Array;
  readonly takenMinor: Float64Array;
  /** Whether its payer had never paid the account before. */
  readonly newPair: Uint8Array;
  /** Whether it came from a person. */
  readonly personal: Uint8Array;
  /** Whether an alert relies on it. */
  readonly watched: Uint8Array;

  constructor(max: number) {
    this.transfer = new Float64Array(max);
    this.payer = new Int32Array(max);
    this.amountMinor = new Float64Array(max);
    this.atMs = new Float64Array(max);
    this.takenMinor = new Float64Array(max);
    this.newPair = new Uint8Array(max);
    this.personal = new Uint8Array(max);
    this.watched = new Uint8Array(max);
  }
}

/**
 * One transfer, as both its accounts saw it: what goes in is set before, the rest by the debit and then the credit.
 * There is one, used again and again: what is needed later must be copied.
 */
export class FlowStep {
  /** A field that holds a fraction or a large number is a new object whenever it is set; a typed array is not. */
  private readonly numbers = new Float64Array(4);

  /** The transfer's place in the log. */
  get position(): number {
    return this.numbers[0]!;
  }
  set position(value: number) {
    this.numbers[0] = value;
  }

  /** When it happened. */
  get atMs(): EventTimeMs {
    return this.numbers[1]!;
  }
  set atMs(value: EventTimeMs) {
    this.numbers[1] = value;
  }

  /** The feed's clock. */
  get nowMs(): EventTimeMs {
    return this.numbers[2]!;
  }
  set nowMs(value: EventTimeMs) {
    this.numbers[2] = value;
  }

  get amountMinor(): number {
    return this.numbers[3]!;
  }
  set amountMinor(value: number) {
    this.numbers[3] = value;
  }

  payer: AccountIndex = NONE;
  payee: AccountIndex = NONE;
  /** A payment from person to person, as far as its type says. */
  personal = false;
  /** It takes money out of the wallets: cash, crypto, abroad. */
  leaves = false;
  /** Cash, paid in or out. */
  cash = false;
  /** It came well after the feed's clock had passed it. */
  late = false;
  /** Neither had the other among its recent counterparties. Known after the credit. */
  newPair = false;
  /** The credit laid in the payee; NONE where the payee is a hub, or full of what is worth more. */
  credit: CreditSlot = NONE;
  /** The most wallets that any identifier of this transfer was lately seen with, this one included. */
  walletsSharingIdentifier = 0;
  /** Of each mark of the payment, the last payments of wallets that lately paid with it, this one among them; none where it is not told. */
  readonly uses: Record<MarkKind, readonly MarkedUse[]>;
  /** As the provider tells of them here; null where it does not. */
  payerTier: string | null = null;
  payeeTier: string | null = null;
  /** The most payees that the payer shares with another recent payer of the payee, this one included. */
  payeesShared = 0;
  /** Of those others who share more than this payee with the payer, all that is shared. */
  shared: readonly SharedPayee[] = NONE_SHARED;
  readonly carried = new Carried();
  readonly taken: TakenLots;

  constructor(lotsMax: number) {
    this.taken = new TakenLots(lotsMax);
    this.uses = { handset: NO_USES, sim: NO_USES, person: NO_USES, agent: NO_USES };
  }

  /** Between people, or out of the wallets: what a purchase, a salary or a fee shows nobody looks at. */
  get tells(): boolean {
    return this.personal || this.leaves;
  }

  /** What the transfer says of itself. */
  begin(position: number, transfer: Transfer, nowMs: EventTimeMs): void {
    const { occurredAtMs, type, amountMinor, debtor, creditor } = transfer;
    this.position = position;
    this.atMs = occurredAtMs;
    this.nowMs = nowMs;
    this.amountMinor = amountMinor;
    this.personal = type === 'P2P' || type === 'BANK_TRANSFER';
    this.leaves = isExit(transfer) && !isPurchase(type);
    this.cash = isCash(type);
    this.payerTier = debtor.tier ?? null;
    this.payeeTier = creditor.tier ?? null;
    for (const kind of MARK_KINDS) this.uses[kind] = NO_USES;
  }
}

const NO_USES: readonly MarkedUse[] = [];
