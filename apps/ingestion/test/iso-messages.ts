/** A payment as a pacs.008 tells of it. */
export interface Payment {
  readonly messageId: string;
  readonly txId: string | null;
  readonly endToEndId: string;
  readonly uetr: string | null;
  readonly amount: string;
  readonly at: string;
  readonly debtor: string;
  readonly creditor: string;
  readonly sameAgent?: boolean;
}

/** What a pacs.002 tells of a payment. */
export interface Status {
  readonly messageId: string | null;
  readonly txId: string | null;
  readonly endToEndId: string | null;
  readonly uetr: string | null;
  readonly code: string;
  readonly at: string;
}

const element = (name: string, text: string | null): string =>
  text === null ? '' : `<${name}>${text}</${name}>`;

const account = (id: string): string =>
  id.startsWith('PK')
    ? `<Id><IBAN>${id}</IBAN></Id>`
    : `<Id><Othr><Id>${id}</Id><SchmeNm><Prtry>MSISDN</Prtry></SchmeNm></Othr></Id>`;

const document = (version: string, body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:${version}">${body}</Document>`;

const transaction = (of: Payment): string => `<CdtTrfTxInf>
  <PmtId><EndToEndId>${of.endToEndId}</EndToEndId>${element('TxId', of.txId)}${element('UETR', of.uetr)}</PmtId>
  <PmtTpInf><LclInstrm><Prtry>P2P</Prtry></LclInstrm></PmtTpInf>
  <IntrBkSttlmAmt Ccy="PKR">${of.amount}</IntrBkSttlmAmt><IntrBkSttlmDt>2026-03-02</IntrBkSttlmDt>
  <AccptncDtTm>${of.at}</AccptncDtTm><ChrgBr>SLEV</ChrgBr>
  <Dbtr><Nm>TEST DEBTOR</Nm></Dbtr><DbtrAcct>${account(of.debtor)}</DbtrAcct>
  <DbtrAgt><FinInstnId><BICFI>TMFBPKKA</BICFI></FinInstnId></DbtrAgt>
  <CdtrAgt><FinInstnId><BICFI>${of.sameAgent === true ? 'TMFBPKKA' : 'JCMAPKKA'}</BICFI></FinInstnId></CdtrAgt>
  <Cdtr><Nm>TEST CREDITOR</Nm></Cdtr><CdtrAcct>${account(of.creditor)}</CdtrAcct>
  <RmtInf><Ustrd>Rent</Ustrd></RmtInf></CdtTrfTxInf>`;

export const pacs008 = (payments: readonly Payment[], version = 'pacs.008.001.08'): string =>
  document(
    version,
    `<FIToFICstmrCdtTrf><GrpHdr><MsgId>${payments[0]!.messageId}</MsgId><CreDtTm>2026-03-02T14:23:11+05:00</CreDtTm>
  <NbOfTxs>${payments.length}</NbOfTxs><SttlmInf><SttlmMtd>CLRG</SttlmMtd><ClrSys><Prtry>RAAST</Prtry></ClrSys></SttlmInf></GrpHdr>
  ${payments.map(transaction).join('')}</FIToFICstmrCdtTrf>`,
  );

/** @param group a status of a whole message, where there is one */
export const pacs002 = (
  statuses: readonly Status[],
  group: { readonly messageId: string; readonly code: string; readonly at: string } | null = null,
  version = 'pacs.002.001.10',
): string => {
  const original = group?.messageId ?? statuses[0]?.messageId ?? null;
  const groups =
    original === null
      ? ''
      : `<OrgnlGrpInfAndSts><OrgnlMsgId>${original}</OrgnlMsgId><OrgnlMsgNmId>pacs.008.001.08</OrgnlMsgNmId>${element('GrpSts', group?.code ?? null)}</OrgnlGrpInfAndSts>`;
  const transactions = statuses.map(
    (of) =>
      `<TxInfAndSts>${element('OrgnlEndToEndId', of.endToEndId)}${element('OrgnlTxId', of.txId)}${element('OrgnlUETR', of.uetr)}<TxSts>${of.code}</TxSts><AccptncDtTm>${of.at}</AccptncDtTm></TxInfAndSts>`,
  );
  const at = group?.at ?? statuses[0]!.at;
  return document(
    version,
    `<FIToFIPmtStsRpt><GrpHdr><MsgId>S-1</MsgId><CreDtTm>${at}</CreDtTm></GrpHdr>${groups}${transactions.join('')}</FIToFIPmtStsRpt>`,
  );
};
