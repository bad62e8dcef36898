import { NONE } from './accounts';
import { ANCESTORS_MAX, COPAYEES_ROOM, FUNDERS_ROOM } from './flow-limits';
import { NewDealings } from './new-dealings';
import { CallBefore, Hops, Origins, type TrailCounts } from './trails';

/** What travels with a payment, from the payer's account to the payee's: by value, so that the two may live apart. */
export class Carried {
  /** Transfers in a row that passed this money on, this one included: 1 where nothing came before. */
  depth = 1;
  /** Those transfers, nearest first. */
  readonly ancestors = new Hops(ANCESTORS_MAX);
  /** The first of them, where it lies further back than the ancestors reach. */
  readonly root = new Hops(1);
  /** Who else paid the payer lately, newest first: of a payment that merges several, the link names one. */
  readonly funders = new Hops(FUNDERS_ROOM);
  /** Whom else the payer paid lately, newest first; the wallets are payees. */
  readonly coPayees = new Hops(COPAYEES_ROOM);
  readonly origins = new Origins();
  /** People new to the payer whom it paid lately, this payment included; empty where it is not to a person. */
  readonly paidNew = new NewDealings();
  /** People new to the payer who paid it lately. */
  readonly paidByNew = new NewDealings();
  /** The last call to the payer from a number of a known operation. */
  readonly call = new CallBefore();
  /** The payer had this payee among its recent ones. */
  payerKnowsPayee = false;
  /** As in `FlowStep`: no new object for a number. */
  private readonly numbers = new Float64Array(4);

  /** Of the payment, what was seen coming in. */
  get coveredMinor(): number {
    return this.numbers[0]!;
  }
  set coveredMinor(value: number) {
    this.numbers[0] = value;
  }

  /** Of that, what lots account for. */
  get lotMinor(): number {
    return this.numbers[1]!;
  }
  set lotMinor(value: number) {
    this.numbers[1] = value;
  }

  /** How long that had rested, weighed by amount; 0 where lots account for nothing. */
  get dwellMs(): number {
    return this.numbers[2]!;
  }
  set dwellMs(value: number) {
    this.numbers[2] = value;
  }

  /** What the payer usually pays: the mean natural logarithm of its debits, this one included… */
  get payerLogMean(): number {
    return this.numbers[3]!;
  }
  set payerLogMean(value: number) {
    this.numbers[3] = value;
  }

  /** …and how many they are. */
  payerDebits = 0;
  /** Of what the payer lately got from people new to it, payments about as high as this one. */
  likeCredits = 0;

  clear(): void {
    this.depth = 1;
    this.ancestors.count = 0;
    this.root.count = 0;
    this.funders.count = 0;
    this.coPayees.count = 0;
    this.origins.count = 0;
    this.call.clear();
    this.payerKnowsPayee = false;
    this.numbers.fill(0);
    this.payerDebits = 0;
    this.likeCredits = 0;
    this.paidNew.clear();
    this.paidByNew.clear();
  }

  get tainted(): boolean {
    return this.origins.count > 0;
  }

  /** Writes how many of each a credit will keep. */
  count(counts: TrailCounts): void {
    counts.ancestors = this.ancestors.count;
    counts.funders = this.funders.count;
    counts.root = this.root.count;
    counts.call = this.call.origin === NONE ? 0 : 1;
    counts.origins = this.origins.count;
  }
}
