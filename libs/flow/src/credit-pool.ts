import { ANCESTORS_MAX, ORIGINS_MAX } from './flow-limits';
import { type AccountIndex, NONE } from './accounts';
import { SlotPool } from './slot-pool';

/** A credit that is remembered: a row of {@link CreditPool}. */
export type CreditSlot = number;

/**
 * Credits of all accounts. Each is two things at once: a *lot*, which says how much of that money is left and where it came
 * from, and the head of a *link*, which says by which transfers it got here. Rows are chained per account, newest first.
 */
export class CreditPool extends SlotPool {
  /** The log position of the transfer. */
  transfer!: Float64Array;
  payer!: Int32Array;
  at!: Float64Array;
  amount!: Float64Array;
  /** Of the amount, what has not been taken yet. */
  left!: Float64Array;
  /** 1 where the payer had never paid this account before, as far as both remember. */
  newPair!: Uint8Array;
  /** 1 for a payment between people, the kind that mules are paid by. */
  personal!: Uint8Array;

  /** Transfers in a row that passed this money on, this one included: 1 where nothing came before. */
  depth!: Int32Array;
  /** How many of {@link ANCESTORS_MAX} are filled; nearest first. */
  ancestorCount!: Uint8Array;
  ancestorPayer!: Int32Array;
  ancestorTransfer!: Float64Array;
  ancestorAmount!: Float64Array;
  ancestorAt!: Float64Array;

  /** Operations that a share of this money comes from, largest first; NONE where there are fewer. */
  origin!: Int32Array;
  originShare!: Float64Array;

  constructor() {
    super();
    const { columns } = this;
    columns.float64((a) => (this.transfer = a));
    columns.int32((a) => (this.payer = a));
    columns.float64((a) => (this.at = a));
    columns.float64((a) => (this.amount = a));
    columns.float64((a) => (this.left = a));
    columns.uint8((a) => (this.newPair = a));
    columns.uint8((a) => (this.personal = a));
    columns.int32((a) => (this.depth = a));
    columns.uint8((a) => (this.ancestorCount = a));
    columns.int32((a) => (this.ancestorPayer = a), ANCESTORS_MAX);
    columns.float64((a) => (this.ancestorTransfer = a), ANCESTORS_MAX);
    columns.float64((a) => (this.ancestorAmount = a), ANCESTORS_MAX);
    columns.float64((a) => (this.ancestorAt = a), ANCESTORS_MAX);
    columns.int32((a) => (this.origin = a), ORIGINS_MAX);
    columns.float64((a) => (this.originShare = a), ORIGINS_MAX);
  }

  isTainted = (slot: CreditSlot): boolean => this.origin[slot * ORIGINS_MAX]! !== NONE;
}

/** A debit that is remembered. */
export type DebitSlot = number;

/** Debits of all accounts, chained per account, newest first. */
export class DebitPool extends SlotPool {
  transfer!: Float64Array;
  payee!: Int32Array;
  at!: Float64Array;
  amount!: Float64Array;
  newPair!: Uint8Array;
  personal!: Uint8Array;

  constructor() {
    super();
    const { columns } = this;
    columns.float64((a) => (this.transfer = a));
    columns.int32((a) => (this.payee = a));
    columns.float64((a) => (this.at = a));
    columns.float64((a) => (this.amount = a));
    columns.uint8((a) => (this.newPair = a));
    columns.uint8((a) => (this.personal = a));
  }
}

/** What travels with a payment, from the payer's account to the payee's: by value, so that the two may live apart. */
export class Carried {
  depth = 1;
  ancestorCount = 0;
  readonly ancestorPayer = new Int32Array(ANCESTORS_MAX);
  readonly ancestorTransfer = new Float64Array(ANCESTORS_MAX);
  readonly ancestorAmount = new Float64Array(ANCESTORS_MAX);
  readonly ancestorAt = new Float64Array(ANCESTORS_MAX);
  readonly origin = new Int32Array(ORIGINS_MAX).fill(NONE);
  readonly originShare = new Float64Array(ORIGINS_MAX);
  /** The payer had this payee among its recent ones. */
  payerKnowsPayee = false;
  /** Of the payment, what was seen coming in. */
  coveredMinor = 0;
  /** How long the covered money had rested, weighed by amount; 0 where none was covered. */
  dwellMs = 0;
  /** The credit of the payer that this payment passes on; NONE where there is none. */
  parent: CreditSlot = NONE;
  parentPayer: AccountIndex = NONE;

  clear(): void {
    this.depth = 1;
    this.ancestorCount = 0;
    this.origin.fill(NONE);
    this.originShare.fill(0);
    this.payerKnowsPayee = false;
    this.coveredMinor = 0;
    this.dwellMs = 0;
    this.parent = NONE;
    this.parentPayer = NONE;
  }

  get tainted(): boolean {
    return this.origin[0] !== NONE;
  }
}
