import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import {
  HealthCheck,
  HealthCheckService,
  type HealthCheckResult,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { Readiness } from './readiness';

@ApiExcludeController()
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly readiness: Readiness,
  ) {}

  /** The process runs and answers. */
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** Requests may be sent here. */
  @Get('ready')
  @HealthCheck()
  async ready(): Promise<HealthCheckResult> {
    if (this.readiness.ended) throw new ServiceUnavailableException('shutting down');
    return this.health.check(
      this.readiness.checks.map((part) => async () => {
        const indicator = this.indicators.check(part.name);
        try {
          await part.check();
          return indicator.up();
        } catch {
          // The cause is in the log of the part that failed; here it could tell a stranger of our insides.
          return indicator.down();
        }
      }),
    );
  }
}
