import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { isUtf8 } from 'node:buffer';
import { type IncomingMessage } from 'node:http';
import { TRANSFER_ROWS_MAX, type TransfersAnswer } from '#contracts';
import { AppError } from '#domain';
import { ProviderKeys } from '#identity';
import { Admission } from './admission';
import { discardRest, readWhole } from './body-reader';
import { IngestionConfig } from './ingestion-config';
import { rowBatches } from './row-batches';
import { TakeTransfers } from './take-transfers';
import { TransferTally } from './transfer-tally';
import { TRANSFERS_OPERATION } from './transfers-operation';
import { formatOf, UnreadBody } from './unread-body';

/** The rows of a JSON body. Nothing but the envelope is looked at. */
function rowsOf(body: Buffer): readonly unknown[] {
  const envelope = parseEnvelope(body);
  const transfers =
    typeof envelope === 'object' && envelope !== null && Object.hasOwn(envelope, 'transfers')
      ? (envelope as { transfers: unknown }).transfers
      : undefined;
  if (!Array.isArray(transfers)) {
    throw new AppError('INVALID_INPUT', 'the body must be {"transfers": […]}');
  }
  if (transfers.length > TRANSFER_ROWS_MAX) {
    throw new AppError(
      'TOO_LARGE',
      `send at most ${TRANSFER_ROWS_MAX} transfers in a JSON body; NDJSON may be of any length`,
    );
  }
  return transfers;
}

function parseEnvelope(body: Buffer): unknown {
  if (!isUtf8(body)) throw new AppError('INVALID_INPUT', 'the body is not UTF-8');
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // The parser's own words quote the body.
    throw new AppError('INVALID_INPUT', 'the body is not valid JSON');
  }
}

@ApiTags('transfers')
@ApiBearerAuth()
@Controller('v1/transfers')
export class TransfersController {
  constructor(
    private readonly keys: ProviderKeys,
    private readonly admission: Admission,
    private readonly takeTransfers: TakeTransfers,
    private readonly config: IngestionConfig,
  ) {}

  /** Throws UNAUTHENTICATED, UNSUPPORTED_MEDIA_TYPE, OVERLOADED, TOO_LARGE, INVALID_INPUT, UNAVAILABLE, in this order. */
  @Post()
  @HttpCode(200)
  @ApiOperation(TRANSFERS_OPERATION)
  async take(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TransfersAnswer> {
    reply.raw.once('finish', () => {
      discardRest(request.raw);
    });
    const provider = await this.keys.identify(request.headers.authorization);
    const { body } = request;
    if (!(body instanceof UnreadBody)) {
      throw new AppError('INVALID_INPUT', 'the body must be {"transfers": […]}');
    }
    const format = formatOf(body);
    return this.admission.admit(() =>
      format === 'json'
        ? this.takeJson(provider, body.stream)
        : this.takeLines(provider, body.stream),
    );
  }

  private async takeJson(provider: string, stream: IncomingMessage): Promise<TransfersAnswer> {
    const { INGESTION_BODY_BYTES_MAX, INGESTION_IDLE_TIMEOUT_MS } = this.config;
    const rows = rowsOf(
      await readWhole(stream, INGESTION_BODY_BYTES_MAX, INGESTION_IDLE_TIMEOUT_MS),
    );
    const tally = new TransferTally(this.config.INGESTION_PROBLEMS_MAX);
    tally.add(await this.takeTransfers.run(provider, rows));
    return tally.answer();
  }

  /** What was committed before a failure stays; the sender, who got no counts, sends all of it again. */
  private async takeLines(provider: string, stream: IncomingMessage): Promise<TransfersAnswer> {
    const tally = new TransferTally(this.config.INGESTION_PROBLEMS_MAX);
    const batches = rowBatches(stream, {
      rowsMax: TRANSFER_ROWS_MAX,
      lineBytesMax: this.config.INGESTION_LINE_BYTES_MAX,
      idleMs: this.config.INGESTION_IDLE_TIMEOUT_MS,
      onQuiet: () => {
        this.admission.assertGoingOn();
      },
    });
    for await (const rows of batches) {
      this.admission.assertGoingOn();
      tally.add(await this.takeTransfers.run(provider, rows));
    }
    return tally.answer();
  }
}
