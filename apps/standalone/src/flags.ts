import { parseArgs } from 'node:util';
import { AppError } from '#domain';

/** What `npm start -- …` was asked for. */
export interface Flags {
  readonly help: boolean;
  readonly demo: boolean;
  readonly exitAfterDemo: boolean;
  /** Of the demo feed: the same seed gives the same feed, byte for byte. */
  readonly seed: number;
  /** Transfers per second; 0: as fast as they are taken. */
  readonly rate: number;
}

const SEED_DEFAULT = 1;
/** Slow enough to be watched, fast enough for the first case within a minute. */
const RATE_DEFAULT = 2_000;
const SEED_MAX = 2 ** 31 - 1;
const RATE_MAX = 1_000_000;

export const USAGE = `npm start -- [flags]      Layerwatch on this machine, with nothing but Node

  --no-demo              serve only; no demo feed is sent
  --exit-after-demo      stop after the demo's summary
  --seed N               which demo feed (default ${SEED_DEFAULT}); the same seed gives the same feed
  --rate N               its transfers per second (default ${RATE_DEFAULT}); 0: as fast as they are taken
  --help                 this text

Settings (environment): LAYERWATCH_DATA, DATABASE_URL, HOST, INGESTION_PORT, SCORING_PORT,
CASE_REFERRAL_PORT, BACKTEST_PORT, LOG_LEVEL. See .env.example.
`;

/**
 * Reads the command line.
 *
 * @throws AppError INVALID_INPUT naming the flag and what it takes
 */
export function parseFlags(args: readonly string[]): Flags {
  const given = readArguments(args);
  const demo = given['no-demo'] !== true;
  const exitAfterDemo = given['exit-after-demo'] === true;
  if (exitAfterDemo && !demo) {
    throw new AppError('INVALID_INPUT', '--exit-after-demo and --no-demo exclude each other');
  }
  return {
    help: given.help === true,
    demo,
    exitAfterDemo,
    seed: wholeNumber('--seed', given.seed, SEED_DEFAULT, SEED_MAX),
    rate: wholeNumber('--rate', given.rate, RATE_DEFAULT, RATE_MAX),
  };
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean' },
        'no-demo': { type: 'boolean' },
        'exit-after-demo': { type: 'boolean' },
        seed: { type: 'string' },
        rate: { type: 'string' },
      },
    }).values;
  } catch (error) {
    // Node goes on to explain how to pass positional arguments, of which there are none here.
    const reason = (error as Error).message.split(/\.\s/)[0]!.replace(/\.$/, '');
    throw new AppError('INVALID_INPUT', `${reason}; see npm start -- --help`);
  }
}

function wholeNumber(flag: string, text: string | undefined, byDefault: number, max: number) {
  if (text === undefined) return byDefault;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= max)) {
    throw new AppError('INVALID_INPUT', `${flag} takes a whole number from 0 to ${max}`);
  }
  return value;
}
