import { AppError } from '#domain';
import { BENCH_USAGE, benchCommand } from './bench-command';
import { CHAOS_USAGE, chaosCommand } from './chaos-command';
import { CONFORMANCE_USAGE, conformanceCommand } from './conformance-command';
import { ROW_COMMAND, rowCommand } from './bench/row-process';
import { EVALUATE_USAGE, evaluateCommand } from './evaluate-command';
import { EXPLAIN_USAGE, explainCommand } from './explain-command';
import { FEED_USAGE, feedCommand } from './feed-command';
import { MessageReporter, type Reporter, TextReporter } from './feed/reporter';
import { SIMULATE_USAGE, simulateCommand } from './simulate-command';

/** What scripts rely on (sysexits.h). */
const EXIT_BAD_CONFIGURATION = 78;
const EXIT_UNAVAILABLE = 69;
/** The last message to a parent that does not read is not waited for longer than this. */
const FLUSH_TIMEOUT_MS = 2_000;

/** Messages on their way to the parent. */
let flushed: Promise<unknown> = Promise.resolve();

function sendToParent(message: object): void {
  // Each waits for the one before, so that the last one's end is the end of all.
  const sent = new Promise<void>((resolve) => {
    // A parent that is gone cannot be told anything; its end stops this process elsewhere.
    if (!process.connected) resolve();
    else
      process.send?.(message, undefined, undefined, () => {
        resolve();
      });
  });
  flushed = Promise.all([flushed, sent]);
}

function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const event of ['SIGINT', 'SIGTERM', 'disconnect']) {
    process.once(event, () => {
      controller.abort();
    });
  }
  return controller.signal;
}

function exitCodeOf(error: unknown): number {
  if (!(error instanceof AppError)) return 1;
  return error.code === 'UNAVAILABLE' ? EXIT_UNAVAILABLE : EXIT_BAD_CONFIGURATION;
}

async function run([command, ...args]: readonly string[], reporter: Reporter): Promise<void> {
  if (command === 'feed') await feedCommand(args, reporter, stopSignal());
  else if (command === 'simulate') await simulateCommand(args);
  else if (command === 'evaluate') await evaluateCommand(args);
  else if (command === 'explain') await explainCommand(args);
  else if (command === 'bench') await benchCommand(args, stopSignal());
  else if (command === 'chaos') await chaosCommand(args, stopSignal());
  else if (command === 'conformance') await conformanceCommand(args);
  else if (command === ROW_COMMAND) await rowCommand();
  else if (command === '--help' || command === '-h') {
    process.stdout.write(
      `${FEED_USAGE}\n${SIMULATE_USAGE}\n${EVALUATE_USAGE}\n${EXPLAIN_USAGE}\n${BENCH_USAGE}\n${CHAOS_USAGE}\n${CONFORMANCE_USAGE}`,
    );
  } else {
    throw new AppError(
      'INVALID_INPUT',
      'name a command: feed, simulate, evaluate, explain, bench, chaos or conformance (--help tells more)',
    );
  }
}

async function main(): Promise<void> {
  const reporter = process.send
    ? new MessageReporter(sendToParent)
    : new TextReporter(process.stdout);
  try {
    await run(process.argv.slice(2), reporter);
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    reporter.failed(error instanceof Error ? error.message : String(error));
    if (process.exitCode === 1) console.error(error);
  }
  if (process.send) {
    const limit = new Promise((resolve) => setTimeout(resolve, FLUSH_TIMEOUT_MS).unref());
    await Promise.race([flushed, limit]);
    if (process.connected) process.disconnect();
  }
}

void main();
