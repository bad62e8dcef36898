import { randomUUID } from 'node:crypto';
import {
  access,
  constants,
  link,
  open,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '#domain';

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code);

const wrong = (message: string, cause?: unknown): AppError =>
  new AppError('INVALID_INPUT', message, [], { cause });

/** Which flag names the file, and whether what it holds may be replaced. */
export interface FileUse {
  readonly flag: string;
  readonly mayReplace: boolean;
}

const FIGURES: FileUse = { flag: '--json', mayReplace: true };

/**
 * The file that `--json` names, or another flag. Whether it can be written is asked before minutes are spent on what goes into it; until then
 * nothing is left beside it, and what it holds already stays.
 */
export class JsonFile {
  private constructor(
    private readonly path: string,
    private readonly partial: string,
    private readonly use: FileUse,
  ) {}

  /**
   * @param path null where nobody asked for a file
   * @throws AppError INVALID_INPUT that says what to do, where no file of that name could be written now
   */
  static async claim(path: string | undefined, use = FIGURES): Promise<JsonFile | null> {
    if (path === undefined) return null;
    const { flag } = use;
    if (path === '') throw wrong(`${flag} must name a file`);
    if (path.endsWith('/')) throw wrong(`${flag} names a folder: name a file in it`);
    const target = await writable(resolve(path), use);
    const folder = dirname(target);
    // A short name of its own: neither another run nor a file of the user's is in its way.
    const partial = join(folder, `.${randomUUID()}.partial`);
    try {
      // Tried, not reckoned from permissions: of a read-only or a virtual file system these say nothing.
      await (await open(partial, 'wx')).close();
      await rm(partial);
    } catch (cause) {
      throw refusedFolder(flag, folder, cause);
    }
    return new JsonFile(target, partial, use);
  }

  /**
   * Written beside and renamed: whoever finds the file finds it whole.
   *
   * @throws AppError UNAVAILABLE where that has become impossible since
   */
  async write(text: string): Promise<void> {
    try {
      await writeFile(this.partial, text, { flag: 'wx' });
      if (this.use.mayReplace) await rename(this.partial, this.path);
      else {
        // Unlike a rename it fails where somebody has made the file since.
        await link(this.partial, this.path);
        await rm(this.partial);
      }
    } catch (cause) {
      await rm(this.partial, { force: true }).catch(() => undefined);
      throw new AppError(
        'UNAVAILABLE',
        `${this.use.flag}: ${this.path} could be written before, and now cannot be (${codeOf(cause)})`,
        [],
        { cause },
      );
    }
  }
}

/** The file itself where a link was named: the rename would take the link's place. */
async function writable(path: string, { flag, mayReplace }: FileUse): Promise<string> {
  try {
    const target = await realpath(path);
    const found = await stat(target);
    if (found.isDirectory()) throw wrong(`${flag} names a folder: name a file in it`);
    if (!found.isFile()) throw wrong(`${flag} names what is no regular file: name another`);
    if (!mayReplace) throw wrong(`${flag} names a file that is there already: name another`);
    await access(target, constants.W_OK);
    return target;
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const code = codeOf(cause);
    // It is not there yet, or the folder is not: that is told apart where the folder is tried.
    if (code === 'ENOENT') return path;
    if (code === 'ENOTDIR') throw refusedFolder(flag, dirname(path), cause);
    throw wrong(`${flag} names a file that cannot be written (${code}): name another`, cause);
  }
}

function refusedFolder(flag: string, folder: string, cause: unknown): AppError {
  const code = codeOf(cause);
  if (code === 'ENOENT')
    return wrong(`${flag} names a file in ${folder}, which is not there: make it`, cause);
  if (code === 'ENOTDIR')
    return wrong(`${flag} names a file in ${folder}, which is no folder`, cause);
  return wrong(
    `${flag} names a file in ${folder}, where none can be written (${code}): name another folder`,
    cause,
  );
}
