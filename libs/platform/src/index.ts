export { ConfigError, loadConfig } from './config';
export { IdentityKeyConfig } from './identity-key-config';
export { PlatformModule } from './platform.module';
export { asAppError } from './problem-details.filter';
export { Readiness, type ReadinessCheck } from './readiness';
export {
  EXIT_BAD_CONFIGURATION,
  EXIT_UNAVAILABLE,
  exitWith,
  type RunnableService,
  runService,
} from './run-service';
export { safeError, type SafeError } from './safe-error';
export { createServiceApp } from './service-app';
export { areNetworks, LOG_LEVELS, ServiceConfig } from './service-config';
export { fromCursor, isSerialPlace, type Place, toCursor } from './page/cursor';
export { type Page, toPage } from './page/page';
export { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX, PageQuery } from './page/page-query';
export { type Told } from './page/told';
