import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectPinoLogger, PinoLogger } from 'nestjs-pino';
import { Gauge, Registry } from 'prom-client';
import { SECOND_MS } from '#domain';
import { IngestionConfig } from './ingestion-config';
import { TransferRepository } from './transfer.repository';

/** Of an answer: seconds by which detection is behind what is stored; left out while it keeps up. */
export const DETECTION_LAG_HEADER = 'Layerwatch-Detection-Lag';

const LOOK_MS = 5 * SECOND_MS;

/**
 * Watches how far detection is behind what is stored here. Storing goes on however far that is: a transfer is safe once it is in
 * the log, and refusing it would lose what detection can still catch up with. But it is said: as a metric, in the service's log,
 * and to whoever sends.
 */
@Injectable()
export class DetectionLag implements OnApplicationBootstrap, OnModuleDestroy {
  private lagMs = 0;
  private told = false;
  private looking: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly config: IngestionConfig,
    private readonly transfers: TransferRepository,
    registry: Registry,
    @InjectPinoLogger(DetectionLag.name) private readonly logger: PinoLogger,
  ) {
    const lagSeconds = (): number => this.lagMs / SECOND_MS;
    new Gauge({
      name: 'layerwatch_detection_lag_seconds',
      help: 'For how long the oldest transfer that is not scored has been stored; 0 where all are.',
      registers: [registry],
      collect(this: Gauge) {
        this.set(lagSeconds());
      },
    });
  }

  /** Whole seconds; null where detection keeps up. */
  get seconds(): number | null {
    return this.isBehind ? Math.ceil(this.lagMs / SECOND_MS) : null;
  }

  onApplicationBootstrap(): void {
    const everyMs = Math.min(LOOK_MS, this.config.INGESTION_LAG_TOLD_MS);
    this.timer = setInterval(() => {
      this.looking ??= this.look().finally(() => {
        this.looking = null;
      });
    }, everyMs).unref();
  }

  async onModuleDestroy(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.looking;
  }

  private get isBehind(): boolean {
    return this.lagMs >= this.config.INGESTION_LAG_TOLD_MS;
  }

  private async look(): Promise<void> {
    try {
      this.lagMs = await this.transfers.detectionLagMs();
    } catch {
      // A database that does not answer is said by everything else; what was known last stays.
      return;
    }
    if (this.isBehind === this.told) return;
    this.told = this.isBehind;
    const lagSeconds = Math.round(this.lagMs / SECOND_MS);
    if (this.told)
      this.logger.warn({ lagSeconds }, 'detection is behind; transfers are stored all the same');
    else this.logger.info({ lagSeconds }, 'detection keeps up again');
  }
}
