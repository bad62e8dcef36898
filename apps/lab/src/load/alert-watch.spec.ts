import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { AlertWatch } from './alert-watch';

interface Shown {
  readonly id: string;
  readonly revision: number;
  readonly transfers: readonly { readonly provider: string; readonly transferId: string }[];
  readonly wallets: readonly { readonly walletId: string }[];
}

const alert = (id: number, revision: number, ...transfers: number[]): Shown => ({
  id: String(id),
  revision,
  transfers: transfers.map((number) => ({ provider: 'p', transferId: `T${number}` })),
  wallets: [{ walletId: `W${id}` }],
});

describe('looking for alerts', () => {
  let server: Server;
  /** The list, in pages as the contract has it: no cursor on the last, until it is full. */
  let list: Shown[] = [];
  /** How often it was looked at to its end. */
  let looks = 0;

  beforeEach(async () => {
    list = [];
    server = createServer((request, response) => {
      const query = new URL(request.url!, 'http://x').searchParams;
      const from = Number(query.get('after') ?? 0);
      const items = list.slice(from, from + Number(query.get('limit')));
      const end = from + items.length;
      if (end === list.length) looks += 1;
      response.end(JSON.stringify({ items, next: end < list.length ? String(end) : null }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(() => {
    server.close();
  });

  /** Once what is in the list now was seen: the second look to its end began after the first had been answered. */
  const lookedAtAll = async (): Promise<void> => {
    const until = looks + 2;
    while (looks < until) await sleep(5);
  };

  const watch = (
    answeredAtMs: (provider: string, transfer: number) => number | null,
    ofWallets = '',
  ): AlertWatch => {
    const { port } = server.address() as AddressInfo;
    return new AlertWatch(
      { service: 'x', url: `http://127.0.0.1:${port}`, key: 'k' },
      5,
      ofWallets,
      answeredAtMs,
    );
  };

  it('times each once, from the answer to the last transfer it names', async () => {
    const fromMs = performance.now();
    const looking = watch((_, transfer) => fromMs - (transfer === 3 ? 100 : 1_000_000));
    list = Array.from({ length: 25 }, (_, i) => alert(i, 1, 1, 3));
    await lookedAtAll();
    const latencies = await looking.end();
    expect(latencies.size).toBe(25);
    expect(latencies.quantileMs(0.01)).toBeGreaterThanOrEqual(100);
    expect(latencies.quantileMs(1)).toBeLessThan(500_000);
  });

  it('leaves out what was revised before it was seen, and takes what came before its answer as at once', async () => {
    const looking = watch(() => null);
    list = [alert(1, 2, 1), alert(2, 1, 1)];
    await lookedAtAll();
    list = [alert(1, 3, 1), alert(2, 2, 1), alert(3, 1, 9)];
    await lookedAtAll();
    const latencies = await looking.end();
    expect(latencies.size).toBe(2);
    expect(latencies.quantileMs(1)).toBe(0);
  });

  it('counts only those of the wallets that are asked for', async () => {
    const looking = watch(() => null, 'W1');
    list = [alert(1, 1, 1), alert(2, 1, 1), alert(12, 1, 1)];
    await lookedAtAll();
    expect((await looking.end()).size).toBe(2);
  });
});
