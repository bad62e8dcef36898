import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const LAB = join(__dirname, '../../dist/apps/lab/src/main.js');

interface ChaosReport {
  readonly disturbances: number;
  readonly kinds: readonly { readonly kind: string; readonly times: number }[];
  readonly difference: string | null;
}

/** The command as an operator runs it. @returns how it ended, and what it said */
function chaos(args: readonly string[]): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, DATABASE_URL: '' }, maxBuffer: 1 << 24 };
    const child = execFile(
      process.execPath,
      [LAB, 'chaos', ...args],
      options,
      (_, stdout, stderr) => {
        resolve({ code: child.exitCode, said: stdout + stderr });
      },
    );
  });
}

describe('npm run chaos', () => {
  it('loses and doubles nothing whatever goes wrong, and reports what did', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'layerwatch chaos report '));
    try {
      const report = join(folder, 'report.json');
      const { code, said } = await chaos(['--kills', '14', '--seed', '4', '--json', report]);
      expect(said).toContain('SAME');
      expect(code).toBe(0);
      const { disturbances, kinds, difference } = JSON.parse(
        readFileSync(report, 'utf8'),
      ) as ChaosReport;
      expect(difference).toBeNull();
      expect(disturbances).toBe(14);
      expect(kinds.reduce((sum, { times }) => sum + times, 0)).toBe(14);
      expect(kinds.length).toBeGreaterThan(3);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 300_000);

  it('ends at once when told to, and leaves nothing behind', async () => {
    const child = spawn(process.execPath, [LAB, 'chaos', '--kills', '5'], {
      env: { ...process.env, DATABASE_URL: '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'close');
    // While the services start, which is when there is most to forget.
    for await (const chunk of child.stdout) if (String(chunk).includes('undisturbed')) break;
    await sleep(1_500);
    child.kill('SIGTERM');
    expect((await ended)[0]).toBe(69);
    const left = readdirSync(tmpdir()).filter((name) =>
      name.startsWith(`layerwatch-chaos-${String(child.pid)}-`),
    );
    expect(left).toEqual([]);
  }, 60_000);

  it('refuses what it cannot do', async () => {
    expect(await chaos(['--kills', '0'])).toMatchObject({ code: 78 });
  });
});
