import { type WalletRef, walletKey } from '#domain';
import { loadNumbers, loadStrings, saveNumbers, saveStrings } from './saved-list';
import { type StatePart, type StateSource } from './state-parts';
import { ownText } from './text';

/** Wallets of one provider, in one currency. */
interface Space {
  readonly currency: string;
  readonly provider: string;
  readonly accounts: Map<string, number>;
}

/** No wallet has an empty id: it marks a number that is free. */
const FREED = '';

/**
 * Gives each account (a wallet in a currency) a small number, takes it back, and tells the name again. Ids are looked up as
 * they are, provider by provider: no key is put together for a transfer.
 */
export class AccountNames {
  private readonly spaces: Space[] = [];
  private last: Space | null = null;
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
    return this.space(wallet.provider, currency)?.accounts.get(wallet.walletId) ?? -1;
  }

  /** Gives a number to an account that has none. */
  add(wallet: WalletRef, currency: string): number {
    let space = this.space(wallet.provider, currency);
    if (space === null) {
      space = { currency, provider: wallet.provider, accounts: new Map() };
      this.spaces.push(space);
    }
    const account = this.freed.pop() ?? this.ids.length;
    const id = ownText(wallet.walletId);
    this.ids[account] = id;
    this.spaceOf[account] = this.spaces.indexOf(space);
    space.accounts.set(id, account);
    return account;
  }

  release(account: number): void {
    this.spaces[this.spaceOf[account]!]!.accounts.delete(this.ids[account]!);
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
  ofWallet(wallet: WalletRef): number[] {
    return this.spaces
      .filter(({ provider }) => provider === wallet.provider)
      .map(({ accounts }) => accounts.get(wallet.walletId))
      .filter((account) => account !== undefined);
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
    this.spaces.length = 0;
    for (const space of saved.spaces) this.spaces.push({ ...space, accounts: new Map() });
    this.last = null;
    this.freed = saved.freed;
    this.ids = [...loadStrings('names.ids', source)];
    this.spaceOf = Array.from(loadNumbers('names.spaces', source));
    for (const [account, id] of this.ids.entries()) {
      if (id !== FREED) this.spaces[this.spaceOf[account]!]!.accounts.set(id, account);
    }
  }

  private space(provider: string, currency: string): Space | null {
    const { last } = this;
    if (last !== null && last.provider === provider && last.currency === currency) return last;
    for (const space of this.spaces) {
      if (space.provider === provider && space.currency === currency) return (this.last = space);
    }
    return null;
  }
}
