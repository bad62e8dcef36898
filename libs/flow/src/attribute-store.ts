import { type EventTimeMs } from '#domain';
import { type AccountIndex } from './accounts';
import { type AccountNames } from './account-names';
import { type Caps } from './caps';
import { CAPS } from './flow-limits';
import { blockOf, countOf, KeyedRows, type Place } from './keyed-rows';
import { RecentTexts } from './recent-texts';
import { NO_SLOT } from './slot-table';
import { type StatePart, type StateSource } from './state-parts';

/** Wallets remembered of one identifier; the one seen longest ago makes room. */
export const WALLETS_PER_ATTRIBUTE_MAX = 16;

/** Of a wallet: account and time. */
const PER_WALLET = 2;

/**
 * By which wallets an identifier (a device, a SIM, an agent, a person; by its token) was used lately. Keyed by the
 * identifier as accounts are by the wallet: noting a use touches one block. Nearly all have one wallet, and room for one.
 */
export class AttributeStore {
  private readonly places = new RecentTexts('attributes');
  private readonly wallets = new KeyedRows('attributes.wallets', PER_WALLET);

  constructor(
    private readonly names: AccountNames,
    private readonly attributesMax: number,
    private readonly caps: Caps,
  ) {}

  /**
   * Notes that an account was used with an identifier.
   *
   * @returns with how many wallets it was seen since then, at most {@link WALLETS_PER_ATTRIBUTE_MAX}
   */
  note(token: string, account: AccountIndex, atMs: EventTimeMs, sinceMs: EventTimeMs): number {
    const { places } = this;
    let slot = places.find(token);
    if (slot === NO_SLOT) {
      if (places.size >= this.attributesMax) this.forgetOldest();
      slot = places.add(token, this.wallets.begin());
    } else places.renew(slot);
    const place = this.noteIn(places.at(slot), account, atMs);
    places.put(slot, place);
    return this.walletsSince(place, sinceMs);
  }

  /**
   * The wallet seen last stands last, so that the first is the one seen longest ago. A wallet is one, in however many
   * currencies it has accounts: it stands there by the account that it used last.
   */
  private noteIn(place: Place, account: AccountIndex, atMs: EventTimeMs): Place {
    const count = countOf(place);
    const i = this.indexOf(account, place);
    const isNew = i === count;
    const full = count === WALLETS_PER_ATTRIBUTE_MAX;
    if (isNew && full) this.caps.count(CAPS.walletsPerAttribute);
    const grown = isNew && !full ? this.wallets.lengthened(place) : place;
    const page = this.wallets.page(blockOf(grown));
    const first = this.wallets.offset(blockOf(grown));
    const goes = isNew && full ? 0 : i;
    const last = first + (countOf(grown) - 1) * PER_WALLET;
    const known = first + i * PER_WALLET;
    // A late row is no news of when: it must not hold an account by name that nothing else holds.
    const isNews = isNew || page[known + 1]! <= atMs;
    const [latest, latestMs] = isNews ? [account, atMs] : [page[known]!, page[known + 1]!];
    const from = first + goes * PER_WALLET;
    // Mostly it is the only one there, or the last already.
    if (from < last) page.copyWithin(from, from + PER_WALLET, last + PER_WALLET);
    page[last] = latest;
    page[last + 1] = latestMs;
    return grown;
  }

  /** Which of the wallets it is; as many as there are where it is none of them. */
  private indexOf(account: AccountIndex, place: Place): number {
    const count = countOf(place);
    const page = this.wallets.page(blockOf(place));
    const first = this.wallets.offset(blockOf(place));
    let i = 0;
    while (i < count && !this.names.isSameWallet(page[first + i * PER_WALLET]!, account)) i += 1;
    return i;
  }

  private walletsSince(place: Place, sinceMs: EventTimeMs): number {
    const end = blockOf(place) + countOf(place);
    let found = 0;
    for (let at = blockOf(place); at < end; at += 1) {
      if (this.wallets.get(at, 1) >= sinceMs) found += 1;
    }
    return found;
  }

  /**
   * The accounts that an identifier was seen with since then, in the order of their numbers. What is older may name an
   * account whose number has been given to another.
   */
  accountsOf(token: string, sinceMs: EventTimeMs): AccountIndex[] {
    const slot = this.places.find(token);
    if (slot === NO_SLOT) return [];
    const place = this.places.at(slot);
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
