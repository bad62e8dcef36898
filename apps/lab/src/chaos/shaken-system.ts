import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '#domain';
import { type SystemKeys, prepareSystem } from '../system/running-system';
import { type ServiceName, SERVICES } from '../system/service-environment.config';
import { freePorts, ServiceProcess } from '../system/service-process';
import { clockSettings } from './jumping-clock.config';
import { type ScenarioOperation } from './scenario';
import { type ShakenPostgres } from './shaken-postgres';

/** Entries from one snapshot of scoring's state to the next: so few that some are being written when it is killed. */
const SNAPSHOT_EVERY = 300;
/** No request hangs: longer than the database's and the process's own limits take together. */
const ANSWER_MAX_MS = 60_000;
const CLOCK = join(__dirname, 'jumping-clock.js');

/** The three services on a PostgreSQL, each of which can be killed, halted and started again where it was. */
export class ShakenSystem {
  private readonly processes = new Map<ServiceName, ServiceProcess>();

  private constructor(
    readonly postgres: ShakenPostgres,
    readonly keys: SystemKeys,
    private readonly ports: ReadonlyMap<ServiceName, number>,
    private readonly settingsOf: (name: ServiceName) => Readonly<Record<string, string>>,
    private readonly stop: AbortSignal,
  ) {}

  static async start(postgres: ShakenPostgres, stop: AbortSignal): Promise<ShakenSystem> {
    const { keys, settingsOf } = await prepareSystem(postgres);
    const free = await freePorts(SERVICES.length);
    const ports = new Map(SERVICES.map((name, i) => [name, free[i]!]));
    const system = new ShakenSystem(
      postgres,
      keys,
      ports,
      (name) => ({
        ...settingsOf(name),
        SCORING_SNAPSHOT_EVERY: String(SNAPSHOT_EVERY),
        DATABASE_CONNECTIONS_MAX: '4',
      }),
      stop,
    );
    try {
      stop.throwIfAborted();
      await Promise.all(SERVICES.map((name) => system.start(name)));
      await system.ready();
      return system;
    } catch (error) {
      await system.kill();
      throw error;
    }
  }

  url(name: ServiceName): string {
    return this.service(name).url;
  }

  /** Whether all of them are ready. */
  async ready(): Promise<void> {
    await Promise.all(SERVICES.map((name) => this.service(name).ready()));
  }

  service(name: ServiceName): ServiceProcess {
    return this.processes.get(name)!;
  }

  /**
   * Posts rows of a provider.
   *
   * @throws where there is no answer, or one that is no success
   */
  async post<Answer>(provider: string, rows: readonly unknown[]): Promise<Answer> {
    const key = this.keys.providers.get(provider)!;
    return this.ask('ingestion', '/v1/transfers', key, { transfers: rows });
  }

  /** Makes an operation known. @returns whether it is */
  async register(operation: ScenarioOperation): Promise<boolean> {
    await this.ask('case-referral', '/v1/operations', this.keys.analyst, {
      ...{ ...operation, name: operation.id },
      ...{ kind: 'CALL_CENTRE', modus: 'PHISHING' },
    });
    return true;
  }

  async read<Answer>(path: string): Promise<Answer> {
    return this.ask('case-referral', path, this.keys.analyst);
  }

  private async ask<Answer>(
    name: ServiceName,
    path: string,
    key: string,
    body?: object,
  ): Promise<Answer> {
    const response = await fetch(this.service(name).url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_MAX_MS),
    });
    if (!response.ok) {
      throw new AppError(
        'UNAVAILABLE',
        `${name} answered ${response.status}: ${await response.text()}`,
      );
    }
    return (await response.json()) as Answer;
  }

  /** As a crash would, and up again. */
  async killAndStart(name: ServiceName): Promise<void> {
    await this.service(name).kill();
    await this.start(name);
    await this.service(name).ready();
  }

  /** Sets a service's clock to so many milliseconds from the true one. */
  setClock(name: ServiceName, offsetMs: number): void {
    writeFileSync(this.clockFile(name), String(offsetMs));
    this.service(name).signal('SIGUSR2');
  }

  /** @throws AppError UNAVAILABLE where one does not stop cleanly, with its last words */
  async stopCleanly(): Promise<void> {
    await Promise.all(SERVICES.map((name) => this.service(name).stopCleanly()));
  }

  async kill(): Promise<void> {
    await Promise.all([...this.processes.values()].map((service) => service.kill()));
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- whoever starts waits for what is ready
  private async start(name: ServiceName): Promise<void> {
    const file = this.clockFile(name);
    writeFileSync(file, '0');
    const settings = { ...this.settingsOf(name), ...clockSettings(file) };
    const process = new ServiceProcess(name, this.ports.get(name)!, settings, this.stop, [
      '--require',
      CLOCK,
    ]);
    this.processes.set(name, process);
  }

  private clockFile(name: ServiceName): string {
    return join(this.postgres.folder, `${name}.clock`);
  }
}
