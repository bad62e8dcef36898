import { isUtf8 } from 'node:buffer';
import { ROWS_MAX } from '#contracts';
import { AppError } from '#domain';
import { childrenOf, elementAt, type IsoElement } from './iso-element';
import { readJson } from './read-json';
import { readXml } from './read-xml';

/** What is taken, by its message definition: where its body and the transactions in it stand. */
const MESSAGES = {
  'pacs.008': { body: 'FIToFICstmrCdtTrf', transactions: ['CdtTrfTxInf'] },
  'pacs.002': { body: 'FIToFIPmtStsRpt', transactions: ['TxInfAndSts'] },
  'pain.001': { body: 'CstmrCdtTrfInitn', transactions: ['PmtInf', 'CdtTrfTxInf'] },
  'camt.056': { body: 'FIToFIPmtCxlReq', transactions: ['Undrlyg', 'TxInf'] },
} as const;
export type MessageName = keyof typeof MESSAGES;

/** Versions whose elements are read as their schemas have them. */
export const ISO_VERSIONS: Readonly<Record<MessageName, readonly string[]>> = {
  'pacs.008': ['001.08', '001.10'],
  'pacs.002': ['001.10', '001.12'],
  'pain.001': ['001.09'],
  'camt.056': ['001.08'],
};

/** The JSON shape of pacs.002 spells its body otherwise. */
const BODY_IN_JSON: Readonly<Record<string, string>> = { FIToFIPmtSts: 'FIToFIPmtStsRpt' };

/** One transaction of a message, with what surrounds it. */
export interface IsoTransaction {
  readonly message: MessageName;
  /** The message's body: group header, and what stands beside the transaction. */
  readonly body: IsoElement;
  /** What the transaction lies in: the body itself, or a payment information block; of a group's status, the group. */
  readonly block: IsoElement;
  /** Null where a status report tells of a whole group. */
  readonly transaction: IsoElement | null;
}

const NAME = /^(?:urn:iso:std:iso:20022:tech:xsd:)?([a-z]{4}\.\d{3})\.(\d{3}\.\d{2})$/;

function messageNamed(name: string | null): MessageName {
  const [, definition = '', version = ''] = NAME.exec(name ?? '') ?? [];
  if (!Object.hasOwn(MESSAGES, definition)) throw notTaken();
  const message = definition as MessageName;
  if (!ISO_VERSIONS[message].includes(version)) throw notTaken();
  return message;
}

const notTaken = (): AppError =>
  new AppError(
    'INVALID_INPUT',
    `the message is none of ${Object.entries(ISO_VERSIONS)
      .flatMap(([name, versions]) => versions.map((version) => `${name}.${version}`))
      .join(', ')}, by its namespace (XML) or TxTp (JSON)`,
  );

const noBody = (message: MessageName): AppError =>
  new AppError('INVALID_INPUT', `a ${message} holds ${MESSAGES[message].body} with transactions`);

function textOf(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new AppError('INVALID_INPUT', 'the body is not UTF-8');
  return bytes.toString('utf8');
}

/** @throws AppError INVALID_INPUT, TOO_LARGE */
export function transactionsOfXml(bytes: Buffer): IsoTransaction[] {
  const { namespace, root } = readXml(textOf(bytes));
  return transactionsOf(messageNamed(namespace), root);
}

/** @throws AppError INVALID_INPUT, TOO_LARGE */
export function transactionsOfJson(bytes: Buffer): IsoTransaction[] {
  const text = textOf(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own words quote the body.
    throw new AppError('INVALID_INPUT', 'the body is not valid JSON');
  }
  const root = readJson(value);
  const message = messageNamed(elementAt(root, 'TxTp')?.text ?? null);
  const children = new Map(
    [...root.children].map(([name, held]) => [BODY_IN_JSON[name] ?? name, held]),
  );
  return transactionsOf(message, { ...root, children });
}

function transactionsOf(message: MessageName, root: IsoElement): IsoTransaction[] {
  const { body: bodyName, transactions: path } = MESSAGES[message];
  const body = elementAt(root, bodyName);
  if (body === undefined) throw noBody(message);
  const blocks = path.length === 1 ? [body] : childrenOf(body, path[0]);
  const found = blocks.flatMap((block) =>
    childrenOf(block, path.at(-1)!).map((transaction): IsoTransaction => ({
      message,
      body,
      block,
      transaction,
    })),
  );
  if (found.length > ROWS_MAX) {
    throw new AppError('TOO_LARGE', `send at most ${ROWS_MAX} transactions in a message`);
  }
  if (found.length > 0) return found;
  // A status of all that a message held.
  const groups = childrenOf(body, 'OrgnlGrpInfAndSts').filter((group) =>
    group.children.has('GrpSts'),
  );
  if (message !== 'pacs.002' || groups.length === 0) throw noBody(message);
  return groups.map((block) => ({ message, body, block, transaction: null }));
}
