import { type ApiOperationOptions } from '@nestjs/swagger';
import { type TransferRow, TRANSFER_ROW_SCHEMA, TRANSFER_ROWS_MAX } from '#contracts';
import { ERROR_STATUS, type ErrorCode } from '#domain';

const row: object = TRANSFER_ROW_SCHEMA;

const smallest: TransferRow = {
  transferId: 'T-1001',
  occurredAt: '2026-03-01T14:05:09+05:00',
  type: 'P2P',
  amount: '84500.50',
  currency: 'PKR',
  debtor: { walletId: 'W-17' },
  creditor: { walletId: 'W-23' },
};

const reversal: TransferRow = {
  ...smallest,
  transferId: 'T-1003',
  occurredAt: '2026-03-01T16:20:00+05:00',
  type: 'REVERSAL',
  originalTransferId: 'T-1001',
  debtor: smallest.creditor,
  creditor: smallest.debtor,
};

const cashOut: TransferRow = {
  transferId: 'T-1002',
  occurredAt: '2026-03-01T14:21:44.120+05:00',
  type: 'CASH_OUT',
  status: 'PENDING',
  amount: '25000.00',
  currency: 'PKR',
  debtor: { walletId: 'W-23', kind: 'PERSON', msisdn: '03000000000', tier: 'L1' },
  creditor: { walletId: 'AGENT-4', kind: 'AGENT', country: 'PK' },
  agentId: 'AGENT-4',
  device: { id: 'handset-9' },
  balanceAfter: '0.00',
};

const problem = (withTransfer: boolean): object => ({
  type: 'object',
  required: ['code', 'path', 'detail', ...(withTransfer ? ['index', 'transferId'] : [])],
  properties: {
    ...(withTransfer
      ? {
          index: { type: 'integer', description: 'Which row, from 0. Blank lines do not count.' },
          transferId: { type: 'string', nullable: true, description: 'As far as it had one.' },
        }
      : {}),
    code: { type: 'string', enum: ['INVALID_INPUT', 'CONFLICT'] },
    path: { type: 'string', description: 'JSON pointer to the field.', example: '/amount' },
    detail: { type: 'string', description: 'In words; never a value of the input.' },
  },
});

const answer: object = {
  type: 'object',
  required: ['accepted', 'duplicates', 'rejected', 'problems'],
  properties: {
    accepted: { type: 'integer', description: 'Stored now.' },
    duplicates: { type: 'integer', description: 'Stored before with the same content.' },
    rejected: { type: 'integer', description: 'Not stored; see problems.' },
    problems: { type: 'array', items: problem(true) },
    problemsOmitted: {
      type: 'integer',
      description: 'Refused rows that are counted but not described; only where there are any.',
    },
  },
};

const problemDetails: object = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'correlationId'],
  properties: {
    type: { type: 'string', enum: ['about:blank'] },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: [...Object.keys(ERROR_STATUS), 'INTERNAL'] },
    detail: { type: 'string' },
    correlationId: { type: 'string', description: 'Finds the request in our logs.' },
  },
};

type ResponseObject = NonNullable<ApiOperationOptions['responses']>[string] & object;

/** @param retry whether the answer says when to send the request again */
function refused(code: ErrorCode, description: string, retry = false): ResponseObject {
  return {
    description: `${code}: ${description}`,
    ...(retry
      ? { headers: { 'Retry-After': { schema: { type: 'integer' }, description: 'Seconds.' } } }
      : {}),
    content: { 'application/problem+json': { schema: problemDetails } },
  };
}

/** How `POST /v1/transfers` is described to those who send to it. */
export const TRANSFERS_OPERATION: ApiOperationOptions = {
  operationId: 'takeTransfers',
  summary: 'Send transfers',
  description: [
    'Each row is checked by itself: a bad one is refused, the others are stored. The answer comes after the commit, and',
    'sending the same rows again changes nothing, so whatever went wrong, send the request again.',
    '',
    'The same id with the same content is a duplicate. The same id with a later status (PENDING → SETTLED or FAILED,',
    'SETTLED → REVERSED) is an event on that transfer and is accepted; what it leaves out stays as it was told before.',
    'The same id with other money or parties is refused as a CONFLICT. Only SETTLED moves value.',
    '',
    'A REVERSAL pays back what its original moved: from its creditor to its debtor, in its currency, and no more than its',
    'amount. Where the original was told of before, anything else is refused as a CONFLICT.',
    '',
    `JSON holds at most ${TRANSFER_ROWS_MAX} rows. NDJSON, one row a line, may be of any length and is stored while it`,
    'streams; where it breaks off, what was stored before stays. An optional field that is null counts as left out.',
  ].join('\n'),
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: {
          type: 'object',
          required: ['transfers'],
          properties: { transfers: { type: 'array', maxItems: TRANSFER_ROWS_MAX, items: row } },
        },
        examples: {
          smallest: {
            summary: 'A row with no more than it needs',
            value: { transfers: [smallest] },
          },
          pending: {
            summary: 'A cash-out that is not settled yet',
            value: { transfers: [cashOut] },
          },
          reversal: { summary: 'The first one, taken back', value: { transfers: [reversal] } },
        },
      },
      'application/x-ndjson': {
        schema: { type: 'string', description: 'One transfer a line, as in the JSON body.' },
        example: `${JSON.stringify(smallest)}\n${JSON.stringify(cashOut)}\n`,
      },
    },
  },
  responses: {
    200: {
      description: 'Every row is in one of the three counts, even if all were refused.',
      content: {
        'application/json': {
          schema: answer,
          example: {
            accepted: 1,
            duplicates: 0,
            rejected: 1,
            problems: [
              {
                index: 1,
                transferId: 'T-1002',
                code: 'INVALID_INPUT',
                path: '/amount',
                detail: 'amount must be above zero',
              },
            ],
          },
        },
      },
    },
    400: refused('INVALID_INPUT', 'not JSON, no `transfers` array, or a body that broke off.'),
    401: refused('UNAUTHENTICATED', 'no provider key, or one that is not known.'),
    413: refused('TOO_LARGE', 'too many rows or bytes for a JSON body.'),
    415: refused('UNSUPPORTED_MEDIA_TYPE', 'neither JSON nor NDJSON, or compressed.'),
    429: refused('OVERLOADED', 'too many requests at once.', true),
    503: refused('UNAVAILABLE', 'the database does not answer, or the process is ending.', true),
  },
};
