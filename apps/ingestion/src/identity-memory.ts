import { type IdentifierType } from '#domain';
import { type IdentityVault, type SealedIdentity } from '#identity';
import { TokenSet } from './token-set';
import { type MakeSafe, type SafeIdentifier } from './tokens';

/** What is forgotten costs work and nothing else: how much of it is kept, of both generations. */
export interface MemoryLimits {
  /** Identifiers in clear with their tokens, some 150 bytes each. */
  readonly identifiersMax: number;
  /** Places for tokens of 12 bytes, a power of two; seven in ten can be taken. */
  readonly tokenPlaces: number;
}

const LIMITS: MemoryLimits = { identifiersMax: 200_000, tokenPlaces: 1 << 22 };
/** An identity that an operator removed is stored anew when it is named again, at the latest after twice as long. */
const GENERATION_MS = 5 * 60_000;

/**
 * What is known of identities that are stored. A person is named in many transfers, and to make a token, to seal and to
 * insert what is there is the dearest part of a batch. Of the most recent it knows which token an identifier has, of many
 * more that the sealed form of a token is stored. Each is forgotten when it was not named for two generations.
 *
 * It holds identifiers in clear, as every batch does, in a process that holds the key they could be read back with.
 */
export class IdentityMemory {
  private young = new Map<string, string>();
  private old = new Map<string, string>();
  private youngStored: TokenSet;
  private oldStored: TokenSet;
  private untilMs: number;

  constructor(
    private readonly vault: IdentityVault,
    private readonly now: () => number = Date.now,
    private readonly limits = LIMITS,
  ) {
    this.youngStored = new TokenSet(limits.tokenPlaces / 2);
    this.oldStored = new TokenSet(limits.tokenPlaces / 2);
    this.untilMs = now() + GENERATION_MS;
  }

  /** For one batch: each identifier is worked on once, however many of its rows name it. */
  forBatch(): BatchIdentities {
    if (this.now() >= this.untilMs) {
      this.untilMs = this.now() + GENERATION_MS;
      this.ageTokens();
      this.ageNames();
    }
    return new BatchIdentities(this.vault, this);
  }

  /** The token of an identity that is stored, where it is known of this identifier. */
  tokenOf(name: string): string | undefined {
    const token = this.young.get(name);
    if (token !== undefined) return token;
    const older = this.old.get(name);
    if (older !== undefined) this.addName(name, older);
    return older;
  }

  isStored(token: string): boolean {
    if (this.youngStored.has(token)) return true;
    if (!this.oldStored.has(token)) return false;
    this.addToken(token);
    return true;
  }

  /** @param token of an identity that is stored */
  add(name: string, token: string): void {
    this.addToken(token);
    this.addName(name, token);
  }

  addName(name: string, token: string): void {
    if (this.young.size >= this.limits.identifiersMax / 2) this.ageNames();
    this.young.set(name, token);
  }

  private addToken(token: string): void {
    if (this.youngStored.isFull) this.ageTokens();
    this.youngStored.add(token);
  }

  private ageTokens(): void {
    [this.youngStored, this.oldStored] = [this.oldStored, this.youngStored];
    this.youngStored.clear();
  }

  private ageNames(): void {
    this.old = this.young;
    this.young = new Map();
  }
}

/** The identifiers that one batch names. */
export class BatchIdentities {
  private readonly fresh = new Map<
    string,
    SafeIdentifier & { readonly identity: SealedIdentity }
  >();

  constructor(
    private readonly vault: IdentityVault,
    private readonly memory: IdentityMemory,
  ) {}

  readonly makeSafe: MakeSafe = (type: IdentifierType, text: string) => {
    const name = `${type}\n${text}`;
    const known = this.memory.tokenOf(name);
    if (known !== undefined) return { token: known, identity: null };
    const made = this.fresh.get(name);
    if (made !== undefined) return made;
    const token = this.vault.token(type, text);
    if (this.memory.isStored(token)) {
      this.memory.addName(name, token);
      return { token, identity: null };
    }
    const fresh = { token, identity: this.vault.seal(type, text, token) };
    this.fresh.set(name, fresh);
    return fresh;
  };

  /** @param committed identities of the rows that were stored */
  remember(committed: ReadonlySet<SealedIdentity>): void {
    for (const [name, { token, identity }] of this.fresh) {
      if (committed.has(identity)) this.memory.add(name, token);
    }
  }
}
