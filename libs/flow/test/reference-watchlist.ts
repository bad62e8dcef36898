import { type Indicator } from '#domain';
import { type Operation } from './reference-account';
import { type ReferenceCaps } from './reference-caps';

/** So many wallets a token is remembered with. */
const WALLETS_PER_TOKEN_MAX = 16;

interface Listed {
  readonly operation: Operation;
  readonly match: string;
  readonly knownFromMs: number;
  isRevealed: boolean;
}

interface Sighting {
  readonly wallet: string;
  readonly atMs: number;
}

/** When a row says that something was seen, and when that row came. */
interface SeenAt {
  readonly atMs: number;
  readonly nowMs: number;
}

/** Known operations, their marks, and which wallets each token was seen with. */
export class ReferenceWatchlist {
  private readonly operations: Operation[] = [];
  private readonly indicators: Listed[] = [];
  /** Of each token, one sighting a wallet, the last one last. */
  private readonly sightings = new Map<string, Sighting[]>();
  /** Wallets that a token's indicator was tied to, for good. */
  private readonly ties = new Map<Listed, Set<string>>();

  /** @param sightingMaxMs how long the sighting of a token counts for an indicator that comes after it */
  constructor(private readonly sightingMaxMs: number) {}

  /** Naming the same mark of an operation once more changes nothing. */
  add({ operationId, match, knownFromMs }: Indicator, nowMs: number): void {
    const operation = this.operation(operationId);
    if (this.indicators.some((other) => other.operation === operation && other.match === match)) {
      return;
    }
    const listed = { operation, match, knownFromMs, isRevealed: false };
    this.indicators.push(listed);
    this.ties.set(listed, new Set(this.seenWith(match, nowMs)));
  }

  setWithdrawn(operationId: string, withdrawn: boolean): void {
    this.operation(operationId).withdrawn = withdrawn;
  }

  /** A row shows a wallet with these tokens. */
  learn(wallet: string, tokens: readonly string[], at: SeenAt, caps: ReferenceCaps): void {
    const atMs = Math.min(at.atMs, at.nowMs);
    for (const token of tokens) {
      const seen = this.sightingsOf(token, at.nowMs);
      const before = seen.find((sighting) => sighting.wallet === wallet);
      const lastMs = Math.max(before?.atMs ?? atMs, atMs);
      const all = [...seen.filter((sighting) => sighting !== before), { wallet, atMs: lastMs }];
      this.sightings.set(token, all.slice(-WALLETS_PER_TOKEN_MAX));
      if (all.length > WALLETS_PER_TOKEN_MAX) caps.count('walletsPerAttributeMax');
      for (const listed of this.indicators) {
        if (listed.match === token) this.ties.get(listed)!.add(wallet);
      }
    }
  }

  /** Nothing is held of a wallet any more. */
  forget(wallet: string): void {
    for (const wallets of this.ties.values()) wallets.delete(wallet);
  }

  /** Whether a mark is this wallet's key, or a token that it was seen with not too long ago. */
  fits(match: string, wallet: string, nowMs: number): boolean {
    return match === wallet || this.seenWith(match, nowMs).includes(wallet);
  }

  /** The operation a wallet is known for at a time: by its key, else by a token; of several, the one listed first. */
  operationOf(wallet: string, atMs: number): Operation | null {
    const known = this.indicators.filter(
      (listed) => listed.knownFromMs <= atMs && !listed.operation.withdrawn,
    );
    const byKey = known.find((listed) => listed.match === wallet);
    const byToken = known.find((listed) => this.ties.get(listed)!.has(wallet));
    return (byKey ?? byToken)?.operation ?? null;
  }

  /** Whether anybody ever named this mark. */
  isMarked(match: string): boolean {
    return this.indicators.some((listed) => listed.match === match);
  }

  /** The operation that a mark stands for at a time; of several, the one listed first. */
  operationOfMark(match: string, atMs: number): Operation | null {
    const known = this.indicators.find(
      (listed) =>
        listed.match === match && listed.knownFromMs <= atMs && !listed.operation.withdrawn,
    );
    return known?.operation ?? null;
  }

  /** The marks that have become known by now and were not followed up yet, in the order they did. */
  takeRevealed(nowMs: number): Listed[] {
    const due = this.indicators
      .filter((listed) => !listed.isRevealed && listed.knownFromMs <= nowMs)
      .sort((a, b) => a.knownFromMs - b.knownFromMs);
    for (const listed of due) listed.isRevealed = true;
    return due;
  }

  private seenWith(token: string, nowMs: number): string[] {
    return this.sightingsOf(token, nowMs).map((seen) => seen.wallet);
  }

  private sightingsOf(token: string, nowMs: number): Sighting[] {
    const sinceMs = nowMs - this.sightingMaxMs;
    return (this.sightings.get(token) ?? []).filter((seen) => seen.atMs >= sinceMs);
  }

  private operation(id: string): Operation {
    const listed = this.operations.find((operation) => operation.id === id);
    if (listed !== undefined) return listed;
    const made: Operation = { id, number: this.operations.length, withdrawn: false };
    this.operations.push(made);
    return made;
  }
}
