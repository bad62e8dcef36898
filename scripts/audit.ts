/**
 * The audit trail, from the command line: `npm run audit -- verify | export --out F | key`. What checks it is verify-audit.mjs, which also
 * works by itself, on an export, without this project.
 */
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { audit, AuditKey, exportTrail } from '#audit';
import { AppError } from '#domain';
import { createDataSource } from '#persistence';
import { exitWith } from '#platform';
import { operator, readDataSettings } from './data.config';

const USAGE = `npm run audit -- verify [--root F …] [--key F]
                                        checks the trail in the database: 0 whole, 1 broken, 2 could not be checked;
                                        a root that others keep shows what was changed since, also by the database's owner
npm run audit -- export --out FILE      writes it as NDJSON, for scripts/verify-audit.mjs on any machine
npm run audit -- key                    prints the public key that roots are signed with

The database is DATABASE_URL, or the one that npm start runs; the key AUDIT_KEY_FILE, or the data folder's.
`;
const STATEMENT_TIMEOUT_MS = 600_000;
/** Not compiled: it is one file that needs nothing. */
const VERIFIER = join(__dirname, '..', '..', 'scripts', 'verify-audit.mjs');

interface Verifier {
  readonly verifyTrail: (
    lines: AsyncIterable<object>,
    by: { readonly publicKey: string | null; readonly keptRoots: readonly unknown[] },
  ) => Promise<object>;
  readonly report: (verifying: Promise<object>) => Promise<number>;
}

async function withTrail<T>(
  isKept: boolean,
  work: (lines: AsyncGenerator<object>) => Promise<T>,
): Promise<T> {
  const { databaseUrl, auditKeyFile } = readDataSettings();
  const { publicPem } = AuditKey.fromFile(auditKeyFile);
  const dataSource = createDataSource({
    databaseUrl,
    applicationName: 'layerwatch audit',
    connectionsMax: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  await dataSource.initialize();
  try {
    if (isKept) {
      const fact = { act: 'export the audit trail', outcome: 'done', object: null } as const;
      await audit(dataSource, { ...fact, actor: operator() });
    }
    return await work(exportTrail(dataSource, publicPem));
  } finally {
    await dataSource.destroy();
  }
}

async function* asLines(lines: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}

async function main(args: readonly string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args: [...args],
    options: {
      out: { type: 'string' },
      root: { type: 'string', multiple: true },
      key: { type: 'string' },
      help: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  const [command] = positionals;
  if (values.help) {
    process.stdout.write(USAGE);
  } else if (command === 'verify') {
    const { report, verifyTrail } = (await import(VERIFIER)) as Verifier;
    const publicKey = values.key === undefined ? null : readFileSync(values.key, 'utf8');
    const keptRoots = (values.root ?? []).map((file): unknown =>
      JSON.parse(readFileSync(file, 'utf8')),
    );
    process.exitCode = await report(
      withTrail(false, (lines) => verifyTrail(lines, { publicKey, keptRoots })),
    );
  } else if (command === 'export' && values.out !== undefined) {
    const { out } = values;
    await withTrail(true, (lines) =>
      pipeline(Readable.from(asLines(lines)), createWriteStream(out, { mode: 0o600 })),
    );
  } else if (command === 'key') {
    process.stdout.write(AuditKey.fromFile(readDataSettings().auditKeyFile).publicPem);
  } else {
    throw new AppError('INVALID_INPUT', `say what to do:\n${USAGE}`);
  }
}

void main(process.argv.slice(2)).catch((error: unknown) => exitWith(error, 'audit'));
