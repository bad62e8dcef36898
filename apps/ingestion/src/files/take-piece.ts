import { Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { AppError } from '#domain';
import { IdentityVault, pieceLabel, type Reporter } from '#identity';
import { Admission } from '../admission';
import { BodyReader, END, QUIET, stalled } from '../body-reader';
import { IngestionConfig } from '../ingestion-config';
import { KnowSender } from '../know-sender';
import { mediaType, UnreadBody } from '../unread-body';
import { FileRepository } from './file.repository';
import { type StoredFile } from './stored-file';

/** Bytes that are sealed and stored at once; so much is in memory of each upload, twice. */
const PIECE_BYTES_MAX = 1_024 * 1_024;
/** Uploads taken at once, apart from requests with rows: those who report live do not wait for files. */
const UPLOADS_MAX = 8;
/** Of one provider: it must not hold up all others, however slowly it sends. */
const UPLOADS_OF_ONE_MAX = 3;
const LOOK_MS = 250;
const PIECE_TYPE = 'application/offset+octet-stream';

/** Takes a part of a file, of any length, and stores it as it comes: what is stored was sealed first. */
@Injectable()
export class TakePiece {
  /** Whose uploads are in hand. */
  private readonly inHand: string[] = [];

  constructor(
    private readonly files: FileRepository,
    private readonly vault: IdentityVault,
    private readonly sender: KnowSender,
    private readonly admission: Admission,
    private readonly config: IngestionConfig,
  ) {}

  /**
   * Where it breaks off, what came before is stored, and the file goes on there.
   *
   * @param offset the byte of the file that the body begins with
   * @returns the byte that the next part begins with
   * @throws AppError UNSUPPORTED_MEDIA_TYPE, OVERLOADED, CONFLICT where the file does not end there, TOO_LARGE beyond its length,
   *   INVALID_INPUT where it breaks off
   */
  async run(
    reporter: Reporter,
    request: FastifyRequest,
    file: StoredFile,
    offset: number,
  ): Promise<number> {
    const { body } = request;
    if (!(body instanceof UnreadBody) || mediaType(body.contentType) !== PIECE_TYPE) {
      throw new AppError('UNSUPPORTED_MEDIA_TYPE', `send a part of a file as ${PIECE_TYPE}`);
    }
    if (offset !== file.received) throw notThere();
    const room = file.length - offset;
    if (Number(request.headers['content-length'] ?? 0) > room) throw beyond();
    const { provider } = reporter;
    const own = this.inHand.filter((one) => one === provider).length;
    if (this.inHand.length >= UPLOADS_MAX || own >= UPLOADS_OF_ONE_MAX) {
      throw new AppError('OVERLOADED', 'too many uploads at once; send this part again later');
    }
    this.inHand.push(provider);
    try {
      // What is signed is read whole before any of it is stored.
      const stream =
        reporter.signedWith === null
          ? body.stream
          : Readable.from(await this.sender.wholeBody(reporter, request), { objectMode: false });
      return await this.take(provider, file, offset, stream);
    } finally {
      this.inHand.splice(this.inHand.indexOf(provider), 1);
    }
  }

  private async take(
    provider: string,
    { id, length }: StoredFile,
    offset: number,
    stream: Readable,
  ): Promise<number> {
    const reader = new BodyReader(stream);
    let at = offset;
    let parts: Buffer[] = [];
    let bytes = 0;
    const store = async (): Promise<void> => {
      if (bytes === 0) return;
      const piece = Buffer.concat(parts);
      parts = [];
      bytes = 0;
      const sealed = this.vault.sealBytes(pieceLabel(id, at), piece);
      const isStored = await this.files.append(provider, id, {
        at,
        length: piece.length,
        ...sealed,
      });
      if (!isStored) throw notThere();
      at += piece.length;
    };
    try {
      for (let quietMs = 0; ;) {
        const chunk = await reader.next(LOOK_MS);
        if (chunk === END) break;
        if (chunk === QUIET) {
          this.admission.assertGoingOn();
          quietMs += LOOK_MS;
          if (quietMs >= this.config.INGESTION_IDLE_TIMEOUT_MS) throw stalled(quietMs);
          continue;
        }
        quietMs = 0;
        if (at + bytes + chunk.length > length) throw beyond();
        parts.push(chunk);
        bytes += chunk.length;
        if (bytes >= PIECE_BYTES_MAX) await store();
      }
    } catch (error) {
      // It was sent, so its sender need not send it again.
      if (error instanceof AppError && error.code !== 'CONFLICT') await store();
      throw error;
    }
    await store();
    return at;
  }
}

const notThere = (): AppError =>
  new AppError(
    'CONFLICT',
    'the file does not end there: ask where it does (HEAD), and go on there',
  );
const beyond = (): AppError => new AppError('TOO_LARGE', 'this is more than Upload-Length said');
