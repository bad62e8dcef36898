import { Inject, Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type RowKind } from './row-kind';

/** What an operator watches of ingestion. */
@Injectable()
export class IngestionMetrics {
  readonly rows: Readonly<Record<RowKind['list'], Counter<'outcome'>>>;
  readonly batchSeconds: Histogram;
  readonly inHand: Gauge;
  readonly toldToWait: Counter<'because'>;
  readonly doubtedIdentifiers: Counter<'type'>;
  readonly refusedNotKept: Counter;

  constructor(@Inject(Registry) registry: Registry) {
    const registers = [registry];
    const rowsOf = (list: RowKind['list']): Counter<'outcome'> =>
      new Counter({
        name: `layerwatch_ingestion_${list}_total`,
        help: `Rows of ${list} answered, by what became of them: accepted, duplicate, rejected.`,
        labelNames: ['outcome'],
        registers,
      });
    this.rows = {
      transfers: rowsOf('transfers'),
      events: rowsOf('events'),
      messages: rowsOf('messages'),
    };
    this.batchSeconds = new Histogram({
      name: 'layerwatch_ingestion_batch_seconds',
      help: 'From a batch read to the batch committed.',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    });
    this.refusedNotKept = new Counter({
      name: 'layerwatch_ingestion_refused_not_kept_total',
      help: 'Refused rows that were answered and are not kept: their provider has too many already.',
      registers,
    });
    this.doubtedIdentifiers = new Counter({
      name: 'layerwatch_ingestion_doubted_identifiers_total',
      help: 'Identifiers that were stored and must be mistyped, by what they are: check digits that are wrong, above all.',
      labelNames: ['type'],
      registers,
    });
    this.toldToWait = new Counter({
      name: 'layerwatch_ingestion_told_to_wait_total',
      help: 'Requests answered 429, by why: no room at all, the share of their provider, its quota of rows.',
      labelNames: ['because'],
      registers,
    });
    this.inHand = new Gauge({
      name: 'layerwatch_ingestion_requests_in_hand',
      help: 'Requests being worked on, each with at most one batch.',
      registers,
    });
  }
}
