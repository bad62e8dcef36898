import { type PartyKind, type TransferType } from '#domain';
import { type AccountView, type StepView } from '#flow';
import { type Check } from '#typologies';

/** A transfer that something relies on: by its position in the log, its wallets by `walletKey`. */
export interface ReliedOn {
  readonly position: number;
  readonly payer: string;
  readonly payee: string;
  readonly amountMinor: number;
  readonly atMs: number;
}

/** What the engine held of one wallet right before the transfer moved. */
export interface WalletBefore {
  /** As the engine holds it, its counters faded up to the transfer. */
  readonly view: AccountView;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** The operation that the wallet itself was known to belong to. */
  readonly operationId: string | null;
}

/** A lot that the payment took, or a part of one. */
export interface TakenView extends ReliedOn {
  readonly takenMinor: number;
}

export interface Seen {
  /** What it adds to the risk. */
  readonly logOdds: number;
  readonly sentence: string;
  /** Oldest first; none for a circumstance. */
  readonly evidence: readonly ReliedOn[];
}

/** A typology or circumstance that was asked. */
export interface Asked {
  readonly name: string;
  /** Null where it saw nothing; the last check that did not hold says why. */
  readonly seen: Seen | null;
  readonly checks: readonly Check[];
}

export type Side = 'payer' | 'payee';

/** What was asked of one of the two wallets. */
export interface SideAsked {
  readonly side: Side;
  readonly wallet: string;
  /** A licensed hub is not looked at. */
  readonly hub: boolean;
  readonly typologies: readonly Asked[];
  readonly circumstances: readonly Asked[];
}

export interface TermView {
  readonly name: string;
  readonly family: string;
  readonly logOdds: number;
  readonly sentence: string;
  /** When the signal was seen; null for a circumstance, which counts at this transfer only. */
  readonly atMs: number | null;
}

export interface AlertView {
  readonly id: string;
  readonly revision: number;
  readonly risk: number;
  readonly positions: readonly number[];
}

/** What a wallet's live signals came to, and what became of it. */
export interface JudgementView {
  readonly wallet: string;
  /** Of the wallet's past, on its becoming known; otherwise of this transfer. */
  readonly ofItsPast: boolean;
  readonly terms: readonly TermView[];
  readonly base: number;
  /** 0-100. */
  readonly risk: number;
  /** A known indicator: only the lowest bar counts. */
  readonly confirmed: boolean;
  /** What an alert has to meet: families, transfers, the bar. */
  readonly rules: readonly Check[];
  readonly evidence: readonly ReliedOn[];
  /** The open alert it would go on with. */
  readonly continues: string | null;
  readonly outcome: 'raised' | 'revised' | 'nothing new' | 'missed';
  readonly alert: AlertView | null;
}

/** Everything that was held, asked and decided at one transfer. */
export interface Explanation {
  readonly schemaVersion: 1;
  readonly dataSet: string;
  readonly pack: { readonly version: string; readonly hash: string };
  readonly alertsPerThousandWalletsADay: number;
  readonly transfer: {
    readonly position: number;
    readonly atMs: number;
    readonly type: TransferType;
    readonly amountMinor: number;
    readonly currency: string;
    readonly payer: string;
    readonly payee: string;
    readonly payerKind: PartyKind | null;
    readonly payeeKind: PartyKind | null;
  };
  readonly feed: {
    /** Counted from 1. */
    readonly row: number;
    /** Rows that had been read when it was applied: rows wait a moment to be put in order. */
    readonly rowsRead: number;
    readonly startedAtMs: number;
    /** The feed's clock. */
    readonly clockAtMs: number;
    readonly indicatorsTold: number;
  };
  readonly payerBefore: WalletBefore | null;
  readonly payeeBefore: WalletBefore | null;
  readonly step: StepView;
  readonly leaves: boolean;
  readonly taken: readonly TakenView[];
  readonly sides: readonly SideAsked[];
  readonly judgements: readonly JudgementView[];
  /** Alerts revised because money that they rely on left the wallets. */
  readonly exits: readonly AlertView[];
}
