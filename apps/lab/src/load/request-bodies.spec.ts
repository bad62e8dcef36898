import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TransferRow } from '#contracts';
import { POWER_LAW_FEED, PowerLawFeed } from '../bench/power-law-feed';
import { BodyFile, type RequestBodies, writeBodies } from './request-bodies';
import { providerOf, transferNumber } from './transfer-row';

const PROVIDERS = ['one', 'two', 'three'];
const ROWS_PER_BODY = 7;
const TRANSFERS = 500;

describe('prepared requests', () => {
  const folder = mkdtempSync(join(tmpdir(), 'layerwatch bodies '));
  let all: RequestBodies[];
  const rowsOf = async (bodies: RequestBodies): Promise<TransferRow[][]> => {
    const file = await BodyFile.open(bodies);
    const read: TransferRow[][] = [];
    for (const index of bodies.ends.keys()) {
      const body = JSON.parse(Buffer.from(await file.read(index)).toString()) as {
        transfers: TransferRow[];
      };
      read.push(body.transfers);
    }
    await file.close();
    return read;
  };

  beforeAll(async () => {
    const feed = new PowerLawFeed({ ...POWER_LAW_FEED, wallets: 10_000, transfers: 10_000 });
    all = await writeBodies(
      (count) => feed.next(count),
      TRANSFERS,
      ROWS_PER_BODY,
      PROVIDERS,
      join(folder, 'x'),
      () => undefined,
    );
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('hold each transfer once, with the provider that keeps the payer’s wallet, in its order', async () => {
    const numbers: number[] = [];
    for (const bodies of all) {
      const rows = (await rowsOf(bodies)).flat();
      const own = rows.map(({ transferId }) => transferNumber(transferId));
      expect(own).toEqual([...own].sort((a, b) => a - b));
      numbers.push(...own);
      for (const { debtor, creditor } of rows) {
        expect(providerOf(debtor.walletId, PROVIDERS)).toBe(bodies.provider);
        expect(debtor.provider).toBeUndefined();
        expect(creditor.provider ?? bodies.provider).toBe(providerOf(creditor.walletId, PROVIDERS));
      }
    }
    expect(numbers.sort((a, b) => a - b)).toEqual(
      Array.from({ length: TRANSFERS }, (_, i) => i + 1),
    );
  });

  it('say of each how many rows it has, and which is its last', async () => {
    for (const bodies of all) {
      const read = await rowsOf(bodies);
      expect(bodies.rows).toEqual(read.map((rows) => rows.length));
      expect(bodies.lasts).toEqual(read.map((rows) => transferNumber(rows.at(-1)!.transferId)));
      expect(bodies.rows.slice(0, -1).every((rows) => rows === ROWS_PER_BODY)).toBe(true);
    }
  });
});
