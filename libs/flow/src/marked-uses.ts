import { type EventTimeMs, type MarkKind } from '#domain';
import { type AccountIndex, NONE } from './accounts';
import { type AccountNames } from './account-names';
import { type Caps } from './caps';
import { CAPS, type FlowLimits } from './flow-limits';
import { blockOf, countOf, KeyedRows, type Place } from './keyed-rows';
import { RecentTexts } from './recent-texts';
import { NO_SLOT } from './slot-table';
import { type StatePart, type StateSource } from './state-parts';
import { hash53 } from './text';

/** Wallets remembered of one mark; the one that paid with it longest ago makes room. */
export const WALLETS_PER_MARK_MAX: Readonly<Record<MarkKind, number>> = {
  ...{ handset: 16, sim: 16, person: 16 },
  // Of a busy agent an hour or two, and of a quiet one days.
  agent: 64,
};

/** A payment that bears a mark. Accounts are remembered for longer than it is. */
export interface MarkedUse {
  readonly payer: AccountIndex;
  readonly payee: AccountIndex;
  /** Of the payer's national id, as `personNumber` gives it; NO_PERSON where it is not told. */
  readonly person: number;
  readonly position: number;
  readonly atMs: EventTimeMs;
  readonly amountMinor: number;
  readonly newPair: boolean;
  /** Of the amount, what people new to the payer had paid it, by its lots… */
  readonly fromNewMinor: number;
  /** …and how long that had rested at most; 0 where there is none. */
  readonly restMs: number;
}

/** A use's numbers, side by side. */
const USE = {
  ...{ payer: 0, payee: 1, person: 2, position: 3, at: 4 },
  ...{ amount: 5, newPair: 6, fromNew: 7, rest: 8 },
} as const;
const STRIDE = 9;

/** By which wallets people lately paid with each mark of one kind: the last payment of each wallet. */
export class MarkedUses {
  /** Where each mark's uses lie: in the order of time, of equal times in that of arrival. */
  private readonly places: RecentTexts;
  private readonly rows: KeyedRows;
  private readonly marksMax: number;
  private readonly walletsMax: number;
  private readonly memoryMs: EventTimeMs;

  constructor(
    kind: MarkKind,
    private readonly names: AccountNames,
    { marksMax, memoryMs }: FlowLimits,
    private readonly caps: Caps,
  ) {
    this.places = new RecentTexts(`marks-${kind}`);
    this.rows = new KeyedRows(`marks-${kind}.uses`, STRIDE);
    this.marksMax = marksMax;
    this.walletsMax = WALLETS_PER_MARK_MAX[kind];
    this.memoryMs = memoryMs;
  }

  /**
   * Notes a payment with a mark. Touches the mark only.
   *
   * @returns the last payment of each wallet that paid with it lately, this one last of its time
   */
  use(mark: string, use: MarkedUse, nowMs: EventTimeMs): MarkedUse[] {
    const { places } = this;
    let slot = places.find(mark);
    if (slot === NO_SLOT) slot = places.add(mark, this.rows.begin());
    else places.renew(slot);
    const place = this.insert(places.at(slot), use);
    places.put(slot, place);
    const lately = this.between(place, nowMs - this.memoryMs, use.atMs);
    this.forget(nowMs);
    return lately;
  }

  /** Puts a use where its time is, in the stead of the wallet's last one, of the oldest where all room is taken, or of none. */
  private insert(known: Place, use: MarkedUse): Place {
    const { rows } = this;
    const isFull = countOf(known) === this.walletsMax;
    let row = this.rowOf(known, use.payer);
    let place = known;
    if (row === NONE && isFull) {
      row = blockOf(known);
      // It would be the oldest itself.
      if (rows.get(row, USE.at) > use.atMs) return known;
    } else if (row === NONE) {
      place = rows.lengthened(known);
      row = blockOf(place) + countOf(known);
    }
    const [first, last] = [blockOf(place), blockOf(place) + countOf(place) - 1];
    while (row < last && rows.get(row + 1, USE.at) <= use.atMs) rows.copy(row + 1, row++);
    while (row > first && rows.get(row - 1, USE.at) > use.atMs) rows.copy(row - 1, row--);
    this.write(row, use);
    return place;
  }

  /** The wallet's. What is too old may name an account whose number another wallet has by now: then it goes a little sooner. */
  private rowOf(place: Place, payer: AccountIndex): number {
    const end = blockOf(place) + countOf(place);
    for (let row = blockOf(place); row < end; row += 1) {
      if (this.names.isSameWallet(this.rows.get(row, USE.payer), payer)) return row;
    }
    return NONE;
  }

  private write(row: number, use: MarkedUse): void {
    const page = this.rows.page(row);
    const at = this.rows.offset(row);
    page[at + USE.payer] = use.payer;
    page[at + USE.payee] = use.payee;
    page[at + USE.person] = use.person;
    page[at + USE.position] = use.position;
    page[at + USE.at] = use.atMs;
    page[at + USE.amount] = use.amountMinor;
    page[at + USE.newPair] = use.newPair ? 1 : 0;
    page[at + USE.fromNew] = use.fromNewMinor;
    page[at + USE.rest] = use.restMs;
  }

  private between(place: Place, sinceMs: EventTimeMs, untilMs: EventTimeMs): MarkedUse[] {
    const { rows } = this;
    const page = rows.page(blockOf(place));
    const first = rows.offset(blockOf(place));
    const uses: MarkedUse[] = [];
    for (let at = first; at < first + countOf(place) * STRIDE; at += STRIDE) {
      const atMs = page[at + USE.at]!;
      if (!(atMs >= sinceMs && atMs <= untilMs)) continue;
      uses.push({
        payer: page[at + USE.payer]!,
        payee: page[at + USE.payee]!,
        person: page[at + USE.person]!,
        position: page[at + USE.position]!,
        atMs,
        amountMinor: page[at + USE.amount]!,
        newPair: page[at + USE.newPair] === 1,
        fromNewMinor: page[at + USE.fromNew]!,
        restMs: page[at + USE.rest]!,
      });
    }
    return uses;
  }

  /** Marks that nobody has used for too long, or that make room. */
  private forget(nowMs: EventTimeMs): void {
    const { places } = this;
    for (let { oldest } = places; oldest !== NO_SLOT; { oldest } = places) {
      const place = places.at(oldest);
      const lastAtMs = this.rows.get(blockOf(place) + countOf(place) - 1, USE.at);
      const isOld = lastAtMs < nowMs - this.memoryMs;
      if (!isOld && places.size <= this.marksMax) return;
      if (!isOld) this.caps.count(CAPS.marks);
      this.rows.drop(place);
      places.forget(oldest);
    }
  }

  *save(): Iterable<StatePart> {
    yield* this.places.save();
    yield* this.rows.save();
  }

  load(source: StateSource): void {
    this.places.load(source);
    this.rows.load(source);
  }
}

export const NO_PERSON = 0;

/**
 * A person as a number, to be told apart from the few others of one mark, wherever their tokens are kept: 53 bits of a hash.
 *
 * @param token null where it is not told
 */
export const personNumber = (token: string | null): number =>
  token === null ? NO_PERSON : hash53(token);

type Owned = Pick<MarkedUse, 'person'>;

const persons = (uses: readonly Owned[]): number =>
  new Set(uses.map(({ person }) => person).filter((person) => person !== NO_PERSON)).size;

/** How many share a mark, by its kind: people, or one person's wallets. A wallet is among its uses once. */
export const SHARERS = {
  /** A wallet whose person is not told is a person's of its own: a handset is seldom used for four wallets. */
  handset: (uses: readonly Owned[]): number =>
    persons(uses) + uses.filter(({ person }) => person === NO_PERSON).length,
  /** Whose person is not told does not count: one number may hold a wallet with each provider. */
  sim: persons,
  person: (uses: readonly Owned[]): number => uses.length,
} as const;
export type SharedMarkKind = keyof typeof SHARERS;
export const SHARED_MARK_KINDS = [
  'handset',
  'sim',
  'person',
] as const satisfies readonly SharedMarkKind[];
