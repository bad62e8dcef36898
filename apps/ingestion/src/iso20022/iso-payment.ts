import { type PartyRow, type TransferRow } from '#contracts';
import { type PartyKind, type TransferType } from '#domain';
import { childrenOf, elementAt, type IsoElement, textAt } from './iso-element';
import { type IsoTransaction } from './iso-message';

/** By which messages name a payment. */
export interface PaymentKeys {
  readonly messageId: string | null;
  readonly txId: string | null;
  readonly uetr: string | null;
  /** Null where none was provided, which the standard has a word for. */
  readonly endToEndId: string | null;
}

/** What whoever gave no end-to-end identification has to write: it identifies nothing. */
export const NOT_PROVIDED = 'NOTPROVIDED';

export const identifying = (text: string | undefined): string | null =>
  text === undefined || text === NOT_PROVIDED ? null : text;

/** What of a payment its messages name it by, the surest first. */
export const paymentId = ({ txId, uetr, endToEndId }: PaymentKeys): string | null =>
  txId ?? uetr ?? endToEndId;

/**
 * Codes that say what a payment is for, by where they stand. Source: ISO 20022 External Code Sets (purpose, category purpose, local
 * instrument), and the words of the samples for P2P and P2M. Whatever has none is a bank transfer.
 */
const TYPES: Readonly<Record<string, TransferType>> = {
  P2P: 'P2P',
  MP2P: 'P2P',
  P2M: 'MERCHANT_PAYMENT',
  P2B: 'MERCHANT_PAYMENT',
  MP2B: 'MERCHANT_PAYMENT',
  SALA: 'SALARY',
  PAYR: 'SALARY',
  BENE: 'BENEFIT',
  PENS: 'BENEFIT',
  SSBE: 'BENEFIT',
  GOVT: 'BENEFIT',
  UBIL: 'BILL_PAYMENT',
  ELEC: 'BILL_PAYMENT',
  GASB: 'BILL_PAYMENT',
  WTER: 'BILL_PAYMENT',
  PHON: 'BILL_PAYMENT',
  MTUP: 'TOP_UP',
};

/** Where a code may stand, the most telling first. */
const TYPE_PLACES: readonly (readonly string[])[] = [
  ['PmtTpInf', 'LclInstrm'],
  ['Purp'],
  ['PmtTpInf', 'CtgyPurp'],
];

/** A choice between a code of the standard and one of the parties' own. */
const codeAt = (element: IsoElement | undefined, ...path: readonly string[]): string | undefined =>
  textAt(element, ...path, 'Cd') ?? textAt(element, ...path, 'Prtry');

function typeOf(transaction: IsoElement): TransferType {
  for (const place of TYPE_PLACES) {
    const code = codeAt(transaction, ...place);
    if (code !== undefined && Object.hasOwn(TYPES, code)) return TYPES[code]!;
  }
  return 'BANK_TRANSFER';
}

/** `<IntrBkSttlmAmt Ccy="PKR">49500.00</IntrBkSttlmAmt>`, or `{"Amt":{"Amt":49500.0,"Ccy":"PKR"}}`. */
function amountAt(element: IsoElement | undefined): { amount?: string; currency?: string } {
  const inner = elementAt(element, 'Amt') ?? element;
  const amount = textAt(inner, 'Amt') ?? inner?.text;
  const currency = inner?.attributes.get('Ccy') ?? textAt(inner, 'Ccy');
  return {
    ...(amount === undefined ? {} : { amount }),
    ...(currency === undefined ? {} : { currency }),
  };
}

/** Who takes part, by BIC or by the clearing's member number. */
export const agentCode = (agent: IsoElement | undefined): string | undefined =>
  textAt(agent, 'FinInstnId', 'BICFI') ?? textAt(agent, 'FinInstnId', 'ClrSysMmbId', 'MmbId');

/** Identifications of a person or organisation, by the name of their scheme. */
function identifications(party: IsoElement | undefined): Map<string, string> {
  const found = new Map<string, string>();
  for (const way of ['PrvtId', 'OrgId']) {
    for (const other of childrenOf(elementAt(party, 'Id', way), 'Othr')) {
      const scheme = codeAt(other, 'SchmeNm');
      const id = textAt(other, 'Id');
      if (scheme !== undefined && id !== undefined) found.set(scheme.toUpperCase(), id);
    }
  }
  return found;
}

const NATIONAL_ID_SCHEMES = ['CNIC', 'NICOP', 'NIDN'] as const;
const PHONE_SCHEMES: ReadonlySet<string | undefined> = new Set(['MSISDN', 'TELE']);

function kindOf(party: IsoElement | undefined): PartyKind | undefined {
  if (elementAt(party, 'Id', 'PrvtId')) return 'PERSON';
  return elementAt(party, 'Id', 'OrgId') ? 'BUSINESS' : undefined;
}

function phoneOf(
  party: IsoElement | undefined,
  account: IsoElement | undefined,
  ids: Map<string, string>,
) {
  const other = elementAt(account, 'Id', 'Othr');
  return (
    textAt(party, 'CtctDtls', 'MobNb') ??
    (codeAt(account, 'Prxy', 'Tp') === 'TELE' ? textAt(account, 'Prxy', 'Id') : undefined) ??
    (PHONE_SCHEMES.has(codeAt(other, 'SchmeNm')) ? textAt(other, 'Id') : undefined) ??
    ids.get('MSISDN')
  );
}

/** An IBAN is one however it is spaced. */
const accountId = (account: IsoElement | undefined): string | undefined =>
  textAt(account, 'Id', 'IBAN')?.replaceAll(' ', '').toUpperCase() ??
  textAt(account, 'Id', 'Othr', 'Id');

/** Fields that have a value: a row leaves out what it does not know. */
const known = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

/** @param providerOf which provider has this code; itself where nobody has */
function partyOf(
  transaction: IsoElement,
  side: 'Dbtr' | 'Cdtr',
  providerOf: (code: string) => string,
): Partial<PartyRow> {
  const party = elementAt(transaction, side);
  const account = elementAt(transaction, `${side}Acct`);
  const agent = agentCode(elementAt(transaction, `${side}Agt`));
  const ids = identifications(party);
  const scheme = NATIONAL_ID_SCHEMES.find((name) => ids.has(name));
  return known({
    walletId: accountId(account),
    provider: agent === undefined ? undefined : providerOf(agent),
    kind: kindOf(party),
    name: textAt(party, 'Nm') ?? textAt(account, 'Nm'),
    msisdn: phoneOf(party, account, ids),
    nationalId: scheme === undefined ? undefined : ids.get(scheme),
    iban: textAt(account, 'Id', 'IBAN'),
    tier: codeAt(account, 'Tp'),
    country: textAt(party, 'CtryOfRes') ?? textAt(party, 'PstlAdr', 'Ctry'),
  });
}

/** By what a pacs.008 or pain.001 names a payment. */
export function keysOfPayment({ body, transaction }: IsoTransaction): PaymentKeys {
  const at = (name: string): string | undefined => textAt(transaction ?? undefined, 'PmtId', name);
  return {
    messageId: textAt(body, 'GrpHdr', 'MsgId') ?? null,
    txId: at('TxId') ?? null,
    uetr: at('UETR') ?? null,
    endToEndId: identifying(at('EndToEndId')),
  };
}

/**
 * A pacs.008's transaction as a row of our own, which is then checked like any other: it has been ordered, and moves nothing
 * before its settlement is reported.
 */
export function rowOfPayment(
  { body, transaction }: IsoTransaction,
  keys: PaymentKeys,
  providerOf: (code: string) => string,
): Readonly<Record<string, unknown>> {
  const told = transaction!;
  const narrative = [...childrenOf(elementAt(told, 'RmtInf') ?? elementAt(body, 'RmtInf'), 'Ustrd')]
    .map(({ text }) => text)
    .filter((text) => text !== '')
    .join(' ');
  const row = known({
    transferId: paymentId(keys) ?? undefined,
    occurredAt: textAt(told, 'AccptncDtTm') ?? textAt(body, 'GrpHdr', 'CreDtTm'),
    type: typeOf(told),
    status: 'PENDING',
    ...amountAt(elementAt(told, 'IntrBkSttlmAmt')),
    debtor: partyOf(told, 'Dbtr', providerOf),
    creditor: partyOf(told, 'Cdtr', providerOf),
    endToEndId: keys.endToEndId ?? undefined,
    rail: codeAt(body, 'GrpHdr', 'SttlmInf', 'ClrSys') ?? codeAt(told, 'SttlmInf', 'ClrSys'),
    narrative: narrative === '' ? undefined : narrative,
  });
  return row satisfies Partial<Record<keyof TransferRow, unknown>>;
}

/** Where in a message stands what a row's field is read from. */
const PLACES: readonly (readonly [field: string, place: string])[] = [
  ['/transferId', 'PmtId'],
  ['/occurredAt', 'AccptncDtTm'],
  ['/amount', 'IntrBkSttlmAmt'],
  ['/currency', 'IntrBkSttlmAmt/@Ccy'],
  ['/endToEndId', 'PmtId/EndToEndId'],
  ['/rail', 'SttlmInf/ClrSys'],
  ['/narrative', 'RmtInf/Ustrd'],
  ...(['debtor', 'creditor'] as const).flatMap((party) => {
    const side = party === 'debtor' ? 'Dbtr' : 'Cdtr';
    const places: readonly (readonly [string, string])[] = [
      [`/${party}/walletId`, `${side}Acct/Id`],
      [`/${party}/iban`, `${side}Acct/Id/IBAN`],
      [`/${party}/provider`, `${side}Agt/FinInstnId`],
      [`/${party}/tier`, `${side}Acct/Tp`],
      [`/${party}/name`, `${side}/Nm`],
      [`/${party}/msisdn`, `${side}/CtctDtls/MobNb`],
      [`/${party}/nationalId`, `${side}/Id`],
      [`/${party}/country`, `${side}/CtryOfRes`],
    ];
    return places;
  }),
];
const PLACE_OF: ReadonlyMap<string, string> = new Map(PLACES);

/** The path of a row's field as its sender knows it. */
export const placeInPayment = (path: string): string =>
  `/CdtTrfTxInf/${PLACE_OF.get(path) ?? ''}`.replace(/\/$/, '');
