import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';

/** A setting is missing or wrong: the process ends with exit code 78 before it has done anything. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads an app's settings from the environment into its config class, and freezes them.
 *
 * @throws ConfigError naming every variable that is missing or wrong and why, never a value: it may be a secret
 */
export function loadConfig<T extends object>(
  Config: new () => T,
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<T> {
  // An empty variable is one that was not set: compose files and shells make no difference.
  const given = Object.fromEntries(Object.entries(environment).filter(([, text]) => text !== ''));
  const config = plainToInstance(Config, given, {
    enableImplicitConversion: false,
    exposeDefaultValues: true,
  });
  const problems = validateSync(config, { validationError: { target: false, value: false } });
  if (problems.length > 0) {
    const reasons = problems.map(
      ({ property, constraints }) => `${property}: ${Object.values(constraints ?? {}).join(', ')}`,
    );
    throw new ConfigError(`bad configuration: ${reasons.join('; ')}`);
  }
  return Object.freeze(config);
}
