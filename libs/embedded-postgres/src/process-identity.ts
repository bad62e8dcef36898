import { readFile } from 'node:fs/promises';
import { runProgram } from './run-program';

const LOOKUP_TIMEOUT_MS = 10_000;

/**
 * Names a living process for good: the same pid, given to another process later, has another identity.
 *
 * @returns null where no such process lives; one that has ended and waits for its parent (a zombie) does not live
 */
export async function identityOf(pid: number): Promise<string | null> {
  if (process.platform === 'linux') return linuxIdentity(pid);
  if (process.platform === 'win32') {
    return powershell(pid, `(Get-Process -Id ${String(pid)}).StartTime.ToFileTimeUtc()`);
  }
  const line = await lookUp(pid, 'ps', ['-o', 'stat=,lstart=', '-p', String(pid)]);
  return line === null || line.startsWith('Z') ? null : line.replace(/^\S+\s+/, '');
}

/** How a living process was called, its arguments separated by NUL or by spaces; null where it does not live. */
export async function commandLineOf(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    const line = await readFile(`/proc/${String(pid)}/cmdline`, 'utf8').catch(() => '');
    return line === '' ? null : line;
  }
  if (process.platform === 'win32') {
    const query = `Get-CimInstance Win32_Process -Filter 'ProcessId=${String(pid)}'`;
    return powershell(pid, `(${query}).CommandLine`);
  }
  return lookUp(pid, 'ps', ['-ww', '-o', 'command=', '-p', String(pid)]);
}

const powershell = (pid: number, command: string): Promise<string | null> =>
  lookUp(pid, 'powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', command]);

/** Start time in clock ticks since boot, and which boot. */
async function linuxIdentity(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  // The second field is the program's name in brackets, and may hold anything, brackets and spaces too.
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (state === 'Z' || state === 'X') return null;
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return `${boot.trim()} ${rest[18] ?? ''}`;
}

async function lookUp(pid: number, program: string, args: string[]): Promise<string | null> {
  if (!respondsToSignals(pid)) return null;
  const { exitCode, output } = await runProgram(program, args, {
    runAs: null,
    cwd: process.platform === 'win32' ? 'C:\\' : '/',
    timeoutMs: LOOKUP_TIMEOUT_MS,
  });
  return exitCode === 0 && output.trim() !== '' ? output.trim() : null;
}

function respondsToSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, as another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
