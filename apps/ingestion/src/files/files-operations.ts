import { type ApiOperationOptions } from '@nestjs/swagger';

const file = {
  type: 'object',
  properties: {
    id: { type: 'string', format: 'uuid' },
    name: { type: 'string', nullable: true },
    format: { type: 'string', enum: ['csv', 'ndjson'] },
    mapping: { type: 'string', nullable: true, example: 'core-export@3' },
    purpose: { type: 'string', enum: ['LIVE', 'BACKFILL'] },
    state: {
      type: 'string',
      enum: ['RECEIVING', 'WAITING', 'WORKING', 'DONE', 'FAILED', 'GIVEN_UP'],
    },
    reason: { type: 'string', nullable: true, description: 'Why it failed.' },
    length: { type: 'integer', description: 'Bytes.' },
    received: { type: 'integer', description: 'Bytes that are stored.' },
    workedThrough: {
      type: 'integer',
      description: 'Bytes that were read when its rows so far were stored.',
    },
    rows: { type: 'integer' },
    accepted: { type: 'integer' },
    duplicates: {
      type: 'integer',
      description:
        'Stored before. After a crash the batch that was in hand, of up to 250 rows, may be among them, though this file brought it.',
    },
    rejected: { type: 'integer' },
    refusalsLeftOut: { type: 'integer', description: 'Rejected, and not told of one by one.' },
    createdAt: { type: 'string', format: 'date-time' },
    finishedAt: { type: 'string', format: 'date-time', nullable: true },
  },
};
const json = (schema: object) => ({ 'application/json': { schema } });
const tusHeader = (name: string, required: boolean, description: string) => ({
  in: 'header' as const,
  name,
  required,
  description,
  schema: { type: 'string' },
});
const resumable = tusHeader('Tus-Resumable', false, '1.0.0');

export const TUS_OPTIONS: ApiOperationOptions = {
  operationId: 'fileOptions',
  summary: 'What of tus is spoken',
  responses: { 204: { description: 'Its version, extensions and the largest file.' } },
};

export const CREATE_FILE: ApiOperationOptions = {
  operationId: 'createFile',
  summary: 'Begin an upload',
  description: [
    'Files go by tus 1.0.0 (https://tus.io), which many clients speak: begin here, then PATCH until all bytes are there. The rows are',
    'stored in the background, as if they had been sent to `/v1/transfers`. gzip is known by its first bytes.',
  ].join('\n'),
  parameters: [
    resumable,
    tusHeader('Upload-Length', true, 'Bytes of the file, as it is sent.'),
    tusHeader(
      'Upload-Metadata',
      true,
      'Pairs of key and value in base64: filename, format (csv or ndjson, where the name does not say), mapping, purpose (LIVE or BACKFILL).',
    ),
  ],
  responses: {
    201: { description: 'The file, and where it is (`Location`).', content: json(file) },
  },
};

export const HEAD_FILE: ApiOperationOptions = {
  operationId: 'fileOffset',
  summary: 'Where the next part begins',
  parameters: [resumable],
  responses: { 200: { description: '`Upload-Offset` and `Upload-Length`.' } },
};

export const PATCH_FILE: ApiOperationOptions = {
  operationId: 'appendToFile',
  summary: 'Send the next part',
  description:
    'Of any length. It is answered once it is stored; where it breaks off, what came is stored as far as HEAD says.',
  parameters: [resumable, tusHeader('Upload-Offset', true, 'The byte that the part begins with.')],
  requestBody: {
    required: true,
    content: {
      'application/offset+octet-stream': { schema: { type: 'string', format: 'binary' } },
    },
  },
  responses: {
    204: { description: 'Stored; `Upload-Offset` is where the next part begins.' },
    409: { description: 'CONFLICT: the file does not end there.' },
    413: { description: 'TOO_LARGE: more than `Upload-Length` said.' },
  },
};

export const LIST_FILES: ApiOperationOptions = {
  operationId: 'listFiles',
  summary: 'One’s own files, the newest first',
  responses: {
    200: {
      description: 'A page of them.',
      content: json({
        type: 'object',
        properties: {
          items: { type: 'array', items: file },
          next: { type: 'string', nullable: true },
        },
      }),
    },
  },
};

export const GET_FILE: ApiOperationOptions = {
  operationId: 'getFile',
  summary: 'How far a file is, and what became of its rows',
  responses: { 200: { description: 'The file.', content: json(file) } },
};

export const LIST_REFUSALS: ApiOperationOptions = {
  operationId: 'listFileRefusals',
  summary: 'The refused rows of a file, as CSV',
  description:
    'Line, id, code, path, the sender’s column and why; nothing else that stood in them. Up to 100,000; the header `Layerwatch-Refusals-Left-Out` counts the rest.',
  responses: {
    200: { description: 'CSV.', content: { 'text/csv': { schema: { type: 'string' } } } },
  },
};

export const GIVE_FILE_UP: ApiOperationOptions = {
  operationId: 'giveFileUp',
  summary: 'Give a file up',
  description: 'What was stored of its rows stays; what waits is dropped.',
  parameters: [resumable],
  responses: { 204: { description: 'It is given up.' } },
};
