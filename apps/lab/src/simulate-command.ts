import { AppError } from '#domain';
import { readFlags, wholeNumber } from './arguments';
import { grouped } from './feed/progress-line';
import { lifeParameters, type NamedParameter, variantParameters } from './simulate/parameter-list';
import { SIMULATION_DEFAULT, SIMULATION_LIMITS } from './simulate/simulation-parameters';
import { isVariant, VARIANT_NAMES, type VariantName, VARIANTS } from './simulate/variants';
import { writeDataSet } from './simulate/write-data-set';

const variantLines = VARIANT_NAMES.map(
  (name) => `    ${name.padEnd(18)}${VARIANTS[name].says}\n`,
).join('');

export const SIMULATE_USAGE = `usage: npm run lab -- simulate --out DIR [--variant NAME] [--seed N] [--days N] [--wallets N]
       npm run lab -- simulate --parameters [--variant NAME]

Writes a self-made, labelled transfer feed into a folder of the lab's format.
docs/simulation.md tells what it is made of and draws each variant.

  --out DIR      an empty or new folder, or one written by this command
  --variant NAME how the operations hide, one of (default plain):
${variantLines}  --seed N       ${rangeOf('seed')}: the same seed, size and variant make the same feed
  --days N       simulated days, ${rangeOf('days')}
  --wallets N    wallets, shops and agents included, ${rangeOf('wallets')};
                 dusting and split-merge open some more for the operations
  --parameters   prints every parameter of the feed and of the variant with its value, and writes nothing
`;

export async function simulateCommand(args: readonly string[]): Promise<void> {
  const flags = readFlags(args, {
    out: { type: 'string' },
    variant: { type: 'string' },
    seed: { type: 'string' },
    days: { type: 'string' },
    wallets: { type: 'string' },
    parameters: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  });
  if (flags.help) {
    process.stdout.write(SIMULATE_USAGE);
    return;
  }
  const variant = variantOf(flags.variant ?? 'plain');
  if (flags.parameters) {
    process.stdout.write(parameterText(variant));
    return;
  }
  if (!flags.out) throw new AppError('INVALID_INPUT', '--out must name a folder');
  const { seed, days, wallets } = SIMULATION_DEFAULT;
  const size = {
    seed: wholeNumber('--seed', flags.seed, seed, SIMULATION_LIMITS.seed),
    days: wholeNumber('--days', flags.days, days, SIMULATION_LIMITS.days),
    wallets: wholeNumber('--wallets', flags.wallets, wallets, SIMULATION_LIMITS.wallets),
  };
  const written = await writeDataSet(flags.out, size, variant);
  process.stdout.write(
    `${grouped(written.rows)} transfers, ${grouped(written.launderingRows)} of them laundering in ` +
      `${written.patterns} patterns, written to ${flags.out}\n`,
  );
}

function variantOf(name: string): VariantName {
  if (isVariant(name)) return name;
  throw new AppError('INVALID_INPUT', `--variant must be one of ${VARIANT_NAMES.join(', ')}`);
}

function rangeOf(flag: keyof typeof SIMULATION_LIMITS): string {
  const { low, high } = SIMULATION_LIMITS[flag];
  return `${low} to ${grouped(high)} (default ${grouped(SIMULATION_DEFAULT[flag])})`;
}

function parameterText(variant: VariantName): string {
  const lines = (parameters: readonly NamedParameter[]): string =>
    parameters.map(({ name, value }) => `  ${name.padEnd(42)}${value}\n`).join('');
  const own = variantParameters(variant);
  return (
    `The feed, whatever the variant:\n${lines(lifeParameters())}` +
    (own.length === 0 ? '' : `\nThe variant ${variant}:\n${lines(own)}`)
  );
}
