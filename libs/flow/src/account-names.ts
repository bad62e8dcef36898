import { type WalletRef, walletKey } from '#domain';
import { loadNumbers, loadStrings, saveNumbers, saveStrings } from './saved-list';
import { type StatePart, type StateSource } from './state-parts';
import { NO_SLOT, SlotTable } from './slot-table';
import { hash32, ownText, spread } from './text';

/** Wallets of one provider, in one currency. */
interface Space {
  readonly currency: string;
  readonly provider: string;
  /** Where the hashes of its wallets begin: one id is another hash in each. */
  readonly start: number;
}

/** No wallet has an empty id: it marks a number that is free. */
const FREED = '';
const NO_SPACE = -1;

/**
 * Gives each account (a wallet in a currency) a small number, takes it back, and tells the name again. Ids are looked up as
 * they are, provider by provider: no key is put together for a transfer.
 */
export class AccountNames {
  private readonly spaces: Space[] = [];
  private readonly table = new SlotTable();
  /** The space that was asked for last. */
  private last = NO_SPACE;
  private ids: string[] = [];
  private spaceOf: number[] = [];
  private freed: number[] = [];

  /** Numbers in use. */
  get size(): number {
    return this.ids.length - this.freed.length;
  }

  /** Numbers ever in use: all are below. */
  get end(): number {
    return this.ids.length;
  }

  /** The account's number, or -1. */
  find(wallet: WalletRef, currency: string): number {
    const space = this.space(wallet.provider, currency);
    return space === NO_SPACE ? NO_SLOT : this.findIn(space, wallet.walletId);
  }

  private findIn(space: number, id: string): number {
    const { table, ids, spaceOf } = this;
    const hash = this.hash(space, id);
    for (let place = table.home(hash); ; place = table.after(hash, place)) {
      const account = table.slot(place);
      if (account === NO_SLOT || (ids[account] === id && spaceOf[account] === space))
        return account;
    }
  }

  private hash(space: number, id: string): number {
    return spread(hash32(id, this.spaces[space]!.start));
  }

  /** Gives a number to an account that has none. */
  add({ provider, walletId }: WalletRef, currency: string): number {
    let space = this.space(provider, currency);
    if (space === NO_SPACE) space = this.addSpace(provider, currency);
    const account = this.freed.pop() ?? this.ids.length;
    this.ids[account] = ownText(walletId);
    this.spaceOf[account] = space;
    this.table.enter(this.hash(space, walletId), account);
    return account;
  }

  private addSpace(provider: string, currency: string): number {
    return this.spaces.push({ provider, currency, start: hash32(`${provider}\n${currency}`) }) - 1;
  }

  release(account: number): void {
    this.table.leave(this.hash(this.spaceOf[account]!, this.ids[account]!), account);
    this.ids[account] = FREED;
    this.freed.push(account);
  }

  isFree(account: number): boolean {
    return this.ids[account] === FREED;
  }

  currency(account: number): string {
    return this.spaces[this.spaceOf[account]!]!.currency;
  }

  wallet(account: number): WalletRef {
    const { provider } = this.spaces[this.spaceOf[account]!]!;
    return { provider, walletId: this.ids[account]! };
  }

  walletKey(account: number): string {
    return walletKey(this.wallet(account));
  }

  /** Whether two accounts are of one wallet, in whatever currency. */
  isSameWallet(a: number, b: number): boolean {
    if (a === b) return true;
    const [ofA, ofB] = [this.spaceOf[a]!, this.spaceOf[b]!];
    // Within a space each is another wallet: mostly that is all, and no text is looked at.
    if (ofA === ofB || this.ids[a] !== this.ids[b]) return false;
    return this.spaces[ofA]!.provider === this.spaces[ofB]!.provider;
  }

  /** The accounts of a wallet, one per currency it was seen in. */
  ofWallet({ provider, walletId }: WalletRef): number[] {
    return this.spaces.flatMap((space, i) => {
      const account = space.provider === provider ? this.findIn(i, walletId) : NO_SLOT;
      return account === NO_SLOT ? [] : [account];
    });
  }

  *save(): Iterable<StatePart> {
    const spaces = this.spaces.map(({ currency, provider }) => ({ currency, provider }));
    yield { name: 'names', value: { spaces, freed: this.freed } };
    yield* saveStrings('names.ids', this.ids);
    yield saveNumbers('names.spaces', this.spaceOf);
  }

  load(source: StateSource): void {
    const saved = source.value('names') as {
      spaces: { currency: string; provider: string }[];
      freed: number[];
    };
    for (const { provider, currency } of saved.spaces) this.addSpace(provider, currency);
    this.freed = saved.freed;
    this.ids = [...loadStrings('names.ids', source)];
    this.spaceOf = Array.from(loadNumbers('names.spaces', source));
    for (const [account, id] of this.ids.entries()) {
      if (id !== FREED) this.table.enter(this.hash(this.spaceOf[account]!, id), account);
    }
  }

  private space(provider: string, currency: string): number {
    const { spaces, last } = this;
    const isIt = (space: Space): boolean =>
      space.provider === provider && space.currency === currency;
    if (last !== NO_SPACE && isIt(spaces[last]!)) return last;
    const found = spaces.findIndex(isIt);
    if (found !== NO_SPACE) this.last = found;
    return found;
  }
}
