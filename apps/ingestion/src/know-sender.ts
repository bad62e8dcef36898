import { Injectable } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { ProviderKeys, type Reporter } from '#identity';
import { discardRest, readWhole } from './body-reader';
import { checkSigned } from './check-signed';
import { IngestionConfig } from './ingestion-config';
import { NonceRepository } from './nonce.repository';
import { UnreadBody } from './unread-body';

const NO_BODY = Buffer.alloc(0);

/** Knows who sends a request, and that it is theirs. */
@Injectable()
export class KnowSender {
  constructor(
    private readonly keys: ProviderKeys,
    private readonly nonces: NonceRepository,
    private readonly config: IngestionConfig,
  ) {}

  /** By the key. What is signed has to be checked besides. @throws AppError UNAUTHENTICATED, FORBIDDEN */
  async identify(request: FastifyRequest): Promise<Reporter> {
    const { headers, ip: address } = request;
    return this.keys.identify(headers.authorization, { address, scope: 'report' });
  }

  /** Who sends a request without a body. @throws AppError UNAUTHENTICATED, FORBIDDEN, CONFLICT where it was sent before */
  async ofEmpty(request: FastifyRequest): Promise<Reporter> {
    const reporter = await this.identify(request);
    await checkSigned(this.nonces, reporter, request, NO_BODY);
    return reporter;
  }

  /**
   * The whole body of a request, read and checked before anything is done with it.
   *
   * @throws AppError TOO_LARGE, INVALID_INPUT, UNAUTHENTICATED, CONFLICT
   */
  async wholeBody(
    reporter: Reporter,
    request: FastifyRequest,
    bytesMax = this.config.INGESTION_BODY_BYTES_MAX,
  ): Promise<Buffer> {
    const { body } = request;
    const bytes =
      body instanceof UnreadBody
        ? await readWhole(body.stream, bytesMax, this.config.INGESTION_IDLE_TIMEOUT_MS)
        : NO_BODY;
    await checkSigned(this.nonces, reporter, request, bytes);
    return bytes;
  }
}

/** Once it was answered, takes what is left of a request's body off the wire. */
export function discardWhenAnswered(reply: FastifyReply, { raw }: FastifyRequest): void {
  reply.raw.once('finish', () => {
    discardRest(raw);
  });
}
