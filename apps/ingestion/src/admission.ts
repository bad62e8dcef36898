import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { AppError } from '#domain';
import { IngestionConfig } from './ingestion-config';
import { IngestionMetrics } from './ingestion-metrics';

/**
 * Lets in as many requests as there is room for. Each holds at most one batch, so this bounds the memory of the process
 * and the queue at the database; who finds no room is told to come back.
 */
@Injectable()
export class Admission implements OnModuleDestroy {
  private inHand = 0;
  private ending = false;

  constructor(
    private readonly config: IngestionConfig,
    private readonly metrics: IngestionMetrics,
  ) {}

  /**
   * Runs the work of one request.
   *
   * @throws AppError OVERLOADED where there is no room, UNAVAILABLE once the process is ending
   */
  async admit<T>(work: () => Promise<T>): Promise<T> {
    this.assertGoingOn();
    if (this.inHand >= this.config.INGESTION_BATCHES_IN_HAND_MAX) {
      throw new AppError('OVERLOADED', 'too many requests at once; send this one again later');
    }
    this.metrics.inHand.set((this.inHand += 1));
    try {
      return await work();
    } finally {
      this.metrics.inHand.set((this.inHand -= 1));
    }
  }

  /** A body without an end must not keep the process from ending. */
  onModuleDestroy(): void {
    this.ending = true;
  }

  /** @throws AppError UNAVAILABLE once the process is ending */
  assertGoingOn(): void {
    if (this.ending) {
      throw new AppError('UNAVAILABLE', 'this process is ending; send the request again');
    }
  }
}
