import { AppError } from '#domain';
import { readFlags } from './arguments';
import { openDataSet } from './evaluate/data-set';
import { EvaluationProgress } from './evaluate/evaluation-progress';
import { explainTransfer } from './explain/explain-transfer';
import { explanationText } from './explain/explanation-text';
import { JsonFile } from './json-file';

export const EXPLAIN_USAGE = `usage: npm run lab -- explain --data DIR --transfer ID [--all] [--json F]

Reads a data set's feed up to one transfer, and tells what the engine held of both wallets at that moment, why each
typology saw something there or by how much it missed, and what that came to.

  --data DIR     a data set, as for evaluate; its indicators are told as they become known
  --transfer ID  the transfer, by its id in transfers.csv.gz
  --all          cuts no list short, and shows every condition that was asked
  --json F       writes everything to F too
`;

/**
 * Explains one transfer.
 *
 * @throws AppError INVALID_INPUT for a wrong flag, folder or file, and for a transfer that is not there or moved nothing;
 *   UNAVAILABLE where the data can no longer be written
 */
export async function explainCommand(args: readonly string[]): Promise<void> {
  const flags = readFlags(args, {
    data: { type: 'string' },
    transfer: { type: 'string' },
    all: { type: 'boolean' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  });
  if (flags.help) {
    process.stdout.write(EXPLAIN_USAGE);
    return;
  }
  if (!flags.data) throw new AppError('INVALID_INPUT', '--data must name the folder of a data set');
  if (!flags.transfer)
    throw new AppError('INVALID_INPUT', '--transfer must name a transfer by its id');
  const json = await JsonFile.claim(flags.json);
  const set = await openDataSet(flags.data);
  const explained = await explainTransfer(
    set,
    flags.transfer,
    new EvaluationProgress(process.stderr),
  );
  process.stdout.write(explanationText(explained, flags.all ?? false));
  if (json === null) return;
  const plain = explained.names.outside(explained.explanation);
  await json.write(`${JSON.stringify(plain, null, 1)}\n`);
}
