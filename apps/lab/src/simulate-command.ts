import { AppError } from '#domain';
import { readFlags, wholeNumber } from './arguments';
import { grouped } from './feed/progress-line';
import { SIMULATION_DEFAULT, SIMULATION_LIMITS } from './simulate/simulation-parameters';
import { writeDataSet } from './simulate/write-data-set';

export const SIMULATE_USAGE = `usage: npm run lab -- simulate --out DIR [--seed N] [--days N] [--wallets N]

Writes a self-made, labelled transfer feed into a folder of the lab's format.

  --out DIR      an empty or new folder, or one written by this command
  --seed N       the same seed and size make the same feed (default ${SIMULATION_DEFAULT.seed})
  --days N       simulated days (default ${SIMULATION_DEFAULT.days})
  --wallets N    wallets, shops and agents included (default ${SIMULATION_DEFAULT.wallets})
`;

export async function simulateCommand(args: readonly string[]): Promise<void> {
  const flags = readFlags(args, {
    out: { type: 'string' },
    seed: { type: 'string' },
    days: { type: 'string' },
    wallets: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  });
  if (flags.help) {
    process.stdout.write(SIMULATE_USAGE);
    return;
  }
  if (!flags.out) throw new AppError('INVALID_INPUT', '--out must name a folder');
  const { seed, days, wallets } = SIMULATION_DEFAULT;
  const size = {
    seed: wholeNumber('--seed', flags.seed, seed, SIMULATION_LIMITS.seed),
    days: wholeNumber('--days', flags.days, days, SIMULATION_LIMITS.days),
    wallets: wholeNumber('--wallets', flags.wallets, wallets, SIMULATION_LIMITS.wallets),
  };
  const written = await writeDataSet(flags.out, size);
  process.stdout.write(
    `${grouped(written.rows)} transfers, ${grouped(written.launderingRows)} of them laundering in ` +
      `${written.patterns} patterns, written to ${flags.out}\n`,
  );
}
