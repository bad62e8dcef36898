import { type EventTimeMs } from '#domain';
import { type AccountIndex } from './accounts';
import { type AccountNames } from './account-names';
import { type Caps } from './caps';
import { CAPS } from './flow-limits';
import { PAGE_ROWS, PagedRows } from './paged-rows';
import { type StatePart, type StateSource } from './state-parts';

/** Wallets remembered of one identifier; the one seen longest ago makes room. */
export const WALLETS_PER_ATTRIBUTE_MAX = 16;

/** A row: how many, then account and time of each. */
const COUNT = 0;
const FIRST = 1;
const PER_WALLET = 2;
const STRIDE = FIRST + PER_WALLET * WALLETS_PER_ATTRIBUTE_MAX;

/**
 * By which wallets an identifier (a device, a SIM, an agent, a person; by its token) was used lately. Keyed by the
 * identifier as accounts are by the wallet: noting a use touches one row.
 */
export class AttributeStore extends PagedRows {
  private readonly rowOf = new Map<string, number>();
  private readonly freed: number[] = [];
  private rows = 0;
  private capacity = 0;

  constructor(
    private readonly names: AccountNames,
    private readonly attributesMax: number,
    private readonly caps: Caps,
  ) {
    super('attributes', STRIDE);
  }

  /**
   * Notes that an account was used with an identifier.
   *
   * @returns with how many wallets it was seen since then, at most {@link WALLETS_PER_ATTRIBUTE_MAX}
   */
  note(token: string, account: AccountIndex, atMs: EventTimeMs, sinceMs: EventTimeMs): number {
    let row = this.rowOf.get(token);
    if (row === undefined) {
      if (this.rowOf.size >= this.attributesMax) this.forgetOldest();
      row = this.freed.pop() ?? this.rows++;
      while (row >= this.capacity) this.capacity = this.grow() + PAGE_ROWS;
      this.set(row, COUNT, 0);
      // A copy of its own: a string cut out of a page of the log would keep the whole page alive.
      this.rowOf.set(Buffer.from(token).toString(), row);
    }
    this.noteIn(row, account, atMs);
    return this.walletsSince(row, sinceMs);
  }

  /**
   * The wallet seen last stands last, so that the first is the one seen longest ago. A wallet is one, in however many
   * currencies it has accounts: it stands there by the account that it used last.
   */
  private noteIn(row: number, account: AccountIndex, atMs: EventTimeMs): void {
    const page = this.page(row);
    const first = this.offset(row) + FIRST;
    const count = page[first - FIRST + COUNT]!;
    let i = 0;
    while (i < count && !this.names.isSameWallet(page[first + i * PER_WALLET]!, account)) i += 1;
    const isNew = i === count;
    const full = count === WALLETS_PER_ATTRIBUTE_MAX;
    if (isNew && !full) page[first - FIRST + COUNT] = count + 1;
    if (isNew && full) this.caps.count(CAPS.walletsPerAttribute);
    const goes = isNew && full ? 0 : i;
    const last = first + (isNew && !full ? count : count - 1) * PER_WALLET;
    const known = first + i * PER_WALLET;
    // A late row is no news of when: it must not hold an account by name that nothing else holds.
    const isNews = isNew || page[known + 1]! <= atMs;
    const [latest, latestMs] = isNews ? [account, atMs] : [page[known]!, page[known + 1]!];
    const from = first + goes * PER_WALLET;
    // Mostly it is the only one there, or the last already.
    if (from < last) page.copyWithin(from, from + PER_WALLET, last + PER_WALLET);
    page[last] = latest;
    page[last + 1] = latestMs;
  }

  private walletsSince(row: number, sinceMs: EventTimeMs): number {
    const page = this.page(row);
    const first = this.offset(row) + FIRST;
    const end = first + page[first - FIRST + COUNT]! * PER_WALLET;
    let found = 0;
    for (let at = first + 1; at < end; at += PER_WALLET) if (page[at]! >= sinceMs) found += 1;
    return found;
  }

  /**
   * The accounts that an identifier was seen with since then, in the order of their numbers. What is older may name an
   * account whose number has been given to another.
   */
  accountsOf(token: string, sinceMs: EventTimeMs): AccountIndex[] {
    const row = this.rowOf.get(token);
    if (row === undefined) return [];
    const seen = Array.from({ length: this.get(row, COUNT) }, (_, i) => FIRST + i * PER_WALLET);
    return seen
      .filter((field) => this.get(row, field + 1) >= sinceMs)
      .map((field) => this.get(row, field))
      .sort((a, b) => a - b);
  }

  private forgetOldest(): void {
    const oldest = this.rowOf.entries().next();
    if (oldest.done === true) return;
    this.caps.count(CAPS.attributes);
    const [token, row] = oldest.value;
    this.rowOf.delete(token);
    this.freed.push(row);
  }

  override *save(): Iterable<StatePart> {
    const { rowOf, freed, rows, capacity } = this;
    yield { name: 'attributes', value: { tokens: [...rowOf], freed, rows, capacity } };
    yield* super.save();
  }

  override load(source: StateSource): void {
    const saved = source.value('attributes') as {
      tokens: [string, number][];
      freed: number[];
      rows: number;
      capacity: number;
    };
    for (const [token, row] of saved.tokens) this.rowOf.set(token, row);
    this.freed.push(...saved.freed);
    this.rows = saved.rows;
    this.capacity = saved.capacity;
    super.load(source);
  }
}
