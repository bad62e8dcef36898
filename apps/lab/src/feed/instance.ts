import { chown, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#domain';
import { type LabConfig } from '../lab.config';
import { type ApiAddress } from './api-client';
import { createProvider } from './provider-key.repository';

/** What the standalone app writes when it is ready. */
interface RunningInstance {
  readonly pid: number;
  readonly databaseUrl: string;
  readonly ingestion: string;
  readonly caseReferral: string;
}

interface KeyRing {
  readonly provider?: Readonly<Record<string, string>>;
  readonly staff?: Readonly<Record<string, string>>;
}

/** Where to send a feed, and as whom. */
export interface FeedTarget {
  readonly ingestion: ApiAddress;
  readonly caseReferral: ApiAddress;
}

const NOT_RUNNING = 'Layerwatch is not running; "npm start" starts it';
/** Staff that registers operations. */
const REGISTRAR = 'analyst';

const keysFile = (config: LabConfig): string => join(config.dataFolder, 'keys.json');

async function readJson(path: string, name: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const { code } = error as { code?: string };
    if (code === 'ENOENT') return 'null';
    throw new AppError(
      'INVALID_INPUT',
      `${name} in the data folder cannot be read (${code ?? ''})`,
    );
  });
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new AppError('INVALID_INPUT', `${name} in the data folder is not JSON`);
  }
}

/** Whether the process that wrote it still lives; a crash leaves the file behind. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}

async function findRunning(config: LabConfig): Promise<RunningInstance | null> {
  const path = join(config.dataFolder, 'running.json');
  const running = (await readJson(path, 'running.json')) as RunningInstance | null;
  return running !== null && isAlive(running.pid) ? running : null;
}

const ownKey = (keys: Readonly<Record<string, string>> | undefined, name: string): string | null =>
  keys && Object.hasOwn(keys, name) ? keys[name]! : null;

/**
 * Finds the services and the keys: the environment's where it names them, else those of the embedded mode. A provider
 * that the embedded mode does not know yet is created, with its key.
 *
 * @throws AppError UNAVAILABLE where nothing runs; INVALID_INPUT where a key is nowhere to be found
 */
export async function findTarget(
  config: LabConfig,
  provider: string,
  registersOperations: boolean,
): Promise<FeedTarget> {
  const running = await findRunning(config);
  const keys = (await readJson(keysFile(config), 'keys.json')) as KeyRing | null;
  const ingestionUrl = config.ingestionUrl ?? running?.ingestion;
  const caseReferralUrl = config.caseReferralUrl ?? running?.caseReferral;
  if (!ingestionUrl || (registersOperations && !caseReferralUrl)) {
    throw new AppError('UNAVAILABLE', NOT_RUNNING);
  }
  const staffKey = config.staffKey ?? ownKey(keys?.staff, REGISTRAR);
  if (registersOperations && staffKey === null) {
    throw new AppError(
      'INVALID_INPUT',
      `no key of the ${REGISTRAR} in keys.json; set STAFF_KEY to register operations`,
    );
  }
  const providerKey =
    config.providerKey ??
    ownKey(keys?.provider, provider) ??
    (await addProvider(config, provider, running));
  return {
    ingestion: { service: 'ingestion', url: ingestionUrl, key: providerKey },
    caseReferral: {
      service: 'case-referral',
      // Without indicators nothing is posted there.
      url: caseReferralUrl ?? ingestionUrl,
      key: staffKey ?? '',
    },
  };
}

async function addProvider(
  config: LabConfig,
  provider: string,
  running: RunningInstance | null,
): Promise<string> {
  if (!running) {
    throw new AppError(
      'INVALID_INPUT',
      `no key of provider ${provider} in keys.json; set PROVIDER_KEY to the key it was given`,
    );
  }
  const key = await createProvider(running.databaseUrl, provider);
  // Read again: another feed may have added its provider meanwhile.
  const keys = ((await readJson(keysFile(config), 'keys.json')) ?? {}) as KeyRing;
  const ring = { ...keys, provider: { ...keys.provider, [provider]: key } };
  await replaceSecretFile(keysFile(config), `${JSON.stringify(ring, null, 2)}\n`);
  return key;
}

/** Readable by its owner alone from its first byte on, and never half written. */
async function replaceSecretFile(path: string, text: string): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  await writeFile(partial, text, { mode: 0o600 });
  const before = await stat(path).catch(() => null);
  // As root, the file stays with whom it belonged to.
  if (before && process.getuid?.() === 0) await chown(partial, before.uid, before.gid);
  await rename(partial, path);
}
