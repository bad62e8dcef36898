import { AppError, type IdentifierType } from '#domain';
import { doubtOf, type IdentityVault, type SealedIdentity } from '#identity';
import { TokenSet } from './token-set';
import { type MakeSafe } from './tokens';

/** Places for tokens of 12 bytes, a power of two, of both generations; seven in ten can be taken. */
const TOKEN_PLACES = 1 << 22;
/** An identity that an operator removed is stored anew when it is named again, at the latest after twice as long. */
const GENERATION_MS = 5 * 60_000;

/**
 * Which identities are known to be stored, by their tokens: to seal and to insert what is there is the dearest part of a
 * batch. What is forgotten costs that work and nothing else; each is when it was not named for two generations.
 *
 * It knows tokens alone. To keep the identifiers themselves beside them, so as to make fewer tokens, was no faster.
 */
export class IdentityMemory {
  private young: TokenSet;
  private old: TokenSet;
  private untilMs: number;
  private month: string;

  constructor(
    private readonly vault: IdentityVault,
    private readonly now: () => number = Date.now,
    tokenPlaces = TOKEN_PLACES,
  ) {
    this.young = new TokenSet(tokenPlaces / 2);
    this.old = new TokenSet(tokenPlaces / 2);
    this.untilMs = now() + GENERATION_MS;
    this.month = monthOf(now());
  }

  /**
   * For one batch: an identity that is new is sealed once, however many of its rows name it.
   *
   * @param strict whether one that must be mistyped is refused
   * @param doubted is told of each that is stored all the same, when it is new here
   */
  forBatch(strict: boolean, doubted: (type: IdentifierType) => void): BatchIdentities {
    const month = monthOf(this.now());
    // It is stored in which month an identity was reported last: none is known of in a new one.
    if (month !== this.month) this.forgetAll();
    this.month = month;
    if (this.now() >= this.untilMs) this.age();
    return new BatchIdentities(this.vault, this, strict, doubted);
  }

  isStored(token: string): boolean {
    if (this.young.has(token)) return true;
    if (!this.old.has(token)) return false;
    this.add(token);
    return true;
  }

  /** @param token of an identity that is stored */
  add(token: string): void {
    if (this.young.isFull) this.age();
    this.young.add(token);
  }

  private forgetAll(): void {
    this.age();
    this.age();
  }

  private age(): void {
    this.untilMs = this.now() + GENERATION_MS;
    [this.young, this.old] = [this.old, this.young];
    this.young.clear();
  }
}

/** The first of a month, by our clock. */
const monthOf = (nowMs: number): string => `${new Date(nowMs).toISOString().slice(0, 7)}-01`;
export const thisMonth = (): string => monthOf(Date.now());

/** The identifiers that one batch names. */
export class BatchIdentities {
  private readonly fresh = new Map<string, SealedIdentity>();

  constructor(
    private readonly vault: IdentityVault,
    private readonly memory: IdentityMemory,
    private readonly strict: boolean,
    private readonly doubted: (type: IdentifierType) => void,
  ) {}

  readonly makeSafe: MakeSafe = (type: IdentifierType, text: string) => {
    const token = this.vault.token(type, text);
    if (this.memory.isStored(token)) {
      // It was looked at when it came first, by whoever sent it then.
      if (this.strict) this.check(type, text);
      return { token, identity: null };
    }
    let identity = this.fresh.get(token);
    if (identity === undefined) {
      this.check(type, text);
      identity = this.vault.seal(type, text, token);
      this.fresh.set(token, identity);
    }
    return { token, identity };
  };

  /** @throws AppError INVALID_INPUT where it must be mistyped, and is refused */
  private check(type: IdentifierType, text: string): void {
    const doubt = doubtOf(type, text);
    if (doubt === null) return;
    if (this.strict) throw new AppError('INVALID_INPUT', doubt);
    this.doubted(type);
  }

  /** @param committed identities of the rows that were stored */
  remember(committed: Iterable<SealedIdentity>): void {
    for (const { token } of committed) this.memory.add(token);
  }
}
