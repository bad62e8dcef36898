import { type DynamicModule, Module } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ScheduleModule } from '@nestjs/schedule';
import { AUDIT_KEY, AuditAlarms, AuditKey, AuditList, AuditRoots, AuditTrail } from '#audit';
import { AppError } from '#domain';
import { IdentityVault, Sessions, StaffKeys } from '#identity';
import { PersistenceModule } from '#persistence';
import { PlatformModule, Readiness } from '#platform';
import { BreakGlassController, CaseAccessController } from './access/access.controller';
import { AccessRepository } from './access/access.repository';
import { BreakGlass } from './access/break-glass';
import { ChangeAccess } from './access/change-access';
import { AlertRepository } from './alerts/alert.repository';
import { AlertsConsumer } from './alerts/alerts.consumer';
import { AlertsController } from './alerts/alerts.controller';
import { TakeAlerts } from './alerts/take-alerts';
import { AuditRoutes } from './audit/audit-routes.interceptor';
import { AuditController } from './audit/audit.controller';
import { RaiseAlarms } from './audit/raise-alarms';
import { SignRoots } from './audit/sign-roots';
import { UnknownCallers } from './audit/unknown-callers';
import { CaseReferralConfig } from './case-referral-config';
import { BacktestRepository } from './backtests/backtest.repository';
import { BacktestsController } from './backtests/backtests.controller';
import { CancelBacktest } from './backtests/cancel-backtest';
import { RequestBacktest } from './backtests/request-backtest';
import { CaseMaterialRepository } from './cases/case-material.repository';
import { CaseRepository } from './cases/case.repository';
import { CasesController } from './cases/cases.controller';
import { DrawCases } from './cases/draw-cases';
import { ReadCase } from './cases/read-case';
import { RefreshCases } from './cases/refresh-cases';
import { Clock } from './clock';
import { DisposeAlert } from './dispositions/dispose-alert';
import { DispositionRepository } from './dispositions/disposition.repository';
import { EraseIdentity } from './erasures/erase-identity';
import { ErasureRepository } from './erasures/erasure.repository';
import { ErasuresController } from './erasures/erasures.controller';
import { IdentitiesController } from './identities/identities.controller';
import { IdentityRepository } from './identities/identity.repository';
import { RevealIdentities } from './identities/reveal-identities';
import { HoldLegally } from './legal-holds/hold-legally';
import { LegalHoldRepository } from './legal-holds/legal-hold.repository';
import { CaseHoldsController, LegalHoldsController } from './legal-holds/legal-holds.controller';
import { OperationRepository } from './operations/operation.repository';
import { OperationsController } from './operations/operations.controller';
import { RegisterOperation } from './operations/register-operation';
import { OverviewController } from './overview/overview.controller';
import { OverviewRepository } from './overview/overview.repository';
import { ProviderController } from './provider/provider.controller';
import { ReportedTransferRepository } from './provider/reported-transfer.repository';
import { ApproveReferral } from './referrals/approve-referral';
import { ProposeReferral } from './referrals/propose-referral';
import { ReferralRepository } from './referrals/referral.repository';
import { CaseReferralsController, ReferralsController } from './referrals/referrals.controller';
import { KeepRetention, RETENTION } from './retention/keep-retention';
import { readRetentionRules } from './retention/retention-rules';
import { RetentionRepository } from './retention/retention.repository';
import { ActivateRulePack } from './rule-packs/activate-rule-pack';
import { CompareRulePack } from './rule-packs/compare-rule-pack';
import { BuiltInPack } from './rule-packs/built-in-pack';
import { ProposeRulePack } from './rule-packs/propose-rule-pack';
import { RulePackRepository } from './rule-packs/rule-pack.repository';
import { RulePacksConsumer } from './rule-packs/rule-packs.consumer';
import { RulePacksController } from './rule-packs/rule-packs.controller';
import { ShadowAlertRepository } from './rule-packs/shadow-alert.repository';
import { SearchByIdentifier } from './searches/search-by-identifier';
import { SearchesController } from './searches/searches.controller';
import { SessionController, SignInController } from './session/session.controller';
import { openSignInDoor } from './session/open-sign-in-door';
import { RateLimits } from './staff/rate-limits';
import { SignInDoor } from './staff/sign-in-door';
import { StaffGuard } from './staff/staff.guard';
import { WhoIsActing } from './staff/who-is-acting';
import { StormRepository } from './storms/storm.repository';
import { StormsConsumer } from './storms/storms.consumer';
import { StormsController } from './storms/storms.controller';
import { SwitchTypology } from './typologies/switch-typology';
import { TypologiesController } from './typologies/typologies.controller';
import { TypologyRepository } from './typologies/typology.repository';

export const CASE_REFERRAL_SERVICE = {
  name: 'case-referral',
  description:
    'Gathers alerts into one case a network, links them to known operations, and refers them with evidence.',
  /** 1,000 indicators with every field at its longest fit. */
  bodyBytesMax: 1024 * 1024,
} as const;

/** The client gives a statement up so long after the server should have: the server's own word comes first. */
const ANSWER_GRACE_MS = 2_000;

/** After so many failed batches in a row what people read here is old, and it is better to say so. */
const FAILURES_IN_A_ROW_MAX = 3;

@Module({})
class CaseReferralModule {}

const auditKey = ({ AUDIT_KEY_FILE }: CaseReferralConfig): AuditKey | null =>
  AUDIT_KEY_FILE === undefined ? null : AuditKey.fromFile(AUDIT_KEY_FILE);

/** @throws AppError INVALID_INPUT where the identity key file cannot be read or holds no key */
export const caseReferralModule = (config: CaseReferralConfig): DynamicModule => ({
  module: CaseReferralModule,
  imports: [
    PersistenceModule.forRoot({
      databaseUrl: config.DATABASE_URL,
      applicationName: 'layerwatch case-referral',
      connectionsMax: config.DATABASE_CONNECTIONS_MAX,
      statementTimeoutMs: config.DATABASE_STATEMENT_TIMEOUT_MS,
      answerTimeoutMs: config.DATABASE_STATEMENT_TIMEOUT_MS + ANSWER_GRACE_MS,
    }),
    PlatformModule.forRoot('case-referral', config),
    ScheduleModule.forRoot(),
  ],
  controllers: [
    OperationsController,
    AlertsController,
    AlertsConsumer,
    CasesController,
    CaseReferralsController,
    ReferralsController,
    OverviewController,
    RulePacksController,
    RulePacksConsumer,
    TypologiesController,
    StormsController,
    StormsConsumer,
    BacktestsController,
    SignInController,
    SessionController,
    AuditController,
    CaseAccessController,
    BreakGlassController,
    IdentitiesController,
    ErasuresController,
    SearchesController,
    ProviderController,
    LegalHoldsController,
    CaseHoldsController,
  ],
  providers: [
    { provide: CaseReferralConfig, useValue: config },
    { provide: IdentityVault, useValue: IdentityVault.fromSettings(config) },
    StaffKeys,
    Sessions,
    {
      provide: SignInDoor,
      useFactory: (vault: IdentityVault) =>
        openSignInDoor(config, (type, text) => vault.token(type, text)),
      inject: [IdentityVault],
    },
    WhoIsActing,
    AuditTrail,
    AuditList,
    AuditRoutes,
    UnknownCallers,
    { provide: AUDIT_KEY, useValue: auditKey(config) },
    AuditRoots,
    SignRoots,
    AuditAlarms,
    RaiseAlarms,
    Clock,
    StaffGuard,
    RateLimits,
    OperationRepository,
    RegisterOperation,
    AlertRepository,
    TakeAlerts,
    AccessRepository,
    ChangeAccess,
    BreakGlass,
    IdentityRepository,
    RevealIdentities,
    ErasureRepository,
    EraseIdentity,
    SearchByIdentifier,
    LegalHoldRepository,
    HoldLegally,
    RetentionRepository,
    { provide: RETENTION, useValue: readRetentionRules(config.RETENTION_FILE) },
    KeepRetention,
    ReportedTransferRepository,
    CaseRepository,
    CaseMaterialRepository,
    RefreshCases,
    DrawCases,
    ReadCase,
    ReferralRepository,
    ProposeReferral,
    ApproveReferral,
    OverviewRepository,
    DispositionRepository,
    DisposeAlert,
    RulePackRepository,
    BuiltInPack,
    ProposeRulePack,
    ActivateRulePack,
    ShadowAlertRepository,
    CompareRulePack,
    StormRepository,
    TypologyRepository,
    SwitchTypology,
    BacktestRepository,
    RequestBacktest,
    CancelBacktest,
  ],
});

/** Attaches the reading of scoring's events. Started with the app's microservices. */
export function connectAlerts(app: NestFastifyApplication, config: CaseReferralConfig): void {
  const events = app.get(AlertRepository).eventServer(config.DATABASE_URL);
  app.connectMicroservice({ strategy: events });
  app.get(Readiness).add({
    name: 'events',
    check: () => {
      if (events.failuresInARow > FAILURES_IN_A_ROW_MAX) {
        throw new AppError('UNAVAILABLE', 'events of scoring cannot be taken');
      }
    },
  });
}
