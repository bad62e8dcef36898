import { gzipSync } from 'node:zlib';
import { type TransferRow } from '#contracts';
import { formatEventTime } from '#domain';

/** Of a hundred rows, so many were sent before, and so many are refused. */
export const DUPLICATES_OF_100 = 5;
export const REFUSED_OF_100 = 5;

const WALLETS = 200_000;
const BEGINS_MS = Date.UTC(2026, 0, 1);

/** How rows are written, and where they are sent. */
export interface BodyFormat {
  readonly name: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  body(rows: readonly TransferRow[]): string | Buffer;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const LINES_TYPE = { 'content-type': 'application/x-ndjson' };
const CSV_TYPE = { 'content-type': 'text/csv' };
const XML_TYPE = { 'content-type': 'application/xml' };
const PACKED = { 'content-encoding': 'gzip' };
const TRANSFERS = '/v1/transfers';
const ISO = '/v1/iso20022';

const lines = (rows: readonly TransferRow[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');

const csv = (rows: readonly TransferRow[], header: string): string =>
  [
    header,
    ...rows.map(({ transferId, occurredAt, type, amount, currency, debtor, creditor }) =>
      [
        ...[transferId, occurredAt, type, amount, currency],
        ...[debtor.walletId, debtor.msisdn, creditor.walletId, creditor.msisdn],
      ].join(),
    ),
    '',
  ].join('\n');

const CONTRACT_COLUMNS =
  'transferId,occurredAt,type,amount,currency,debtor.walletId,debtor.msisdn,creditor.walletId,creditor.msisdn';
const OWN_COLUMNS = 'TXN,AT,KIND,AMT,CCY,FROM,FROM_NO,TO,TO_NO';

/** Says which of its own columns is which of ours. */
export const MAPPING = {
  name: 'bench',
  document: {
    fields: {
      ...{ transferId: { from: 'TXN' }, occurredAt: { from: 'AT' }, type: { from: 'KIND' } },
      ...{ amount: { from: 'AMT', decimal: '.' }, currency: { from: 'CCY' } },
      ...{ 'debtor.walletId': { from: 'FROM' }, 'debtor.msisdn': { from: 'FROM_NO' } },
      ...{ 'creditor.walletId': { from: 'TO' }, 'creditor.msisdn': { from: 'TO_NO' } },
    },
  },
} as const;

const party = (side: 'Dbtr' | 'Cdtr', { walletId, msisdn }: TransferRow['debtor']): string =>
  `<${side}><CtctDtls><MobNb>${msisdn}</MobNb></CtctDtls></${side}><${side}Acct><Id><Othr><Id>${walletId}</Id></Othr></Id></${side}Acct>`;

const xml = (rows: readonly TransferRow[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FIToFICstmrCdtTrf><GrpHdr><MsgId>${rows[0]!.transferId}</MsgId><CreDtTm>${rows[0]!.occurredAt}</CreDtTm><NbOfTxs>${rows.length}</NbOfTxs><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr>${rows
    .map(
      ({ transferId, occurredAt, amount, currency, debtor, creditor }) =>
        `<CdtTrfTxInf><PmtId><EndToEndId>E-${transferId}</EndToEndId><TxId>${transferId}</TxId></PmtId><PmtTpInf><LclInstrm><Prtry>P2P</Prtry></LclInstrm></PmtTpInf><IntrBkSttlmAmt Ccy="${currency}">${amount}</IntrBkSttlmAmt><AccptncDtTm>${occurredAt}</AccptncDtTm><ChrgBr>SLEV</ChrgBr>${party('Dbtr', debtor)}${party('Cdtr', creditor)}</CdtTrfTxInf>`,
    )
    .join('')}</FIToFICstmrCdtTrf></Document>`;

const isoParty = (side: 'Dbtr' | 'Cdtr', { walletId, msisdn }: TransferRow['debtor']) => ({
  [side]: { CtctDtls: { MobNb: msisdn } },
  [`${side}Acct`]: { Id: { Othr: [{ Id: walletId }] } },
});

const isoJson = (rows: readonly TransferRow[]): string =>
  JSON.stringify({
    TxTp: 'pacs.008.001.10',
    FIToFICstmrCdtTrf: {
      GrpHdr: { MsgId: rows[0]!.transferId, CreDtTm: rows[0]!.occurredAt, NbOfTxs: rows.length },
      CdtTrfTxInf: rows.map(({ transferId, occurredAt, amount, currency, debtor, creditor }) => ({
        PmtId: { EndToEndId: `E-${transferId}`, TxId: transferId },
        PmtTpInf: { LclInstrm: { Prtry: 'P2P' } },
        IntrBkSttlmAmt: { Amt: { Amt: Number(amount), Ccy: currency } },
        AccptncDtTm: occurredAt,
        ...isoParty('Dbtr', debtor),
        ...isoParty('Cdtr', creditor),
      })),
    },
  });

/** The statuses that settle payments which were sent as pacs.008. */
export const settlements = (rows: readonly TransferRow[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10"><FIToFIPmtStsRpt><GrpHdr><MsgId>S-${rows[0]!.transferId}</MsgId><CreDtTm>${rows[0]!.occurredAt}</CreDtTm></GrpHdr>${rows
    .map(
      ({ transferId, occurredAt }) =>
        `<TxInfAndSts><OrgnlEndToEndId>E-${transferId}</OrgnlEndToEndId><OrgnlTxId>${transferId}</OrgnlTxId><TxSts>ACSC</TxSts><AccptncDtTm>${occurredAt}</AccptncDtTm></TxInfAndSts>`,
    )
    .join('')}</FIToFIPmtStsRpt></Document>`;

export const FORMATS: readonly BodyFormat[] = [
  {
    ...{ name: 'JSON', path: TRANSFERS, headers: JSON_TYPE },
    body: (rows) => JSON.stringify({ transfers: rows }),
  },
  { name: 'NDJSON', path: TRANSFERS, headers: LINES_TYPE, body: lines },
  {
    ...{ name: 'NDJSON, packed', path: TRANSFERS, headers: { ...LINES_TYPE, ...PACKED } },
    body: (rows) => gzipSync(lines(rows)),
  },
  {
    ...{ name: 'CSV', path: TRANSFERS, headers: CSV_TYPE },
    body: (rows) => csv(rows, CONTRACT_COLUMNS),
  },
  {
    ...{ name: 'CSV, packed', path: TRANSFERS, headers: { ...CSV_TYPE, ...PACKED } },
    body: (rows) => gzipSync(csv(rows, CONTRACT_COLUMNS)),
  },
  {
    ...{
      name: 'CSV by a mapping',
      path: `${TRANSFERS}?mapping=${MAPPING.name}`,
      headers: CSV_TYPE,
    },
    body: (rows) => csv(rows, OWN_COLUMNS),
  },
  { name: 'pacs.008, XML', path: ISO, headers: XML_TYPE, body: xml },
  { name: 'pacs.008, JSON', path: ISO, headers: JSON_TYPE, body: isoJson },
  { name: 'pacs.002 that settles, XML', path: ISO, headers: XML_TYPE, body: settlements },
];

/**
 * Rows of which some were sent before, and some are refused for their amount.
 *
 * @param back so many rows before it a row that is sent again was sent first
 */
export function mixedRows(prefix: string, from: number, rows: number, back: number): TransferRow[] {
  return Array.from({ length: rows }, (_, at) => {
    const place = (from + at) % 100;
    const isAgain = place < DUPLICATES_OF_100 && from + at >= back;
    // Of the middle of its hundred, which are all good.
    const n = isAgain ? from + at - back + 50 : from + at;
    const amount = place >= 100 - REFUSED_OF_100 ? '0.00' : `${1 + (n % 5_000)}.00`;
    const payer = (n * 7_919) % WALLETS;
    // Never the payer: both are different remainders.
    const payee = (payer + 1 + (n % 1_000)) % WALLETS;
    return {
      transferId: `${prefix}-${n}`,
      occurredAt: formatEventTime(BEGINS_MS + n * 1_000),
      ...{ type: 'P2P' as const, amount, currency: 'PKR' },
      debtor: { walletId: `w-${payer}`, msisdn: String(923_000_000_000 + payer) },
      creditor: { walletId: `w-${payee}`, msisdn: String(923_000_000_000 + payee) },
    };
  });
}
