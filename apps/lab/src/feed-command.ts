import { AppError } from '#domain';
import { readFlags, wholeNumber } from './arguments';
import { ApiClient } from './feed/api-client';
import { openCsvFeed } from './feed/csv-feed';
import { openDemoFeed } from './feed/demo-feed';
import { FeedProgress } from './feed/feed-progress';
import { type FeedSource } from './feed/feed-source';
import { type Intelligence, NO_INTELLIGENCE, readIntelligence } from './feed/indicator-source';
import { findTarget } from './feed/instance';
import { type Reporter } from './feed/reporter';
import { SendFeed } from './feed/send-feed';
import { readLabConfig } from './lab.config';
import { SIMULATION_DEFAULT, SIMULATION_LIMITS } from './simulate/simulation-parameters';

export const FEED_USAGE = `usage: npm run feed -- --file F [--provider P] [--indicators F] [--rate N] [--again]
       npm run feed -- --demo [--seed N] [--provider P] [--rate N] [--again]

Posts a transfer feed to the running Layerwatch, in the file's order. Run again, it goes on where it was.

  --file F         a CSV or CSV.gz feed of the lab's format
  --indicators F   indicators.csv: each is registered when the feed's clock reaches its knownFrom
  --demo           the self-made demo feed with its indicators, instead of a file
  --seed N         which demo feed (default ${SIMULATION_DEFAULT.seed})
  --provider P     who sends it (default demo); in embedded mode an unknown provider is created
  --rate N         transfers a second; 0, the default, is as fast as they are taken
  --again          from the first row, whatever an earlier run has sent
`;

const FLAGS = {
  file: { type: 'string' },
  indicators: { type: 'string' },
  demo: { type: 'boolean' },
  seed: { type: 'string' },
  provider: { type: 'string' },
  rate: { type: 'string' },
  again: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const PROVIDER_DEFAULT = 'demo';
/** As ingestion has it: no control characters, which no row could name it with. */
const PROVIDER_ID = /^[^\p{Cc}\p{Cs}]{1,64}$/u;
const RATE_MAX = 1_000_000;

interface OpenedFeed {
  readonly source: FeedSource;
  readonly intelligence: Intelligence;
}

/**
 * Posts a feed; returns once every row is answered, or once it was told to stop and has noted how far it came.
 *
 * @param stop ends the feed after the batch in flight
 */
export async function feedCommand(
  args: readonly string[],
  reporter: Reporter,
  stop: AbortSignal,
): Promise<void> {
  const flags = readFlags(args, FLAGS);
  if (flags.help) {
    process.stdout.write(FEED_USAGE);
    return;
  }
  const provider = flags.provider ?? PROVIDER_DEFAULT;
  if (!PROVIDER_ID.test(provider)) {
    throw new AppError('INVALID_INPUT', '--provider must be an id of 1 to 64 characters');
  }
  const rate = wholeNumber('--rate', flags.rate, 0, { low: 0, high: RATE_MAX });
  const { source, intelligence } = await openFeed(flags);
  const config = readLabConfig();
  const target = await findTarget(config, provider, intelligence.indicators.length > 0);
  const file = FeedProgress.fileFor(config.dataFolder, source.fingerprint, provider);
  const progress = await FeedProgress.load(file);
  if (flags.again) progress.restart();
  if (progress.state.rows > 0) reporter.resumed(progress.state.rows);
  const feed = new SendFeed(
    { source, intelligence, provider, rate },
    progress,
    new ApiClient(target.ingestion, stop),
    new ApiClient(target.caseReferral, stop),
    reporter,
    stop,
  );
  if (await feed.run()) reporter.done(feed.summary());
  else reporter.stopped(progress.state.rows);
}

async function openFeed(flags: {
  readonly file?: string | undefined;
  readonly indicators?: string | undefined;
  readonly demo?: boolean | undefined;
  readonly seed?: string | undefined;
}): Promise<OpenedFeed> {
  if (flags.demo) {
    if (flags.file !== undefined || flags.indicators !== undefined) {
      throw new AppError('INVALID_INPUT', '--demo brings its own file and indicators');
    }
    const { seed } = SIMULATION_DEFAULT;
    const chosen = wholeNumber('--seed', flags.seed, seed, SIMULATION_LIMITS.seed);
    return openDemoFeed({ ...SIMULATION_DEFAULT, seed: chosen });
  }
  if (flags.seed !== undefined) throw new AppError('INVALID_INPUT', '--seed goes with --demo');
  if (!flags.file) throw new AppError('INVALID_INPUT', '--file must name a feed (or use --demo)');
  // The short file first: what is wrong with it is told before a long one is read.
  const intelligence = flags.indicators
    ? await readIntelligence(flags.indicators)
    : NO_INTELLIGENCE;
  return { source: await openCsvFeed(flags.file), intelligence };
}
