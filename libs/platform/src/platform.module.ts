import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { LoggerModule, PinoLogger } from 'nestjs-pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { HealthController } from './health.controller';
import { logOptions } from './log-options';
import { MetricsController } from './metrics.controller';
import { ProblemDetailsFilter } from './problem-details.filter';
import { Readiness } from './readiness';
import { type ServiceConfig } from './service-config';

/** What every service has: logs, metrics, health and the shape of its errors. */
@Module({})
export class PlatformModule {
  /** @param service as in metrics and logs: 'ingestion' */
  static forRoot(service: string, config: ServiceConfig): DynamicModule {
    const registry = new Registry();
    registry.setDefaultLabels({ service });
    collectDefaultMetrics({ register: registry });
    return {
      module: PlatformModule,
      global: true,
      imports: [
        TerminusModule.forRoot({ logger: false }),
        LoggerModule.forRoot({
          pinoHttp: logOptions(service, config.LOG_LEVEL),
        }),
      ],
      controllers: [HealthController, MetricsController],
      providers: [
        { provide: Registry, useValue: registry },
        { provide: Readiness, useValue: new Readiness() },
        {
          provide: APP_FILTER,
          inject: [PinoLogger],
          useFactory: (logger: PinoLogger) => new ProblemDetailsFilter(logger),
        },
      ],
      exports: [Registry, Readiness],
    };
  }
}
