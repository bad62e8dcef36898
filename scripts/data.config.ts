import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { AppError } from '#domain';

/** Compiled, this lies in dist/scripts. */
const ROOT = join(__dirname, '..', '..');

/** Where an installation has what the commands here look after. */
export interface DataSettings {
  /** @throws AppError UNAVAILABLE where none is named and none runs */
  readonly databaseUrl: string;
  readonly auditKeyFile: string;
  readonly identityKeyFile: string;
}

export function readDataSettings(): DataSettings {
  // An empty variable is one that was not set.
  const setting = (name: string): string | null =>
    (process.env[name] ?? '') === '' ? null : process.env[name]!;
  const folder = resolve(setting('LAYERWATCH_DATA') ?? join(ROOT, '.layerwatch'));
  return {
    // Asked for when it is needed: a restore may have no database yet.
    get databaseUrl() {
      return setting('DATABASE_URL') ?? runningDatabase(folder);
    },
    auditKeyFile: setting('AUDIT_KEY_FILE') ?? join(folder, 'audit.key'),
    identityKeyFile: setting('IDENTITY_KEY_FILE') ?? join(folder, 'identity.key'),
  };
}

/** Whoever runs a command here, as the audit trail names them: nobody signs in for it. */
export function operator(): { id: string; roles: string[]; unit: null } {
  let name: string;
  try {
    name = userInfo().username;
  } catch {
    // An id without a name, as in a container.
    name = String(process.getuid?.() ?? 'unknown');
  }
  return { id: `operator:${name}`, roles: [], unit: null };
}

function runningDatabase(folder: string): string {
  try {
    const text = readFileSync(join(folder, 'running.json'), 'utf8');
    return (JSON.parse(text) as { databaseUrl: string }).databaseUrl;
  } catch (cause) {
    throw new AppError(
      'UNAVAILABLE',
      'no database: set DATABASE_URL, or have npm start run on this data folder (LAYERWATCH_DATA)',
      [],
      { cause },
    );
  }
}
