import { Injectable } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { validate } from 'uuid';
import { type RowsAnswer } from '#contracts';
import { AppError } from '#domain';
import { type Reporter } from '#identity';
import { Admission } from '../admission';
import { EventRows } from '../event-rows';
import { IngestionConfig } from '../ingestion-config';
import { discardWhenAnswered, KnowSender } from '../know-sender';
import { type GoodRow, type RowKind } from '../row-kind';
import { RowQuota } from '../row-quota';
import { RowTally } from '../row-tally';
import { parseJson } from '../take-request';
import { TakeRows } from '../take-rows';
import { TransferRows } from '../transfer-rows';
import { byMediaType, UnreadBody } from '../unread-body';
import { RefusedRowRepository } from './refused-row.repository';

/** Takes a row in the place of one that was refused. */
@Injectable()
export class CorrectRow {
  constructor(
    private readonly sender: KnowSender,
    private readonly admission: Admission,
    private readonly quota: RowQuota,
    private readonly takeRows: TakeRows,
    private readonly transfers: TransferRows,
    private readonly events: EventRows,
    private readonly refusals: RefusedRowRepository,
    private readonly config: IngestionConfig,
  ) {}

  /** @throws AppError NOT_FOUND, PRECONDITION_FAILED where it was no row of a list, and as any request with rows */
  async run(
    id: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<RowsAnswer<'transferId'> | RowsAnswer<'eventId'>> {
    discardWhenAnswered(reply, request);
    const reporter = await this.sender.identify(request);
    const { body } = request;
    if (!(body instanceof UnreadBody))
      throw new AppError('INVALID_INPUT', 'the body must be a row');
    byMediaType(body, { 'application/json': true });
    return this.admission.admit(reporter.provider, async () => {
      const bytes = await this.sender.wholeBody(reporter, request);
      const refused = validate(id) ? await this.refusals.find(reporter.provider, id) : null;
      if (refused === null) throw new AppError('NOT_FOUND', 'there is no such refused row');
      const row = parseJson(bytes);
      switch (refused.list) {
        case 'transfers':
          return this.take(id, this.transfers, reporter, row);
        case 'events':
          return this.take(id, this.events, reporter, row);
        case 'messages':
          throw new AppError('PRECONDITION_FAILED', 'send the message again, corrected');
        default:
          return refused.list satisfies never;
      }
    });
  }

  private async take<Id extends string, Row extends GoodRow>(
    id: string,
    kind: RowKind<Id, Row>,
    reporter: Reporter,
    row: unknown,
  ): Promise<RowsAnswer<Id>> {
    await this.quota.take(reporter, 1);
    const outcomes = await this.takeRows.run(kind, reporter, [row]);
    if (outcomes[0]!.kind !== 'rejected') await this.refusals.corrected(reporter.provider, id);
    const tally = new RowTally(kind.id, kind.form, this.config.INGESTION_PROBLEMS_MAX);
    tally.add(outcomes);
    return tally.answer();
  }
}
