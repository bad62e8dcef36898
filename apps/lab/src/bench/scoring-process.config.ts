export interface ScoringSettings {
  /** With its password: handed over in the environment, never on a command line. */
  readonly databaseUrl: string;
  readonly snapshotFolder: string;
  /** Entries of the log from one snapshot to the next. */
  readonly snapshotEvery: number;
}

/**
 * What a scoring that is measured is given: the operator's environment, so that its own settings are measured, and where to
 * work. It says what it does, whatever it is set to, and only to this machine.
 */
export const scoringEnvironment = (settings: ScoringSettings, port: number): NodeJS.ProcessEnv => ({
  ...process.env,
  HOST: '127.0.0.1',
  SCORING_PORT: String(port),
  DATABASE_URL: settings.databaseUrl,
  SCORING_SNAPSHOT_DIR: settings.snapshotFolder,
  SCORING_SNAPSHOT_EVERY: String(settings.snapshotEvery),
  LOG_LEVEL: 'info',
});
