/** What a caller is told, and whether the same input may succeed later (429, 503). The number is the HTTP status. */
export const ERROR_STATUS = {
  INVALID_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  PRECONDITION_FAILED: 412,
  TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  OVERLOADED: 429,
  UNAVAILABLE: 503,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** One row, or one field, that was refused. Carries where and why, never the value. */
export interface Problem {
  readonly code: ErrorCode;
  /** JSON pointer (RFC 6901) to the field; empty for the whole. */
  readonly path: string;
  readonly detail: string;
}

/**
 * The one error that is not a bug. Anything else that is thrown is one.
 * `message` is shown to the caller: it holds no personal data and no value of the input.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  /** When the same input may succeed, where that is known; for OVERLOADED and UNAVAILABLE. */
  readonly retryAfterSeconds: number | null;

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly problems: readonly Problem[] = [],
    options?: { cause?: unknown; retryAfterSeconds?: number },
  ) {
    super(message, options);
    this.retryAfterSeconds = options?.retryAfterSeconds ?? null;
  }
}

/** States what cannot be otherwise. A failure is a bug of ours and stops the work in hand. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${message}`);
}
