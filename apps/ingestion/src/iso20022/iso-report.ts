import { createHash } from 'node:crypto';
import { ID_LENGTH_MAX } from '#contracts';
import { parseEventTime, type TransferStatus } from '#domain';
import { refusal, refuseAs } from '../row-refusal';
import { type IsoElement, textAt } from './iso-element';
import { type IsoTransaction } from './iso-message';
import { identifying, keysOfPayment, type PaymentKeys, paymentId } from './iso-payment';

/** What a message tells of a payment without moving anything by itself. */
export const REPORT_KINDS = ['STATUS', 'GROUP_STATUS', 'ORDER', 'RECALL'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

/** A status of a payment or of a whole message (pacs.002), an order (pain.001), or a recall (camt.056). */
export interface IsoReport {
  readonly kind: ReportKind;
  readonly keys: PaymentKeys;
  readonly occurredAtMs: number;
  /** The status, or the reason of a recall, in the standard's codes; null where it has none. */
  readonly code: string | null;
  readonly reason: string | null;
  /** Of all this: the same report is known again by it. */
  readonly fingerprint: Buffer;
}

/**
 * What a transaction status amounts to; those that are left out end nothing, the payment is still on its way. Source: ISO 20022
 * External Code Sets, ExternalPaymentTransactionStatus1Code.
 */
const ENDINGS: Readonly<Record<string, TransferStatus>> = {
  ACSC: 'SETTLED',
  ACCC: 'SETTLED',
  RJCT: 'FAILED',
  CANC: 'FAILED',
};

/** The status that a report brings its transfer into; null where it brings none. */
export const endingOf = ({
  kind,
  code,
}: Pick<IsoReport, 'kind' | 'code'>): TransferStatus | null =>
  (kind === 'STATUS' || kind === 'GROUP_STATUS') && code !== null && Object.hasOwn(ENDINGS, code)
    ? ENDINGS[code]!
    : null;

/** Codes have four characters, proprietary ones up to 35. */
const CODE = /^[A-Za-z0-9]{1,35}$/;

function codeOf(text: string | undefined, place: string): string | null {
  if (text === undefined) return null;
  if (!CODE.test(text)) throw refusal(place, 'is no code');
  return text;
}

/** @param path of the element that holds them */
function checkKeys(keys: PaymentKeys, path: string): void {
  for (const key of [keys.messageId, keys.txId, keys.uetr, keys.endToEndId]) {
    if (key === null) continue;
    const isId = key.length <= ID_LENGTH_MAX && !/[\p{Cc}\p{Cs}]/u.test(key);
    if (!isId)
      throw refusal(
        path,
        `its ids have at most ${ID_LENGTH_MAX} characters, and no control characters`,
      );
  }
}

function report(
  kind: ReportKind,
  keys: PaymentKeys,
  at: { readonly text: string | undefined; readonly place: string },
  [code, reason]: readonly [string | null, string | null],
  place: string,
): IsoReport {
  checkKeys(keys, place);
  if (at.text === undefined) throw refusal(at.place, 'is required');
  const occurredAtMs = refuseAs(at.place, () => parseEventTime(at.text!));
  const { messageId, txId, uetr, endToEndId } = keys;
  const told = [kind, messageId, txId, uetr, endToEndId, occurredAtMs, code, reason];
  const fingerprint = createHash('sha256').update(JSON.stringify(told)).digest();
  return { kind, keys, occurredAtMs, code, reason, fingerprint };
}

const createdAt = (body: IsoElement, header = 'GrpHdr') => textAt(body, header, 'CreDtTm');

/** By what a later message names the payment that it is about. */
const originalKeys = (
  transaction: IsoElement | undefined,
  group: IsoElement | undefined,
): PaymentKeys => ({
  messageId:
    textAt(transaction, 'OrgnlGrpInf', 'OrgnlMsgId') ?? textAt(group, 'OrgnlMsgId') ?? null,
  txId: textAt(transaction, 'OrgnlTxId') ?? null,
  uetr: textAt(transaction, 'OrgnlUETR') ?? null,
  endToEndId: identifying(textAt(transaction, 'OrgnlEndToEndId')),
});

export const keysOfOriginal = ({ transaction }: IsoTransaction): PaymentKeys =>
  originalKeys(transaction ?? undefined, undefined);

const unnamed = (place: string) =>
  refusal(place, 'names no payment: give its OrgnlTxId, OrgnlUETR or OrgnlEndToEndId');

/** Reads a pacs.002. @throws AppError INVALID_INPUT with the element's path */
export function readStatus({ body, block, transaction }: IsoTransaction): IsoReport {
  if (transaction === null) {
    const place = '/OrgnlGrpInfAndSts';
    const messageId = textAt(block, 'OrgnlMsgId') ?? null;
    if (messageId === null) throw refusal(`${place}/OrgnlMsgId`, 'is required');
    const keys = { messageId, txId: null, uetr: null, endToEndId: null };
    const code = codeOf(textAt(block, 'GrpSts'), `${place}/GrpSts`);
    const reason = codeOf(textAt(block, 'StsRsnInf', 'Rsn', 'Cd'), `${place}/StsRsnInf`);
    const at = { text: createdAt(body), place: '/GrpHdr/CreDtTm' };
    return report('GROUP_STATUS', keys, at, [code, reason], place);
  }
  const place = '/TxInfAndSts';
  const groups = body.children.get('OrgnlGrpInfAndSts') ?? [];
  const keys = originalKeys(transaction, groups.length === 1 ? groups[0] : undefined);
  if (paymentId(keys) === null) throw unnamed(place);
  const code = codeOf(textAt(transaction, 'TxSts'), `${place}/TxSts`);
  if (code === null) throw refusal(`${place}/TxSts`, 'is required');
  const reason = codeOf(textAt(transaction, 'StsRsnInf', 'Rsn', 'Cd'), `${place}/StsRsnInf`);
  const accepted = textAt(transaction, 'AccptncDtTm');
  const at =
    accepted === undefined
      ? { text: createdAt(body), place: '/GrpHdr/CreDtTm' }
      : { text: accepted, place: `${place}/AccptncDtTm` };
  return report('STATUS', keys, at, [code, reason], place);
}

/** Reads a pain.001's transaction: a customer's order, which its bank may yet refuse. @throws AppError INVALID_INPUT */
export function readOrder(order: IsoTransaction): IsoReport {
  const place = '/PmtInf/CdtTrfTxInf';
  // The message that will carry it out has an id of its own.
  const keys = { ...keysOfPayment(order), messageId: null };
  if (paymentId(keys) === null) throw refusal(`${place}/PmtId`, 'names no payment');
  const at = { text: createdAt(order.body), place: '/GrpHdr/CreDtTm' };
  return report('ORDER', keys, at, [null, null], place);
}

/** Reads a camt.056's transaction. @throws AppError INVALID_INPUT */
export function readRecall({ body, transaction }: IsoTransaction): IsoReport {
  const place = '/Undrlyg/TxInf';
  const keys = originalKeys(transaction!, undefined);
  if (paymentId(keys) === null) throw unnamed(place);
  const reason = textAt(transaction!, 'CxlRsnInf', 'Rsn', 'Cd');
  const code = codeOf(reason, `${place}/CxlRsnInf/Rsn/Cd`);
  const at = { text: createdAt(body, 'Assgnmt'), place: '/Assgnmt/CreDtTm' };
  return report('RECALL', keys, at, [code, null], place);
}
