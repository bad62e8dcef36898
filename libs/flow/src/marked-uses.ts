import { type EventTimeMs, type MarkKind } from '#domain';
import { type Caps } from './caps';
import { CAPS, type FlowLimits } from './flow-limits';
import { type Note, RecentNotes } from './recent-notes';

/** Wallets remembered of one mark; the one that paid with it longest ago makes room. */
export const WALLETS_PER_MARK_MAX: Readonly<Record<MarkKind, number>> = {
  ...{ handset: 16, sim: 16, person: 16 },
  // Of a busy agent an hour or two, and of a quiet one days.
  agent: 64,
};

/** A payment that bears a mark, by name: it stands where the mark is kept, not where the wallets are. */
export interface MarkedUse extends Note {
  /** As `walletKey` gives them. */
  readonly payer: string;
  readonly payee: string;
  readonly currency: string;
  /** The payer's national id, as a token; null where it is not told. */
  readonly person: string | null;
  readonly position: number;
  readonly amountMinor: number;
  readonly newPair: boolean;
  /** Of the amount, what people new to the payer had paid it, by its lots… */
  readonly fromNewMinor: number;
  /** …and how long that had rested at most; 0 where there is none. */
  readonly restMs: number;
}

/** By which wallets people lately paid with each mark of one kind: the last payment of each wallet. */
export class MarkedUses extends RecentNotes<MarkedUse> {
  private readonly memoryMs: EventTimeMs;

  constructor(kind: MarkKind, { marksMax, memoryMs }: FlowLimits, caps: Caps) {
    const limits = { keysMax: marksMax, perKeyMax: WALLETS_PER_MARK_MAX[kind], memoryMs };
    super(`marks-${kind}`, limits, () => {
      caps.count(CAPS.marks);
    });
    this.memoryMs = memoryMs;
  }

  /**
   * Notes a payment with a mark. Touches the mark only.
   *
   * @returns the last payment of each wallet that paid with it lately, this one last of its time
   */
  use(mark: string, use: MarkedUse, nowMs: EventTimeMs): MarkedUse[] {
    const sinceMs = nowMs - this.memoryMs;
    return this.note(mark, use, nowMs, ({ payer }) => payer === use.payer).filter(
      ({ atMs }) => atMs >= sinceMs && atMs <= use.atMs,
    );
  }
}

type Owned = Pick<MarkedUse, 'payer' | 'person'>;

/** How many share a mark, by its kind: people, or one person's wallets. */
export const SHARERS = {
  /** A wallet whose person is not told is a person's of its own: a handset is seldom used for four wallets. */
  handset: (uses: readonly Owned[]): number =>
    new Set(uses.map(({ payer, person }) => person ?? payer)).size,
  /** Whose person is not told does not count: one number may hold a wallet with each provider. */
  sim: (uses: readonly Owned[]): number => new Set(uses.flatMap(({ person }) => person ?? [])).size,
  person: (uses: readonly Owned[]): number => uses.length,
} as const;
export type SharedMarkKind = keyof typeof SHARERS;
export const SHARED_MARK_KINDS = [
  'handset',
  'sim',
  'person',
] as const satisfies readonly SharedMarkKind[];
