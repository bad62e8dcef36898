import { type Alert, type EvidenceTransfer, type WalletPosition } from '#contracts';
import {
  type IndicatorType,
  type LegalValue,
  type Modus,
  type OperationKind,
  type WalletRef,
} from '#domain';

/** As much of an alert as a case is drawn from. */
export type CaseAlert = Omit<Alert, 'transfers' | 'terms' | 'wallets'>;

/** What an alert says about its wallets. */
export type AlertFigures = Pick<Alert, 'id' | 'updatedAt' | 'wallets'>;

/** A known operation that a case is linked to. */
export interface LinkedOperation {
  readonly id: string;
  readonly name: string;
  readonly kind: OperationKind;
  readonly modus: Modus;
  /** Wallets of the case that are indicators of the operation, and since when each was known to be. */
  readonly wallets: readonly (WalletRef & { readonly knownFrom: string })[];
  /** All its indicators, by type: how many, and since when the first was known. */
  readonly indicators: readonly {
    readonly type: IndicatorType;
    readonly count: number;
    readonly knownFrom: string;
  }[];
}

/** Everything that a case is drawn from, as it is stored. */
export interface CaseMaterial {
  readonly id: string;
  /**
   * How often something was told of it: a revision of an alert, where a wallet stands, an indicator. So it rises with
   * everything that may change what the case says, and is the same however the telling was cut into batches.
   */
  readonly revision: number;
  /** At least one. */
  readonly alerts: readonly CaseAlert[];
  /** Every transfer that one of the alerts relied on, each once, in any order. */
  readonly transfers: readonly EvidenceTransfer[];
  /** Of the wallets that received. */
  readonly positions: readonly WalletPosition[];
  /** The alerts' own figures, where a wallet that received has no position yet; none where all have. */
  readonly figures: readonly AlertFigures[];
  /** Every operation that one of the alerts was linked to. */
  readonly operationIds: readonly string[];
  /** As much as is known of them. */
  readonly operations: readonly LinkedOperation[];
  /** What the law says, by the pack that judged last; left out: by what comes with the software. */
  readonly overlay?: readonly LegalValue[] | undefined;
}
