import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { InjectPinoLogger, PinoLogger } from 'nestjs-pino';
import { DayRepository } from './day.repository';
import { IngestionConfig } from './ingestion-config';

/** Days prepared before they begin. Should nobody run for longer, the last that was prepared goes on. */
const DAYS_AHEAD = 3;

/**
 * Prepares the partitions of the days to come, and takes out those that are no longer kept. Every instance is told to do it
 * every hour; of those that are at it at the same time, one does.
 */
@Injectable()
export class KeepDays implements OnApplicationBootstrap {
  constructor(
    private readonly config: IngestionConfig,
    private readonly days: DayRepository,
    @InjectPinoLogger(KeepDays.name) private readonly logger: PinoLogger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.run();
  }

  /** Never fails: what could not be done is done an hour later, and harms nobody until then. */
  @Cron(CronExpression.EVERY_HOUR)
  async run(): Promise<void> {
    try {
      const done = await this.days.keep(DAYS_AHEAD, this.config.INGESTION_TRANSFERS_KEPT_DAYS);
      if (done === null) return;
      const { prepared, detached } = done;
      if (prepared + detached > 0) {
        this.logger.info({ prepared, detached }, 'days of stored transfers');
      }
    } catch (error) {
      this.logger.error(
        { err: error },
        'days of stored transfers could not be kept; tried again in an hour',
      );
    }
  }
}
