import { type EventTimeMs } from './event-time';

export const OPERATION_KINDS = ['CALL_CENTRE', 'SOFTWARE_HOUSE'] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

export const MODI = ['PHISHING', 'INVESTMENT', 'IMPERSONATION', 'GREY_TRAFFIC', 'OTHER'] as const;
export type Modus = (typeof MODI)[number];

export const INDICATOR_TYPES = [
  'wallet',
  'msisdn',
  'iban',
  'device',
  'imei',
  'ip',
  'nationalId',
] as const;
export type IndicatorType = (typeof INDICATOR_TYPES)[number];

/**
 * A mark by which a known operation is recognised, as detection sees it: a wallet's key, or the token of an identifier.
 * It counts for transfers that occurred at or after `knownFromMs`.
 */
export interface Indicator {
  readonly operationId: string;
  readonly type: IndicatorType;
  /** `walletKey(…)` for a wallet; for anything else the identifier's token. */
  readonly match: string;
  readonly knownFromMs: EventTimeMs;
}
