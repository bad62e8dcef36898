import 'reflect-metadata';
import { runService } from '#platform';
import { BACKTEST_SERVICE, backtestModule } from './backtest.module';
import { loadBacktestConfig } from './backtest-config';

void runService(() => {
  const config = loadBacktestConfig();
  return { ...BACKTEST_SERVICE, config, module: backtestModule(config) };
});
