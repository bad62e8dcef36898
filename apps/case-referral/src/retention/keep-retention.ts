import { Inject, Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { InjectPinoLogger, PinoLogger } from 'nestjs-pino';
import { retentionOn, type RetentionRule } from '#domain';
import { type Outlived, RetentionRepository } from './retention.repository';

/** Injection token: the dated rules. */
export const RETENTION = Symbol('RetentionRule[]');

/** So many years before a day. The 29th of February has its anniversary on the first of March. */
function yearsBefore(day: Date, years: number): string {
  const then = new Date(day);
  then.setUTCFullYear(day.getUTCFullYear() - years);
  return then.toISOString().slice(0, 10);
}

/**
 * Forgets, every week, whom nobody has reported for as long as the law wants it known, unless somebody is held: the key of the identity is
 * destroyed, as by an erasure. Of several instances one does; stopped at any moment, the next run goes on.
 */
@Injectable()
export class KeepRetention {
  constructor(
    private readonly retention: RetentionRepository,
    @Inject(RETENTION) private readonly rules: readonly RetentionRule[],
    @InjectPinoLogger(KeepRetention.name) private readonly logger: PinoLogger,
  ) {}

  /** Never fails: what was not forgotten now is forgotten a week later. */
  @Cron(CronExpression.EVERY_WEEK)
  async run(now = new Date()): Promise<void> {
    const rule = retentionOn(this.rules, now.toISOString().slice(0, 10));
    if (rule === null) return;
    try {
      const done = await this.forget({ before: yearsBefore(now, rule.years), rule });
      if (done !== null) this.logger.info(done, 'forgot what has outlived its time');
    } catch (error) {
      this.logger.error({ err: error }, 'retention was not kept; tried again in a week');
    }
  }

  /** @returns null where another instance is at it */
  private async forget(outlived: Outlived): Promise<{
    erased: number;
    days: number;
    screenings: number;
  } | null> {
    let erased = 0;
    for (let after: string | null = ''; after !== null;) {
      const page = await this.retention.erasePage(after, outlived);
      if (page === null) return null;
      erased += page.erased;
      after = page.last;
    }
    const days = await this.retention.dropDays(outlived);
    let screenings = 0;
    for (let isLast = false; !isLast;) {
      const page = await this.retention.dropScreenings(outlived);
      screenings += page.dropped;
      ({ isLast } = page);
    }
    return { erased, days, screenings };
  }
}
