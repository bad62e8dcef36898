import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { InjectPinoLogger, PinoLogger } from 'nestjs-pino';
import { UnconfirmedRepository } from './unconfirmed.repository';

/** A payment ends within days, and is recalled within weeks. */
const KEPT_DAYS = 90;
/** Rows of one statement, and statements of one hour: as much as a day brings, in the end. */
const ROWS_MAX = 50_000;
const STATEMENTS_MAX = 200;

/** Forgets by what old payments were named in messages. Where several instances do, each takes some. */
@Injectable()
export class ForgetPayments {
  constructor(
    private readonly unconfirmed: UnconfirmedRepository,
    @InjectPinoLogger(ForgetPayments.name) private readonly logger: PinoLogger,
  ) {}

  /** Never fails: what could not be done is done an hour later, and harms nobody until then. */
  @Cron(CronExpression.EVERY_HOUR)
  async run(): Promise<void> {
    try {
      let forgotten = 0;
      for (let i = 0; i < STATEMENTS_MAX; i += 1) {
        const rows = await this.unconfirmed.forget(KEPT_DAYS, ROWS_MAX);
        forgotten += rows;
        if (rows === 0) break;
      }
      if (forgotten > 0) this.logger.info({ forgotten }, 'names of old payments');
    } catch (error) {
      this.logger.error({ err: error }, 'names of old payments stay; tried again in an hour');
    }
  }
}
