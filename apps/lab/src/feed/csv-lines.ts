import { CsvError, parse, type Parser } from 'csv-parse';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { AppError } from '#domain';

/** The longest line that is read, in characters. A row of the contract stays far below. */
const LINE_LENGTH_MAX = 16_384;
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
const LINE_FEED = 0x0a;

/** What can be wrong with a line, without its text: it may hold somebody's name. */
const REASON_BY_CODE: Readonly<Record<string, string>> = {
  CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: 'has another number of columns than the first line',
  CSV_QUOTE_NOT_CLOSED: 'opens a quote that is never closed',
  CSV_INVALID_CLOSING_QUOTE: 'has text after a closing quote',
  INVALID_OPENING_QUOTE: 'has a quote inside an unquoted cell',
  CSV_MAX_RECORD_SIZE: `is longer than ${LINE_LENGTH_MAX} characters`,
};

/**
 * What went wrong while reading a file, as an error that names the file's part in it.
 *
 * @param flag the command's flag that named the file, such as `--file`
 */
function readingError(flag: string, error: unknown): Error {
  if (error instanceof AppError) return error;
  if (error instanceof CsvError) {
    const reason = REASON_BY_CODE[error.code] ?? 'is not CSV';
    return new AppError('INVALID_INPUT', `${flag}: line ${String(error.lines)} ${reason}`);
  }
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string') return error as Error;
  if (code.startsWith('Z_')) {
    return new AppError('INVALID_INPUT', `${flag}: the compressed file is damaged or cut off`);
  }
  const reason =
    { ENOENT: 'there is no such file', EISDIR: 'is a folder, not a file' }[code] ??
    `cannot be read (${code})`;
  return new AppError('INVALID_INPUT', `${flag}: ${reason}`);
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const start = Buffer.alloc(GZIP_MAGIC.length);
    await file.read(start, 0, start.length, 0);
    return start.equals(GZIP_MAGIC);
  } finally {
    await file.close();
  }
}

export interface FileFacts {
  readonly sha256: string;
  /** Lines, the first included. */
  readonly lines: number;
}

/**
 * Reads a file once from end to end: it is whole, this is its hash, so many lines it has.
 *
 * @throws AppError INVALID_INPUT where it is missing, unreadable, damaged or empty
 */
export async function fileFacts(path: string, flag: string): Promise<FileFacts> {
  const hash = createHash('sha256');
  let lines = 0;
  let lastByte = LINE_FEED;
  try {
    // First, since a stream that nobody listens to yet would end the process with its error.
    const compressed = await isGzip(path);
    const source = createReadStream(path);
    source.on('data', (chunk) => hash.update(chunk));
    const count = async (content: AsyncIterable<Buffer>): Promise<void> => {
      for await (const chunk of content) {
        for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) {
          lines += 1;
        }
        if (chunk.length > 0) lastByte = chunk[chunk.length - 1]!;
      }
    };
    if (compressed) await pipeline(source, createGunzip(), count);
    else await pipeline(source, count);
  } catch (error) {
    throw readingError(flag, error);
  }
  if (lastByte !== LINE_FEED) lines += 1;
  if (lines === 0) throw new AppError('INVALID_INPUT', `${flag}: the file is empty`);
  return { sha256: hash.digest('hex'), lines };
}

const READING = { bom: true, skip_empty_lines: true, max_record_size: LINE_LENGTH_MAX };

/**
 * The cells of each line of a CSV file, compressed or not, the first line included. Blank lines are passed over.
 *
 * @throws AppError INVALID_INPUT naming the line that is malformed
 */
export const csvLines = (path: string, flag: string): AsyncGenerator<string[]> =>
  records<string[]>(path, flag, parse(READING));

/**
 * On which line of the file its `record`th record ends, counted from 1: blank lines and quoted line breaks make the two
 * differ. The file is read again for it, since a reader that always kept count would take twice as long.
 */
export async function lineOfRecord(path: string, flag: string, record: number): Promise<number> {
  let read = 0;
  const counting = parse({ ...READING, info: true });
  for await (const { info } of records<{ info: { lines: number } }>(path, flag, counting)) {
    read += 1;
    if (read === record) return info.lines;
  }
  return read;
}

async function* records<T>(path: string, flag: string, parser: Parser): AsyncGenerator<T> {
  let source: Readable | null = null;
  try {
    const compressed = await isGzip(path);
    source = createReadStream(path);
    const streams = compressed ? [source, createGunzip(), parser] : [source, parser];
    // The parser is destroyed with the pipeline's error, so the loop below is where it shows.
    void pipeline(streams).catch(() => undefined);
    for await (const record of parser) yield record as T;
  } catch (error) {
    throw readingError(flag, error);
  } finally {
    source?.destroy();
  }
}
