import { open } from 'node:fs/promises';
import { AppError } from '#domain';
import { parseRulePack, type RulePack } from '#typologies';

/** The default pack has some 10 KB; a thousand legal values fit. */
const PACK_BYTES_MAX = 1024 * 1024;
/** One line is read to its end. */
const PROBLEMS_TOLD_MAX = 3;

/**
 * A rule pack out of a file, in JSON.
 *
 * @throws AppError INVALID_INPUT naming the file, and where and why it is no pack
 */
export async function readRulePack(path: string): Promise<RulePack> {
  const wrong = (why: string, cause?: unknown): AppError =>
    new AppError('INVALID_INPUT', `--pack ${path}: ${why}`, [], { cause });
  let document: unknown;
  try {
    document = JSON.parse(await readShort(path));
  } catch (cause) {
    if (cause instanceof SyntaxError) throw wrong('is no JSON', cause);
    if (cause instanceof AppError) throw wrong(cause.message, cause);
    throw wrong(`cannot be read (${String((cause as { code?: unknown }).code)})`, cause);
  }
  try {
    return parseRulePack(document);
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    const { problems } = cause;
    const told = problems
      .slice(0, PROBLEMS_TOLD_MAX)
      .map((problem) => `${problem.path === '' ? 'the document' : problem.path} ${problem.detail}`);
    const rest = problems.length - told.length;
    throw wrong([...told, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; '), cause);
  }
}

/** The text of a file of which no more is read than a pack may have: it may be a device without an end. */
async function readShort(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(PACK_BYTES_MAX + 1);
    let size = 0;
    for (let read = -1; read !== 0 && size < bytes.length; size += read) {
      read = (await file.read(bytes, size, bytes.length - size)).bytesRead;
    }
    if (size > PACK_BYTES_MAX) {
      throw new AppError('INVALID_INPUT', `is longer than ${PACK_BYTES_MAX} bytes`);
    }
    return bytes.toString('utf8', 0, size);
  } finally {
    await file.close();
  }
}
