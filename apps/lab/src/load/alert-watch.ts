import { setTimeout as sleep } from 'node:timers/promises';
import { LatencyHistogram, MICROSECOND_MS } from '../bench/latency-histogram';
import { type ApiAddress } from '../feed/api-client';
import { transferNumber } from './transfer-row';

interface ShownAlert {
  readonly id: string;
  readonly revision: number;
  readonly transfers: readonly { readonly provider: string; readonly transferId: string }[];
  readonly wallets: readonly { readonly walletId: string }[];
}

interface Page {
  readonly items: readonly ShownAlert[];
  readonly next: string | null;
}

/** The last page is shown again until it is full, so the less it holds the less is sent again. */
const PAGE_MAX = 1;
const ANSWER_MAX_MS = 30_000;

/** Looks at the list of alerts as an investigator's screen would, and at how old the news is. */
export class AlertWatch {
  private readonly latencies = new LatencyHistogram(MICROSECOND_MS);
  private readonly running: Promise<void>;
  private readonly seen = new Set<string>();
  private cursor = '';
  private ended = false;

  /**
   * @param pollMs what is measured is known to so much; asking is a load of its own
   * @param ofWallets how the number of a wallet begins that an alert must name to count
   * @param answeredAtMs when the request was answered that told of a transfer, by {@link performance}; null where it is not yet
   */
  constructor(
    private readonly alerts: ApiAddress,
    private readonly pollMs: number,
    private readonly ofWallets: string,
    private readonly answeredAtMs: (provider: string, transfer: number) => number | null,
  ) {
    this.running = this.look();
  }

  async end(): Promise<LatencyHistogram> {
    this.ended = true;
    await this.running;
    return this.latencies;
  }

  private async look(): Promise<void> {
    while (!this.ended) {
      const { items, next } = await this.page().catch(() => ({ items: [], next: null }));
      const nowMs = performance.now();
      for (const alert of items) this.add(alert, nowMs);
      if (next === null) await sleep(this.pollMs);
    }
  }

  private async page(): Promise<Page> {
    const { url, key } = this.alerts;
    const after = this.cursor === '' ? '' : `&after=${encodeURIComponent(this.cursor)}`;
    const response = await fetch(`${url}/v1/alerts?limit=${PAGE_MAX}${after}`, {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(ANSWER_MAX_MS),
    });
    const page = (await response.json()) as Page;
    if (page.next !== null) this.cursor = page.next;
    return page;
  }

  /** Of a later revision the transfer that raised it is not known. */
  private add({ id, revision, transfers, wallets }: ShownAlert, nowMs: number): void {
    const isNew = !this.seen.has(id);
    this.seen.add(id);
    if (!isNew || revision !== 1) return;
    if (!wallets.some(({ walletId }) => walletId.startsWith(this.ofWallets))) return;
    const answered = transfers.map(({ provider, transferId }) =>
      this.answeredAtMs(provider, transferNumber(transferId)),
    );
    // Shown before the answer had come: then it was there at once.
    const isAhead = answered.includes(null);
    this.latencies.add(isAhead ? 0 : nowMs - Math.max(...answered.map(Number)));
  }
}
