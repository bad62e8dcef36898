import fc from 'fast-check';
import { type Alert, type EvidenceTransfer } from '#contracts';
import { MINUTE_MS, PARTY_KINDS, type PartyKind, TRANSFER_TYPES, type TransferType } from '#domain';
import { type AlertFigures, type CaseAlert } from '../src/cases/case-material';

export const PROVIDER = 'demo';
/** A day in spring, noon in Karachi. */
export const START_MS = Date.parse('2026-03-01T07:00:00Z');

export const at = (minutes: number): string =>
  new Date(START_MS + minutes * MINUTE_MS).toISOString();

let ids = 0;

/** "a pays b 1,000.00": wallets by name, kinds where they matter. */
export function paid(
  from: string,
  to: string,
  amountMinor: number,
  minutes: number,
  change: Partial<{
    id: string;
    type: TransferType;
    currency: string;
    fromKind: PartyKind;
    toKind: PartyKind;
  }> = {},
): EvidenceTransfer {
  return {
    provider: PROVIDER,
    transferId: change.id ?? `t${String((ids += 1)).padStart(6, '0')}`,
    occurredAt: at(minutes),
    type: change.type ?? 'P2P',
    amountMinor,
    currency: change.currency ?? 'PKR',
    debtor: { provider: PROVIDER, walletId: from, kind: change.fromKind ?? null },
    creditor: { provider: PROVIDER, walletId: to, kind: change.toKind ?? null },
  };
}

/** An alert over transfers. What it says of wallets is nothing, unless told. */
export function alertOver(
  id: string,
  transfers: readonly EvidenceTransfer[],
  change: Partial<Alert> = {},
): Alert {
  const times = transfers.map(({ occurredAt }) => occurredAt).sort();
  return {
    id,
    typologies: ['FAN_IN'],
    risk: 70,
    urgent: false,
    operationIds: [],
    transfers: transfers.map(({ provider, transferId }) => ({ provider, transferId })),
    wallets: [],
    terms: [
      {
        name: 'FAN_IN',
        family: 'PATTERN',
        logOdds: 1.1,
        riskWithout: 0.1 + 0.2,
        sentence: 'many wallets that had never paid it paid it – ‘at once’',
      },
    ],
    pack: { version: '1', hash: 'abc' },
    coverage: {
      capsMet: [],
      uncoveredMinor: 0,
      lateTransfers: [],
      reversedTransfers: [],
      typologiesOff: [],
    },
    firstAt: times[0] ?? at(0),
    updatedAt: times.at(-1) ?? at(0),
    revision: 1,
    ...change,
  };
}

export const caseAlertOver = (...args: Parameters<typeof alertOver>): CaseAlert & AlertFigures =>
  alertOver(...args);

/** Transfers between few wallets at few instants, so that they meet, tie and run in circles. Each has an id of its own. */
export const someTransfers = (currencies: readonly string[] = ['PKR']) =>
  fc
    .array(
      fc
        .record({
          from: fc.nat(6),
          to: fc.nat(6),
          amountMinor: fc.integer({ min: 1, max: 1_000_000 }),
          minutes: fc.nat(8),
          type: fc.constantFrom<TransferType>(
            'P2P',
            'P2P',
            'P2P',
            ...TRANSFER_TYPES.filter((type) => type !== 'REVERSAL'),
          ),
          currency: fc.constantFrom(...currencies),
        })
        .filter(({ from, to }) => from !== to),
      { minLength: 1, maxLength: 25 },
    )
    .chain((rows) =>
      fc
        .array(fc.constantFrom<PartyKind | null>(null, null, null, ...PARTY_KINDS), {
          minLength: 7,
          maxLength: 7,
        })
        .map((kinds) =>
          rows.map(({ from, to, amountMinor, minutes, type, currency }, index) =>
            paid(`w${String(from)}`, `w${String(to)}`, amountMinor, minutes, {
              id: `t${String(index)}`,
              type,
              currency,
              ...(kinds[from] ? { fromKind: kinds[from] } : {}),
              ...(kinds[to] ? { toKind: kinds[to] } : {}),
            }),
          ),
        ),
    );

export const shuffled = <T>(items: readonly T[]) =>
  fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });
