import { readdir, readFile } from 'node:fs/promises';

/** What Linux counts processor time in, on every machine that Node runs on (getconf CLK_TCK). */
const MICROS_PER_TICK = 10_000;
/** Fields of /proc/PID/stat after the name, from 0; the manual (proc_pid_stat) counts from 3. */
const PARENT = 1;
const UTIME = 11;
const STIME = 12;
const CHILDREN_UTIME = 13;
const CHILDREN_STIME = 14;

const KIB = 1024;

export interface ProcessCpu {
  readonly parentPid: number;
  /** Processor time that it has used, in microseconds, to 10 ms. */
  readonly micros: number;
  /** What its children had used that have ended and were waited for. */
  readonly endedChildrenMicros: number;
}

/** Null where there is no such process, or the system does not say. */
export async function processCpu(pid: number): Promise<ProcessCpu | null> {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  // The name may hold anything, brackets too; what follows its last one is numbers.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = (first: number, second: number): number =>
    (Number(fields[first]) + Number(fields[second])) * MICROS_PER_TICK;
  const micros = ticks(UTIME, STIME);
  if (!Number.isFinite(micros)) return null;
  return {
    parentPid: Number(fields[PARENT]),
    micros,
    endedChildrenMicros: ticks(CHILDREN_UTIME, CHILDREN_STIME),
  };
}

/** Processor time that a process of this machine has used, in microseconds, to 10 ms; null where the system does not say. */
export const processCpuMicros = async (pid: number): Promise<number | null> =>
  (await processCpu(pid))?.micros ?? null;

/** The children of a process, each with its cost; none where the system does not say. */
export async function childCosts(parent: number): Promise<Map<number, ProcessCpu>> {
  const names = await readdir('/proc').catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const costs = await Promise.all(pids.map(async (pid) => [pid, await processCpu(pid)] as const));
  const children = new Map<number, ProcessCpu>();
  for (const [pid, cost] of costs) if (cost?.parentPid === parent) children.set(pid, cost);
  return children;
}

/** The highest resident set that a process of this machine has had, in bytes; null where the system does not say. */
export const processPeakRssBytes = (pid: number): Promise<number | null> => told(pid, 'VmHWM');

/** Its resident set now, without what it shares with others, in bytes; null where the system does not say. */
export const processOwnRssBytes = (pid: number): Promise<number | null> => told(pid, 'RssAnon');

async function told(pid: number, name: string): Promise<number | null> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8').catch(() => '');
  const line = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  return line === undefined ? null : Number(line) * KIB;
}
