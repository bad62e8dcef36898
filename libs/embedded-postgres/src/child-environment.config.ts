const WINDOWS_NEEDS = ['SystemRoot', 'SystemDrive', 'windir', 'TEMP', 'TMP', 'PATH', 'ComSpec'];

/**
 * What PostgreSQL's programs are given. Not the operator's whole environment: PGDATA, PGOPTIONS or LD_LIBRARY_PATH of
 * another installation would redirect them, and DATABASE_URL or keys are none of their business.
 */
export function childEnvironment(): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
  if (process.platform !== 'win32') return environment;
  for (const name of WINDOWS_NEEDS) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
