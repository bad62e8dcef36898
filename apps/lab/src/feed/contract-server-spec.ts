import Ajv from 'ajv';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { TRANSFER_ROW_SCHEMA, ROWS_MAX, type TransferRow } from '#contracts';
import { AppError, parseAmount } from '#domain';

/** What goes wrong with one request; each is used up by the request it befalls. */
export type Mishap =
  | { readonly kind: 'answer'; readonly status: number; readonly retryAfter?: string }
  /** The connection breaks before, or after, the batch is stored. */
  | { readonly kind: 'drop'; readonly stored: boolean };

export interface PostedOperation {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly modus: string;
  readonly indicators: readonly Record<string, string>[];
  /** How many transfers were stored when it was posted. */
  readonly afterRows: number;
}

const isRow = new Ajv({ allErrors: false }).compile(TRANSFER_ROW_SCHEMA);

/**
 * Ingestion and case-referral as the contract describes them, behind one real port: what the feed client's tests post to.
 * It is not part of the program (the build leaves files of this name out).
 */
export class ContractServer {
  readonly key = 'lw_test-key';
  /** By id, in the order they were first stored. */
  readonly stored = new Map<string, TransferRow>();
  readonly operations: PostedOperation[] = [];
  readonly mishaps: Mishap[] = [];
  /** Rows of each batch that was answered. */
  readonly batches: number[] = [];
  requests = 0;
  /** Called before a batch is answered. */
  onBatch: () => void | Promise<void> = () => undefined;
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      void this.handle(request, response);
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const answer = (
      status: number,
      content: object,
      headers: Record<string, string> = {},
    ): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(content));
    };
    if (request.headers.authorization !== `Bearer ${this.key}`) {
      answer(401, { code: 'UNAUTHENTICATED', detail: 'this provider key is not known' });
      return;
    }
    const mishap = this.mishaps.shift();
    if (mishap?.kind === 'answer') {
      const headers = mishap.retryAfter === undefined ? {} : { 'retry-after': mishap.retryAfter };
      answer(mishap.status, { code: 'UNAVAILABLE', detail: 'mishap' }, headers);
      return;
    }
    if (mishap?.stored === false) {
      response.destroy();
      return;
    }
    const content = request.url === '/v1/operations' ? this.operation(body) : this.transfers(body);
    if (mishap) {
      response.destroy();
      return;
    }
    if (request.url === '/v1/transfers') await this.onBatch();
    answer('accepted' in content ? 200 : 201, content);
  }

  private operation(body: unknown): object {
    this.operations.push({ ...(body as PostedOperation), afterRows: this.stored.size });
    return { id: (body as PostedOperation).id };
  }

  private transfers(body: unknown): object {
    const rows = (body as { transfers: unknown[] }).transfers;
    if (rows.length > ROWS_MAX) throw new Error('a batch holds too many rows');
    const problems: object[] = [];
    let accepted = 0;
    let duplicates = 0;
    rows.forEach((row, index) => {
      const problem = refusal(row);
      if (problem) {
        problems.push({ index, transferId: null, ...problem });
        return;
      }
      const { transferId } = row as TransferRow;
      if (this.stored.has(transferId)) duplicates += 1;
      else accepted += 1;
      if (!this.stored.has(transferId)) this.stored.set(transferId, row as TransferRow);
    });
    this.batches.push(rows.length);
    return { accepted, duplicates, rejected: problems.length, problems };
  }
}

function refusal(row: unknown): { code: string; path: string; detail: string } | null {
  if (!isRow(row)) {
    const [error] = isRow.errors ?? [];
    const path = error?.instancePath ?? '';
    return { code: 'INVALID_INPUT', path, detail: error?.message ?? '' };
  }
  try {
    parseAmount(row.amount, row.currency);
    return null;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { code: error.code, path: '/amount', detail: error.message };
  }
}
