/** The keys that identities are sealed with: their versions, and how one takes over from another. `npm run identity-keys -- --help` */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { audit } from '#audit';
import { AppError } from '#domain';
import { exportKeys, IdentityVault, importKeys, KeySet, SealedRows } from '#identity';
import { createDataSource } from '#persistence';
import { exitWith } from '#platform';
import { writePrivateFile } from '../apps/standalone/src/private-file';
import { operator, readDataSettings } from './data.config';

const USAGE = `npm run identity-keys -- status              versions of the key file, and how much is sealed with each
npm run identity-keys -- add                 adds a new version, with which nothing is sealed yet
npm run identity-keys -- use VERSION         has everything sealed with it from now on
npm run identity-keys -- reseal              brings what is stored under the version in use; services go on meanwhile
npm run identity-keys -- drop VERSION        takes a version out with which nothing is sealed any more
npm run identity-keys -- export --out FILE --passphrase-file FILE       the key set, to be kept elsewhere
npm run identity-keys -- restore --from FILE --passphrase-file FILE     and back

The key file is IDENTITY_KEY_FILE, or the data folder's; the database DATABASE_URL, or the one that npm start runs. Services notice a
changed file within five seconds. Where each has a copy of its own, all get the new one before the next step.
`;
const STATEMENT_TIMEOUT_MS = 600_000;
/** Services look every five seconds; what they had in hand is stored, or given up, by then. */
const NOTICED_BY_ALL_MS = 60_000;

async function withRows<T>(work: (rows: SealedRows, note: Note) => Promise<T>): Promise<T> {
  const dataSource = createDataSource({
    databaseUrl: readDataSettings().databaseUrl,
    applicationName: 'layerwatch identity keys',
    connectionsMax: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  await dataSource.initialize();
  try {
    const note: Note = (details) =>
      audit(dataSource, {
        ...{ act: 'change identity keys', outcome: 'done', actor: operator(), object: null },
        details,
      });
    return await work(new SealedRows(dataSource), note);
  } finally {
    await dataSource.destroy();
  }
}

type Note = (details: object) => Promise<void>;

const { identityKeyFile } = readDataSettings();

function readKeys(): KeySet {
  try {
    return KeySet.parse(readFileSync(identityKeyFile, 'utf8'));
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('UNAVAILABLE', 'the identity key file cannot be read', [], { cause });
  }
}

/** The change and what the trail says of it: first the trail, since a file is in no transaction. */
async function change(details: object, keys: KeySet): Promise<void> {
  await withRows((_, note) => note(details));
  await writePrivateFile(identityKeyFile, keys.toText());
}

function versionIn(text: string | undefined): number {
  const version = Number(text);
  if (!Number.isInteger(version)) throw new AppError('INVALID_INPUT', 'say which version');
  return version;
}

async function status(): Promise<void> {
  const keys = readKeys();
  const counts = await withRows((rows) => rows.count());
  for (const version of new Set([...keys.versions, ...counts.keys()])) {
    const known = keys.versions.includes(version);
    const inUse = version === keys.current ? ', in use' : '';
    const rows = (counts.get(version) ?? 0).toLocaleString('en');
    const erased = version === 0 ? ' erased' : '';
    process.stdout.write(
      `version ${version}${known || version === 0 ? '' : ' (NOT in the key file)'}${inUse}: ${rows} sealed values${erased}\n`,
    );
  }
}

async function reseal(): Promise<void> {
  const vault = new IdentityVault(readKeys());
  await withRows(async (rows, note) => {
    const changed = await rows.reseal(vault, (seen) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${seen.toLocaleString('en')} looked at`);
    });
    await note({ resealed: changed, version: vault.keyVersion });
    process.stdout.write(
      `${changed.toLocaleString('en')} values brought under version ${vault.keyVersion}\n`,
    );
  });
}

async function drop(version: number): Promise<void> {
  const keys = readKeys().without(version);
  // A service that has not noticed yet may seal with it after it was counted, and nobody would ever open that.
  const settledInMs = statSync(identityKeyFile).mtimeMs + NOTICED_BY_ALL_MS - Date.now();
  if (settledInMs > 0) {
    throw new AppError(
      'UNAVAILABLE',
      `the key file has just changed, and services may still use what it said before; come again in ${Math.ceil(settledInMs / 1_000)} s`,
    );
  }
  const left = await withRows(async (rows) => (await rows.count()).get(version) ?? 0);
  if (left > 0) {
    throw new AppError(
      'CONFLICT',
      `${left} values are sealed with version ${version}: reseal first`,
    );
  }
  await change({ dropped: version }, keys);
}

function passphraseIn(file: string | undefined): string {
  if (file === undefined) throw new AppError('INVALID_INPUT', 'name a --passphrase-file');
  return readFileSync(file, 'utf8').trim();
}

async function main(args: readonly string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args: [...args],
    options: {
      out: { type: 'string' },
      from: { type: 'string' },
      'passphrase-file': { type: 'string' },
      help: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  const [command, which] = positionals;
  const { out, from, 'passphrase-file': passphraseFile, help } = values;
  if (help === true) {
    process.stdout.write(USAGE);
  } else if (command === 'status') {
    await status();
  } else if (command === 'add') {
    const keys = readKeys().withNew();
    await change({ added: keys.versions.at(-1) }, keys);
  } else if (command === 'use') {
    const version = versionIn(which);
    await change({ inUse: version }, readKeys().using(version));
  } else if (command === 'reseal') {
    await reseal();
  } else if (command === 'drop') {
    await drop(versionIn(which));
  } else if (command === 'export' && out !== undefined) {
    const text = exportKeys(readKeys(), passphraseIn(passphraseFile));
    await withRows((_, note) => note({ exported: true }));
    await writePrivateFile(out, text);
  } else if (command === 'restore' && from !== undefined) {
    const keys = importKeys(readFileSync(from, 'utf8'), passphraseIn(passphraseFile));
    if (existsSync(identityKeyFile) && readFileSync(identityKeyFile, 'utf8') !== keys.toText()) {
      throw new AppError(
        'CONFLICT',
        `${identityKeyFile} is there and holds other keys; move it away first, and keep it: what is sealed with them opens with nothing else`,
      );
    }
    // Where the database is not there yet either, nothing is lost by not saying so.
    await writePrivateFile(identityKeyFile, keys.toText());
  } else {
    throw new AppError('INVALID_INPUT', `say what to do:\n${USAGE}`);
  }
}

void main(process.argv.slice(2)).catch((error: unknown) => exitWith(error, 'identity-keys'));
