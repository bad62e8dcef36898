import { type DynamicModule, Module } from '@nestjs/common';
import { PersistenceModule } from '#persistence';
import { PlatformModule } from '#platform';
import { Judging } from './judging';
import { ProgressController } from './progress.controller';
import { Rebuild } from './rebuild';
import { ScoreLog } from './score-log';
import { ScoringConfig } from './scoring-config';
import { ScoringRepository } from './scoring.repository';
import { SeatRepository } from './seat.repository';
import { Snapshots } from './snapshot/snapshots';

export const SCORING_SERVICE = {
  name: 'scoring',
  description: 'Follows the money through the stored transfers and raises alerts.',
  bodyBytesMax: 64 * 1024,
} as const;

@Module({})
class ScoringModule {}

export const scoringModule = (config: ScoringConfig): DynamicModule => ({
  module: ScoringModule,
  imports: [
    PersistenceModule.forRoot({
      databaseUrl: config.DATABASE_URL,
      applicationName: 'layerwatch scoring',
      connectionsMax: config.DATABASE_CONNECTIONS_MAX,
      statementTimeoutMs: config.DATABASE_STATEMENT_TIMEOUT_MS,
    }),
    PlatformModule.forRoot('scoring', config),
  ],
  controllers: [ProgressController],
  providers: [
    { provide: ScoringConfig, useValue: config },
    ScoringRepository,
    SeatRepository,
    Snapshots,
    Rebuild,
    Judging,
    ScoreLog,
  ],
});
