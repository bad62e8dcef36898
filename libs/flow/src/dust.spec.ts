import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain';
import { FlowEngine, viewOfAccount, viewOfStep } from '#flow';

const START_MS = Date.UTC(2026, 0, 5);
const RUPEE = 100;

/** One engine and a few words to feed it with. */
class Feed {
  readonly engine = new FlowEngine();
  private paid = 0;

  /** @returns the transfer's place in the log */
  pay(from: string, to: string, rupees: number, atMs: number): number {
    this.paid += 1;
    const transfer = {
      provider: 'p',
      transferId: `t${this.paid}`,
      occurredAtMs: START_MS + atMs,
      type: 'P2P',
      status: 'SETTLED',
      amountMinor: rupees * RUPEE,
      currency: 'PKR',
      debtor: { provider: 'p', walletId: from, kind: null },
      creditor: { provider: 'p', walletId: to, kind: null },
    } as const;
    this.engine.move(this.paid, transfer, [], []);
    return this.paid;
  }

  /** Lets the feed's clock run: a row moves it on by an hour at most. */
  rest(untilMs: number): void {
    for (let atMs = 0; atMs < untilMs; atMs += HOUR_MS) this.pay('s1', 's2', 1, atMs);
  }

  remembered(wallet: string): number[] {
    const account = viewOfAccount(this.engine, { provider: 'p', walletId: wallet }, 'PKR');
    return account!.credits.map(({ transfer }) => transfer);
  }
}

describe('dust', () => {
  it('makes nobody popular: a trail goes on through a wallet that a hundred strangers sent a rupee', () => {
    const feed = new Feed();
    const stolen = feed.pay('victim', 'mule', 10_000, 0);
    for (let i = 0; i < 100; i += 1) feed.pay(`dust${i}`, 'mule', 1, MINUTE_MS + i);
    feed.pay('mule', 'next', 9_500, 10 * MINUTE_MS);
    expect(viewOfStep(feed.engine).carried.ancestors[0]?.transfer).toBe(stolen);
  });

  it('but a wallet that many new ones paid like amounts is popular, and a trail ends there', () => {
    const feed = new Feed();
    for (let i = 0; i < 100; i += 1) feed.pay(`buyer${i}`, 'shop', 2_000, i);
    feed.pay('victim', 'shop', 10_000, MINUTE_MS);
    feed.pay('shop', 'supplier', 9_500, 10 * MINUTE_MS);
    expect(viewOfStep(feed.engine).carried.depth).toBe(1);
  });

  it.each([
    ['of last week', 5 * DAY_MS],
    ['of today', HOUR_MS],
  ])('does not push out a fresh credit that larger ones %s stand before', (_, later) => {
    const feed = new Feed();
    for (let i = 0; i < 24; i += 1) {
      feed.pay(`old${i}`, 'collector', 1_000_000, i);
      feed.pay('collector', `next${i}`, 1_000_000, i);
    }
    feed.rest(later);
    const stolen = feed.pay('victim', 'collector', 700_000, later);
    for (let i = 0; i < 100; i += 1) {
      feed.pay(`dust${i}`, 'collector', 1, later + MINUTE_MS + i);
    }
    expect(feed.remembered('collector')).toContain(stolen);
  });

  it('and 32 large payments do not blind a wallet for what comes after', () => {
    const feed = new Feed();
    for (let i = 0; i < 32; i += 1) feed.pay(`own${i}`, 'mule', 100_000, i);
    const stolen = feed.pay('victim', 'mule', 20_000, MINUTE_MS);
    expect(feed.remembered('mule')).toContain(stolen);
  });
});
