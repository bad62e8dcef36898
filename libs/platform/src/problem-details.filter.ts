import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type PinoLogger } from 'nestjs-pino';
import { isNativeError } from 'node:util/types';
import { AppError, ERROR_STATUS, type ErrorCode, type Problem } from '#domain';

/** The body of every error answer (RFC 9457). */
interface ProblemDetails {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode | 'INTERNAL';
  readonly detail: string;
  readonly correlationId: string;
  readonly problems?: readonly Problem[];
}

const RETRY_AFTER_SECONDS = 1;

const CODE_OF_STATUS = new Map<number, ErrorCode>(
  Object.entries(ERROR_STATUS).map(([code, status]) => [status, code as ErrorCode]),
);

/** What the server below us says in its own words, in ours: its texts may repeat the input. */
const DETAIL_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'the body is not valid JSON, or is not what this route takes',
  404: 'there is no such route',
  413: 'the body is larger than this route takes',
  415: 'send application/json, or application/x-ndjson where the route takes it',
};

/** A server error of PostgreSQL (by SQLSTATE class) or of the socket, by which the same request may succeed later. */
const PASSING_DATABASE_FAILURE =
  /^(08|40|53|55|57|58|25P03|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)/;

function isPassing(error: unknown): boolean {
  for (let at: unknown = error; isNativeError(at); at = at.cause ?? driverError(at)) {
    const code = (at as { code?: unknown }).code;
    if (typeof code === 'string' && PASSING_DATABASE_FAILURE.test(code)) return true;
    if (
      /timeout (exceeded|expired)|read timeout|connection terminated|connection error|not (yet )?established/i.test(
        at.message,
      )
    )
      return true;
  }
  return false;
}

const driverError = (error: Error): unknown => (error as { driverError?: unknown }).driverError;

/** The AppError that an error amounts to; null where it is a bug of ours. */
export function asAppError(error: unknown): AppError | null {
  if (error instanceof AppError) return error;
  const status = statusOf(error);
  if (status !== null && status < 500) {
    const code = CODE_OF_STATUS.get(status) ?? 'INVALID_INPUT';
    return new AppError(code, DETAIL_OF_STATUS[status] ?? 'the request cannot be taken as it is');
  }
  // A readiness check that fails, or the server itself while it closes.
  if (status === ERROR_STATUS.UNAVAILABLE) {
    return new AppError('UNAVAILABLE', 'the service is not ready for requests');
  }
  if (isPassing(error)) {
    return new AppError('UNAVAILABLE', 'the database does not answer; try again', [], {
      cause: error,
    });
  }
  return null;
}

function statusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  const status = isNativeError(error) ? (error as { statusCode?: unknown }).statusCode : undefined;
  return typeof status === 'number' ? status : null;
}

/** Answers with a problem; null is a bug of ours, of which the caller learns nothing but where to find it. */
export function sendProblem(
  reply: FastifyReply,
  correlationId: string,
  known: AppError | null,
): void {
  const status = known ? ERROR_STATUS[known.code] : 500;
  if (status === 429 || status === 503) {
    reply.header('retry-after', known?.retryAfterSeconds ?? RETRY_AFTER_SECONDS);
  }
  const body: ProblemDetails = {
    type: 'about:blank',
    title: known?.code ?? 'INTERNAL',
    status,
    code: known?.code ?? 'INTERNAL',
    detail:
      known?.message ?? 'something went wrong on our side; the correlation id finds it in our logs',
    correlationId,
    ...(known && known.problems.length > 0 ? { problems: known.problems } : {}),
  };
  void reply.status(status).type('application/problem+json').send(JSON.stringify(body));
}

/** Turns whatever a route throws into `application/problem+json`. Only what is a bug is logged as an error. */
@Catch()
export class ProblemDetailsFilter implements ExceptionFilter {
  constructor(private readonly logger: PinoLogger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const known = asAppError(error);
    const status = known ? ERROR_STATUS[known.code] : 500;
    if (!known) this.logger.error({ err: error }, 'a request failed by a bug');
    else if (status >= 500) this.logger.warn({ code: known.code, err: known.cause }, known.message);
    if (reply.sent) return;
    sendProblem(reply, request.id, known);
  }
}
