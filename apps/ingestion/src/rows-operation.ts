import { type ApiOperationOptions } from '@nestjs/swagger';
import { ROWS_MAX } from '#contracts';
import { ERROR_STATUS, type ErrorCode } from '#domain';
import { type RowKind } from './row-kind';
import { DETECTION_LAG_HEADER } from './detection-lag';

/** What differs between the routes that take rows. */
export interface RowsRoute extends Pick<RowKind, 'list' | 'id'> {
  readonly operationId: string;
  readonly summary: string;
  /** What the same id twice means, and whatever else holds for this kind only. */
  readonly rules: readonly string[];
  readonly rowSchema: object;
  readonly examples: Readonly<Record<string, { readonly summary: string; readonly row: object }>>;
  /** The same as CSV, as an example. */
  readonly csv: string;
  /** A refused row, as an example. */
  readonly refused: { readonly id: string; readonly path: string; readonly detail: string };
}

const problem = (id: RowKind['id']): object => ({
  type: 'object',
  required: ['code', 'path', 'detail', 'index', id],
  properties: {
    index: { type: 'integer', description: 'Which row, from 0. Blank lines do not count.' },
    [id]: { type: 'string', nullable: true, description: 'As far as it had one.' },
    code: { type: 'string', enum: ['INVALID_INPUT', 'CONFLICT'] },
    path: { type: 'string', description: 'JSON pointer to the field.', example: '/amount' },
    column: {
      type: 'string',
      description: 'The sender’s own column, where a mapping was applied.',
    },
    detail: { type: 'string', description: 'In words; never a value of the input.' },
  },
});
const answer = (id: RowKind['id']): object => ({
  type: 'object',
  required: ['accepted', 'duplicates', 'rejected', 'problems'],
  properties: {
    accepted: { type: 'integer', description: 'Stored now.' },
    duplicates: { type: 'integer', description: 'Stored before with the same content.' },
    rejected: { type: 'integer', description: 'Not stored; see problems.' },
    problems: { type: 'array', items: problem(id) },
    problemsOmitted: {
      type: 'integer',
      description: 'Refused rows that are counted but not described; only where there are any.',
    },
  },
});

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
export function refused(code: ErrorCode, description: string, retry = false): ResponseObject {
  return {
    description: `${code}: ${description}`,
    ...(retry
      ? { headers: { 'Retry-After': { schema: { type: 'integer' }, description: 'Seconds.' } } }
      : {}),
    content: { 'application/problem+json': { schema: problemDetails } },
  };
}

/** How a route that takes rows is described to those who send to it. */
export function rowsOperation(route: RowsRoute): ApiOperationOptions {
  const { list, operationId, summary, rules, rowSchema } = route;
  const examples = Object.values(route.examples);
  return {
    operationId,
    summary,
    description: [
      'Each row is checked by itself: a bad one is refused, the others are stored. The answer comes after the commit, and',
      'sending the same rows again changes nothing, so whatever went wrong, send the request again.',
      '',
      ...rules,
      '',
      `JSON holds at most ${ROWS_MAX} rows. NDJSON, one row a line, and CSV may be of any length and are stored while they`,
      'stream; where one breaks off, what was stored before stays. Both may be packed (`content-encoding: gzip`). An optional',
      'field that is null, or an empty cell, counts as left out.',
    ].join('\n'),
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: [list],
            properties: { [list]: { type: 'array', maxItems: ROWS_MAX, items: rowSchema } },
          },
          examples: Object.fromEntries(
            Object.entries(route.examples).map(([name, { summary, row }]) => [
              name,
              { summary, value: { [list]: [row] } },
            ]),
          ),
        },
        'application/x-ndjson': {
          schema: { type: 'string', description: 'One row a line, as in the JSON body.' },
          example: examples
            .slice(0, 2)
            .map(({ row }) => `${JSON.stringify(row)}\n`)
            .join(''),
        },
        'text/csv': {
          schema: {
            type: 'string',
            description:
              'One row a line (RFC 4180). The first line names the columns by the paths of the fields, such as creditor.kind.',
          },
          example: route.csv,
        },
      },
    },
    responses: rowsResponses(route, `not JSON, no \`${list}\` array, or a body that broke off.`),
  };
}

/** What a route that takes rows answers. @param notTaken when a body is refused whole */
export function rowsResponses(
  { id, refused: example }: Pick<RowsRoute, 'id' | 'refused'>,
  notTaken: string,
): NonNullable<ApiOperationOptions['responses']> {
  return {
    200: {
      description: 'Every row is in one of the three counts, even if all were refused.',
      headers: {
        [DETECTION_LAG_HEADER]: {
          schema: { type: 'integer' },
          description:
            'Seconds by which detection is behind what is stored; left out while it keeps up.',
        },
      },
      content: {
        'application/json': {
          schema: answer(id),
          example: {
            accepted: 1,
            duplicates: 0,
            rejected: 1,
            problems: [
              {
                index: 1,
                [id]: example.id,
                code: 'INVALID_INPUT',
                path: example.path,
                detail: example.detail,
              },
            ],
          },
        },
      },
    },
    400: refused('INVALID_INPUT', notTaken),
    401: refused(
      'UNAUTHENTICATED',
      'no provider key, one that is not known or has expired, or a signature that is none.',
    ),
    403: refused('FORBIDDEN', 'the key is not for this, or is not taken from this address.'),
    409: refused('CONFLICT', 'this very signed request was sent before: sign it anew.'),
    413: refused('TOO_LARGE', 'too many rows or bytes for a JSON body.'),
    415: refused('UNSUPPORTED_MEDIA_TYPE', 'of no media type that is taken here, or compressed.'),
    429: refused('OVERLOADED', 'too many requests at once, or more rows than agreed.', true),
    503: refused('UNAVAILABLE', 'the database does not answer, or the process is ending.', true),
  };
}
