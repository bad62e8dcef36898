export { describeWithShared } from './shared-data';
export { createTestDatabase, type TestDatabase } from './test-database';
export { dropTemplate, makeTemplate } from './test-template';
export { serviceUrl } from './service-url';
