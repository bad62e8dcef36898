import { Readable } from 'node:stream';
import { type FileRefusal } from './stored-file';

const COLUMNS = ['line', 'transferId', 'code', 'path', 'column', 'detail'] as const;

/** Quoted where it has to be (RFC 4180). */
const cell = (value: string | number | null): string => {
  const text = String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

async function* lines(
  page: (afterLine: number) => Promise<readonly FileRefusal[]>,
): AsyncGenerator<string> {
  yield `${COLUMNS.join(',')}\n`;
  for (let after = 0; ;) {
    const refusals = await page(after);
    if (refusals.length === 0) return;
    yield refusals
      .map((refusal) => `${COLUMNS.map((column) => cell(refusal[column])).join(',')}\n`)
      .join('');
    after = refusals.at(-1)!.line;
  }
}

/** Refused rows as CSV, a page at a time as it is read. @param page the refusals after a line, until there are no more */
export const refusalsCsv = (
  page: (afterLine: number) => Promise<readonly FileRefusal[]>,
): Readable => Readable.from(lines(page), { objectMode: false });
