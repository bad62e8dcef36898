import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FOLDER_PREFIX = 'layerwatch-test-';
const SWEEP_MAX = 20;
const BUILD_TIMEOUT_MS = 120_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const repository = join(__dirname, '..', '..', '..');

/** What is left to undo at the end of the run, last first. */
const cleanUp: (() => Promise<unknown>)[] = [];

/**
 * Gives the jest run a server with a migrated template, and says where in the environment, which the workers inherit.
 *
 * jest applies its transform to what global setup imports, but not `moduleNameMapper`: here '#…' means dist. So dist is
 * brought up to date first, and imported only then; where `npm test` has just done so, nothing is compiled again.
 */
export async function startTestServer(): Promise<void> {
  execFileSync(process.execPath, [join(repository, 'scripts', 'build.mjs')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: BUILD_TIMEOUT_MS,
  });
  // An empty variable is one that was not set.
  const given = process.env.LAYERWATCH_TEST_DATABASE_URL ?? '';
  if (given === '') {
    process.env.LAYERWATCH_TEST_DATABASE_URL = await startOwnServer();
  }
  const { dropTemplate, makeTemplate } = await import('#testing');
  const template = await makeTemplate();
  process.env.LAYERWATCH_TEST_TEMPLATE = template;
  cleanUp.push(() => dropTemplate(template));
}

export async function stopTestServer(): Promise<void> {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
}

async function startOwnServer(): Promise<string> {
  const { discardEmbeddedPostgres, startEmbeddedPostgres } = await import('#embedded-postgres');
  await sweep(discardEmbeddedPostgres);
  const dataFolder = join(tmpdir(), `${FOLDER_PREFIX}${randomBytes(6).toString('hex')}`);
  const server = await startEmbeddedPostgres({ dataFolder, throwAway: true });
  cleanUp.push(async () => {
    await server.stop();
    await discardEmbeddedPostgres(dataFolder);
    delete process.env.LAYERWATCH_TEST_DATABASE_URL;
  });
  for (const signal of SIGNALS) process.once(signal, endAtOnce(server, dataFolder, signal));
  return server.databaseUrl;
}

/** jest skips global teardown when it is interrupted, and the server would go on for good. */
const endAtOnce =
  (server: { pid: number; folder: string }, dataFolder: string, signal: NodeJS.Signals) =>
  (): void => {
    try {
      process.kill(server.pid, 'SIGKILL');
      for (const folder of [server.folder, dataFolder]) {
        rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
      }
    } catch {
      // What is left, the next run sweeps away.
    }
    process.kill(process.pid, signal);
  };

/** Removes what runs that were killed have left. A folder whose run still lives refuses, and stays. */
async function sweep(discard: (folder: string) => Promise<boolean>): Promise<void> {
  const left = readdirSync(tmpdir()).filter((name) => name.startsWith(FOLDER_PREFIX));
  for (const name of left.slice(0, SWEEP_MAX)) {
    await discard(join(tmpdir(), name)).catch(() => undefined);
  }
}
