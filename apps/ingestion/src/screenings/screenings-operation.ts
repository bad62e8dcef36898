import { type ApiOperationOptions } from '@nestjs/swagger';
import { SCREENING_ROW_SCHEMA, type ScreeningRow } from '#contracts';
import { refused } from '../rows-operation';
import { BANDS, REASONS, type ScreeningAnswer } from './screening-answer';

const byWallet: ScreeningRow = {
  payee: { walletId: 'W-23' },
  amount: '84500.50',
  currency: 'PKR',
  screeningId: 'P-7001',
};
const byNumber: ScreeningRow = { payee: { msisdn: '03000000000' } };
const answer: ScreeningAnswer = {
  ...{ band: 'LOW', reason: REASONS.LOW },
  asOf: '2026-03-01T09:05:09.123Z',
};

/** How `POST /v1/screenings` is described to those who ask. */
export const SCREENINGS_OPERATION: ApiOperationOptions = {
  operationId: 'screenPayee',
  summary: 'Look before paying',
  description: [
    'How risky it looks to pay somebody, named by one of wallet, mobile number and IBAN, for a key of the scope `screen`.',
    'Nobody whom nothing is known of is told from somebody unknown: both are LOW. The reason says no more than the band: a band',
    'is no finding about a person, and tells of no inquiry. Each look is written down.',
    '',
    'With a `screeningId` the same question asked again is answered as before; another question under it is a CONFLICT.',
  ].join('\n'),
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: SCREENING_ROW_SCHEMA as object,
        examples: {
          wallet: { summary: 'By a wallet; without a provider, of the sender', value: byWallet },
          number: { summary: 'By a mobile number', value: byNumber },
        },
      },
    },
  },
  responses: {
    200: {
      description: 'The band.',
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['band', 'reason', 'asOf'],
            properties: {
              band: { type: 'string', enum: [...BANDS] },
              reason: { type: 'string', enum: Object.values(REASONS) },
              asOf: { type: 'string', format: 'date-time' },
            },
          },
          example: answer,
        },
      },
    },
    400: refused('INVALID_INPUT', 'not JSON, or not one payee.'),
    401: refused(
      'UNAUTHENTICATED',
      'no provider key, one that is not known or has expired, or a signature that is none.',
    ),
    403: refused('FORBIDDEN', 'the key is not for this, or is not taken from this address.'),
    409: refused('CONFLICT', 'another question was asked under this screeningId.'),
    413: refused('TOO_LARGE', 'no screening is so long.'),
    415: refused('UNSUPPORTED_MEDIA_TYPE', 'not JSON, or compressed.'),
    429: refused('OVERLOADED', 'asked too often in a minute, or too many at once.', true),
    503: refused('UNAVAILABLE', 'the database does not answer, or the process is ending.', true),
  },
};
