import { basename } from 'node:path';
import { AppError } from '#domain';
import { csvLines, fileFacts } from './csv-lines';
import { feedRow, type FeedRow, type FeedSource } from './feed-source';
import { RowColumns } from './row-columns';

const FLAG = '--file';

/**
 * Opens a CSV or CSV.gz feed of the lab's format. It is read from end to end once before anything is sent, so that a
 * damaged file, a missing or an unknown column is told at once.
 *
 * @throws AppError INVALID_INPUT
 */
export async function openCsvFeed(path: string): Promise<FeedSource> {
  const { sha256, lines } = await fileFacts(path, FLAG);
  const header = await firstLine(path);
  if (header === null) throw new AppError('INVALID_INPUT', `${FLAG}: the file is empty`);
  const columns = new RowColumns(header);
  return {
    name: basename(path),
    fingerprint: sha256,
    rowsTotal: lines - 1,
    rows: () => readRows(path, columns),
  };
}

async function firstLine(path: string): Promise<string[] | null> {
  for await (const cells of csvLines(path, FLAG)) return cells;
  return null;
}

async function* readRows(path: string, columns: RowColumns): AsyncGenerator<FeedRow> {
  let header = true;
  for await (const cells of csvLines(path, FLAG)) {
    if (!header) yield feedRow(columns, cells);
    header = false;
  }
}
