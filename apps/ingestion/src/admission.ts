import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { AppError } from '#domain';
import { IngestionConfig } from './ingestion-config';
import { IngestionMetrics } from './ingestion-metrics';
import { Places } from './places';

/**
 * Lets in as many requests as there is room for. Each holds at most one batch, so this bounds the memory of the process
 * and the queue at the database; who finds no room is told to come back.
 */
@Injectable()
export class Admission implements OnModuleDestroy {
  private readonly places: Places;
  private admitted = 0;
  private ending = false;

  constructor(
    config: IngestionConfig,
    private readonly metrics: IngestionMetrics,
  ) {
    this.places = new Places(config.INGESTION_BATCHES_IN_HAND_MAX);
  }

  /**
   * Runs the work of one request.
   *
   * @throws AppError OVERLOADED where there is no room for this provider, UNAVAILABLE once the process is ending
   */
  async admit<T>(provider: string, work: () => Promise<T>): Promise<T> {
    this.assertGoingOn();
    const outcome = this.places.take(provider);
    if (outcome !== 'taken') {
      this.metrics.toldToWait.inc({ because: outcome });
      throw new AppError('OVERLOADED', 'too many requests at once; send this one again later');
    }
    this.admitted += 1;
    this.metrics.inHand.set(this.places.taken);
    try {
      return await work();
    } finally {
      this.places.giveBack(provider);
      this.metrics.inHand.set(this.places.taken);
    }
  }

  /** How many were let in since the start. */
  get count(): number {
    return this.admitted;
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
