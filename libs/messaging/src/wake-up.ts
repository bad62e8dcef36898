import { Client } from 'pg';

/** With no notice at all, a reader still looks this often. */
const POLL_MS = 1_000;
const RECONNECT_MS = 1_000;

/** The logs whose writers give notice. */
export type LogName = 'transfers' | 'alerts' | 'referrals' | 'rule-packs';
/** And what is not a log, but gives notice all the same: cases that have to be drawn. */
export type NoticeName = LogName | 'cases';

/**
 * Waits until a log may have grown. A notice is a wake-up only and may be missed: every wait also ends by itself, so a lost
 * connection costs latency, never an entry.
 */
export class WakeUp {
  private client: Client | null = null;
  private closed = false;
  private noticed = false;
  private wake: (() => void) | null = null;
  private reconnect: NodeJS.Timeout | null = null;

  constructor(
    private readonly databaseUrl: string,
    private readonly log: NoticeName,
  ) {}

  async open(): Promise<void> {
    await this.connect().catch(() => {
      this.reconnectSoon();
    });
  }

  /** Ends when notice was given since the last wait, at the latest after {@link POLL_MS}. */
  async wait(): Promise<void> {
    if (!this.noticed && !this.closed) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MS);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.wake = null;
    this.noticed = false;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.notice();
    await this.client?.end().catch(() => undefined);
  }

  private notice(): void {
    this.noticed = true;
    this.wake?.();
  }

  private async connect(): Promise<void> {
    const client = new Client({ connectionString: this.databaseUrl, keepAlive: true });
    const lost = (): void => {
      if (this.client === client) this.client = null;
      this.reconnectSoon();
    };
    client.on('error', lost);
    client.on('end', lost);
    client.on('notification', () => {
      this.notice();
    });
    await client.connect();
    if (this.closed) {
      // Closed while it connected: nobody else would end it.
      await client.end();
      return;
    }
    this.client = client;
    await client.query(`listen layerwatch_${this.log}`);
    // What came while nobody listened gave no notice that was heard.
    this.notice();
  }

  private reconnectSoon(): void {
    if (this.closed || this.reconnect !== null) return;
    this.reconnect = setTimeout(() => {
      this.reconnect = null;
      if (this.closed || this.client !== null) return;
      this.connect().catch(() => {
        this.reconnectSoon();
      });
    }, RECONNECT_MS).unref();
  }
}
