import 'reflect-metadata';
import { runService } from '#platform';
import { loadCaseReferralConfig } from './case-referral-config';
import { CASE_REFERRAL_SERVICE, caseReferralModule, connectAlerts } from './case-referral.module';

void runService(() => {
  const config = loadCaseReferralConfig();
  return {
    ...CASE_REFERRAL_SERVICE,
    config,
    trustedProxies: config.TRUSTED_PROXIES,
    module: caseReferralModule(config),
    connect: (app) => {
      connectAlerts(app, config);
      return Promise.resolve();
    },
  };
});
