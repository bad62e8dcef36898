import { type DynamicModule, Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { type FastifyInstance } from 'fastify';
import { IdentityVault, ProviderKeys } from '#identity';
import { PersistenceModule } from '#persistence';
import { PlatformModule } from '#platform';
import { Admission } from './admission';
import { DayRepository } from './day.repository';
import { DetectionLag } from './detection-lag';
import { EventRows } from './event-rows';
import { EventRepository } from './event.repository';
import { EventsController } from './events.controller';
import { FeedHealthController } from './feed-health/feed-health.controller';
import { FeedHealthRepository } from './feed-health/feed-health.repository';
import { FeedTally } from './feed-health/feed-tally';
import { KeepFeedHealth } from './feed-health/keep-feed-health';
import { SequenceRepository } from './feed-health/sequence.repository';
import { StatementRepository } from './feed-health/statement.repository';
import { FileRepository } from './files/file.repository';
import { FileWorkRepository } from './files/file-work.repository';
import { FilesController } from './files/files.controller';
import { KeepFiles } from './files/keep-files';
import { TakePiece } from './files/take-piece';
import { WorkFiles } from './files/work-files';
import { IngestionConfig } from './ingestion-config';
import { Iso20022Controller } from './iso20022/iso20022.controller';
import { IsoPaymentRepository } from './iso20022/iso-payment.repository';
import { ProviderCodes } from './iso20022/provider-codes.repository';
import { ForgetPayments } from './iso20022/forget-payments';
import { UnconfirmedController } from './iso20022/unconfirmed.controller';
import { UnconfirmedRepository } from './iso20022/unconfirmed.repository';
import { IngestionMetrics } from './ingestion-metrics';
import { KeepDays } from './keep-days';
import { MismatchRepository } from './both-legs/mismatch.repository';
import { MismatchesController } from './both-legs/mismatches.controller';
import { KnowSender } from './know-sender';
import { MappingRepository } from './mapping/mapping.repository';
import { Mappings } from './mapping/mappings';
import { MappingsController } from './mapping/mappings.controller';
import { TryMapping } from './mapping/try-mapping';
import { NonceRepository } from './nonce.repository';
import { CorrectRow } from './refusals/correct-row';
import { RefusalsController } from './refusals/refusals.controller';
import { RefusedRowRepository } from './refusals/refused-row.repository';
import { RowQuota } from './row-quota';
import { ScreenPayee } from './screenings/screen-payee';
import { ScreeningRepository } from './screenings/screening.repository';
import { ScreeningsController } from './screenings/screenings.controller';
import { TakeRequest } from './take-request';
import { TakeRows } from './take-rows';
import { TransferRows } from './transfer-rows';
import { TransferRepository } from './transfer.repository';
import { TransfersController } from './transfers.controller';
import { leaveBodiesUnread } from './unread-body';

export const INGESTION_SERVICE = {
  name: 'ingestion',
  description: 'Takes the feeds of wallet providers in.',
} as const;

/** The client gives a statement up so long after the server should have: the server's own word comes first. */
const ANSWER_GRACE_MS = 2_000;

@Module({})
class IngestionModule implements OnModuleInit {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  onModuleInit(): void {
    leaveBodiesUnread(this.adapterHost.httpAdapter.getInstance<FastifyInstance>());
  }
}

/** @throws AppError INVALID_INPUT where the identity key file cannot be read or holds no key */
export const ingestionModule = (config: IngestionConfig): DynamicModule => ({
  module: IngestionModule,
  imports: [
    PersistenceModule.forRoot({
      databaseUrl: config.DATABASE_URL,
      applicationName: 'layerwatch ingestion',
      connectionsMax: config.DATABASE_CONNECTIONS_MAX,
      statementTimeoutMs: config.DATABASE_STATEMENT_TIMEOUT_MS,
      answerTimeoutMs: config.DATABASE_STATEMENT_TIMEOUT_MS + ANSWER_GRACE_MS,
    }),
    PlatformModule.forRoot(INGESTION_SERVICE.name, config),
    ScheduleModule.forRoot(),
  ],
  controllers: [
    TransfersController,
    EventsController,
    Iso20022Controller,
    UnconfirmedController,
    MismatchesController,
    FeedHealthController,
    ScreeningsController,
    MappingsController,
    FilesController,
    RefusalsController,
  ],
  providers: [
    { provide: IngestionConfig, useValue: config },
    { provide: IdentityVault, useValue: IdentityVault.fromSettings(config) },
    ProviderKeys,
    NonceRepository,
    MismatchRepository,
    IngestionMetrics,
    TransferRepository,
    EventRepository,
    IsoPaymentRepository,
    ProviderCodes,
    UnconfirmedRepository,
    ForgetPayments,
    Admission,
    DetectionLag,
    DayRepository,
    KeepDays,
    FeedTally,
    FeedHealthRepository,
    SequenceRepository,
    StatementRepository,
    KeepFeedHealth,
    RowQuota,
    RefusedRowRepository,
    CorrectRow,
    TransferRows,
    EventRows,
    KnowSender,
    MappingRepository,
    Mappings,
    TryMapping,
    FileRepository,
    FileWorkRepository,
    TakePiece,
    KeepFiles,
    WorkFiles,
    TakeRows,
    TakeRequest,
    ScreeningRepository,
    ScreenPayee,
  ],
});
