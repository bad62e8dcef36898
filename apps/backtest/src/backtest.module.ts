import { type DynamicModule, Module } from '@nestjs/common';
import { PersistenceModule } from '#persistence';
import { PlatformModule } from '#platform';
import { type BacktestConfig } from './backtest-config';
import { BacktestRepository } from './backtest.repository';
import { RunBacktests } from './run-backtests';
import { TryPacks } from './try-packs';

export const BACKTEST_SERVICE = {
  name: 'backtest',
  description: 'Runs rule packs over the stored transfers, in the background.',
  bodyBytesMax: 64 * 1024,
} as const;

@Module({})
class BacktestModule {}

export const backtestModule = (config: BacktestConfig): DynamicModule => ({
  module: BacktestModule,
  imports: [
    PersistenceModule.forRoot({
      databaseUrl: config.DATABASE_URL,
      applicationName: 'layerwatch backtest',
      connectionsMax: config.DATABASE_CONNECTIONS_MAX,
      statementTimeoutMs: config.DATABASE_STATEMENT_TIMEOUT_MS,
    }),
    PlatformModule.forRoot('backtest', config),
  ],
  providers: [BacktestRepository, TryPacks, RunBacktests],
});
