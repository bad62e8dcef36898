import { isUtf8 } from 'node:buffer';
import { AppError } from '#domain';
import { ROW_PURPOSES, type RowPurpose } from '../row-kind';

export const FILE_FORMATS = ['csv', 'ndjson'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

/** What a sender says of its file before its first byte. */
export interface UploadFacts {
  readonly name: string | null;
  readonly kind: 'transfers';
  readonly format: FileFormat;
  /** As it is named in a request, `NAME` or `NAME@3`. */
  readonly mapping: string | null;
  readonly purpose: RowPurpose;
}

const METADATA_LENGTH_MAX = 2_048;
const NAME_LENGTH_MAX = 200;
const KEYS = ['filename', 'name', 'filetype', 'kind', 'format', 'mapping', 'purpose'] as const;
type Key = (typeof KEYS)[number];

const FORMAT_OF_EXTENSION: ReadonlyMap<string, FileFormat> = new Map([
  ['csv', 'csv'],
  ['ndjson', 'ndjson'],
  ['jsonl', 'ndjson'],
]);
const FORMAT_OF_TYPE: ReadonlyMap<string, FileFormat> = new Map([
  ['text/csv', 'csv'],
  ['application/x-ndjson', 'ndjson'],
]);

const refused = (detail: string): AppError => new AppError('INVALID_INPUT', detail);

/**
 * Reads `Upload-Metadata` as tus has it: pairs of a key and a value in base64, commas between.
 *
 * @throws AppError INVALID_INPUT; nothing of it is repeated
 */
function metadata(header: string): ReadonlyMap<Key, string> {
  if (header.length > METADATA_LENGTH_MAX) throw refused('Upload-Metadata is too long');
  const found = new Map<Key, string>();
  for (const pair of header.split(',').map((part) => part.trim())) {
    if (pair === '') continue;
    const [name = '', encoded = ''] = pair.split(' ', 2);
    const key = KEYS.find((one) => one === name);
    if (key === undefined) throw refused(`Upload-Metadata may have ${KEYS.join(', ')}`);
    const bytes = Buffer.from(encoded, 'base64');
    const isExact = bytes.toString('base64') === encoded && isUtf8(bytes);
    if (!isExact || found.has(key)) {
      throw refused(`Upload-Metadata: ${key} must come once, as UTF-8 in base64`);
    }
    found.set(key, bytes.toString('utf8'));
  }
  return found;
}

function oneOf<T extends string>(key: string, value: string, values: readonly T[]): T {
  const found = values.find((one) => one === value);
  if (found === undefined) {
    throw refused(`Upload-Metadata: ${key} must be one of ${values.join(', ')}`);
  }
  return found;
}

/** By the name without `.gz`, or the type; gzip itself is known by its first bytes. */
function formatOf(said: ReadonlyMap<Key, string>, name: string | null): FileFormat {
  const format = said.get('format');
  if (format !== undefined) return oneOf('format', format, FILE_FORMATS);
  const [, extension = ''] =
    /\.([a-z]+)$/.exec(name?.toLowerCase().replace(/\.gz$/, '') ?? '') ?? [];
  const type = said.get('filetype')?.split(';')[0]?.trim().toLowerCase() ?? '';
  const found = FORMAT_OF_EXTENSION.get(extension) ?? FORMAT_OF_TYPE.get(type);
  if (found !== undefined) return found;
  throw refused(`Upload-Metadata: say the format, one of ${FILE_FORMATS.join(', ')}`);
}

/** @throws AppError INVALID_INPUT where the header says what it may not, or not enough */
export function readUploadFacts(header: string | undefined): UploadFacts {
  const said = metadata(header ?? '');
  const name = said.get('filename') ?? said.get('name') ?? null;

  if (name !== null && (name.length > NAME_LENGTH_MAX || /[\u0000-\u001f\u007f]/.test(name))) {
    throw refused(`Upload-Metadata: a name has at most ${NAME_LENGTH_MAX} plain characters`);
  }
  return {
    name,
    kind: oneOf('kind', said.get('kind') ?? 'transfers', ['transfers']),
    format: formatOf(said, name),
    mapping: said.get('mapping') ?? null,
    purpose: oneOf('purpose', said.get('purpose') ?? 'LIVE', ROW_PURPOSES),
  };
}
