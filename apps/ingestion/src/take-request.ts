import { Injectable } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { ROWS_MAX, type RowsAnswer } from '#contracts';
import { AppError } from '#domain';
import { type Reporter } from '#identity';
import { Admission } from './admission';
import { CsvLines } from './csv-lines';
import { DETECTION_LAG_HEADER, DetectionLag } from './detection-lag';
import { IngestionConfig } from './ingestion-config';
import { discardWhenAnswered, KnowSender } from './know-sender';
import { JsonLines, type LineReader } from './line-reader';
import { jsonText, RefusedRow } from './refused-row';
import { rowBatches } from './row-batches';
import { type RowForm } from './row-form';
import { type GoodRow, type RowKind } from './row-kind';
import { RowQuota } from './row-quota';
import { RowTally } from './row-tally';
import { TakeRows } from './take-rows';
import { type BodyShape, byMediaType, shapeOf, UnreadBody } from './unread-body';
import { UnpackedBody } from './unpacked-body';

const notTheEnvelope = (list: string): AppError =>
  new AppError('INVALID_INPUT', `the body must be {"${list}": […]}`);

/** The rows of a JSON body. Nothing but the envelope is looked at. @throws AppError INVALID_INPUT, TOO_LARGE */
export function rowsOf(body: Buffer, list: string): readonly unknown[] {
  const envelope = parseJson(body);
  const rows =
    typeof envelope === 'object' && envelope !== null && Object.hasOwn(envelope, list)
      ? (envelope as Readonly<Record<string, unknown>>)[list]
      : undefined;
  if (!Array.isArray(rows)) throw notTheEnvelope(list);
  if (rows.length > ROWS_MAX) {
    throw new AppError(
      'TOO_LARGE',
      `send at most ${ROWS_MAX} ${list} in a JSON body; NDJSON and CSV may be of any length`,
    );
  }
  return rows;
}

/** @throws AppError INVALID_INPUT */
export function parseJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw new AppError('INVALID_INPUT', 'the body is not UTF-8');
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // The parser's own words quote the body.
    throw new AppError('INVALID_INPUT', 'the body is not valid JSON');
  }
}

/** A request with rows, and how they are to be read. */
interface RowsRequest<Id extends string, Row extends GoodRow> {
  readonly kind: RowKind<Id, Row>;
  readonly reporter: Reporter;
  readonly form: RowForm;
}

/** Takes a request that brings rows of some kind, as JSON, NDJSON or CSV, and answers what became of them. */
@Injectable()
export class TakeRequest {
  constructor(
    private readonly sender: KnowSender,
    private readonly admission: Admission,
    private readonly takeRows: TakeRows,
    private readonly lag: DetectionLag,
    private readonly quota: RowQuota,
    private readonly config: IngestionConfig,
  ) {}

  /**
   * Throws UNAUTHENTICATED, UNSUPPORTED_MEDIA_TYPE, OVERLOADED, TOO_LARGE, INVALID_INPUT, UNAVAILABLE, in this order.
   *
   * @param formOf how the rows of a provider are written, where they are not in the contract's own words
   */
  async run<Id extends string, Row extends GoodRow>(
    kind: RowKind<Id, Row>,
    request: FastifyRequest,
    reply: FastifyReply,
    formOf: (provider: string) => Promise<RowForm> | RowForm = () => kind.form,
  ): Promise<RowsAnswer<Id>> {
    discardWhenAnswered(reply, request);
    const reporter = await this.sender.identify(request);
    const { seconds } = this.lag;
    if (seconds !== null) void reply.header(DETECTION_LAG_HEADER, String(seconds));
    const { body } = request;
    if (!(body instanceof UnreadBody)) throw notTheEnvelope(kind.list);
    if (kind.documents !== undefined) {
      const read = byMediaType(body, kind.documents);
      return this.admission.admit(reporter.provider, async () => {
        const whole = read(await this.sender.wholeBody(reporter, request));
        return this.takeWhole({ kind, reporter, form: kind.form }, whole);
      });
    }
    const shape = shapeOf(body);
    return this.admission.admit(reporter.provider, async () => {
      const rows = { kind, reporter, form: await formOf(reporter.provider) };
      if (shape.format === 'json') {
        const told = rowsOf(await this.sender.wholeBody(reporter, request), kind.list);
        return this.takeWhole(
          rows,
          told.map((row) => {
            const made = rows.form.ofJson(row);
            return made instanceof RefusedRow ? made.asItCame(jsonText(row)) : made;
          }),
        );
      }
      // What is signed is read whole before any of it is stored.
      const stream =
        reporter.signedWith === null
          ? body.stream
          : Readable.from(await this.sender.wholeBody(reporter, request), { objectMode: false });
      if (!shape.isPacked) return this.takeLines(rows, shape, stream);
      const unpacked = new UnpackedBody(stream, this.config.INGESTION_IDLE_TIMEOUT_MS);
      try {
        return await this.takeLines(rows, shape, unpacked.stream);
      } finally {
        await unpacked.end();
      }
    });
  }

  private async takeWhole<Id extends string, Row extends GoodRow>(
    { kind, reporter, form }: RowsRequest<Id, Row>,
    rows: readonly unknown[],
  ): Promise<RowsAnswer<Id>> {
    const tally = new RowTally(kind.id, form, this.config.INGESTION_PROBLEMS_MAX);
    await this.quota.take(reporter, rows.length);
    tally.add(await this.takeRows.run(kind, reporter, rows));
    return tally.answer();
  }

  /** What was committed before a failure stays; the sender, who got no counts, sends all of it again. */
  private async takeLines<Id extends string, Row extends GoodRow>(
    { kind, reporter, form }: RowsRequest<Id, Row>,
    { format }: BodyShape,
    stream: Readable,
  ): Promise<RowsAnswer<Id>> {
    const tally = new RowTally(kind.id, form, this.config.INGESTION_PROBLEMS_MAX);
    const lineBytesMax = this.config.INGESTION_LINE_BYTES_MAX;
    const onQuiet = (): void => {
      this.admission.assertGoingOn();
    };
    const batches = rowBatches(stream, lineReader(format === 'csv', form, lineBytesMax), {
      rowsMax: ROWS_MAX,
      lineBytesMax,
      idleMs: this.config.INGESTION_IDLE_TIMEOUT_MS,
      onQuiet,
    });
    let isFirst = true;
    for await (const { rows } of batches) {
      this.admission.assertGoingOn();
      if (isFirst) await this.quota.take(reporter, rows.length);
      else await this.quota.takeLater(reporter, rows.length, onQuiet);
      isFirst = false;
      tally.add(await this.takeRows.run(kind, reporter, rows));
    }
    return tally.answer();
  }
}

export const lineReader = (isCsv: boolean, form: RowForm, lineBytesMax: number): LineReader =>
  isCsv
    ? new CsvLines(lineBytesMax, form)
    : new JsonLines(lineBytesMax, (value) => form.ofJson(value));
