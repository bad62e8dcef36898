import 'reflect-metadata';
import { Type } from 'class-transformer';
import { IsInt, Matches, Max } from 'class-validator';
import { ConfigError, loadConfig } from './config';

class Config {
  @Matches(/^x/)
  readonly SECRET!: string;

  @Type(() => Number)
  @IsInt()
  @Max(9)
  readonly COUNT: number = 3;
}

describe('settings', () => {
  it('are read, defaulted and frozen; an empty variable is one that was not set', () => {
    const config = loadConfig(Config, { SECRET: 'xyz', COUNT: '' });
    expect(config.COUNT).toBe(3);
    expect(Object.isFrozen(config)).toBe(true);
    expect(loadConfig(Config, { SECRET: 'x', COUNT: '9' }).COUNT).toBe(9);
  });

  it('that are missing or wrong are named, all of them, and never shown', () => {
    const load = (): unknown => loadConfig(Config, { SECRET: 'hunter2', COUNT: '10' });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(/SECRET.*COUNT/);
    expect(load).not.toThrow(/hunter2/);
  });
});
