import { DAY_MS, type EventTimeMs, HOUR_MS, type Party, type PartyKind } from '#domain';
import { FlowEngine } from './flow-engine';
import { FLOW_LIMITS } from './flow-limits';
import { declaredKind, isBelievedHub, NOT_TOLD, youngestOpening } from './hub';
import { viewOfAccount } from './views';

const { hubBelievedAfterMs: LIMIT_MS } = FLOW_LIMITS;
const START_MS = Date.UTC(2026, 0, 5);
const NOW_MS = START_MS + 20 * DAY_MS;

describe('a declared hub', () => {
  const isBelieved = (kind: PartyKind, openedAtMs: EventTimeMs, firstAtMs: EventTimeMs): boolean =>
    isBelievedHub(kind, { openedAtMs, firstAtMs }, NOW_MS, START_MS, LIMIT_MS);

  it.each([
    ['a ms too young', LIMIT_MS - 1, false],
    ['just old enough', LIMIT_MS, true],
    ['older', LIMIT_MS + 1, true],
    ['opened after now', -1, false],
  ])('goes by its opening date, whenever it was first seen: %s', (_, ageMs, believed) => {
    for (const firstAtMs of [START_MS, NOW_MS - LIMIT_MS, NOW_MS]) {
      expect(isBelieved('MERCHANT', NOW_MS - ageMs, firstAtMs)).toBe(believed);
    }
  });

  it.each([
    ['there when the feed began', START_MS + LIMIT_MS - 1, true],
    ['came after that', START_MS + LIMIT_MS, true],
    ['seen for just long enough', NOW_MS - LIMIT_MS, true],
    ['seen for a ms less', NOW_MS - LIMIT_MS + 1, false],
  ])('goes by when it was first seen where no date is told: %s', (_, firstAtMs, believed) => {
    expect(isBelieved('AGENT', NOT_TOLD, firstAtMs)).toBe(believed);
  });

  it('is believed at once where nobody could take the kind on, and never where the kind is no hub', () => {
    for (const openedAtMs of [NOT_TOLD, NOW_MS]) {
      expect(isBelieved('BANK', openedAtMs, NOW_MS)).toBe(true);
      expect(isBelieved('EXTERNAL', openedAtMs, NOW_MS)).toBe(true);
      expect(isBelieved('BUSINESS', openedAtMs && START_MS - 900 * DAY_MS, START_MS)).toBe(false);
    }
  });
});

describe('the opening date that an account goes by', () => {
  const [OLD, YOUNG] = [START_MS - 900 * DAY_MS, START_MS - DAY_MS];

  it.each([
    ['the first one told', NOT_TOLD, OLD, OLD],
    ['the younger of two, told later', OLD, YOUNG, YOUNG],
    ['the younger of two, told before', YOUNG, OLD, YOUNG],
    ['as it was, where nothing is told', YOUNG, null, YOUNG],
    ['none, where none ever was', NOT_TOLD, undefined, NOT_TOLD],
    ['now, where it lies after now', OLD, NOW_MS + 1, NOW_MS],
  ])('is %s', (_, knownMs, toldMs, openedAtMs) => {
    expect(youngestOpening(knownMs, toldMs, NOW_MS)).toBe(openedAtMs);
  });
});

describe('the engine', () => {
  /** A feed in which x is paid; the clock is brought to the payment's time by others. */
  class Shop {
    private readonly engine = new FlowEngine();
    private position = 0;
    private clockMs = START_MS;

    constructor() {
      this.pay({ walletId: 'stranger', provider: 'p', kind: null }, START_MS);
    }

    /** @returns whether x is a hub now */
    isHubAfter(
      atMs: EventTimeMs,
      openedAtMs?: EventTimeMs,
      kind: PartyKind | null = 'MERCHANT',
    ): boolean {
      for (; this.clockMs < atMs; this.clockMs += HOUR_MS) {
        this.pay({ walletId: 'stranger', provider: 'p', kind: null }, this.clockMs);
      }
      const x: Party = { provider: 'p', walletId: 'x', kind };
      this.pay(openedAtMs === undefined ? x : { ...x, openedAtMs }, atMs);
      return viewOfAccount(this.engine, x, 'PKR')!.hub;
    }

    private pay(creditor: Party, occurredAtMs: EventTimeMs): void {
      this.position += 1;
      const transfer = {
        ...{ provider: 'p', transferId: `t${this.position}`, occurredAtMs, creditor },
        ...({ type: 'P2P', status: 'SETTLED', amountMinor: 100, currency: 'PKR' } as const),
        debtor: { provider: 'p', walletId: 'payer', kind: null },
      };
      this.engine.move(this.position, transfer, [], []);
    }
  }

  const openedAtMs = START_MS - 2 * DAY_MS;
  const oldEnoughMs = openedAtMs + LIMIT_MS;

  it('follows a young shop that was there when the feed began, until it is old enough', () => {
    const shop = new Shop();
    expect(shop.isHubAfter(START_MS, openedAtMs)).toBe(false);
    expect(shop.isHubAfter(oldEnoughMs - 1, openedAtMs)).toBe(false);
    expect(shop.isHubAfter(oldEnoughMs, openedAtMs)).toBe(true);
    // What it says afterwards makes no difference.
    expect(shop.isHubAfter(oldEnoughMs + 1, oldEnoughMs)).toBe(true);
  });

  it('does not let it talk itself old, nor fall silent about its age', () => {
    const shop = new Shop();
    expect(shop.isHubAfter(START_MS, openedAtMs)).toBe(false);
    expect(shop.isHubAfter(oldEnoughMs - 2, START_MS - 900 * DAY_MS)).toBe(false);
    expect(shop.isHubAfter(oldEnoughMs - 1)).toBe(false);
    expect(shop.isHubAfter(oldEnoughMs)).toBe(true);
  });

  it('believes an old shop at once, whenever it is first seen', () => {
    expect(new Shop().isHubAfter(START_MS + 10 * DAY_MS)).toBe(false);
    expect(new Shop().isHubAfter(START_MS + 10 * DAY_MS, START_MS - 900 * DAY_MS)).toBe(true);
  });

  it('takes the age of persons for nothing', () => {
    const shop = new Shop();
    expect(shop.isHubAfter(START_MS, openedAtMs, 'PERSON')).toBe(false);
    expect(shop.isHubAfter(START_MS, openedAtMs, null)).toBe(false);
    expect(shop.isHubAfter(START_MS + 1)).toBe(true);
  });
});

describe('what a transfer says of its sides', () => {
  it("is believed of the sender's own wallets only", () => {
    const ours = { provider: 'p', walletId: 'w', kind: 'BANK' } as const;
    expect(declaredKind({ provider: 'p' }, ours)).toBe('BANK');
    expect(declaredKind({ provider: 'q' }, ours)).toBeNull();
  });

  it('so nobody else ends the trail of a wallet by calling it a bank', () => {
    const engine = new FlowEngine();
    let paid = 0;
    const pay = (provider: string, from: string, to: string, kind: PartyKind | null): void => {
      paid += 1;
      const transfer = {
        provider,
        transferId: `t${paid}`,
        occurredAtMs: START_MS + paid,
        type: 'P2P',
        status: 'SETTLED',
        amountMinor: 1_000,
        currency: 'PKR',
        debtor: { provider, walletId: from, kind: null },
        creditor: { provider: 'p', walletId: to, kind },
      } as const;
      engine.move(paid, transfer, [], []);
    };
    pay('q', 'rival', 'mule', 'BANK');
    pay('p', 'victim', 'mule', null);
    pay('p', 'mule', 'next', null);
    expect(viewOfAccount(engine, { provider: 'p', walletId: 'mule' }, 'PKR')!.hub).toBe(false);
    expect(engine.step.carried.depth).toBe(2);
  });
});
