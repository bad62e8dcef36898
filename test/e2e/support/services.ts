import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  IdentityVault,
  newProviderKey,
  newStaffKey,
  provisionProvider,
  provisionStaff,
} from '#identity';
import { createTestDatabase, serviceUrl, type TestDatabase } from '#testing';

const ROOT = join(__dirname, '../../..');
const READY_MAX_MS = 30_000;
const UNTIL_MAX_MS = 60_000;

const PORT_VARIABLES = {
  ingestion: 'INGESTION_PORT',
  scoring: 'SCORING_PORT',
  'case-referral': 'CASE_REFERRAL_PORT',
  backtest: 'BACKTEST_PORT',
} as const;
export type ServiceName = keyof typeof PORT_VARIABLES;
export const SERVICE_NAMES = Object.keys(PORT_VARIABLES) as ServiceName[];
/** Those that a transfer goes through. */
const WAY_OF_A_TRANSFER: readonly ServiceName[] = ['ingestion', 'scoring', 'case-referral'];

/** Ports nobody listens on, all asked for before any is given back, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Asks again and again until something is so. */
export async function until(what: string, done: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + UNTIL_MAX_MS;
  while (!(await done().catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await sleep(50);
  }
}

/** The services as built processes, on a database of their own. */
export class Services {
  private readonly processes = new Map<ServiceName, ChildProcess>();
  private readonly ports = new Map<ServiceName, number>();
  /** What the processes wrote to their logs. */
  output = '';

  private constructor(
    readonly database: TestDatabase,
    private readonly settings: Readonly<Record<string, string>>,
    readonly folder = mkdtempSync(join(tmpdir(), 'layerwatch e2e ')),
    readonly providerKey = newProviderKey(),
    readonly staffKeys = { analyst: newStaffKey(), approver: newStaffKey() },
  ) {}

  /** @param settings of all three, beside those that every start has */
  static async start(
    names: readonly ServiceName[] = WAY_OF_A_TRANSFER,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<Services> {
    const services = new Services(await createTestDatabase(), settings);
    const { dataSource } = services.database;
    await provisionProvider(dataSource, 'demo', services.providerKey);
    for (const role of ['analyst', 'approver'] as const) {
      await provisionStaff(dataSource, { id: role, role }, services.staffKeys[role]);
    }
    writeFileSync(join(services.folder, 'identity.key'), IdentityVault.newKey());
    await services.startAll(names);
    return services;
  }

  /** The same services once more, on the same database and ports of their own. To be ended before these are. */
  async startBeside(
    names: readonly ServiceName[] = WAY_OF_A_TRANSFER,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<Services> {
    const { database, folder, providerKey, staffKeys } = this;
    const all = { ...this.settings, ...settings };
    const services = new Services(database, all, folder, providerKey, staffKeys);
    await services.startAll(names);
    return services;
  }

  private async startAll(names: readonly ServiceName[]): Promise<void> {
    const ports = await freePorts(SERVICE_NAMES.length);
    SERVICE_NAMES.forEach((name, i) => this.ports.set(name, ports[i]!));
    await Promise.all(names.map((name) => this.startOne(name)));
  }

  url(name: ServiceName, path = ''): string {
    return `http://127.0.0.1:${String(this.ports.get(name))}${path}`;
  }

  async startOne(name: ServiceName): Promise<void> {
    const child = spawn(process.execPath, [join(ROOT, 'dist/apps', name, 'src/main.js')], {
      env: {
        ...process.env,
        // Tests wait for what they look for by asking again.
        REQUESTS_PER_MINUTE_MAX: '1000000',
        // With no right that it does not need.
        DATABASE_URL: serviceUrl(name, this.database.databaseUrl),
        DATABASE_CONNECTIONS_MAX: '4',
        IDENTITY_KEY_FILE: join(this.folder, 'identity.key'),
        [PORT_VARIABLES[name]]: String(this.ports.get(name)),
        ...this.settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer): void => void (this.output += chunk.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.processes.set(name, child);
    const deadline = performance.now() + READY_MAX_MS;
    for (;;) {
      if (child.exitCode !== null) throw new Error(`${name} ended: ${this.output.slice(-2_000)}`);
      const ready = await fetch(this.url(name, '/health/ready')).catch(() => null);
      if (ready?.ok) return;
      if (performance.now() > deadline)
        throw new Error(`${name} is not ready: ${this.output.slice(-2_000)}`);
      await sleep(50);
    }
  }

  /** Ends a process at once, as a crash would. */
  async kill(name: ServiceName, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.processes.get(name);
    this.processes.delete(name);
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  signal(name: ServiceName, signal: NodeJS.Signals): void {
    this.processes.get(name)?.kill(signal);
  }

  /** Ends the processes, and leaves the database to those beside them. */
  async stopProcesses(): Promise<void> {
    await Promise.all([...this.processes.keys()].map((name) => this.kill(name, 'SIGTERM')));
  }

  async stop(): Promise<void> {
    await this.stopProcesses();
    await this.database.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** @param key defaults to the analyst's */
  async people(
    method: string,
    path: string,
    body?: unknown,
    key = this.staffKeys.analyst,
  ): Promise<Response> {
    return fetch(this.url('case-referral', path), {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async post(
    rows: readonly unknown[],
    list: 'transfers' | 'events' = 'transfers',
  ): Promise<Response> {
    return fetch(this.url('ingestion', `/v1/${list}`), {
      method: 'POST',
      headers: { authorization: `Bearer ${this.providerKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ [list]: rows }),
    });
  }

  /** Every page of a list. */
  async all<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    for (let after: string | null = ''; after !== null;) {
      const query: string = after === '' ? '' : `&after=${encodeURIComponent(after)}`;
      const page = (await (await this.people('GET', `${path}?limit=200${query}`)).json()) as {
        items: T[];
        next: string | null;
      };
      items.push(...page.items);
      after = page.next;
    }
    return items;
  }

  /** Waits until everything that was posted has had all its consequences. */
  async settled(): Promise<void> {
    await until('scoring and case-referral are up to date', async () => {
      const scoring = (await (await fetch(this.url('scoring', '/v1/progress'))).json()) as {
        state: string;
        position: number;
        head: number;
      };
      // One that stands by tells how far it has followed who scores.
      if (!['LIVE', 'STANDBY'].includes(scoring.state)) return false;
      if (scoring.position !== scoring.head) return false;
      const overview = (await (await this.people('GET', '/v1/overview')).json()) as {
        eventsBehind: number;
        casesBehind: number;
      };
      return overview.eventsBehind === 0 && overview.casesBehind === 0;
    });
  }
}
