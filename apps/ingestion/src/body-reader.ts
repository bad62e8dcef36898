import { type IncomingMessage } from 'node:http';
import { type Readable } from 'node:stream';
import { AppError } from '#domain';

/** Nothing came for as long as the caller wanted to wait; more may. */
export const QUIET = Symbol('quiet');
/** The body has come to its end. */
export const END = Symbol('end');

/** A refused body is read to its end for so long, so that the sender gets to see the answer; then it is cut off. */
const LINGER_MS = 5_000;

/**
 * Reads a request's body only as fast as it is asked for: what is not asked for stays with the sender, by TCP's own
 * back-pressure. Unlike the stream's iterator it can give up waiting and go on later.
 */
export class BodyReader {
  constructor(private readonly stream: Readable) {}

  /** @throws AppError INVALID_INPUT where the connection ended before the body did */
  async next(waitMs: number): Promise<Buffer | typeof QUIET | typeof END> {
    for (let timeIsUp = false; ;) {
      const chunk = this.stream.read() as Buffer | null;
      if (chunk !== null) return chunk;
      if (this.stream.readableEnded) return END;
      if (this.stream.destroyed) {
        throw brokenOff(this.stream);
      }
      if (timeIsUp) return QUIET;
      timeIsUp = await this.changed(waitMs);
    }
  }

  /** Waits until the stream says that something happened to it. @returns true where nothing did in that time */
  private changed(waitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const events = ['readable', 'end', 'close', 'error'];
      const done = (timeIsUp: boolean): void => {
        clearTimeout(timer);
        for (const event of events) this.stream.off(event, happened);
        resolve(timeIsUp);
      };
      const happened = (): void => {
        done(false);
      };
      const timer = setTimeout(done, waitMs, true);
      for (const event of events) this.stream.on(event, happened);
    });
  }
}

/** What a stream that ended early failed by, in our words: one of our own may say it itself. */
function brokenOff({ errored }: Readable): AppError {
  if (errored instanceof AppError) return errored;
  const code = (errored as { code?: unknown } | null)?.code;
  return typeof code === 'string' && code.startsWith('Z_')
    ? new AppError('INVALID_INPUT', 'the body is not gzip, or is damaged or cut off')
    : new AppError('INVALID_INPUT', 'the request ended before its body did');
}

/**
 * Reads a whole body.
 *
 * @throws AppError TOO_LARGE above `bytesMax`, INVALID_INPUT where it breaks off or stalls for `idleMs`
 */
export async function readWhole(
  stream: IncomingMessage,
  bytesMax: number,
  idleMs: number,
): Promise<Buffer> {
  const tooLarge = new AppError('TOO_LARGE', `the body must have at most ${bytesMax} bytes`);
  if (Number(stream.headers['content-length'] ?? 0) > bytesMax) throw tooLarge;
  const reader = new BodyReader(stream);
  const chunks: Buffer[] = [];
  for (let bytes = 0; ;) {
    const chunk = await reader.next(idleMs);
    if (chunk === END) return Buffer.concat(chunks);
    if (chunk === QUIET) throw stalled(idleMs);
    bytes += chunk.length;
    if (bytes > bytesMax) throw tooLarge;
    chunks.push(chunk);
  }
}

export const stalled = (idleMs: number): AppError =>
  new AppError('INVALID_INPUT', `the body brought nothing for ${idleMs} ms and was given up`);

/**
 * Takes what is left of a body off the wire once it was answered. Closing at once would reset the connection, and a sender
 * that still sends would never read why it was refused.
 */
export function discardRest(stream: IncomingMessage): void {
  if (stream.readableEnded || stream.destroyed) return;
  const { socket } = stream;
  const cut = setTimeout(() => {
    socket.destroy();
  }, LINGER_MS).unref();
  for (const event of ['end', 'close']) {
    stream.once(event, () => {
      clearTimeout(cut);
    });
  }
  stream.resume();
}
