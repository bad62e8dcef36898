import { type EventTimeMs, MINUTE_MS, parseEventTime } from './event-time';

/** What is set by law, circular or notice, and how it is told apart. */
export const LEGAL_PARAMETERS = {
  cashReportingThreshold: {
    says: 'cash of at least so much is reported to the financial monitoring unit',
    value: 'valueMinor',
    keys: ['currency'],
  },
  tierDailyLimit: {
    says: 'what a wallet of this tier may pay, and may receive, in a day',
    value: 'valueMinor',
    keys: ['currency', 'tier'],
  },
  coolOff: {
    says: 'for so long a credit to a branchless wallet cannot be cashed out',
    value: 'valueMs',
    keys: [],
  },
} as const satisfies Record<string, LegalParameterDeclaration>;
export type LegalParameter = keyof typeof LEGAL_PARAMETERS;
export const LEGAL_PARAMETER_NAMES = Object.keys(LEGAL_PARAMETERS) as LegalParameter[];

interface LegalParameterDeclaration {
  readonly says: string;
  /** Money in minor units, or a time in milliseconds. */
  readonly value: 'valueMinor' | 'valueMs';
  /** Beside its period, what a value of it holds for. */
  readonly keys: readonly ('currency' | 'tier')[];
}

/** How sure a legal value is: read in a source, told by somebody who has read it, or commonly known and to be looked up. */
export const LEGAL_CONFIDENCES = ['READ', 'SECONDARY', 'TO_BE_CONFIRMED'] as const;
export type LegalConfidence = (typeof LEGAL_CONFIDENCES)[number];

/** A legal value over one period: a dated row with its source. */
export interface LegalValue {
  readonly parameter: LegalParameter;
  /** ISO 4217. Where the parameter is an amount. */
  readonly currency?: string;
  /** As providers report it of a wallet. Where the parameter goes by tier. */
  readonly tier?: string;
  /** One of the two, as the parameter is an amount in minor units or a time in milliseconds. */
  readonly valueMinor?: number;
  readonly valueMs?: number;
  /** RFC 3339, inclusive. */
  readonly from: string;
  /** Exclusive; left out while in force. */
  readonly until?: string;
  /** The law, circular or notice, as it is cited. */
  readonly source: string;
  readonly confidence: LegalConfidence;
}

/** Wallet tiers of the State Bank of Pakistan's branchless banking regulations, as feeds spell them. */
const tierDailyLimit = (
  tier: string,
  rupees: number,
  source: string,
  confidence: LegalConfidence,
): LegalValue => ({
  ...{ parameter: 'tierDailyLimit', currency: 'PKR', tier, valueMinor: rupees * 100 },
  ...{ from: '2016-07-14T00:00:00+05:00', source, confidence },
});

const TIERS_2016 =
  'State Bank of Pakistan, Branchless Banking Regulations 2016, as reported on 14 July 2016 (propakistani.pk)';

/**
 * What is in force in Pakistan, as far as it is known. Before the first row of a parameter nothing is said about it. The
 * restatement of the cool-off of 28-29 September 2025 changed nothing in it.
 */
export const LEGAL_VALUES: readonly LegalValue[] = [
  {
    ...{ parameter: 'cashReportingThreshold', currency: 'PKR', valueMinor: 2_000_000_00 },
    // Filed electronically since then; the figure is older.
    from: '2020-01-01T00:00:00+05:00',
    source: 'Financial Monitoring Unit, Circular 01 of 2025 (CTR); brecorder.com 40107928',
    confidence: 'SECONDARY',
  },
  tierDailyLimit('L0', 25_000, TIERS_2016, 'READ'),
  tierDailyLimit('L1', 50_000, TIERS_2016, 'READ'),
  tierDailyLimit('L2', 100_000, 'one provider’s schedule of charges', 'TO_BE_CONFIRMED'),
  {
    ...{ parameter: 'coolOff', valueMs: 120 * MINUTE_MS },
    from: '2023-04-14T00:00:00+05:00',
    source: 'State Bank of Pakistan, BPRD Circular 04 of 2023',
    confidence: 'READ',
  },
];

interface Period {
  readonly fromMs: EventTimeMs;
  readonly untilMs: EventTimeMs;
  readonly value: number;
}

/** What a value holds for, as one key. */
export const legalKey = ({
  parameter,
  currency = '',
  tier = '',
}: Pick<LegalValue, 'parameter' | 'currency' | 'tier'>): string =>
  `${parameter}\n${currency}\n${tier}`;

/** @throws AppError INVALID_INPUT where one of its instants is none */
export const periodOf = ({ from, until }: Pick<LegalValue, 'from' | 'until'>) => ({
  fromMs: parseEventTime(from),
  untilMs: until === undefined ? Number.POSITIVE_INFINITY : parseEventTime(until),
});

/** An overlay is asked at every transfer, and its instants are texts: each is read once. */
const indexes = new WeakMap<readonly LegalValue[], ReadonlyMap<string, readonly Period[]>>();

function indexOf(overlay: readonly LegalValue[]): ReadonlyMap<string, readonly Period[]> {
  const known = indexes.get(overlay);
  if (known) return known;
  const index = new Map<string, Period[]>();
  for (const row of overlay) {
    const periods = index.get(legalKey(row)) ?? [];
    periods.push({ ...periodOf(row), value: row.valueMinor ?? row.valueMs ?? 0 });
    index.set(legalKey(row), periods);
  }
  indexes.set(overlay, index);
  return index;
}

/**
 * What the law said at an instant.
 *
 * @param overlay of which no two rows of one parameter, currency and tier overlap
 * @returns minor units or milliseconds, as the parameter is measured; null where nothing is known to have been in force
 */
export function legalValue(
  overlay: readonly LegalValue[],
  parameter: LegalParameter,
  { currency = '', tier = '', atMs }: { currency?: string; tier?: string; atMs: EventTimeMs },
): number | null {
  const periods = indexOf(overlay).get(legalKey({ parameter, currency, tier }));
  return periods?.find(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs)?.value ?? null;
}

/** When a credit that came at `atMs` can first be cashed out; `atMs` itself where no rule was in force. */
export const coolOffEndsAt = (
  atMs: EventTimeMs,
  overlay: readonly LegalValue[] = LEGAL_VALUES,
): EventTimeMs => atMs + (legalValue(overlay, 'coolOff', { atMs }) ?? 0);
