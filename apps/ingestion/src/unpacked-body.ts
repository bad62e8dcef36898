import { pipeline, Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError } from '#domain';
import { BodyReader, END, QUIET, stalled } from './body-reader';

const MIB = 1_024 * 1_024;
/** Feeds shrink to a tenth or a twentieth. What unpacks to so many times its size was made to. */
const TIMES_MAX = 150;
/** Until so much has come out the times say little: a few rows alike shrink to nearly nothing. */
const UNPACKED_FREE_BYTES = 8 * MIB;
/** While nothing comes it is looked so often whether anybody still waits for it. */
const LOOK_MS = 100;

/**
 * What a gzip body holds, unpacked no faster than it is read. Its stream fails with AppError INVALID_INPUT where the body is damaged, breaks
 * off or stalls, with TOO_LARGE where it unpacks to far more than any feed does.
 */
export class UnpackedBody {
  /** What comes out. */
  readonly stream: Transform;
  private packedBytes = 0;
  private unpackedBytes = 0;
  private isOver = false;
  private readonly reading: Promise<void>;

  constructor(packed: Readable, idleMs: number) {
    const gunzip = createGunzip();
    this.stream = new Transform({
      transform: (chunk: Buffer, _, done) => {
        this.unpackedBytes += chunk.length;
        done(this.isOutOfProportion ? outOfProportion() : null, chunk);
      },
      flush: (done) => {
        // What follows a part and does not begin like another is passed over in silence, a damaged part among it.
        done(gunzip.bytesWritten < this.packedBytes ? goesOn() : null);
      },
    });
    let end = (): void => undefined;
    this.reading = new Promise((resolve) => (end = resolve));
    // A stream of its own: to end that one leaves the connection as it is.
    const source = Readable.from(this.chunks(packed, idleMs, end), { objectMode: false });
    // What goes wrong shows where the last stream is read.
    pipeline(source, gunzip, this.stream, () => {
      this.isOver = true;
    });
  }

  /** Nothing is read of the packed body any more once this returns. */
  async end(): Promise<void> {
    this.isOver = true;
    this.stream.destroy();
    await this.reading;
  }

  private get isOutOfProportion(): boolean {
    return this.unpackedBytes > Math.max(UNPACKED_FREE_BYTES, this.packedBytes * TIMES_MAX);
  }

  private async *chunks(
    packed: Readable,
    idleMs: number,
    end: () => void,
  ): AsyncGenerator<Buffer, void> {
    const reader = new BodyReader(packed);
    try {
      for (let quietMs = 0; !this.isOver;) {
        const chunk = await reader.next(LOOK_MS);
        if (chunk === END) return;
        if (chunk === QUIET) {
          quietMs += LOOK_MS;
          if (quietMs >= idleMs) throw stalled(idleMs);
          continue;
        }
        quietMs = 0;
        this.packedBytes += chunk.length;
        yield chunk;
      }
    } finally {
      end();
    }
  }
}

const outOfProportion = (): AppError =>
  new AppError('TOO_LARGE', `the body unpacks to over ${TIMES_MAX} times its size`);
const goesOn = (): AppError =>
  new AppError('INVALID_INPUT', 'the body goes on after its gzip has ended, or is damaged there');
