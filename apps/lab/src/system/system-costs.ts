import { type DatabaseWatch, WATCH_NAME } from './database-watch.repository';
import { childCosts, processCpu, processOwnRssBytes } from './process-costs';
import { type RunningSystem } from './running-system';
import { SERVICES, type ServiceName } from './service-environment.config';

/**
 * Whom processor time is used for: a service itself, PostgreSQL on its behalf, or PostgreSQL for all (the write-ahead log,
 * checkpoints, vacuum, connections that have ended).
 */
export type Part = ServiceName | `${ServiceName}: PostgreSQL` | 'PostgreSQL';

export type CpuByPart = ReadonlyMap<Part, number>;

const partOf = (connection: string | undefined): Part => {
  const service = SERVICES.find((name) => connection === `layerwatch ${name}`);
  return service === undefined ? 'PostgreSQL' : `${service}: PostgreSQL`;
};

/** Processor time and memory of a running system, without whoever looks at it or loads it. Nothing where the system does not say. */
export class SystemCosts {
  private readonly used = new Map<Part, number>();
  private readonly lastMicros = new Map<number, number>();
  private endedMicros = 0;

  private constructor(
    private readonly system: RunningSystem,
    private readonly watch: DatabaseWatch,
  ) {}

  static async from(system: RunningSystem, watch: DatabaseWatch): Promise<SystemCosts> {
    const costs = new SystemCosts(system, watch);
    await costs.look();
    costs.used.clear();
    return costs;
  }

  /** Microseconds since this began, by part. Connections that end between two looks count as PostgreSQL's own. */
  async cpu(): Promise<CpuByPart> {
    await this.look();
    return new Map(this.used);
  }

  /** Bytes of memory of its own that each service has now. */
  async memory(): Promise<Map<ServiceName, number>> {
    const memory = new Map<ServiceName, number>();
    for (const [name, { pid }] of this.system.services) {
      const bytes = await processOwnRssBytes(pid);
      if (bytes !== null) memory.set(name, bytes);
    }
    return memory;
  }

  private async look(): Promise<void> {
    const { services, server } = this.system;
    const names = await this.watch.processes();
    const own = new Set([server.pid]);
    for (const [name, { pid }] of services) {
      own.add(pid);
      const cpu = await processCpu(pid);
      if (cpu !== null) this.add(name, this.grown(pid, cpu.micros));
    }
    const postmaster = await processCpu(server.pid);
    if (postmaster === null) return;
    this.add('PostgreSQL', this.grown(server.pid, postmaster.micros));
    let gone = postmaster.endedChildrenMicros - this.endedMicros;
    this.endedMicros = postmaster.endedChildrenMicros;
    const backends = await childCosts(server.pid);
    for (const [pid, { micros }] of backends) {
      const grown = this.grown(pid, micros);
      if (names.get(pid) !== WATCH_NAME) this.add(partOf(names.get(pid)), grown);
    }
    for (const [pid, micros] of this.lastMicros) {
      if (own.has(pid) || backends.has(pid)) continue;
      this.lastMicros.delete(pid);
      gone -= micros;
    }
    this.add('PostgreSQL', Math.max(0, gone));
  }

  private grown(pid: number, micros: number): number {
    const before = this.lastMicros.get(pid) ?? 0;
    this.lastMicros.set(pid, micros);
    return micros - before;
  }

  private add(part: Part, micros: number): void {
    this.used.set(part, (this.used.get(part) ?? 0) + micros);
  }
}
