/** Those that a transfer goes through, in its order. */
export const SERVICES = ['ingestion', 'scoring', 'case-referral'] as const;
export type ServiceName = (typeof SERVICES)[number];

const PORT_VARIABLES: Readonly<Record<ServiceName, string>> = {
  ingestion: 'INGESTION_PORT',
  scoring: 'SCORING_PORT',
  'case-referral': 'CASE_REFERRAL_PORT',
};

/**
 * What a service that is measured or shaken is given: the operator's environment, so that its own settings are, and where to
 * work. It says what it does, whatever it is set to, and only to this machine.
 *
 * @param settings with the address of the database and its password: never on a command line
 */
export const serviceEnvironment = (
  name: ServiceName,
  port: number,
  settings: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv => ({
  ...process.env,
  // Whoever measures looks again and again.
  REQUESTS_PER_MINUTE_MAX: '1000000',
  ...settings,
  HOST: '127.0.0.1',
  [PORT_VARIABLES[name]]: String(port),
  LOG_LEVEL: 'info',
});
