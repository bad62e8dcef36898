import { TransferLog } from '#messaging';
import { createDataSource } from '#persistence';
import {
  type Figures,
  MICROS_PER_SECOND,
  MIB,
  type Progress,
  rounded,
  roundedOrNull,
} from './bench-row';
import { processCpuMicros } from '../system/process-costs';
import { StoredFeedRepository } from './stored-feed.repository';
import { createSubject, type SubjectName } from './subject';

const STATEMENT_TIMEOUT_MS = 60_000;

/**
 * Reads the log from its beginning as scoring does when it starts without a snapshot, and measures everything: reading,
 * making entries and, where there is one, the subject.
 *
 * @param subject null where reading alone is measured
 */
export async function measureRebuild(
  databaseUrl: string,
  subject: SubjectName | null,
  secondsMax: number,
  progress: Progress,
): Promise<Figures> {
  // One connection, so that the processor time of its server process is that of the reading.
  const dataSource = createDataSource({
    databaseUrl,
    applicationName: 'layerwatch-bench',
    connectionsMax: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  await dataSource.initialize();
  try {
    const log = new TransferLog(dataSource);
    const head = await log.head();
    const server = await new StoredFeedRepository(dataSource).serverProcess();
    const measured = subject === null ? null : createSubject(subject, null, true);
    global.gc?.();
    const rssBefore = process.memoryUsage.rss();
    const serverBefore = await processCpuMicros(server);
    const cpuBefore = process.cpuUsage();
    const from = performance.now();
    let transfers = 0;
    for await (const entries of log.pages(0, head)) {
      for (const entry of entries) {
        if (entry.kind === 'transfer') measured?.apply(entry);
      }
      transfers += entries.length;
      progress(transfers, head);
      if (performance.now() - from > secondsMax * 1_000) break;
    }
    const seconds = (performance.now() - from) / 1_000;
    const { user, system } = process.cpuUsage(cpuBefore);
    const serverAfter = await processCpuMicros(server);
    global.gc?.();
    const perTransfer = (total: number): number => rounded(total / Math.max(1, transfers));
    return {
      transfers,
      transfersPerSecond: Math.round(transfers / seconds),
      cpuMicrosPerTransfer: perTransfer(user + system),
      serverCpuMicrosPerTransfer:
        serverBefore === null || serverAfter === null
          ? null
          : perTransfer(serverAfter - serverBefore),
      p50Ms: null,
      p99Ms: null,
      p999Ms: null,
      bytesPerTransfer: roundedOrNull(
        measured === null ? null : (process.memoryUsage.rss() - rssBefore) / transfers,
      ),
      rssMiB: Math.round((process.resourceUsage().maxRSS * 1024) / MIB),
      seconds: rounded(seconds),
      cpuSeconds: rounded((user + system) / MICROS_PER_SECOND),
    };
  } finally {
    await dataSource.destroy();
  }
}
