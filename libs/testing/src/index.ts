export { describeWithShared } from './shared-data';
export { createTestDatabase, type TestDatabase } from './test-database';
export { dropTemplate, makeTemplate } from './test-template';
export { serviceUrl, TEST_OWNER_PASSWORD } from './service-url';
