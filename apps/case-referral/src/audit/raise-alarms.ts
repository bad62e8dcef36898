import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { InjectPinoLogger, PinoLogger } from 'nestjs-pino';
import { Counter, Registry } from 'prom-client';
import { AuditAlarms } from '#audit';
import { CaseReferralConfig } from '../case-referral-config';

const HOUR_MS = 3_600_000;

/** Looks at the trail of this hour and the one before, every five minutes. Of several instances each may: what is found is kept once. */
@Injectable()
export class RaiseAlarms {
  private readonly raised: Counter;

  constructor(
    private readonly alarms: AuditAlarms,
    private readonly config: CaseReferralConfig,
    registry: Registry,
    @InjectPinoLogger(RaiseAlarms.name) private readonly logger: PinoLogger,
  ) {
    this.raised = new Counter({
      name: 'layerwatch_audit_alarms_total',
      help: 'What in the audit trail somebody should look at (GET /v1/audit/alarms).',
      registers: [registry],
    });
  }

  /** Never fails: what was not noticed now is noticed five minutes later. */
  @Cron(CronExpression.EVERY_5_MINUTES)
  async run(): Promise<void> {
    const { config } = this;
    try {
      const raised = await this.alarms.raise(new Date(Date.now() - HOUR_MS), {
        readsPerHour: config.AUDIT_READS_PER_HOUR,
        nightReadsPerHour: config.AUDIT_NIGHT_READS_PER_HOUR,
        refusalsPerHour: config.AUDIT_REFUSALS_PER_HOUR,
        inVainPerHour: config.AUDIT_LOOKS_IN_VAIN_PER_HOUR,
        timeZone: config.AUDIT_TIME_ZONE,
      });
      if (raised === 0) return;
      this.raised.inc(raised);
      this.logger.warn({ raised }, 'the audit trail has something to be looked at');
    } catch (error) {
      this.logger.error({ err: error }, 'the audit trail could not be looked at; tried again');
    }
  }
}
