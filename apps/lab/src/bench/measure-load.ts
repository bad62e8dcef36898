import { type LoadTask, runLoad } from '../load/load-client';
import { type Figures, type Progress, rounded, roundedOrNull } from './bench-row';

/** Runs the load client in this process. Memory and processor time are of what it loads, and measured there. */
export async function measureLoad(task: LoadTask, progress: Progress): Promise<Figures> {
  const transfersMax = task.streams
    .flatMap(({ bodies }) => bodies.rows)
    .reduce((sum, rows) => sum + rows, 0);
  const { transfers, seconds, answers, alerts } = await runLoad(task, (made) => {
    progress(made, transfersMax);
  });
  const { user, system } = process.cpuUsage();
  return {
    transfers,
    transfersPerSecond: Math.round(transfers / seconds),
    cpuMicrosPerTransfer: null,
    p50Ms: roundedOrNull(answers.quantileMs(0.5)),
    p99Ms: roundedOrNull(answers.quantileMs(0.99)),
    p999Ms: roundedOrNull(answers.quantileMs(0.999)),
    alertsSeen: alerts.size,
    alertP50Ms: roundedOrNull(alerts.quantileMs(0.5)),
    alertP99Ms: roundedOrNull(alerts.quantileMs(0.99)),
    bytesPerTransfer: null,
    rssMiB: null,
    seconds: rounded(seconds),
    clientCpuMicrosPerTransfer: rounded((user + system) / transfers),
  };
}
