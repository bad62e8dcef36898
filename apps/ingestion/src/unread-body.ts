import { type FastifyInstance } from 'fastify';
import { type IncomingMessage } from 'node:http';
import { AppError } from '#domain';

/** A body that nobody has read yet. */
export class UnreadBody {
  constructor(
    readonly contentType: string | undefined,
    readonly stream: IncomingMessage,
  ) {}
}

/**
 * Has the server hand bodies over unread, of whatever type. So a sender is known before a byte of its body is read, one
 * reader bounds all formats, and a row that holds "__proto__" is a bad row: the framework's own JSON parser would refuse
 * the whole batch for it, and cut the connection on a large one before its sender has read why.
 */
export function leaveBodiesUnread(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (request, stream, done) => {
    done(null, new UnreadBody(request.headers['content-type'], stream));
  });
}

const FORMATS = {
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
  'text/csv': 'csv',
} as const;
export type BodyFormat = (typeof FORMATS)[keyof typeof FORMATS];

export interface BodyShape {
  readonly format: BodyFormat;
  readonly isPacked: boolean;
}

/** The media type without its parameters. */
export const mediaType = (contentType: string | undefined): string =>
  (contentType ?? '').split(';')[0]!.trim().toLowerCase();

/** @throws AppError UNSUPPORTED_MEDIA_TYPE */
export function shapeOf(body: UnreadBody): BodyShape {
  const encoding = (body.stream.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const type = mediaType(body.contentType);
  if (!Object.hasOwn(FORMATS, type) || !['identity', 'gzip'].includes(encoding)) {
    throw new AppError(
      'UNSUPPORTED_MEDIA_TYPE',
      'send application/json, application/x-ndjson or text/csv; the latter two may have content-encoding gzip',
    );
  }
  const format = FORMATS[type as keyof typeof FORMATS];
  const isPacked = encoding === 'gzip';
  if (isPacked && format === 'json') {
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', 'send JSON without a content-encoding');
  }
  return { format, isPacked };
}

/**
 * What there is for a body of this media type.
 *
 * @throws AppError UNSUPPORTED_MEDIA_TYPE where there is nothing, or it is encoded
 */
export function byMediaType<T>(body: UnreadBody, known: Readonly<Record<string, T>>): T {
  const encoding = body.stream.headers['content-encoding'] ?? 'identity';
  const type = mediaType(body.contentType);
  if (!Object.hasOwn(known, type) || encoding !== 'identity') {
    const types = Object.keys(known).join(' or ');
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', `send ${types}, without a content-encoding`);
  }
  return known[type]!;
}
