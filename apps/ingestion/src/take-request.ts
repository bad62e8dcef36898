import { Injectable } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { isUtf8 } from 'node:buffer';
import { type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { ROWS_MAX, type RowsAnswer } from '#contracts';
import { AppError } from '#domain';
import { ProviderKeys, type Reporter } from '#identity';
import { Admission } from './admission';
import { discardRest, readWhole } from './body-reader';
import { checkSigned } from './check-signed';
import { DETECTION_LAG_HEADER, DetectionLag } from './detection-lag';
import { IngestionConfig } from './ingestion-config';
import { NonceRepository } from './nonce.repository';
import { rowBatches } from './row-batches';
import { type GoodRow, type RowKind } from './row-kind';
import { RowQuota } from './row-quota';
import { RowTally } from './row-tally';
import { TakeRows } from './take-rows';
import { byMediaType, formatOf, UnreadBody } from './unread-body';

const notTheEnvelope = (list: string): AppError =>
  new AppError('INVALID_INPUT', `the body must be {"${list}": […]}`);

/** The rows of a JSON body. Nothing but the envelope is looked at. */
function rowsOf(body: Buffer, list: string): readonly unknown[] {
  const envelope = parseEnvelope(body);
  const rows =
    typeof envelope === 'object' && envelope !== null && Object.hasOwn(envelope, list)
      ? (envelope as Readonly<Record<string, unknown>>)[list]
      : undefined;
  if (!Array.isArray(rows)) throw notTheEnvelope(list);
  if (rows.length > ROWS_MAX) {
    throw new AppError(
      'TOO_LARGE',
      `send at most ${ROWS_MAX} ${list} in a JSON body; NDJSON may be of any length`,
    );
  }
  return rows;
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

/** Takes a request that brings rows of some kind, as JSON or NDJSON, and answers what became of them. */
@Injectable()
export class TakeRequest {
  constructor(
    private readonly keys: ProviderKeys,
    private readonly admission: Admission,
    private readonly takeRows: TakeRows,
    private readonly lag: DetectionLag,
    private readonly nonces: NonceRepository,
    private readonly quota: RowQuota,
    private readonly config: IngestionConfig,
  ) {}

  /** Throws UNAUTHENTICATED, UNSUPPORTED_MEDIA_TYPE, OVERLOADED, TOO_LARGE, INVALID_INPUT, UNAVAILABLE, in this order. */
  async run<Id extends string, Row extends GoodRow>(
    kind: RowKind<Id, Row>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<RowsAnswer<Id>> {
    reply.raw.once('finish', () => {
      discardRest(request.raw);
    });
    const { headers, ip: address } = request;
    const reporter = await this.keys.identify(headers.authorization, { address, scope: 'report' });
    const { seconds } = this.lag;
    if (seconds !== null) void reply.header(DETECTION_LAG_HEADER, String(seconds));
    const { body } = request;
    if (!(body instanceof UnreadBody)) throw notTheEnvelope(kind.list);
    if (kind.documents !== undefined) {
      const read = byMediaType(body, kind.documents);
      return this.admission.admit(reporter.provider, async () => {
        const bytes = await this.readWhole(body.stream);
        await checkSigned(this.nonces, reporter, request, bytes);
        return this.takeWhole(kind, reporter, read(bytes));
      });
    }
    const format = formatOf(body);
    return this.admission.admit(reporter.provider, async () => {
      if (format === 'json') {
        const bytes = await this.readWhole(body.stream);
        await checkSigned(this.nonces, reporter, request, bytes);
        return this.takeWhole(kind, reporter, rowsOf(bytes, kind.list));
      }
      if (reporter.signedWith === null) return this.takeLines(kind, reporter, body.stream);
      // What is signed is read whole before any of it is stored.
      const bytes = await this.readWhole(body.stream);
      await checkSigned(this.nonces, reporter, request, bytes);
      return this.takeLines(kind, reporter, Readable.from(bytes, { objectMode: false }));
    });
  }

  private async readWhole(stream: IncomingMessage): Promise<Buffer> {
    const { INGESTION_BODY_BYTES_MAX, INGESTION_IDLE_TIMEOUT_MS } = this.config;
    return readWhole(stream, INGESTION_BODY_BYTES_MAX, INGESTION_IDLE_TIMEOUT_MS);
  }

  private async takeWhole<Id extends string, Row extends GoodRow>(
    kind: RowKind<Id, Row>,
    reporter: Reporter,
    rows: readonly unknown[],
  ): Promise<RowsAnswer<Id>> {
    const tally = new RowTally(kind.id, this.config.INGESTION_PROBLEMS_MAX);
    await this.quota.take(reporter, rows.length);
    tally.add(await this.takeRows.run(kind, reporter, rows));
    return tally.answer();
  }

  /** What was committed before a failure stays; the sender, who got no counts, sends all of it again. */
  private async takeLines<Id extends string, Row extends GoodRow>(
    kind: RowKind<Id, Row>,
    reporter: Reporter,
    stream: Readable,
  ): Promise<RowsAnswer<Id>> {
    const tally = new RowTally(kind.id, this.config.INGESTION_PROBLEMS_MAX);
    const onQuiet = (): void => {
      this.admission.assertGoingOn();
    };
    const batches = rowBatches(stream, {
      rowsMax: ROWS_MAX,
      lineBytesMax: this.config.INGESTION_LINE_BYTES_MAX,
      idleMs: this.config.INGESTION_IDLE_TIMEOUT_MS,
      onQuiet,
    });
    let isFirst = true;
    for await (const rows of batches) {
      this.admission.assertGoingOn();
      if (isFirst) await this.quota.take(reporter, rows.length);
      else await this.quota.takeLater(reporter, rows.length, onQuiet);
      isFirst = false;
      tally.add(await this.takeRows.run(kind, reporter, rows));
    }
    return tally.answer();
  }
}
