import { type ApiOperationOptions } from '@nestjs/swagger';
import { SAMPLE_ROWS_MAX } from './try-mapping';
import { type MappingDocument, MAPPING_SCHEMA } from './mapping-document';

const EXAMPLE: MappingDocument = {
  delimiter: ';',
  fields: {
    transferId: { from: 'TXN_ID' },
    occurredAt: {
      from: ['TXN_DATE', 'TXN_TIME'],
      format: 'dd-MM-yyyy HH:mm:ss',
      timeZone: 'Asia/Karachi',
    },
    type: { from: 'TXN_CODE', values: { '01': 'P2P', '02': 'CASH_OUT' } },
    amount: { from: 'AMT', grouping: ',' },
    currency: { constant: 'PKR' },
    'debtor.walletId': { from: 'PAYER', trim: true },
    'creditor.walletId': { from: 'PAYEE', trim: true },
  },
};

const json = (schema: object, example?: unknown) => ({
  'application/json': { schema, ...(example === undefined ? {} : { example }) },
});
const answered = (description: string) => ({ 200: { description } });
const LINES = { schema: { type: 'string' } };

export const PUT_MAPPING: ApiOperationOptions = {
  operationId: 'putMapping',
  summary: 'Keep a mapping',
  description: [
    'Says how a provider’s own columns become the fields of a transfer. The same document again changes nothing; another is the',
    'next version, and all versions stay. Rows sent to `/v1/transfers?mapping=NAME` are read by the latest, by `NAME@3` by that one.',
  ].join('\n'),
  requestBody: { required: true, content: json(MAPPING_SCHEMA, EXAMPLE) },
  responses: answered('The version it is, and whether it is a new one (`changed`).'),
};

export const LIST_MAPPINGS: ApiOperationOptions = {
  operationId: 'listMappings',
  summary: 'One’s own mappings, by name, each with its latest version',
  responses: answered('All of them.'),
};

export const GET_MAPPING: ApiOperationOptions = {
  operationId: 'getMapping',
  summary: 'What a mapping says: `NAME` the latest version, `NAME@3` that one',
  responses: answered('The document and its version.'),
};

const SHOWN =
  'The rows as they would be taken, and the problems of those that would be refused, by the same check. Nothing is kept.';

export const DRY_RUN_OF_NAME: ApiOperationOptions = {
  operationId: 'dryRunMapping',
  summary: 'See what a mapping makes of rows',
  description: `${SHOWN} The body is as for \`/v1/transfers\`, of at most ${SAMPLE_ROWS_MAX} rows.`,
  requestBody: {
    required: true,
    content: {
      ...json({ type: 'object', required: ['transfers'] }),
      'application/x-ndjson': LINES,
      'text/csv': LINES,
    },
  },
  responses: answered('What would become of the rows.'),
};

export const DRY_RUN_OF_DOCUMENT: ApiOperationOptions = {
  operationId: 'dryRunDocument',
  summary: 'See what a mapping that is not kept yet makes of rows',
  description: SHOWN,
  requestBody: {
    required: true,
    content: json(
      {
        type: 'object',
        required: ['mapping'],
        properties: {
          mapping: MAPPING_SCHEMA,
          csv: { type: 'string' },
          transfers: { type: 'array', maxItems: SAMPLE_ROWS_MAX },
        },
      },
      {
        mapping: EXAMPLE,
        csv: 'TXN_ID;TXN_DATE;TXN_TIME;TXN_CODE;AMT;PAYER;PAYEE\nT-1;23-11-2026;14:05:09;01;1,250.50;W-100;W-200\n',
      },
    ),
  },
  responses: answered('What would become of the rows.'),
};
