import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type RunningIngestion } from './running-ingestion';
import { type Way } from './described-routes';
import { PLANTED } from './monsters';

/** What an input led to. */
export interface Outcome {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  /** Of this process, in which the service runs too: processor time, and for how long nobody else had a turn. */
  readonly cpuMs: number;
  readonly stalledMs: number;
}

const ANSWER_MAX_MS = 30_000;
const DELAY_RESOLUTION_MS = 2;
/** Nothing that one request brings may keep the others waiting for longer. */
const STALL_MAX_MS = 1_000;

/** Sends what no adapter would. */
export class HostileClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 4 });

  constructor(private readonly ingestion: RunningIngestion) {}

  /** One input at a time, or its costs are those of several. */
  send(
    { path, type }: Way,
    body: Buffer,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Outcome> {
    const before = process.cpuUsage();
    const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
    delay.enable();
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          ...{ host: '127.0.0.1', port: this.ingestion.port, path, method: 'POST' },
          agent: this.agent,
          headers: {
            ...(type === '' ? {} : { 'content-type': type }),
            authorization: `Bearer ${this.ingestion.key}`,
            'content-length': body.length,
            ...headers,
          },
          timeout: ANSWER_MAX_MS,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const { user, system } = process.cpuUsage(before);
            // A stall is only noticed by the timer that comes after it.
            setTimeout(() => {
              delay.disable();
              resolve({
                status: response.statusCode ?? 0,
                type: response.headers['content-type'] ?? '',
                text: Buffer.concat(chunks).toString('utf8'),
                cpuMs: (user + system) / 1_000,
                stalledMs: delay.max / 1_000_000,
              });
            }, DELAY_RESOLUTION_MS);
          });
        },
      );
      sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** Bytes as they are, that need not be HTTP. @returns all that came back until the connection ended, or nothing more came */
  sendRaw(bytes: string | Buffer, quietMs = 300): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(this.ingestion.port, '127.0.0.1');
      let text = '';
      const end = (): void => {
        socket.destroy();
        resolve(text);
      };
      socket.setTimeout(quietMs, end);
      socket.on('data', (chunk) => (text += chunk.toString('latin1')));
      socket.on('error', end);
      socket.on('close', end);
      socket.write(bytes);
    });
  }

  end(): void {
    this.agent.destroy();
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is wrong with an answer to whatever input; null where nothing is. */
export function complaint({ status, type, text, cpuMs, stalledMs }: Outcome): string | null {
  if (text.includes(PLANTED)) return 'it repeats the input';
  // Either alone may be the machine's doing, or a long body's.
  if (Math.min(cpuMs, stalledMs) > STALL_MAX_MS) {
    return `it kept everybody waiting for ${stalledMs.toFixed(0)} ms`;
  }
  if (status !== 200 && status !== 503 && !(status >= 400 && status < 500))
    return `it is ${status}`;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return 'its body is not JSON';
  }
  if (!isObject(body)) return 'its body is no object';
  if (status === 200) {
    if (typeof body.band === 'string') return null;
    const counts = ['accepted', 'duplicates', 'rejected'].map((name) => body[name]);
    return counts.every((count) => Number.isInteger(count)) ? null : 'its counts are none';
  }
  if (!type.startsWith('application/problem+json')) return `it is of type ${type}`;
  const texts = ['code', 'detail', 'correlationId'].map((name) => body[name]);
  return texts.every((value) => typeof value === 'string') ? null : 'it is no problem';
}
