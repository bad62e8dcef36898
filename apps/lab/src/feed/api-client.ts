import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, SECOND_MS } from '#domain';

/** One request may take so long; a stalled connection is a dropped one. */
const REQUEST_TIMEOUT_MS = 60 * SECOND_MS;
const FIRST_WAIT_MS = 250;
const WAIT_MS_MAX = 10 * SECOND_MS;
const CAUSES_MAX = 5;
/** Stops the waits of many clients from falling together. */
const JITTER_SHARE = 0.2;

export interface RetryLimits {
  /** One request is tried again for so long before the client gives up. */
  readonly retryWithinMs: number;
  /** A service that has never answered, and refuses the connection, is not waited for longer than this. */
  readonly reachWithinMs: number;
}

export const RETRY_LIMITS: RetryLimits = {
  retryWithinMs: 120 * SECOND_MS,
  reachWithinMs: 5 * SECOND_MS,
};

export interface ApiAddress {
  /** What people call it. */
  readonly service: string;
  readonly url: string;
  readonly key: string;
}

/** Why a try failed although the request may be good. */
interface PassingFailure {
  readonly reason: string;
  /** What the server asked for; null where it said nothing. */
  readonly retryAfterMs: number | null;
  readonly answered: boolean;
}

/** As bytes where it lies in a file: nobody has to read it then. */
type RequestBody = string | Uint8Array<ArrayBuffer>;

type Outcome = { readonly answer: unknown } | PassingFailure;

/** Posts to one service. Whatever it posts may be posted again without harm, so it retries without asking. */
export class ApiClient {
  private reached = false;

  constructor(
    private readonly address: ApiAddress,
    private readonly stop: AbortSignal,
    private readonly limits: RetryLimits = RETRY_LIMITS,
  ) {}

  /**
   * @param body JSON, in UTF-8
   * @returns what the service answered; null where the program was told to stop before it did
   * @throws AppError with the service's own code and detail where it refuses the request; UNAVAILABLE where it
   *   did not answer within the limits
   */
  async post(path: string, body: RequestBody): Promise<{ readonly answer: unknown } | null> {
    const startedMs = performance.now();
    for (let tries = 0; ; tries += 1) {
      const outcome = await this.try(path, body);
      if ('answer' in outcome) {
        this.reached = true;
        return outcome;
      }
      this.reached ||= outcome.answered;
      const limitMs = this.reached ? this.limits.retryWithinMs : this.limits.reachWithinMs;
      const waitMs = outcome.retryAfterMs ?? this.backOffMs(tries);
      if (performance.now() - startedMs + waitMs > limitMs) throw this.gaveUp(outcome, limitMs);
      if (!(await this.pause(waitMs))) return null;
    }
  }

  private gaveUp({ reason }: PassingFailure, limitMs: number): AppError {
    const { service, url } = this.address;
    const seconds = Math.ceil(limitMs / SECOND_MS);
    return new AppError(
      'UNAVAILABLE',
      this.reached
        ? `${service} at ${url} did not take the request within ${seconds} s (${reason}); the same command goes on from here`
        : `${service} at ${url} cannot be reached (${reason}); is Layerwatch running? "npm start" starts it`,
    );
  }

  private backOffMs(tries: number): number {
    const waitMs = Math.min(WAIT_MS_MAX, FIRST_WAIT_MS * 2 ** tries);
    return waitMs * (1 - JITTER_SHARE * Math.random());
  }

  /** @returns false where the program was told to stop meanwhile */
  private async pause(waitMs: number): Promise<boolean> {
    await sleep(waitMs, undefined, { signal: this.stop }).catch(() => undefined);
    return !this.stop.aborted;
  }

  private async try(path: string, body: RequestBody): Promise<Outcome> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(new URL(path, this.address.url), {
        method: 'POST',
        headers: {
          authorization: `Bearer ${this.address.key}`,
          'content-type': 'application/json',
        },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      text = await response.text();
    } catch (error) {
      return { reason: connectionFailure(error), retryAfterMs: null, answered: false };
    }
    if (response.ok) return { answer: parsed(text) };
    const reason = `${response.status} ${detailOf(text)}`.trim();
    if (response.status === 429 || response.status >= 500) {
      const retryAfterMs = retryAfter(response.headers.get('retry-after'));
      return { reason, retryAfterMs, answered: true };
    }
    const code = response.status === 401 ? 'UNAUTHENTICATED' : 'INVALID_INPUT';
    throw new AppError(code, `${this.address.service} refuses the request: ${reason}`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What an `application/problem+json` answer says; nothing where it is none. */
function detailOf(text: string): string {
  const problem = parsed(text) as { code?: unknown; detail?: unknown } | null | undefined;
  return [problem?.code, problem?.detail].filter((part) => typeof part === 'string').join(': ');
}

/** `Retry-After` is seconds or a date (RFC 9110). */
function retryAfter(header: string | null): number | null {
  if (header === null) return null;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1_000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) * SECOND_MS : null;
}

/** Fetch hides the reason in a chain of causes. */
function connectionFailure(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'no answer in time';
  let cause = error as { code?: unknown; cause?: unknown } | null | undefined;
  for (let depth = 0; cause && depth < CAUSES_MAX; depth += 1) {
    if (typeof cause.code === 'string') return cause.code;
    cause = cause.cause as typeof cause;
  }
  return 'the connection failed';
}
