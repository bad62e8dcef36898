import { Type } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';
import { loadConfig, ServiceConfig } from '#platform';

/** The settings of the backtest service. See `.env.example`. */
export class BacktestConfig extends ServiceConfig {
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(65_535)
  readonly BACKTEST_PORT: number = 3004;

  get port(): number {
    return this.BACKTEST_PORT;
  }
}

export const loadBacktestConfig = (): BacktestConfig => loadConfig(BacktestConfig, process.env);
