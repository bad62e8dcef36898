import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { AppError } from '#domain';
import { DEMO_UNIT } from '#identity';
import { type DatabaseUser } from '#persistence';
import { type Addresses } from './findings';
import { type Flags } from './flags';
import { type ProgramPlan } from './forked-program';
import { LogFile } from './log-file';
import { appMain } from './package-root';
import { localAddress, type PortWish } from './ports';
import { auditKeyFile, identityKeyFile, logFolder, snapshotFolder } from './private-file';
import { childEnvironment, type StandaloneConfig } from './standalone-config';

const READY_POLL_MS = 50;
const READY_TIMEOUT_MS = 60_000;
const ANSWER_TIMEOUT_MS = 2_000;

const SERVICES = ['ingestion', 'scoring', 'case-referral'] as const;

export function portWishes(config: StandaloneConfig): PortWish[] {
  const { INGESTION_PORT, SCORING_PORT, CASE_REFERRAL_PORT, BACKTEST_PORT, ISSUER_PORT } = config;
  const issuer = { service: 'the local issuer', variable: 'ISSUER_PORT', port: ISSUER_PORT };
  return [
    { service: 'ingestion', variable: 'INGESTION_PORT', port: INGESTION_PORT },
    { service: 'scoring', variable: 'SCORING_PORT', port: SCORING_PORT },
    { service: 'case-referral', variable: 'CASE_REFERRAL_PORT', port: CASE_REFERRAL_PORT },
    { service: 'backtest', variable: 'BACKTEST_PORT', port: BACKTEST_PORT },
    ...(config.hasLocalIssuer ? [issuer] : []),
  ];
}

/** @param ports in the order of {@link portWishes} */
export function addressesOf(host: string, ports: readonly number[]): Addresses {
  const [ingestion, scoring, caseReferral, , issuer] = ports.map((port) =>
    localAddress(host, port),
  );
  return {
    ingestion: ingestion!,
    scoring: scoring!,
    caseReferral: caseReferral!,
    ...(issuer === undefined ? {} : { issuer }),
  };
}

export function servicePlans(
  config: StandaloneConfig,
  urlOf: (user: DatabaseUser) => string,
  ports: readonly number[],
): ProgramPlan[] {
  const { caseReferral, issuer } = addressesOf(config.HOST, ports);
  const environment = childEnvironment({
    HOST: config.HOST,
    INGESTION_PORT: String(ports[0]),
    SCORING_PORT: String(ports[1]),
    CASE_REFERRAL_PORT: String(ports[2]),
    BACKTEST_PORT: String(ports[3]),
    PUBLIC_URL: config.PUBLIC_URL ?? caseReferral,
    ...(issuer === undefined
      ? {}
      : {
          OIDC_ISSUER: issuer,
          ISSUER_URL: issuer,
          ISSUER_PORT: String(ports[4]),
          CASE_UNIT: config.CASE_UNIT ?? DEMO_UNIT,
        }),
    LAYERWATCH_DATA: config.dataFolder,
    IDENTITY_KEY_FILE: identityKeyFile(config.dataFolder),
    AUDIT_KEY_FILE: auditKeyFile(config.dataFolder),
    SCORING_SNAPSHOT_DIR: config.SCORING_SNAPSHOT_DIR ?? snapshotFolder(config.dataFolder),
    LOG_LEVEL: config.LOG_LEVEL,
  });
  const plan = (name: DatabaseUser): ProgramPlan =>
    programPlan(config, name, name, [], { ...environment, DATABASE_URL: urlOf(name) });
  // It has no business with the database.
  const withoutDatabase = { ...environment, DATABASE_URL: '' };
  const issuers =
    issuer === undefined ? [] : [programPlan(config, 'issuer', 'issuer', [], withoutDatabase)];
  return [...SERVICES.map(plan), ...issuers, { ...plan('backtest'), background: true }];
}

export function demoPlan(
  config: StandaloneConfig,
  addresses: Addresses,
  { seed, rate }: Pick<Flags, 'seed' | 'rate'>,
): ProgramPlan {
  const args = ['feed', '--demo', '--seed', String(seed), '--rate', String(rate)];
  const environment = childEnvironment({
    LAYERWATCH_DATA: config.dataFolder,
    INGESTION_URL: addresses.ingestion,
    CASE_REFERRAL_URL: addresses.caseReferral,
    // Where an operator's shell has keys for another feed, the demo still goes by those of keys.json.
    PROVIDER_KEY: '',
    STAFF_KEY: '',
  });
  return programPlan(config, 'demo feed', 'lab', args, environment);
}

function programPlan(
  config: StandaloneConfig,
  name: string,
  app: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): ProgramPlan {
  const log = new LogFile(join(logFolder(config.dataFolder), `${app}.log`));
  return { name, script: appMain(app), args, environment, log, background: false };
}

/**
 * Waits until all that serve others answer that they are ready.
 *
 * @throws AppError UNAVAILABLE naming those that are not, once the time is up
 */
export async function waitUntilReady(
  addresses: Addresses,
  logs: string,
  stop: AbortSignal,
): Promise<void> {
  const giveUpAtMs = performance.now() + READY_TIMEOUT_MS;
  const waits = Object.entries(addresses).map(async ([name, address]: [string, string]) => {
    while (!(await isReady(address, stop))) {
      if (performance.now() > giveUpAtMs) return [name];
      await sleep(READY_POLL_MS, undefined, { signal: stop });
    }
    return [];
  });
  const missing = (await Promise.all(waits)).flat();
  if (missing.length === 0) return;
  throw new AppError(
    'UNAVAILABLE',
    `${missing.join(', ')} did not become ready within ${READY_TIMEOUT_MS / 1_000} s; the logs tell why: ${logs}`,
  );
}

async function isReady(address: string, stop: AbortSignal): Promise<boolean> {
  try {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
    const response = await fetch(`${address}/health/ready`, { signal });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
