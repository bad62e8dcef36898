import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { invariant } from '#domain';
import {
  IdentityVault,
  newProviderKey,
  newStaffKey,
  provisionProvider,
  provisionStaff,
} from '#identity';
import { createDataSource, grantServiceRoles, migrateAsOwner } from '#persistence';
import { type ServiceName } from './service-environment.config';
import { freePorts, ServiceProcess } from './service-process';
import { type ThrowAwayServer } from './throw-away-server';

const STATEMENT_TIMEOUT_MS = 60_000;
const PRIVATE = 0o600;

/** Whom the system that is measured or shaken knows. */
export interface SystemKeys {
  /** By provider. */
  readonly providers: ReadonlyMap<string, string>;
  readonly analyst: string;
}

/** Who feeds the system. */
export const PROVIDERS = ['bench-1', 'bench-2', 'bench-3', 'bench-4'] as const;

export interface RunningSystem {
  readonly server: ThrowAwayServer;
  readonly keys: SystemKeys;
  /** Those that were asked for. */
  readonly services: ReadonlyMap<ServiceName, ServiceProcess>;
}

/** A service of a system that was asked to have it. */
export function serviceOf({ services }: RunningSystem, name: ServiceName): ServiceProcess {
  const service = services.get(name);
  invariant(service !== undefined, 'the service was asked for');
  return service;
}

/**
 * Gives services, each a process of its own on this server, to some work, and ends them afterwards.
 *
 * @param settings of all, beside those that every start has
 * @param stop ends everything at once
 * @throws AppError UNAVAILABLE where one does not start or stop cleanly, with its last words
 */
export async function withServices<T>(
  server: ThrowAwayServer,
  names: readonly ServiceName[],
  settings: Readonly<Record<string, string>>,
  stop: AbortSignal,
  work: (system: RunningSystem) => Promise<T>,
): Promise<T> {
  const { keys, settingsOf } = await prepareSystem(server);
  const ports = await freePorts(names.length);
  stop.throwIfAborted();
  const processes = names.map(
    (name, i) => new ServiceProcess(name, ports[i]!, { ...settings, ...settingsOf(name) }, stop),
  );
  const kill = (): void => {
    for (const service of processes) service.signal('SIGKILL');
  };
  stop.addEventListener('abort', kill, { once: true });
  try {
    await Promise.all(processes.map((service) => service.ready()));
    const services = new Map(processes.map((service) => [service.name, service]));
    const result = await work({ server, keys, services });
    await Promise.all(processes.map((service) => service.stopCleanly()));
    return result;
  } finally {
    stop.removeEventListener('abort', kill);
    await Promise.all(processes.map((service) => service.kill()));
  }
}

/** Where a system works. */
export type SystemPlace = Pick<ThrowAwayServer, 'databaseUrl' | 'folder'>;

/** Brings the schema, the roles of services, the providers and an analyst; says what each service has to be told. */
export async function prepareSystem({ databaseUrl, folder }: SystemPlace): Promise<{
  readonly keys: SystemKeys;
  readonly settingsOf: (name: ServiceName) => Readonly<Record<string, string>>;
}> {
  const providers = new Map(PROVIDERS.map((id) => [id as string, newProviderKey()]));
  const analyst = newStaffKey();
  const dataSource = createDataSource({
    databaseUrl,
    applicationName: 'layerwatch-lab',
    connectionsMax: 2,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  await dataSource.initialize();
  let urlOf: (name: ServiceName) => string;
  try {
    await migrateAsOwner(dataSource, databaseUrl);
    urlOf = await grantServiceRoles(dataSource, databaseUrl);
    for (const [id, key] of providers) await provisionProvider(dataSource, id, key);
    await provisionStaff(dataSource, { id: 'analyst', role: 'analyst' }, analyst);
  } finally {
    await dataSource.destroy();
  }
  const identityKeyFile = join(folder, 'identity.key');
  await writeFile(identityKeyFile, IdentityVault.newKey(), { mode: PRIVATE });
  return {
    keys: { providers, analyst },
    settingsOf: (name) => ({
      DATABASE_URL: urlOf(name),
      IDENTITY_KEY_FILE: identityKeyFile,
      SCORING_SNAPSHOT_DIR: join(folder, 'snapshots'),
    }),
  };
}
