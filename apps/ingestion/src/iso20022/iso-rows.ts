import { ID_LENGTH_MAX } from '#contracts';
import { type Problem } from '#domain';
import { readTransfer, type CheckedRow } from '../read-transfer';
import { type GoodRow } from '../row-kind';
import { type Reading, reading } from '../row-reading';
import { type MakeSafe } from '../tokens';
import { type IsoElement } from './iso-element';
import { type IsoTransaction } from './iso-message';
import {
  keysOfPayment,
  type PaymentKeys,
  paymentId,
  placeInPayment,
  rowOfPayment,
} from './iso-payment';
import { type IsoReport, keysOfOriginal, readOrder, readRecall, readStatus } from './iso-report';

/** A payment that was ordered between two agents (pacs.008). */
export interface IsoPayment extends GoodRow {
  readonly kind: 'PAYMENT';
  readonly keys: PaymentKeys;
  readonly checked: CheckedRow;
}

export type IsoRow = IsoPayment | (IsoReport & GoodRow);

export const isPayment = (row: IsoRow): row is IsoPayment => row.kind === 'PAYMENT';

/** The id of a transaction that may be refused; null where it has none that could be repeated. */
export function idInTransaction(value: unknown): string | null {
  const transaction = value as IsoTransaction;
  const ids = [paymentId(keysOfPayment(transaction)), paymentId(keysOfOriginal(transaction))];
  return ids.find((id) => id !== null && id.length <= ID_LENGTH_MAX) ?? null;
}

/** A transaction as JSON, in whichever of the two forms it came. */
export function textOfTransaction(value: unknown): string {
  const { message, transaction, block } = value as IsoTransaction;
  return JSON.stringify({ message, transaction: plain(transaction ?? block) });
}

function plain({ text, attributes, children }: IsoElement): unknown {
  if (children.size === 0 && attributes.size === 0) return text;
  const held = [...children].map(([name, parts]) => [name, parts.map(plain)] as const);
  const told = [...attributes].map(([name, one]) => [`@${name}`, one] as const);
  return Object.fromEntries([...told, ...(text === '' ? [] : [['#text', text] as const]), ...held]);
}

/** What the answer to its sender calls a row. */
export const idOfIso = (row: IsoRow): string => paymentId(row.keys) ?? row.keys.messageId ?? '';

/**
 * Reads one transaction of a message.
 *
 * @param providerOf the provider that has a BIC or member number; the code itself where none has
 */
export function readIso(
  transaction: IsoTransaction,
  sender: string,
  makeSafe: MakeSafe,
  providerOf: (code: string) => string,
): Reading<IsoRow> {
  switch (transaction.message) {
    case 'pacs.008':
      return readPayment(transaction, sender, makeSafe, providerOf);
    case 'pacs.002':
      return readReport(() => readStatus(transaction));
    case 'pain.001':
      return readReport(() => readOrder(transaction));
    case 'camt.056':
      return readReport(() => readRecall(transaction));
    default:
      return transaction.message satisfies never;
  }
}

const readReport = (read: () => IsoReport): Reading<IsoRow> =>
  reading(() => ({ ...read(), identities: [] }));

function readPayment(
  transaction: IsoTransaction,
  sender: string,
  makeSafe: MakeSafe,
  providerOf: (code: string) => string,
): Reading<IsoRow> {
  const keys = keysOfPayment(transaction);
  const read = readTransfer(rowOfPayment(transaction, keys, providerOf), sender, makeSafe);
  if (!read.ok) return { ok: false, problem: inItsWords(read.problem) };
  const { row: checked } = read;
  return { ok: true, row: { kind: 'PAYMENT', keys, checked, identities: checked.identities } };
}

const inItsWords = (problem: Problem): Problem => ({
  ...problem,
  path: placeInPayment(problem.path),
});
