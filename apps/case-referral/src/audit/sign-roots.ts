import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { InjectPinoLogger, PinoLogger } from 'nestjs-pino';
import { AuditRoots } from '#audit';

/** Signs every hour what the audit trail has come to. Of several instances one does, and where nothing was written nobody. */
@Injectable()
export class SignRoots implements OnApplicationBootstrap {
  constructor(
    private readonly roots: AuditRoots,
    @InjectPinoLogger(SignRoots.name) private readonly logger: PinoLogger,
  ) {}

  /** The first at once: what was there when it started is covered from then on. */
  async onApplicationBootstrap(): Promise<void> {
    if (!this.roots.canSign) {
      this.logger.warn('AUDIT_KEY_FILE is not set: no roots of the audit trail are signed');
    }
    await this.run();
  }

  /** Never fails: what was not signed now is signed with what comes, an hour later. */
  @Cron(CronExpression.EVERY_HOUR)
  async run(): Promise<void> {
    if (!this.roots.canSign) return;
    try {
      const root = await this.roots.sign(new Date());
      if (root !== null)
        this.logger.info({ root: root.root, merkle: root.merkle }, 'signed a root');
    } catch (error) {
      this.logger.error({ err: error }, 'a root could not be signed; tried again in an hour');
    }
  }
}
