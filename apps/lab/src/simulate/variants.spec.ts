import { DAY_MS, HOUR_MS, isHub, MINUTE_MS } from '#domain';
import { FLOW_LIMITS } from '#flow';
import { simulatedDay } from './calendar';
import { inPaisa } from './currencies';
import { feedCells } from './feed-columns';
import { Simulation, type SimulatedTransfer } from './simulation';
import { SIMULATION } from './simulation-parameters';
import { VARIANT_NAMES, type VariantName, VARIANTS } from './variants';

const SIZE = { seed: 3, days: 6, wallets: 1_000 };
/** What the engine takes for the passing on of a credit (libs/flow, link.ts). */
const LINKED = { low: 0.75, high: 1.12, withinMs: 3 * DAY_MS };

const feeds = new Map<VariantName, readonly SimulatedTransfer[]>();
function feedOf(variant: VariantName): readonly SimulatedTransfer[] {
  const known = feeds.get(variant) ?? [...new Simulation(SIZE, variant).days()].flat();
  feeds.set(variant, known);
  return known;
}

const laundering = (transfers: readonly SimulatedTransfer[]): SimulatedTransfer[] =>
  transfers.filter((transfer) => transfer.laundering);

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

const patternsOf = (transfers: readonly SimulatedTransfer[]): SimulatedTransfer[][] => [
  ...grouped(laundering(transfers), (row) => row.laundering!.patternId).values(),
];

/** A credit of a pattern, and when the first of it was paid on. */
interface Rest {
  readonly credit: SimulatedTransfer;
  readonly debit: SimulatedTransfer;
}

/** The rests that the rows tell beyond doubt: of wallets that received a single payment of a pattern. */
function clearRests(transfers: readonly SimulatedTransfer[]): Rest[] {
  return patternsOf(transfers).flatMap((rows) => {
    const debits = grouped(rows, ({ debtor }) => debtor.id);
    return [...grouped(rows, ({ creditor }) => creditor.id)].flatMap(([wallet, credits]) => {
      const debit = debits.get(wallet)?.[0];
      return debit && credits.length === 1 ? [{ credit: credits[0]!, debit }] : [];
    });
  });
}

const restMs = ({ credit, debit }: Rest): number => debit.occurredAtMs - credit.occurredAtMs;
const shareOf = <T>(items: readonly T[], holds: (item: T) => boolean): number =>
  items.filter(holds).length / items.length;

describe.each(VARIANT_NAMES)('the variant %s', (variant) => {
  it('gives the same feed again, with ids that no other variant has', () => {
    const told = (transfers: readonly SimulatedTransfer[]): string =>
      transfers.map((row) => [...feedCells(row), row.laundering?.patternId].join()).join('\n');
    const again = [...new Simulation(SIZE, variant).days()].flat();
    expect(told(again) === told(feedOf(variant))).toBe(true);
    const [tag] = feedOf(variant)[0]!.transferId.split('-');
    const tags = VARIANT_NAMES.map((name) => feedOf(name)[0]!.transferId.split('-')[0]);
    expect(tags.filter((other) => other === tag)).toHaveLength(1);
  });

  it('leaves the life around the operations as it is', () => {
    const background = (name: VariantName): SimulatedTransfer[] =>
      feedOf(name).filter(
        (transfer) => !transfer.laundering && transfer.lookalike?.patternType !== 'dust',
      );
    const [plain, other] = [background('plain'), background(variant)];
    expect(Math.abs(other.length / plain.length - 1)).toBeLessThan(0.03);
    // Before an operation first moves, nothing differs at all, to the millisecond.
    const told = ({ occurredAtMs, type, debtor, creditor, amountMinor }: SimulatedTransfer) =>
      [occurredAtMs, type, debtor.id, creditor.id, amountMinor].join(' ');
    const firstMs = laundering(feedOf('plain'))[0]!.occurredAtMs - HOUR_MS;
    const before = (rows: SimulatedTransfer[]) =>
      rows.filter(({ occurredAtMs }) => occurredAtMs < firstMs).map(told);
    expect(before(plain).length).toBeGreaterThan(100);
    expect(before(other)).toEqual(before(plain));
  });

  it('has every shape of the demo feed, by the same operations', () => {
    const shapes = (name: VariantName) =>
      new Map(
        laundering(feedOf(name)).map((row) => Object.values(row.laundering!) as [string, string]),
      );
    expect(shapes(variant)).toEqual(shapes('plain'));
    expect(new Set(shapes(variant).values()).size).toBe(6);
  });
});

describe('dusting', () => {
  const transfers = feedOf('dusting');
  const dust = transfers.filter(({ lookalike }) => lookalike?.patternType === 'dust');

  it('floods every wallet with more credits than the engine remembers, before it pays on', () => {
    const dustByWallet = grouped(dust, ({ creditor }) => creditor.id);
    const rests = clearRests(transfers);
    expect(rests.length).toBeGreaterThan(30);
    for (const { credit, debit } of rests) {
      const flood = (dustByWallet.get(credit.creditor.id) ?? []).filter(
        ({ occurredAtMs: atMs }) => atMs > credit.occurredAtMs && atMs < debit.occurredAtMs,
      );
      expect(flood.length).toBeGreaterThan(FLOW_LIMITS.creditsPerAccountMax);
      const senders = new Set(flood.map(({ debtor }) => debtor.id));
      expect(senders.size).toBe(flood.length);
    }
  });

  it('spends next to nothing on it, from wallets that do nothing else', () => {
    const launderedMinor = laundering(transfers).reduce((sum, row) => sum + row.amountMinor, 0);
    const dustMinor = dust.reduce((sum, row) => sum + row.amountMinor, 0);
    expect(dustMinor / launderedMinor).toBeLessThan(0.02);
    const throwAways = new Set(dust.map(({ debtor }) => debtor));
    const others = transfers.filter(
      ({ debtor, creditor, lookalike }) =>
        lookalike?.patternType !== 'dust' && (throwAways.has(debtor) || throwAways.has(creditor)),
    );
    expect(others).toEqual([]);
  });

  it('is no laundering: no label names it', () => {
    expect(dust.filter((row) => row.laundering)).toEqual([]);
  });
});

describe('slow hops', () => {
  // Longer than the others: most of these rests would outlast a week's feed.
  const rests = clearRests([...new Simulation({ ...SIZE, days: 14 }, 'slow-hops').days()].flat());

  it('rest for hours or days: all beyond the cool-off, most inside the window of links, some not', () => {
    expect(rests.length).toBeGreaterThan(30);
    expect(Math.min(...rests.map(restMs))).toBeGreaterThan(SIMULATION.coolOffMinutes * MINUTE_MS);
    const inside = shareOf(rests, (rest) => restMs(rest) <= LINKED.withinMs);
    expect(inside).toBeGreaterThan(0.75);
    expect(inside).toBeLessThan(1);
    expect(shareOf(rests, (rest) => restMs(rest) > 8 * HOUR_MS)).toBeGreaterThan(0.5);
  });

  it('are what differs: the plain feed hops within two hours, but for the wait before an exit', () => {
    const hops = clearRests(feedOf('plain')).filter(({ debit }) => debit.type === 'P2P');
    expect(hops.length).toBeGreaterThan(30);
    expect(Math.max(...hops.map(restMs))).toBeLessThan(SIMULATION.coolOffMinutes * MINUTE_MS);
  });
});

/** Payments of the operations that the engine would link to one of theirs. */
function linkedPayments(transfers: readonly SimulatedTransfer[]): SimulatedTransfer[] {
  const credits = new Map<string, SimulatedTransfer[]>();
  return laundering(transfers).filter((row) => {
    const linked = (credits.get(row.debtor.id) ?? []).some((credit) => {
      const ratio = row.amountMinor / credit.amountMinor;
      const near = row.occurredAtMs - credit.occurredAtMs <= LINKED.withinMs;
      return near && ratio >= LINKED.low && ratio <= LINKED.high;
    });
    const known = credits.get(row.creditor.id);
    if (known) known.push(row);
    else credits.set(row.creditor.id, [row]);
    return linked;
  });
}

describe('split-merge', () => {
  const transfers = feedOf('split-merge');

  it('makes no payment that resembles a credit of its payer', () => {
    expect(linkedPayments(feedOf('plain')).length).toBeGreaterThan(100);
    expect(linkedPayments(transfers)).toEqual([]);
  });

  it('splits each hop over parallel mules and merges them in one wallet', () => {
    const { parts, legsMax } = { ...VARIANTS['split-merge'].parameters };
    const sizes: number[] = [];
    const smallest: number[] = [];
    for (const pattern of grouped(
      laundering(transfers),
      (row) => row.laundering!.patternId,
    ).values()) {
      const p2p = pattern.filter(({ type }) => type === 'P2P');
      const paidBy = grouped(p2p, ({ debtor }) => debtor.id);
      // Carriers are wallets that got one payment and handed it, in several, to one wallet.
      const carriers = [...grouped(p2p, ({ creditor }) => creditor.id)].flatMap(([id, got]) => {
        const out = paidBy.get(id) ?? [];
        const to = new Set(out.map(({ creditor }) => creditor.id));
        return got.length === 1 && out.length > 1 && to.size === 1
          ? [{ part: got[0]!, merge: [...to][0]! }]
          : [];
      });
      const hops = grouped(carriers, ({ part, merge }) => `${part.debtor.id} ${merge}`);
      for (const hop of hops.values()) {
        const amounts = hop.map(({ part }) => part.amountMinor);
        sizes.push(hop.length);
        smallest.push(Math.min(...amounts) / amounts.reduce((sum, amount) => sum + amount, 0));
      }
    }
    const split = sizes.filter((size) => size >= parts.low && size <= legsMax);
    expect(split.length).toBeGreaterThan(40);
    expect(split.length / sizes.length).toBeGreaterThan(0.8);
    expect(shareOf(smallest, (share) => share < 0.3)).toBeGreaterThan(0.8);
  });
});

describe('hub-posing', () => {
  const transfers = feedOf('hub-posing');
  const parties = new Set(transfers.flatMap(({ debtor, creditor }) => [debtor, creditor]));
  const { posingKinds, openedDaysBefore } = VARIANTS['hub-posing'].parameters;
  const ageDays = (openedAtMs: number): number => (simulatedDay(0).startMs - openedAtMs) / DAY_MS;
  const posing = [...parties].filter(
    ({ kind, openedAtMs }) => isHub(kind) && openedAtMs !== null && ageDays(openedAtMs) < 30,
  );

  it('declares young wallets as hubs, and leads every trail through one', () => {
    expect(new Set(posing.map(({ kind }) => kind))).toEqual(new Set(posingKinds));
    for (const { openedAtMs } of posing) {
      expect(ageDays(openedAtMs!)).toBeGreaterThanOrEqual(openedDaysBefore.low);
      expect(ageDays(openedAtMs!)).toBeLessThanOrEqual(openedDaysBefore.high);
    }
    const patterns = patternsOf(transfers);
    const unposed = patterns.filter(
      (rows) => !rows.some(({ creditor }) => posing.includes(creditor)),
    );
    expect(unposed).toEqual([]);
    expect(
      laundering(transfers).filter(({ debtor }) => posing.includes(debtor)).length,
    ).toBeGreaterThan(50);
  });

  it('leaves true hubs where they were: none is younger than a year', () => {
    const hubs = [...parties].filter(({ kind }) => isHub(kind) && kind !== 'EXTERNAL');
    const old = hubs.filter((hub) => !posing.includes(hub));
    expect(old.length).toBeGreaterThan(50);
    expect(Math.min(...old.map(({ openedAtMs }) => ageDays(openedAtMs!)))).toBeGreaterThan(365);
  });

  it('moves the same money as the plain feed: only what the rows say of the parties differs', () => {
    const told = (rows: readonly SimulatedTransfer[]) =>
      rows.map(({ debtor, creditor, amountMinor, occurredAtMs }) =>
        [debtor.id, creditor.id, amountMinor, occurredAtMs].join(' '),
      );
    expect(told(transfers)).toEqual(told(feedOf('plain')));
  });
});

describe('other-currencies', () => {
  const rows = laundering(feedOf('other-currencies'));
  const { spreadShare, currencies } = VARIANTS['other-currencies'].parameters;

  it('hops in every currency of the table, with none and three decimals among them', () => {
    const hops = rows.filter(({ type }) => type === 'P2P');
    const used = new Set(hops.map(({ currency }) => currency));
    expect([...used].sort()).toEqual(['PKR', ...Object.keys(currencies)].sort());
  });

  it('changes at an exchange, for what it is worth less the spread', () => {
    const changes = rows.filter(({ type }) => type === 'BANK_TRANSFER');
    const { low, high } = spreadShare;
    let changed = 0;
    for (const pattern of patternsOf(changes)) {
      const paid = pattern.filter(({ creditor }) => creditor.kind === 'EXCHANGE');
      const bought = pattern.filter(({ debtor }) => debtor.kind === 'EXCHANGE');
      expect(paid.length + bought.length).toBe(pattern.length);
      // The feed may end between the two.
      if (paid.length !== bought.length) continue;
      changed += paid.length;
      bought.forEach((out, n) => {
        expect(out.occurredAtMs).toBeGreaterThan(paid[n]!.occurredAtMs);
      });
      const worth = (sum: number, row: SimulatedTransfer): number => sum + inPaisa(row);
      const share = bought.reduce(worth, 0) / paid.reduce(worth, 0);
      expect(share).toBeLessThan(1 - low);
      // A yen is nearly two rupees: so much may be cut off a sum.
      expect(share).toBeGreaterThan(1 - high - 0.001);
    }
    expect(changed).toBeGreaterThan(50);
  });

  it('leaves in foreign money, or as rupees over a counter', () => {
    const exits = rows.filter(({ type }) => ['CASH_OUT', 'CRYPTO', 'CROSS_BORDER'].includes(type));
    const cash = exits.filter(({ type }) => type === 'CASH_OUT');
    expect(cash.length).toBeGreaterThan(5);
    expect(new Set(cash.map(({ currency }) => currency))).toEqual(new Set(['PKR']));
    const abroad = exits.filter(({ type }) => type !== 'CASH_OUT');
    expect(abroad.length).toBeGreaterThan(5);
    expect(abroad.filter(({ currency }) => currency === 'PKR')).toEqual([]);
  });
});
