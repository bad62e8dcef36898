import { type EventTimeMs } from '#domain';
import { type AccountIndex } from './accounts';
import { type AccountNames } from './account-names';
import { type Caps } from './caps';
import { CAPS, type FlowLimits, namedForMs } from './flow-limits';
import { blockOf, countOf, KeyedRows, type Place } from './keyed-rows';
import { RecentTexts } from './recent-texts';
import { NO_SLOT } from './slot-table';
import { type StatePart, type StateSource } from './state-parts';

/** Wallets remembered of one identifier; the one seen longest ago makes room. */
export const WALLETS_PER_ATTRIBUTE_MAX = 16;

/** Of a wallet: account and time. */
const PER_WALLET = 2;

/** An identifier is seen with an account. */
export interface Sighting {
  readonly account: AccountIndex;
  readonly atMs: EventTimeMs;
  readonly nowMs: EventTimeMs;
}

/**
 * By which wallets an identifier (a device, a SIM, an agent, a person; by its token) was used lately. Keyed by the
 * identifier as accounts are by the wallet: noting a use touches one block. Nearly all have one wallet, and room for one.
 * A use that is older than an account is named for counts no more: its account's number may be another's by now.
 */
export class AttributeStore {
  private readonly places = new RecentTexts('attributes');
  private readonly wallets = new KeyedRows('attributes.wallets', PER_WALLET);

  constructor(
    private readonly names: AccountNames,
    private readonly limits: FlowLimits,
    private readonly caps: Caps,
  ) {}

  /** Notes that an account was used with an identifier. @returns how many wallets were, within the memory's window */
  note(token: string, seen: Sighting): number {
    const { places, limits } = this;
    let slot = places.find(token);
    if (slot === NO_SLOT) {
      if (places.size >= limits.attributesMax) this.forgetOldest();
      slot = places.add(token, this.wallets.begin());
    } else places.renew(slot);
    const place = this.noteIn(places.at(slot), seen);
    places.put(slot, place);
    return this.walletsSince(place, seen.nowMs - limits.memoryMs);
  }

  /**
   * The wallet noted last stands last, so that the first is the one noted longest ago. A wallet is one, in however many
   * currencies it has accounts: it stands there by the account that it used last.
   */
  private noteIn(place: Place, { account, atMs, nowMs }: Sighting): Place {
    const sinceMs = nowMs - namedForMs(this.limits);
    const count = countOf(place);
    const i = this.rowFor(account, place, sinceMs);
    const isNew = i === count;
    const full = count === WALLETS_PER_ATTRIBUTE_MAX;
    if (isNew && full) this.caps.count(CAPS.walletsPerAttribute);
    const grown = isNew && !full ? this.wallets.lengthened(place) : place;
    const page = this.wallets.page(blockOf(grown));
    const first = this.wallets.offset(blockOf(grown));
    const goes = isNew && full ? 0 : i;
    const last = first + (countOf(grown) - 1) * PER_WALLET;
    const from = first + goes * PER_WALLET;
    const [known, knownMs] = [page[from]!, page[from + 1]!];
    const isOwn = !isNew && knownMs >= sinceMs;
    // A late row is no news of when: it must not hold an account by name that nothing else holds.
    const isNews = !isOwn || knownMs <= atMs;
    // Mostly it is the only one there, or the last already.
    if (from < last) page.copyWithin(from, from + PER_WALLET, last + PER_WALLET);
    page[last] = isNews ? account : known;
    page[last + 1] = isNews ? atMs : knownMs;
    return grown;
  }

  /** Which of the rows is the wallet's; else one that counts no more; as many as there are where there is neither. */
  private rowFor(account: AccountIndex, place: Place, sinceMs: EventTimeMs): number {
    const count = countOf(place);
    const page = this.wallets.page(blockOf(place));
    const first = this.wallets.offset(blockOf(place));
    let outlived = count;
    for (let i = 0; i < count; i += 1) {
      const at = first + i * PER_WALLET;
      if (page[at + 1]! < sinceMs) outlived = Math.min(outlived, i);
      else if (this.names.isSameWallet(page[at]!, account)) return i;
    }
    return outlived;
  }

  private walletsSince(place: Place, sinceMs: EventTimeMs): number {
    const end = blockOf(place) + countOf(place);
    let found = 0;
    for (let at = blockOf(place); at < end; at += 1) {
      if (this.wallets.get(at, 1) >= sinceMs) found += 1;
    }
    return found;
  }

  /** The accounts that an identifier was seen with and that it still names, in the order of their numbers. */
  accountsOf(token: string, nowMs: EventTimeMs): AccountIndex[] {
    const slot = this.places.find(token);
    if (slot === NO_SLOT) return [];
    const place = this.places.at(slot);
    const sinceMs = nowMs - namedForMs(this.limits);
    return Array.from({ length: countOf(place) }, (_, i) => blockOf(place) + i)
      .filter((at) => this.wallets.get(at, 1) >= sinceMs)
      .map((at) => this.wallets.get(at, 0))
      .sort((a, b) => a - b);
  }

  private forgetOldest(): void {
    const { oldest } = this.places;
    if (oldest === NO_SLOT) return;
    this.caps.count(CAPS.attributes);
    this.wallets.drop(this.places.at(oldest));
    this.places.forget(oldest);
  }

  *save(): Iterable<StatePart> {
    yield* this.places.save();
    yield* this.wallets.save();
  }

  load(source: StateSource): void {
    this.places.load(source);
    this.wallets.load(source);
  }
}
