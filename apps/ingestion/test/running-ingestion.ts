import 'reflect-metadata';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { type EventsAnswer, type TransferRow, type TransfersAnswer } from '#contracts';
import { IdentityVault, newProviderKey, provisionProvider } from '#identity';
import { takeTurn } from '#messaging';
import { createServiceApp } from '#platform';
import { ingestionModule, INGESTION_SERVICE } from '../src/ingestion.module';
import { KeepFeedHealth } from '../src/feed-health/keep-feed-health';
import { loadIngestionConfig } from '../src/ingestion-config';

/** Ingestion as it runs, in this process, on a free port. */
export interface RunningIngestion {
  readonly url: string;
  readonly port: number;
  readonly key: string;
  readonly vault: IdentityVault;
  /** Posts rows as JSON. */
  send(rows: readonly unknown[]): Promise<TransfersAnswer>;
  /** Posts events as JSON. */
  sendEvents(rows: readonly unknown[]): Promise<EventsAnswer>;
  /** Posts any body. @param route `transfers` unless another is named, with its query */
  post(body: string | Buffer, headers?: Record<string, string>, route?: string): Promise<Response>;
  /** Looks now how the feeds are, as it does every minute. */
  look(): Promise<void>;
  close(): Promise<void>;
}

export const PROVIDER = 'demo';

/**
 * @param databaseUrl of a migrated database
 * @param settings as environment variables
 * @param key of the provider; a new one takes the place of the one before
 */
export async function runIngestion(
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
  key = newProviderKey(),
): Promise<RunningIngestion> {
  const folder = mkdtempSync(join(tmpdir(), 'layerwatch-ingestion-'));
  const keyFile = join(folder, 'identity.key');
  writeFileSync(keyFile, Buffer.alloc(32, 7).toString('base64'));
  const config = loadIngestionConfig({
    DATABASE_URL: databaseUrl,
    IDENTITY_KEY_FILE: keyFile,
    LOG_LEVEL: 'silent',
    ...settings,
  });
  const { app } = await createServiceApp(ingestionModule(config), {
    ...INGESTION_SERVICE,
    bodyBytesMax: config.INGESTION_BODY_BYTES_MAX,
  });
  const dataSource = app.get(DataSource);
  await dataSource.initialize();
  await provisionProvider(dataSource, PROVIDER, key);
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  const urlOf = (route: string): string => `http://127.0.0.1:${port}/v1/${route}`;
  const post = (
    body: string | Buffer,
    headers: Record<string, string> = {},
    route = 'transfers',
  ): Promise<Response> =>
    fetch(urlOf(route), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        ...headers,
      },
      body,
    });
  const send = async (route: 'transfers' | 'events', rows: readonly unknown[]) => {
    const response = await post(JSON.stringify({ [route]: rows }), {}, route);
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    return response.json();
  };
  let closed = false;
  return {
    url: urlOf('transfers'),
    port,
    key,
    vault: new IdentityVault(Buffer.alloc(32, 7)),
    post,
    send: (rows) => send('transfers', rows) as Promise<TransfersAnswer>,
    sendEvents: (rows) => send('events', rows) as Promise<EventsAnswer>,
    look: () => app.get(KeepFeedHealth).look(),
    close: async () => {
      if (closed) return;
      closed = true;
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A good row that differs from others by its id. */
export const row = (transferId: string, change: Record<string, unknown> = {}): TransferRow => ({
  transferId,
  occurredAt: '2026-03-01T14:05:09.123+05:00',
  type: 'P2P',
  amount: '1250.50',
  currency: 'PKR',
  debtor: { walletId: 'W1' },
  creditor: { walletId: 'W2' },
  ...change,
});

/** Stands between a program and the database, and can be away. */
export class Link {
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;
  private port = 0;

  constructor(private readonly databaseUrl: string) {}

  /** @returns the database's address by way of this link */
  async up(): Promise<string> {
    const { hostname, port } = new URL(this.databaseUrl);
    const server = createServer((near) => {
      const far = connect(Number(port), hostname);
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          near.destroy();
          far.destroy();
          this.sockets.delete(socket);
        });
      }
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
    const url = new URL(this.databaseUrl);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.toString();
  }

  /** Connections break, and new ones are refused. */
  async down(): Promise<void> {
    const closed = new Promise((resolve) => this.server?.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** Connections stay, but nothing comes through any more. */
  freeze(): void {
    for (const socket of this.sockets) socket.unpipe();
    for (const socket of this.sockets) socket.pause();
  }
}

/** Takes the turn at the log, so that whoever wants to store waits, until the returned function is called. */
export async function holdTurn(dataSource: DataSource): Promise<() => Promise<void>> {
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  await takeTurn(runner.manager, 'transfers');
  return async () => {
    await runner.commitTransaction();
    await runner.release();
  };
}

const WAITING_TRIES_MAX = 1_000;
const WAITING_POLL_MS = 10;

/** Until so many statements wait for the turn at the log. */
export async function waitingForTurn(dataSource: DataSource, count: number): Promise<void> {
  for (let tries = 0; tries < WAITING_TRIES_MAX; tries += 1) {
    const rows: unknown[] = await dataSource.query(
      `select from pg_locks join pg_stat_activity using (pid)
       where locktype = 'advisory' and not granted and datname = current_database()`,
    );
    if (rows.length >= count) return;
    await sleep(WAITING_POLL_MS);
  }
  throw new Error('they do not wait for the turn');
}
