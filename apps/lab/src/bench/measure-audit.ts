import { chainOf } from '#audit';
import { invariant } from '#domain';
import { createDataSource, migrate } from '#persistence';
import { AuditLoad } from './audit-load.repository';
import { type Figures, type Progress, rounded, roundedOrNull } from './bench-row';
import { LatencyHistogram, MICROSECOND_MS } from './latency-histogram';

/** How many write at once: as many as there are chains. */
const WRITERS = 16;
const SECONDS = 15;
const STATEMENT_TIMEOUT_MS = 60_000;
/** Migrating takes a second beside its lock. */
const CONNECTIONS_MIN = 2;
/** Names looked through for one of each chain. */
const NAMES_MAX = 10_000;

export const AUDIT_ROWS = [
  { name: 'audit: sixteen writers, not linked', chains: 0 },
  { name: 'audit: sixteen writers, each their own chain', chains: WRITERS },
  { name: 'audit: sixteen writers of one chain', chains: 1 },
  { name: 'audit: one writer', chains: null },
] as const;
export type AuditRow = (typeof AUDIT_ROWS)[number];

/** People whose entries lie in so many chains. */
function writers({ chains }: AuditRow): string[] {
  if (chains === null) return ['w'];
  const byChain = new Map<number, string>();
  for (let n = 0; n < NAMES_MAX && byChain.size < WRITERS; n += 1) {
    const name = `w${n}`;
    if (!byChain.has(chainOf(name))) byChain.set(chainOf(name), name);
  }
  const names = [...byChain.values()];
  invariant(names.length === WRITERS, 'there is somebody for each chain');
  return chains === 1 ? names.map(() => names[0]!) : names;
}

/**
 * Has people look at cases, each as soon as their last look is written down: how many entries, and how long one waits. Flushed to disk as in
 * service. An entry counts as a transfer does in the other rows.
 */
export async function measureAudit(
  databaseUrl: string,
  row: AuditRow,
  secondsMax: number,
  progress: Progress,
): Promise<Figures> {
  const names = writers(row);
  const dataSource = createDataSource({
    ...{
      databaseUrl,
      applicationName: 'layerwatch-bench',
      connectionsMax: Math.max(CONNECTIONS_MIN, names.length),
    },
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  await dataSource.initialize();
  try {
    await migrate(dataSource);
    const load = new AuditLoad(dataSource);
    await load.prepare();
    const write = (name: string): Promise<void> =>
      row.chains === 0 ? load.writeNotLinked(name) : load.write(name);
    await Promise.all(names.map(write));
    const waits = new LatencyHistogram(MICROSECOND_MS);
    const cpuBefore = process.cpuUsage();
    const from = performance.now();
    const until = from + Math.min(SECONDS, secondsMax) * 1_000;
    await Promise.all(
      names.map(async (name) => {
        while (performance.now() < until) {
          const began = performance.now();
          await write(name);
          waits.add(performance.now() - began);
          progress(waits.size, waits.size);
        }
      }),
    );
    const seconds = (performance.now() - from) / 1_000;
    const { user, system } = process.cpuUsage(cpuBefore);
    return {
      transfers: waits.size,
      transfersPerSecond: Math.round(waits.size / seconds),
      cpuMicrosPerTransfer: rounded((user + system) / Math.max(1, waits.size)),
      p50Ms: roundedOrNull(waits.quantileMs(0.5)),
      p99Ms: roundedOrNull(waits.quantileMs(0.99)),
      p999Ms: roundedOrNull(waits.quantileMs(0.999)),
      bytesPerTransfer: null,
      rssMiB: null,
      seconds: rounded(seconds),
      writers: names.length,
    };
  } finally {
    await dataSource.destroy();
  }
}
