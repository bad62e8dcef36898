import 'reflect-metadata';
import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { type Alert, EVENTS, type EvidenceTransfer, type WalletPosition } from '#contracts';
import { IdentityVault, newStaffKey, provisionStaff, STAFF_ROLES, type StaffRole } from '#identity';
import { appendToOutbox, outboxHead } from '#messaging';
import { createServiceApp } from '#platform';
import { loadCaseReferralConfig } from '../src/case-referral-config';
import {
  CASE_REFERRAL_SERVICE,
  caseReferralModule,
  connectAlerts,
} from '../src/case-referral.module';
import { KeepRetention } from '../src/retention/keep-retention';
import { PROVIDER } from './evidence';

const MASTER_KEY = Buffer.alloc(32, 7);
const SETTLE_MS = 20_000;
const POLL_MS = 20;

export interface Answer<Body> {
  readonly status: number;
  readonly contentType: string;
  readonly body: Body;
}

/** Case-referral as it runs, in this process, on a free port. */
export interface RunningCaseReferral {
  readonly url: string;
  readonly vault: IdentityVault;
  readonly retention: KeepRetention;
  /** Of the request that is being answered, where this is asked on its behalf: its correlation id. */
  readonly requestId: () => string | undefined;
  /** Paths of every route, as its own description names them. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Every route that the server has, as 'GET /v1/cases/:id'. */
  readonly routes: readonly string[];
  call<Body = Record<string, unknown>>(
    who: string | null,
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
  ): Promise<Answer<Body>>;
  close(): Promise<void>;
}

/** Staff of the tests, by name; of each role there is one of that name. Keys are made anew for each database. */
export const STAFF: Readonly<Record<string, StaffRole>> = {
  ...Object.fromEntries(STAFF_ROLES.map((role) => [role, role] as const)),
  ana: 'analyst',
  aziz: 'approver',
  adil: 'approver',
};

/**
 * @param keys filled with the staff's keys where they have none yet
 * @param settings beside those that every start has
 */
export async function runCaseReferral(
  databaseUrl: string,
  keys = new Map<string, string>(),
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningCaseReferral> {
  const folder = mkdtempSync(join(tmpdir(), 'layerwatch-case-referral-'));
  const keyFile = join(folder, 'identity.key');
  writeFileSync(keyFile, MASTER_KEY.toString('base64'));
  const config = loadCaseReferralConfig({
    DATABASE_URL: databaseUrl,
    IDENTITY_KEY_FILE: keyFile,
    LOG_LEVEL: 'silent',
    ...settings,
  });
  const { app, openApi } = await createServiceApp(caseReferralModule(config), {
    ...CASE_REFERRAL_SERVICE,
    trustedProxies: config.TRUSTED_PROXIES,
  });
  const routes: string[] = [];
  const requests = new AsyncLocalStorage<string>();
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, _, done) => {
      requests.run(request.id, done);
    })
    .addHook('onRoute', ({ method, url: path }) => {
      for (const one of [method].flat()) routes.push(`${one} ${path}`);
    });
  const dataSource = app.get(DataSource);
  await dataSource.initialize();
  for (const [id, role] of Object.entries(STAFF)) {
    if (!keys.has(id)) keys.set(id, newStaffKey());
    const provider = role === 'compliance-officer' ? { provider: PROVIDER } : {};
    await provisionStaff(dataSource, { id, role, ...provider }, keys.get(id)!);
  }
  connectAlerts(app, config);
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  const url = `http://127.0.0.1:${String(port)}`;
  return {
    url,
    vault: new IdentityVault(MASTER_KEY),
    retention: app.get(KeepRetention),
    requestId: () => requests.getStore(),
    paths: openApi.paths as RunningCaseReferral['paths'],
    routes,
    call: async (who, method, path, body) => {
      const response = await fetch(url + path, {
        method,
        headers: {
          ...(who === null ? {} : { authorization: `Bearer ${keys.get(who) ?? who}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return {
        status: response.status,
        contentType: response.headers.get('content-type') ?? '',
        body: (text === '' ? null : JSON.parse(text)) as never,
      };
    },
    close: async () => {
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Tells of an alert as scoring does. */
export async function tellAlert(
  dataSource: DataSource,
  alert: Alert,
  evidence: readonly EvidenceTransfer[],
): Promise<void> {
  const name = alert.revision === 1 ? EVENTS.alertRaised : EVENTS.alertUpdated;
  await dataSource.transaction((manager) =>
    appendToOutbox(manager, 'scoring', [{ name, body: { alert, evidence } }]),
  );
}

/** Tells what is left of these credits of a wallet, as scoring does. */
export async function tellPosition(
  dataSource: DataSource,
  wallet: Pick<WalletPosition, 'provider' | 'walletId'>,
  asOf: string,
  credits: readonly (readonly [EvidenceTransfer, number])[],
  times?: number,
): Promise<void> {
  const heldMinor = credits.reduce((sum, [, leftMinor]) => sum + leftMinor, 0);
  const body: WalletPosition = {
    ...wallet,
    currency: 'PKR',
    asOf,
    inMinor: heldMinor,
    outMinor: 0,
    heldMinor,
    taintedMinor: 0,
    credits: credits.map(([{ provider, transferId }, leftMinor]) => ({
      provider,
      transferId,
      leftMinor,
    })),
    ...(times === undefined ? {} : { times }),
  };
  await dataSource.transaction((manager) =>
    appendToOutbox(manager, 'scoring', [{ name: EVENTS.walletPosition, body }]),
  );
}

/** Waits until everything that was told has been taken in. */
export async function settled(dataSource: DataSource): Promise<void> {
  const head = await outboxHead(dataSource, 'scoring');
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    const rows: { settled: boolean }[] = await dataSource.query(
      `select (select position from referral.inbox where source = 'scoring') >= $1
              and not exists (select from referral.case_file where stale) as settled`,
      [head],
    );
    if (head === 0 || rows[0]!.settled) return;
    if (performance.now() > deadline) throw new Error('events were not taken in');
    await sleep(POLL_MS);
  }
}
