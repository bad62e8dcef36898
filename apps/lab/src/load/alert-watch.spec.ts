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

  beforeEach(async () => {
    list = [];
    server = createServer((request, response) => {
      const query = new URL(request.url!, 'http://x').searchParams;
      const from = Number(query.get('after') ?? 0);
      const items = list.slice(from, from + Number(query.get('limit')));
      const end = from + items.length;
      response.end(JSON.stringify({ items, next: end < list.length ? String(end) : null }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(() => {
    server.close();
  });

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
    const looking = watch((_, transfer) => fromMs - (transfer === 3 ? 100 : 1_000));
    list = Array.from({ length: 25 }, (_, i) => alert(i, 1, 1, 3));
    await sleep(200);
    const latencies = await looking.end();
    expect(latencies.size).toBe(25);
    expect(latencies.quantileMs(0.01)).toBeGreaterThanOrEqual(100);
    expect(latencies.quantileMs(1)).toBeLessThan(1_000);
  });

  it('leaves out what was revised before it was seen, and takes what came before its answer as at once', async () => {
    const looking = watch(() => null);
    list = [alert(1, 2, 1), alert(2, 1, 1)];
    await sleep(100);
    list = [alert(1, 3, 1), alert(2, 2, 1), alert(3, 1, 9)];
    await sleep(100);
    const latencies = await looking.end();
    expect(latencies.size).toBe(2);
    expect(latencies.quantileMs(1)).toBe(0);
  });

  it('counts only those of the wallets that are asked for', async () => {
    const looking = watch(() => null, 'W1');
    list = [alert(1, 1, 1), alert(2, 1, 1), alert(12, 1, 1)];
    await sleep(100);
    expect((await looking.end()).size).toBe(2);
  });
});
