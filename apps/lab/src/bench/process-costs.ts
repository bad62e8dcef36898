import { readFile } from 'node:fs/promises';

/** What Linux counts processor time in, on every machine that Node runs on (getconf CLK_TCK). */
const MICROS_PER_TICK = 10_000;
/** Fields of /proc/PID/stat after the name: utime and stime are the 12th and 13th. */
const UTIME = 11;
const STIME = 12;

const KIB = 1024;

/** Processor time that a process of this machine has used, in microseconds, to 10 ms; null where the system does not say. */
export async function processCpuMicros(pid: number): Promise<number | null> {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  // The name may hold anything, brackets too; what follows its last one is numbers.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[UTIME]) + Number(fields[STIME]);
  return Number.isFinite(ticks) ? ticks * MICROS_PER_TICK : null;
}

/** The highest resident set that a process of this machine has had, in bytes; null where the system does not say. */
export async function processPeakRssBytes(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8').catch(() => '');
  const told = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return told === undefined ? null : Number(told) * KIB;
}
