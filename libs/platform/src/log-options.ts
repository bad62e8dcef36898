import { isNativeError } from 'node:util/types';
import { type LogFn } from 'pino';
import { type Options } from 'pino-http';
import { safeError } from './safe-error';

/** An error logged without words of ours gets its safe ones; pino would take the error's own, data and all. */
function withSafeMessage(args: Parameters<LogFn>): Parameters<LogFn> {
  const [first, message, ...rest] = args as unknown[];
  if (message !== undefined) return args;
  const error = isNativeError(first) ? first : (first as { err?: unknown } | undefined)?.err;
  if (!isNativeError(error)) return args;
  const context = isNativeError(first) ? { err: first } : first;
  return [context, safeError(error).message, ...rest] as Parameters<LogFn>;
}

/** What a service logs, and what never: no request, no header, and of an error only what is safe. */
export const logOptions = (service: string, level: string) =>
  ({
    name: service,
    level,
    // Neither requests nor their headers are logged: both may hold keys and persons.
    autoLogging: false,
    quietReqLogger: true,
    // As given: pino-http would first turn an error into an object with all of its properties.
    wrapSerializers: false,
    serializers: {
      err: (error: unknown) => safeError(error),
      // pino-http writes each request out as JSON for a logger that nobody asks for: half a millisecond, and the key in it.
      req: () => undefined,
    },
    hooks: {
      logMethod(args: Parameters<LogFn>, method: LogFn) {
        method.apply(this as never, withSafeMessage(args));
      },
    },
  }) satisfies Options;
