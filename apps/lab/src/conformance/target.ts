import { randomBytes, randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, SECOND_MS } from '#domain';
import { type Answer, countIn } from './answer';

export const JSON_TYPE = 'application/json';
export const LINES_TYPE = 'application/x-ndjson';

export type RowRoute = 'transfers' | 'events';
export type Row = Readonly<Record<string, unknown>>;

const ANSWER_MAX_MS = 60 * SECOND_MS;
/** A request that is told to wait is sent again so often, and no wait is longer than this. */
const TRIES_MAX = 8;
const WAIT_MAX_S = 30;
/** All rows of the kit are found by this word, which their ids and wallets begin with. */
export const MARK = 'conformance';

/** What a request differs in from the usual one. */
export interface Sent {
  readonly type?: string;
  /** In place of the key's own; null for none. */
  readonly authorization?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Signs a request with the key. @returns the headers that it needs */
export type Sign = (path: string, body: Buffer) => Readonly<Record<string, string>>;

/** Where one sends a feed to, and whose. Everything that a run sends has names of its own, so it may be run again. */
export class Target {
  /** Of this run. */
  readonly run = `${Date.now().toString(36)}${randomBytes(2).toString('hex')}`;
  private names = 0;

  /** @param sign null where requests need not be signed */
  constructor(
    private readonly url: URL,
    private readonly key: string,
    private readonly sign: Sign | null,
  ) {}

  /** A name that nobody has used. */
  name(): string {
    return `${MARK}-${this.run}-${String((this.names += 1))}`;
  }

  /** A transfer between two wallets that nobody has used. It is pending unless said otherwise, and so moves no value. */
  transfer(change: Row = {}): Row {
    return {
      transferId: this.name(),
      occurredAt: this.now(),
      type: 'P2P',
      status: 'PENDING',
      amount: '1.00',
      currency: 'PKR',
      debtor: { walletId: this.name() },
      creditor: { walletId: this.name() },
      ...change,
    };
  }

  transfers(count: number): Row[] {
    return Array.from({ length: count }, () => this.transfer());
  }

  /** @param aheadMs of our clock @returns RFC 3339 in UTC */
  now(aheadMs = 0): string {
    return new Date(Date.now() + aheadMs).toISOString();
  }

  /** Sends rows as JSON, again where it is told to wait. */
  send(rows: readonly unknown[], route: RowRoute = 'transfers'): Promise<Answer> {
    return this.post(JSON.stringify({ [route]: rows }), {}, route);
  }

  sendLines(lines: readonly string[], route: RowRoute = 'transfers'): Promise<Answer> {
    return this.post(lines.join('\n'), { type: LINES_TYPE }, route);
  }

  /**
   * Sends any body, again where it is told to wait.
   *
   * @throws AppError UNAVAILABLE where there is no answer in time, or it is told to wait again and again
   */
  async post(
    body: string | Buffer,
    sent: Sent = {},
    route: RowRoute = 'transfers',
  ): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      const answer = await this.postOnce(Buffer.from(body), sent, route);
      if (answer.status !== 429 && answer.status !== 503) return answer;
      if (tries === TRIES_MAX) {
        throw new AppError('UNAVAILABLE', `answered ${answer.status} ${TRIES_MAX} times`);
      }
      const seconds = Number(answer.headers['retry-after']);
      const waitS = seconds > 0 ? Math.min(seconds, WAIT_MAX_S) : 1;
      // Requests that were refused together must not come back together.
      await sleep(waitS * SECOND_MS * (1 + Math.random() / 4));
    }
  }

  /**
   * Begins to send a body and cuts the connection before its end.
   *
   * @param text what is sent of it, shorter than it says it is
   */
  cut(text: string, type: string, route: RowRoute = 'transfers'): Promise<void> {
    const url = this.urlOf(route);
    const body = Buffer.from(text);
    return new Promise((resolve) => {
      const begin = url.protocol === 'https:' ? httpsRequest : httpRequest;
      const sent = begin(url, {
        method: 'POST',
        headers: { ...this.headers(url, body, { type }), 'content-length': body.length + 1 },
        timeout: ANSWER_MAX_MS,
      });
      // Whatever is answered, or not, to half a body: what counts is what comes after.
      for (const event of ['error', 'close', 'timeout']) {
        sent.once(event, () => {
          resolve();
        });
      }
      sent.write(body, () => {
        setTimeout(() => sent.destroy(), SECOND_MS);
      });
    });
  }

  /** How many rows of some answers were stored by them. */
  static accepted(answers: readonly Answer[]): number {
    return answers.reduce((sum, answer) => sum + countIn(answer, 'accepted'), 0);
  }

  private urlOf(route: RowRoute): URL {
    // Behind an address with a path of its own too.
    return new URL(`v1/${route}`, this.url);
  }

  private headers(url: URL, body: Buffer, { type, authorization, headers }: Sent) {
    const bearer = authorization === undefined ? `Bearer ${this.key}` : authorization;
    return {
      'content-type': type ?? JSON_TYPE,
      ...(bearer === null ? {} : { authorization: bearer }),
      ...(this.sign === null ? {} : this.sign(url.pathname + url.search, body)),
      'x-correlation-id': `${MARK}-${randomUUID()}`,
      ...headers,
    };
  }

  private async postOnce(body: Buffer, sent: Sent, route: RowRoute): Promise<Answer> {
    const url = this.urlOf(route);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: this.headers(url, body, sent),
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_MAX_MS),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        text,
        json: parsed(text),
      };
    } catch (cause) {
      const isTime = cause instanceof Error && cause.name === 'TimeoutError';
      const why = isTime ? `no answer within ${ANSWER_MAX_MS / SECOND_MS} s` : 'no connection';
      throw new AppError('UNAVAILABLE', why, [], { cause });
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
