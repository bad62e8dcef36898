import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { AppError } from '#domain';
import { IngestionConfig } from './ingestion-config';
import { IngestionMetrics } from './ingestion-metrics';

/**
 * Lets in as many requests as there is room for. Each holds at most one batch, so this bounds the memory of the process
 * and the queue at the database; who finds no room is told to come back.
 *
 * A provider is let in while it holds fewer places than are free. So one alone has half of them, two have a third each,
 * and however many flood the service or send their bodies slowly, there is a place for one more who does not.
 */
@Injectable()
export class Admission implements OnModuleDestroy {
  private inHand = 0;
  /** Places held, by provider; who holds none is not in it. */
  private readonly held = new Map<string, number>();
  private admitted = 0;
  private ending = false;

  constructor(
    private readonly config: IngestionConfig,
    private readonly metrics: IngestionMetrics,
  ) {}

  /**
   * Runs the work of one request.
   *
   * @throws AppError OVERLOADED where there is no room for this provider, UNAVAILABLE once the process is ending
   */
  async admit<T>(provider: string, work: () => Promise<T>): Promise<T> {
    this.assertGoingOn();
    const free = this.config.INGESTION_BATCHES_IN_HAND_MAX - this.inHand;
    const held = this.held.get(provider) ?? 0;
    if (free <= held) {
      this.metrics.toldToWait.inc({ because: free > 0 ? 'share' : 'room' });
      throw new AppError('OVERLOADED', 'too many requests at once; send this one again later');
    }
    this.admitted += 1;
    this.metrics.inHand.set((this.inHand += 1));
    this.held.set(provider, held + 1);
    try {
      return await work();
    } finally {
      this.metrics.inHand.set((this.inHand -= 1));
      const left = this.held.get(provider)! - 1;
      if (left > 0) this.held.set(provider, left);
      else this.held.delete(provider);
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
