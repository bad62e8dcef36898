import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AppError } from '#domain';

/** Compiled, this lies in dist/scripts. */
const ROOT = join(__dirname, '..', '..');

/** Where the trail is, and what its roots are signed with. */
export interface AuditSettings {
  readonly databaseUrl: string;
  readonly keyFile: string;
}

/** @throws AppError UNAVAILABLE where no database is named and none runs */
export function readAuditSettings(): AuditSettings {
  // An empty variable is one that was not set.
  const { DATABASE_URL = '', LAYERWATCH_DATA = '', AUDIT_KEY_FILE = '' } = process.env;
  const folder = resolve(LAYERWATCH_DATA === '' ? join(ROOT, '.layerwatch') : LAYERWATCH_DATA);
  return {
    databaseUrl: DATABASE_URL === '' ? runningDatabase(folder) : DATABASE_URL,
    keyFile: AUDIT_KEY_FILE === '' ? join(folder, 'audit.key') : AUDIT_KEY_FILE,
  };
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
