/** One run for all: pure rules (.spec), real PostgreSQL (.int-spec), built processes (.e2e-spec). */
module.exports = {
  rootDir: __dirname,
  testRegex: '\\.(int-|e2e-)?spec\\.ts$',
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  transform: { '\\.[jt]s$': ['@swc/jest'] },
  // These are ES modules only, which Jest does not load as they are.
  transformIgnorePatterns: ['/node_modules/(?!(jose|openid-client|oauth4webapi)/)'],
  moduleNameMapper: { '^#([a-z-]+)$': '<rootDir>/libs/$1/src' },
  globalSetup: '<rootDir>/libs/testing/src/jest-global-setup.ts',
  globalTeardown: '<rootDir>/libs/testing/src/jest-global-teardown.ts',
  testTimeout: 120_000,
  maxWorkers: 2,
};
