import { type EventTimeMs, type Indicator, walletOfKey } from '#domain';
import { type AccountIndex, type Accounts, NONE } from './accounts';
import { type AttributeStore } from './attribute-store';
import { Interner } from './interner';
import { type StatePart, type StateSource } from './state-parts';

interface Mark {
  readonly origin: number;
  readonly knownFromMs: EventTimeMs;
  /** Lower ones count first: wallets before identifiers, each in the order of their registration. */
  readonly rank: number;
}

/** What became known, or will at `knownFromMs`: whoever bears the mark belongs to the operation. */
export interface Naming extends Mark {
  readonly match: string;
  readonly type: Indicator['type'];
}

/** More identifiers than are ever registered. */
const IDENTIFIERS_AFTER = 1e9;

/** Known operations, by the marks they are recognised by, and the accounts that bear one. */
export class Watchlist {
  private readonly marks = new Map<string, Mark[]>();
  private readonly byAccount = new Map<AccountIndex, Mark[]>();
  private readonly operations = new Interner();
  private readonly withdrawn = new Set<number>();
  private registered = 0;

  constructor(
    private readonly accounts: Accounts,
    private readonly attributes: AttributeStore,
    /** Whether an account is as good as given up: nothing of it counts, whether or not the sweep has come to it. */
    private readonly isForgotten: (account: AccountIndex) => boolean,
  ) {}

  /** Adding an indicator again changes nothing. @returns what became known by it; null where nothing did */
  add({ operationId, match, type, knownFromMs }: Indicator): Naming | null {
    const origin = this.operations.index(operationId);
    const marks = this.marks.get(match) ?? [];
    if (marks.some((mark) => mark.origin === origin)) return null;
    this.registered += 1;
    const rank = this.registered + (type === 'wallet' ? 0 : IDENTIFIERS_AFTER);
    const naming = { origin, knownFromMs, rank, match, type };
    marks.push(naming);
    this.marks.set(match, marks);
    return naming;
  }

  /**
   * The accounts of the wallets that bear a mark, as far as is remembered, in the order of their names:
   * numbers are given again, and a hunt that meets a limit must not depend on which.
   */
  bearers(match: string, type: Indicator['type'], nowMs: EventTimeMs): AccountIndex[] {
    const { names } = this.accounts;
    const wallets =
      type === 'wallet'
        ? [walletOfKey(match)]
        : this.attributes.accountsOf(match, nowMs).map((account) => names.wallet(account));
    const accounts = new Set(wallets.flatMap((wallet) => names.ofWallet(wallet)));
    const nameOf = (account: AccountIndex): string =>
      `${names.walletKey(account)}\n${names.currency(account)}`;
    const held = [...accounts].filter((account) => !this.isForgotten(account));
    return held.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  }

  /** An account is there for the first time: its wallet may have been known before. */
  opened(account: AccountIndex): void {
    if (this.marks.size === 0) return;
    const { names } = this.accounts;
    for (const mark of this.marks.get(names.walletKey(account)) ?? []) this.tie(account, mark);
    for (const sibling of names.ofWallet(names.wallet(account))) {
      if (this.isForgotten(sibling)) continue;
      for (const mark of this.byAccount.get(sibling) ?? []) this.tie(account, mark);
    }
  }

  /** A wallet is seen with an identifier, by its token. */
  seenWith(account: AccountIndex, token: string): void {
    if (this.marks.size === 0) return;
    const { names } = this.accounts;
    for (const mark of this.marks.get(token) ?? []) {
      for (const own of names.ofWallet(names.wallet(account))) this.tie(own, mark);
    }
  }

  /** Lets an account bear a mark. */
  tie(account: AccountIndex, { origin, knownFromMs, rank }: Mark): void {
    const marks = this.byAccount.get(account) ?? [];
    if (marks.some((mark) => mark.rank === rank)) return;
    marks.push({ origin, knownFromMs, rank });
    marks.sort((a, b) => a.rank - b.rank);
    this.byAccount.set(account, marks);
    this.accounts.markKnown(account);
  }

  release(account: AccountIndex): void {
    this.byAccount.delete(account);
  }

  /** The operation that this account itself belongs to, as far as is known by then; NONE where there is none. */
  originAt(account: AccountIndex, atMs: EventTimeMs): number {
    if (!this.accounts.isKnown(account)) return NONE;
    for (const { origin, knownFromMs } of this.byAccount.get(account) ?? []) {
      if (knownFromMs <= atMs && !this.withdrawn.has(origin)) return origin;
    }
    return NONE;
  }

  /** Whether anything bears or may bear this mark: a wallet's key, or an identifier's token. */
  isMarked(match: string): boolean {
    return this.marks.has(match);
  }

  /** The operation that a mark itself stands for, as far as is known by then; NONE where it stands for none. */
  originOfMark(match: string, atMs: EventTimeMs): number {
    for (const { origin, knownFromMs } of this.marks.get(match) ?? []) {
      if (knownFromMs <= atMs && !this.withdrawn.has(origin)) return origin;
    }
    return NONE;
  }

  /** From now on that operation counts as unknown, wherever its money lies. No money is moved by it. */
  withdraw(operationId: string): void {
    this.withdrawn.add(this.operations.index(operationId));
  }

  restore(operationId: string): void {
    this.withdrawn.delete(this.operations.index(operationId));
  }

  isWithdrawn(origin: number): boolean {
    return this.withdrawn.size > 0 && this.withdrawn.has(origin);
  }

  /** The number of an operation, by which its money is marked. */
  originOf(operationId: string): number {
    return this.operations.index(operationId);
  }

  operationId(origin: number): string {
    return this.operations.text(origin);
  }

  *save(): Iterable<StatePart> {
    const marks = [...this.marks];
    const byAccount = [...this.byAccount];
    const operations = this.operations.texts();
    yield {
      name: 'watchlist',
      value: {
        marks,
        byAccount,
        operations,
        withdrawn: [...this.withdrawn],
        registered: this.registered,
      },
    };
  }

  load(source: StateSource): void {
    const saved = source.value('watchlist') as {
      marks: [string, Mark[]][];
      byAccount: [number, Mark[]][];
      operations: string[];
      withdrawn: number[];
      registered: number;
    };
    this.registered = saved.registered;
    for (const [match, marks] of saved.marks) this.marks.set(match, marks);
    for (const [account, marks] of saved.byAccount) this.byAccount.set(account, marks);
    for (const id of saved.operations) this.operations.index(id);
    for (const origin of saved.withdrawn) this.withdrawn.add(origin);
  }
}
