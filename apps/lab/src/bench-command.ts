import { AppError } from '#domain';
import { readFlags, wholeNumber } from './arguments';
import { BENCH_PARTS, type BenchPart, type BenchRow, LONG_PARTS } from './bench/bench-row';
import { benchTable } from './bench/bench-table';
import { describeMachine } from './bench/machine';
import { RunParts } from './bench/run-parts';
import { soakPicture } from './bench/soak-picture';
import { POWER_LAW_FEED } from './bench/power-law-feed';
import { STORED_WALLETS_MAX } from './bench/stored-feed';
import { JsonFile } from './json-file';

const SCHEMA_VERSION = 1;
const SECONDS_MAX = 86_400;
/** More than any machine takes. */
const RATE_MAX = 100_000;
/** A row without a bound: a day is longer than any row takes. */
const SECONDS_DEFAULT = SECONDS_MAX;

export const BENCH_USAGE = `usage: npm run bench -- [--only ${BENCH_PARTS.join('|')}] [--rows TEXT] [--seconds N] [--transfers N]
                         [--wallets N] [--rate N] [--json F] [--picture F]

Measures detection and the whole way on this machine, each row in processes of its own. Leave the machine alone meanwhile.

  --only PART      engine: the flow engine and the detector, on ibm-momtsim and on a generated feed of
                   ${POWER_LAW_FEED.wallets.toLocaleString('en-US')} wallets and ${POWER_LAW_FEED.transfers.toLocaleString('en-US')} transfers; what grows with what
                   rebuild: reading the stored log again, alone and with detection; scoring, started from a snapshot
                   ingest: from HTTP to stored, scoring left out; the services run as they do in service, the load client is a
                   process of its own, and its processor time is told apart; then by format, with rows that were sent before and rows that
                   are refused mixed in (--rows mixed)
                   whole-way: from HTTP to a visible alert: as much as is taken with detection keeping up, at 5,000 transfers/s,
                   one at a time
                   audit: entries of the audit trail, by sixteen people in chains of their own, in one, and not linked at all
                   growth: the whole way on a log that holds a million, ten, and fifty million older transfers
                   soak: half an hour of the whole way at --rate, with --picture
                   overload: ten minutes of more connections than ingestion lets in: what is stored, who is told to come back,
                   memory at each tenth
                   screening: looks before paying, with a million alerts behind them (--transfers: fewer)
                   without --only, all but growth, soak, overload and screening, which take some minutes to the better part of an
                   hour each
  --rows TEXT      only rows whose name holds this text, such as 'power law' or 'hub'
  --seconds N      measured time of a row at most (default: each row as long as it takes)
                   a start is always measured whole
  --transfers N    transfers of a row at most; of growth, older ones
  --rate N         of a soak: transfers a second; seven tenths of what the whole way takes on the machine of record
  --wallets N      of a rebuild: wallets that take part in its log, and so are in its state. 1000000 is the size of record:
                   2.2 million transfers, scored once before the start. Without: 1,000,000 transfers of 550,000 wallets
                   of a soak: wallets of its feed (without: 1,000,000, of which nearly all are new at first)
  --json F         writes the figures to this file too
  --picture F      of a soak: draws memory, tables and what detection is behind into this SVG file
`;

function partsOf(only: string | undefined): readonly BenchPart[] {
  if (only === undefined) return BENCH_PARTS.filter((part) => !LONG_PARTS.includes(part));
  const part = BENCH_PARTS.find((known) => known === only);
  if (part === undefined) {
    throw new AppError('INVALID_INPUT', `--only must name one of: ${BENCH_PARTS.join(', ')}`);
  }
  return [part];
}

/**
 * Measures, and prints a table. What the figures are is no reason to fail.
 *
 * @param stop ends the row in hand; nothing is written then
 * @throws AppError INVALID_INPUT for a flag; UNAVAILABLE where a row cannot be measured or its figures not be written, or
 *   it was told to stop
 */
export async function benchCommand(args: readonly string[], stop: AbortSignal): Promise<void> {
  const flags = readFlags(args, {
    only: { type: 'string' },
    rows: { type: 'string' },
    seconds: { type: 'string' },
    transfers: { type: 'string' },
    wallets: { type: 'string' },
    rate: { type: 'string' },
    json: { type: 'string' },
    picture: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  });
  if (flags.help) {
    process.stdout.write(BENCH_USAGE);
    return;
  }
  const parts = partsOf(flags.only);
  const secondsMax = wholeNumber('--seconds', flags.seconds, SECONDS_DEFAULT, {
    low: 1,
    high: SECONDS_MAX,
  });
  const all = POWER_LAW_FEED.transfers;
  const transfersMax =
    flags.transfers === undefined
      ? null
      : wholeNumber('--transfers', flags.transfers, all, { low: 1_000, high: all });
  const wallets =
    flags.wallets === undefined
      ? null
      : wholeNumber('--wallets', flags.wallets, STORED_WALLETS_MAX, {
          low: 1_000,
          high: STORED_WALLETS_MAX,
        });
  const soakPerSecond =
    flags.rate === undefined
      ? null
      : wholeNumber('--rate', flags.rate, RATE_MAX, { low: 1, high: RATE_MAX });
  if (flags.picture !== undefined && !parts.includes('soak')) {
    throw new AppError('INVALID_INPUT', '--picture is drawn of a soak: add --only soak');
  }
  const json = await JsonFile.claim(flags.json);
  const picture = await JsonFile.claim(flags.picture, { flag: '--picture', mayReplace: true });
  const machine = describeMachine();
  process.stdout.write(
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}, ${machine.os}\n`,
  );
  const { rows, samples } = await new RunParts(
    { secondsMax, transfersMax, wallets, rowText: flags.rows ?? '', soakPerSecond },
    stop,
  ).run(parts);
  if (rows.length === 0) {
    throw new AppError('INVALID_INPUT', '--rows: no row has this text in its name');
  }
  process.stdout.write(`\n${benchTable(rows)}`);
  await json?.write(figuresJson({ machine, rows }));
  await picture?.write(soakPicture(samples));
}

const figuresJson = (figures: {
  readonly machine: object;
  readonly rows: readonly BenchRow[];
}): string => `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...figures }, null, 1)}\n`;
