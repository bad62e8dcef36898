import { AppError } from '#domain';
import { readFlags, wholeNumber } from './arguments';
import { type ChaosReport, runChaos } from './chaos/run-chaos';
import { JsonFile } from './json-file';

const KILLS_DEFAULT = 25;
const KILLS_MAX = 10_000;
const SEED_MAX = 1_000_000_000;

export const CHAOS_USAGE = `usage: npm run chaos -- [--kills N] [--seed N] [--json F]

Plays one feed twice through the built services on a PostgreSQL that flushes to disk: once undisturbed, and once while
services are killed, halted and have their clocks set, PostgreSQL ends as by a power cut, and its disk is full now and then (on
Linux as root: it takes a disk of its own). Then compares what is stored, told and shown, byte for byte.

  --kills N   disturbances (default ${KILLS_DEFAULT})
  --seed N    which feed, and which disturbances when (default 1)
  --json F    writes the report to this file too

Exits 0 where both ended alike, and 1 with the first difference where not.
`;

/**
 * @param stop ends everything; nothing is compared then
 * @throws AppError INVALID_INPUT for a flag; UNAVAILABLE where a service or PostgreSQL does not come back, or it was told to stop
 */
export async function chaosCommand(args: readonly string[], stop: AbortSignal): Promise<void> {
  const flags = readFlags(args, {
    kills: { type: 'string' },
    seed: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  });
  if (flags.help) {
    process.stdout.write(CHAOS_USAGE);
    return;
  }
  const disturbances = wholeNumber('--kills', flags.kills, KILLS_DEFAULT, {
    low: 1,
    high: KILLS_MAX,
  });
  const seed = wholeNumber('--seed', flags.seed, 1, { low: 0, high: SEED_MAX });
  const json = await JsonFile.claim(flags.json);
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const report = await runChaos({ disturbances, seed, stop, say }).catch((error: unknown) => {
    if (!stop.aborted) throw error;
    throw new AppError('UNAVAILABLE', 'stopped before the end', [], { cause: error });
  });
  say(reportText(report));
  await json?.write(`${JSON.stringify({ schemaVersion: 1, ...report }, null, 1)}\n`);
  if (report.difference !== null) process.exitCode = 1;
}

function reportText(report: ChaosReport): string {
  const { kinds, leftOut, difference } = report;
  const count = (n: number): string => n.toLocaleString('en-US');
  const lines = [
    '',
    ...kinds.map(
      ({ kind, times, recoverySecondsMedian, recoverySecondsMax }) =>
        `${kind.padEnd(24)} ${String(times).padStart(4)} times, ready after ${recoverySecondsMedian.toFixed(1)} s ` +
        `(median), ${recoverySecondsMax.toFixed(1)} s (most)`,
    ),
    ...leftOut.map((kind) => `${kind.padEnd(24)} left out: not possible on this machine`),
    `load                     ${count(report.transfers)} transfers in ${report.seconds.toFixed(0)} s ` +
      `(${report.transfersPerSecond.toFixed(0)}/s), ${count(report.requestsRepeated)} requests sent again`,
    `caught up                ${report.catchUpSeconds.toFixed(1)} s after the end`,
    `came of it               ${count(report.alerts)} alerts, ${count(report.cases)} cases, ${count(report.events)} events`,
    difference === null
      ? 'SAME: every transfer, event, alert and case once, byte for byte as undisturbed'
      : `DIFFERENT from the undisturbed run (seed ${report.seed}): ${difference}`,
  ];
  return lines.join('\n');
}
