import Ajv from 'ajv';
import { type SealedIdentity } from '#identity';
import { type PartyRow, TRANSFER_ROW_SCHEMA, type TransferRow } from '#contracts';
import { isCurrency, minorDigits, parseAmount, parseEventTime, type Party } from '#domain';
import { readParticulars } from './particulars';
import { type Reading, reading, shapeRefusal } from './row-reading';
import { refusal, refuseAs } from './row-refusal';
import { type MakeSafe } from './tokens';
import { type TransferReport } from './transfer-report';

/** A row as it is stored, and those identities it names by token that have to be stored with it. */
export interface CheckedRow {
  readonly report: TransferReport;
  /** The provider's own running number of the row; null where it has none. */
  readonly sequence: number | null;
  readonly identities: readonly SealedIdentity[];
}

/** Compiled once. It stops at a row's first problem: the sender mends one field at a time anyway. */
const hasRowShape = new Ajv({ allErrors: false }).compile<TransferRow>(TRANSFER_ROW_SCHEMA);

/**
 * Reads one row of transfers, whatever it is. The first rule it breaks refuses it.
 *
 * @param sender the provider that sends it: where a party names no provider, the wallet is kept there
 */
export function readTransfer(
  value: unknown,
  sender: string,
  makeSafe: MakeSafe,
): Reading<CheckedRow> {
  return reading(() => {
    if (!hasRowShape(value)) throw shapeRefusal(hasRowShape.errors?.[0], 'a transfer');
    return readChecked(value, sender, makeSafe);
  });
}

/** What a schema cannot say. */
function readChecked(row: TransferRow, sender: string, makeSafe: MakeSafe): CheckedRow {
  const occurredAtMs = refuseAs('/occurredAt', () => parseEventTime(row.occurredAt));
  if (!isCurrency(row.currency)) {
    throw refusal('/currency', 'must be an active ISO 4217 currency code, such as PKR');
  }
  const amountMinor = refuseAs('/amount', () => parseAmount(row.amount, row.currency));
  const debtor = readParty(row.debtor, sender);
  const creditor = readParty(row.creditor, sender);
  if (debtor.walletId === creditor.walletId && debtor.provider === creditor.provider) {
    throw refusal('/creditor/walletId', 'a wallet cannot pay itself');
  }
  const originalTransferId = row.originalTransferId ?? null;
  if (row.type === 'REVERSAL' && originalTransferId === null) {
    throw refusal('/originalTransferId', 'is required where type is REVERSAL');
  }
  if (originalTransferId === row.transferId) {
    throw refusal('/originalTransferId', 'a transfer cannot be its own original');
  }
  const balanceAfterMinor =
    row.balanceAfter == null ? null : readBalance(row.balanceAfter, row.currency);
  const { particulars, identities } = readParticulars(row, balanceAfterMinor, makeSafe);
  return {
    report: {
      transferId: row.transferId,
      status: row.status ?? 'SETTLED',
      type: row.type,
      occurredAtMs,
      amountMinor,
      currency: row.currency,
      debtor,
      creditor,
      originalTransferId,
      particulars,
    },
    sequence: row.sequence == null ? null : Number(row.sequence),
    identities,
  };
}

const readParty = (party: PartyRow, sender: string): Party => ({
  provider: party.provider ?? sender,
  walletId: party.walletId,
  kind: party.kind ?? null,
});

/** A balance may be zero, and below it where a provider grants credit; otherwise it is written like an amount. */
function readBalance(text: string, currency: string): number {
  const negative = text.startsWith('-');
  const magnitude = negative ? text.slice(1) : text;
  const zero = /^0(?:\.(0+))?$/.exec(magnitude);
  if (zero && (zero[1]?.length ?? 0) <= minorDigits(currency)) return 0;
  try {
    const minor = parseAmount(magnitude, currency);
    return negative ? -minor : minor;
  } catch {
    // The reader of amounts speaks of amounts.
    throw refusal(
      '/balanceAfter',
      'must be a plain decimal such as "-1250.50", with at most the decimals of the currency, up to 10^13 minor units',
    );
  }
}
