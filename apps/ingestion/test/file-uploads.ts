import { setTimeout as sleep } from 'node:timers/promises';
import { type StoredFile } from '../src/files/stored-file';
import { type RunningIngestion } from './running-ingestion';

const OVER = ['DONE', 'FAILED', 'GIVEN_UP'];
const TRIES_MAX = 1_000;
const POLL_MS = 20;
const HEADER =
  'transferId,occurredAt,type,amount,currency,debtor.walletId,creditor.walletId,narrative';

let ids = 0;
/** An id that no other row of this file of tests has. */
export const nextId = (): string => `F-${String((ids += 1))}`;
export const line = (id = nextId(), amount = '1250.50', narrative = ''): string =>
  `${id},2026-03-01T14:05:09+05:00,P2P,${amount},PKR,W1,W2,${narrative}`;
export const lines = (count: number): string[] => Array.from({ length: count }, () => line());
export const csv = (...rows: string[]): string => [HEADER, ...rows, ''].join('\n');

/** As tus has it: keys, and values in base64. */
export const said = (facts: Record<string, string>): string =>
  Object.entries(facts)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');

/** Uploads of the provider that the service knows. */
export class FileUploads {
  constructor(private readonly ingestion: RunningIngestion) {}

  url(path = ''): string {
    return this.ingestion.url.replace('transfers', `files${path}`);
  }

  call(
    method: string,
    path = '',
    headers: Record<string, string> = {},
    body?: string | Buffer,
  ): Promise<Response> {
    const authorization = `Bearer ${this.ingestion.key}`;
    return fetch(this.url(path), {
      method,
      headers: { authorization, 'tus-resumable': '1.0.0', ...headers },
      ...(body === undefined ? {} : { body }),
    });
  }

  /** Begins an upload. @returns its id */
  async begin(length: number, facts: Record<string, string> = {}): Promise<string> {
    const created = await this.call('POST', '', {
      'upload-length': String(length),
      'upload-metadata': said({ filename: 'x.csv', ...facts }),
    });
    if (created.status !== 201) throw new Error(await created.text());
    return created.headers.get('location')!.replace('/v1/files/', '');
  }

  append(id: string, offset: number, body: string | Buffer): Promise<Response> {
    const type = 'application/offset+octet-stream';
    const headers = { 'content-type': type, 'upload-offset': String(offset) };
    return this.call('PATCH', `/${id}`, headers, body);
  }

  async get(id: string): Promise<StoredFile> {
    return (await (await this.call('GET', `/${id}`)).json()) as StoredFile;
  }

  /** Until the file is as it is wanted. */
  async until(id: string, isSo: (file: StoredFile) => boolean): Promise<StoredFile> {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const file = await this.get(id);
      if (isSo(file)) return file;
      await sleep(POLL_MS);
    }
    throw new Error('the file did not come to be so');
  }

  ended(id: string): Promise<StoredFile> {
    return this.until(id, ({ state }) => OVER.includes(state));
  }

  /** Uploads at once, and waits until it is worked through. */
  async worked(content: string | Buffer, facts: Record<string, string> = {}): Promise<StoredFile> {
    const bytes = Buffer.from(content);
    const id = await this.begin(bytes.length, facts);
    const { status } = await this.append(id, 0, bytes);
    if (status !== 204) throw new Error(`the part was answered with ${String(status)}`);
    return this.ended(id);
  }

  /** The lines of the refused rows as CSV. */
  async refusals(id: string): Promise<string[]> {
    return (await (await this.call('GET', `/${id}/refusals`)).text()).trimEnd().split('\n');
  }
}
