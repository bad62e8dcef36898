import { type ApiOperationOptions } from '@nestjs/swagger';
import { ROWS_MAX } from '#contracts';
import { rowsResponses } from '../rows-operation';
import { ISO_VERSIONS } from './iso-message';

const MESSAGES = Object.entries(ISO_VERSIONS)
  .flatMap(([name, versions]) => versions.map((version) => `${name}.${version}`))
  .join(', ');

const STATUS_XML = `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10"><FIToFIPmtStsRpt>
  <GrpHdr><MsgId>M-92</MsgId><CreDtTm>2026-03-02T14:23:13+05:00</CreDtTm></GrpHdr>
  <TxInfAndSts><OrgnlEndToEndId>E2E-17</OrgnlEndToEndId><OrgnlTxId>TX-17</OrgnlTxId><TxSts>ACSC</TxSts></TxInfAndSts>
</FIToFIPmtStsRpt></Document>`;

const STATUS_JSON = {
  TxTp: 'pacs.002.001.12',
  FIToFIPmtSts: {
    GrpHdr: { MsgId: 'M-92', CreDtTm: '2026-03-02T09:23:13.000Z' },
    TxInfAndSts: { OrgnlEndToEndId: 'E2E-17', TxSts: 'ACCC' },
  },
};

/** How `POST /v1/iso20022` is described to those who send to it. */
export const ISO20022_OPERATION: ApiOperationOptions = {
  operationId: 'takeIso20022',
  summary: 'Send ISO 20022 messages',
  description: [
    `One message a request, with up to ${ROWS_MAX} transactions: ${MESSAGES}; as XML in its namespace, or as JSON with its name in \`TxTp\`.`,
    'Each transaction is answered like a row of transfers.',
    '',
    'A pacs.008 is stored as a transfer that is PENDING, under its TxId, else its UETR, else its EndToEndId. It moves value when a',
    'pacs.002 tells that it is settled (ACSC, ACCC), and never where it is rejected (RJCT, CANC); whichever of the two comes first waits',
    'for the other. A pacs.002 names its payment by any of these ids, or a whole message by OrgnlMsgId and GrpSts. A pain.001 and a',
    'camt.056 are kept with the payment they are about and move nothing. What still waits is listed by `GET /v1/feed/unconfirmed`.',
    '',
    'Instants need an offset. A wallet is known by its account (IBAN, or Othr/Id) at its agent: by BIC or member number, for which',
    'the operator can name a provider. No document type (DOCTYPE) is taken, and no entity but the five of XML.',
  ].join('\n'),
  requestBody: {
    required: true,
    content: {
      'application/xml': { schema: { type: 'string' }, example: STATUS_XML },
      'text/xml': { schema: { type: 'string' }, example: STATUS_XML },
      'application/json': { schema: { type: 'object', required: ['TxTp'] }, example: STATUS_JSON },
    },
  },
  responses: rowsResponses(
    {
      id: 'transferId',
      refused: {
        id: 'TX-17',
        path: '/CdtTrfTxInf/IntrBkSttlmAmt',
        detail: 'amount must be above zero',
      },
    },
    'not well-formed, none of these messages, or a body that broke off.',
  ),
};
