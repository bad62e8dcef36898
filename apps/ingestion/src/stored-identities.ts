import { type SealedIdentity } from '#identity';

/** A token is some 30 characters: this many are about ten megabytes. */
const REMEMBERED_MAX = 100_000;
/** An identity that an operator removed is stored anew when it is named again, at the latest after this long. */
const REMEMBERED_MS = 10 * 60_000;

/**
 * Which identities are stored already: a person is named in many transfers, and to seal and insert what is there is the
 * dearest part of a batch. Holds tokens only, and forgets all of them now and then: to have forgotten costs nothing but work.
 */
export class StoredIdentities {
  private readonly tokens = new Set<string>();
  private untilMs = 0;

  has(token: string): boolean {
    return Date.now() < this.untilMs && this.tokens.has(token);
  }

  /** @param identities committed */
  add(identities: readonly SealedIdentity[]): void {
    const now = Date.now();
    if (now >= this.untilMs || this.tokens.size >= REMEMBERED_MAX) {
      this.tokens.clear();
      this.untilMs = now + REMEMBERED_MS;
    }
    for (const { token } of identities) this.tokens.add(token);
  }
}
