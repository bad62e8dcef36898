import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { toldInSum } from '#contracts';
import { type Services } from './services';

const ROOT = join(__dirname, '../../..');
const BATCH = 500;

export interface Scenario {
  readonly batches: Record<string, unknown>[][];
  readonly indicators: { walletId: string; operationId: string; knownFrom: string }[];
  readonly labelled: Set<string>;
}

const linesOf = (text: string): string[][] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.split(','));

/** A labelled feed of the lab's own, as rows of the API. */
export function scenario(): Scenario {
  const folder = mkdtempSync(join(tmpdir(), 'layerwatch scenario '));
  try {
    const lab = join(ROOT, 'dist/apps/lab/src/main.js');
    const options = ['--seed', '7', '--wallets', '1000', '--days', '4'];
    execFileSync(process.execPath, [lab, 'simulate', '--out', folder, ...options], {
      stdio: 'ignore',
    });
    const read = (file: string): string[][] => {
      const bytes = readFileSync(join(folder, file));
      return linesOf((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString());
    };
    const [header, ...rows] = read('transfers.csv.gz') as [string[], ...string[][]];
    const transfers = rows.map((cells) => {
      const of = (name: string): string | undefined => cells[header.indexOf(name)];
      const kind = of('creditor.kind');
      const debtorKind = of('debtor.kind');
      return {
        transferId: of('transferId'),
        occurredAt: of('occurredAt'),
        type: of('type'),
        amount: of('amount'),
        currency: of('currency'),
        debtor: { walletId: of('debtorWalletId'), ...(debtorKind ? { kind: debtorKind } : {}) },
        creditor: { walletId: of('creditorWalletId'), ...(kind ? { kind } : {}) },
      };
    });
    const batches: Record<string, unknown>[][] = [];
    for (let i = 0; i < transfers.length; i += BATCH) batches.push(transfers.slice(i, i + BATCH));
    const [names, ...marks] = read('indicators.csv') as [string[], ...string[][]];
    return {
      batches,
      labelled: new Set(
        read('labels.csv.gz')
          .slice(1)
          .map(([transferId]) => transferId!),
      ),
      indicators: marks
        .map((cells) => ({
          walletId: cells[names.indexOf('walletId')]!,
          operationId: cells[names.indexOf('operationId')]!,
          knownFrom: cells[names.indexOf('knownFrom')]!,
        }))
        .filter(({ walletId }) => walletId !== ''),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export type Outcome = Readonly<Record<'transfers' | 'told' | 'alerts' | 'cases', unknown>>;

/** Everything an outsider and an auditor can see at the end, without what the clock on the wall says. */
export async function outcome(services: Services): Promise<Outcome> {
  const { dataSource } = services.database;
  return {
    transfers: await dataSource.query(
      'select provider_id, transfer_id, amount_minor from feed.transfer order by position',
    ),
    told: toldInSum(
      await dataSource.query('select name, body from scoring.outbox order by position'),
    ),
    alerts: await services.all('/v1/alerts'),
    cases: await services.all('/v1/cases'),
  };
}

/**
 * Posts the scenario, and at some batches does something to a service.
 *
 * @param disturb gets the number of the batch; what it returns is awaited while the batch is under way
 * @param before is awaited before the batch is sent
 */
export async function play(
  services: Services,
  { batches, indicators }: Scenario,
  disturb: (batch: number) => Promise<void> | undefined,
  before: (batch: number) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  for (const [i, batch] of batches.entries()) {
    if (i === 2) {
      for (const { operationId, walletId, knownFrom } of indicators) {
        const answer = await services.people('POST', '/v1/operations', {
          id: operationId,
          name: operationId,
          kind: 'CALL_CENTRE',
          modus: 'PHISHING',
          indicators: [{ type: 'wallet', provider: 'demo', value: walletId, knownFrom }],
        });
        expect([200, 201]).toContain(answer.status);
      }
    }
    await before(i);
    const disturbance = disturb(i);
    for (;;) {
      // A batch that got no answer is sent again: what was stored of it then counts as duplicates.
      const answer = await services.post(batch).catch(() => null);
      if (answer?.status === 200) {
        const counts = (await answer.json()) as {
          accepted: number;
          duplicates: number;
          rejected: number;
        };
        expect(counts.accepted + counts.duplicates).toBe(batch.length);
        break;
      }
      await sleep(50);
    }
    await disturbance;
  }
  await services.settled();
}

/** That a run with something done to the services on the way ended as the undisturbed one. */
export async function endsAsExpected(services: Services, expected: Outcome): Promise<void> {
  const actual = await outcome(services);
  const ids = (actual.transfers as { transfer_id: string }[]).map((row) => row.transfer_id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(actual.transfers).toEqual(expected.transfers);
  expect(actual.told).toEqual(expected.told);
  expect(actual.alerts).toEqual(expected.alerts);
  expect(actual.cases).toEqual(expected.cases);
}
