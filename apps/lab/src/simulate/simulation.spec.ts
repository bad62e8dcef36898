import { DAY_MS, MINUTE_MS } from '#domain';
import { dayIndexOf } from './calendar';
import { dailyLimitMinor } from './ledger';
import { Simulation, type SimulatedTransfer } from './simulation';
import { SIMULATION, SIMULATION_DEFAULT, type SimulationSize } from './simulation-parameters';

const SMALL: SimulationSize = { seed: 1, days: 4, wallets: 1_000 };

interface Run {
  readonly simulation: Simulation;
  readonly transfers: readonly SimulatedTransfer[];
}

function run(size: SimulationSize): Run {
  const simulation = new Simulation(size);
  return { simulation, transfers: [...simulation.days()].flat() };
}

const settled = ({ transfers }: Run) => transfers.filter(({ status }) => status === 'SETTLED');

function byPattern({ transfers }: Run): SimulatedTransfer[][] {
  const patterns = new Map<string, SimulatedTransfer[]>();
  for (const transfer of transfers) {
    if (!transfer.laundering) continue;
    const { patternId } = transfer.laundering;
    patterns.set(patternId, [...(patterns.get(patternId) ?? []), transfer]);
  }
  return [...patterns.values()];
}

/** In minus out by wallet, from the rows alone. */
function netMinor(transfers: readonly SimulatedTransfer[]): Map<string, number> {
  const net = new Map<string, number>();
  for (const { debtor, creditor, amountMinor } of transfers) {
    net.set(debtor.id, (net.get(debtor.id) ?? 0) - amountMinor);
    net.set(creditor.id, (net.get(creditor.id) ?? 0) + amountMinor);
  }
  return net;
}

describe.each([
  SMALL,
  { seed: 2, days: 1, wallets: 1_000 },
  { seed: 77, days: 9, wallets: 1_500 },
  SIMULATION_DEFAULT,
])('the simulated feed $seed/$days/$wallets', (size) => {
  const feed = run(size);

  it('is in strict order of time, inside its days, with ids of its own', () => {
    const times = feed.transfers.map((transfer) => transfer.occurredAtMs);
    expect(times.every((atMs, n) => n === 0 || atMs > times[n - 1]!)).toBe(true);
    expect(dayIndexOf(times[0]!)).toBe(0);
    expect(dayIndexOf(times[times.length - 1]!)).toBe(size.days - 1);
    const ids = new Set(feed.transfers.map((transfer) => transfer.transferId));
    expect(ids.size).toBe(feed.transfers.length);
  });

  it('lets nobody spend what is not there, and nobody pay itself', () => {
    const balances = new Map<string, number>();
    const broken: string[] = [];
    for (const { transferId, debtor, creditor, amountMinor } of settled(feed)) {
      const left = (balances.get(debtor.id) ?? debtor.openingMinor) - amountMinor;
      if (left < 0 || debtor === creditor) broken.push(transferId);
      balances.set(debtor.id, left);
      balances.set(creditor.id, (balances.get(creditor.id) ?? creditor.openingMinor) + amountMinor);
    }
    expect(broken).toEqual([]);
    expect(balances.size).toBeGreaterThan(size.wallets / 2);
  });

  it('keeps to what a wallet may receive and pay a day', () => {
    const used = new Map<string, number>();
    const broken: string[] = [];
    for (const { transferId, debtor, creditor, amountMinor, occurredAtMs } of settled(feed)) {
      const day = dayIndexOf(occurredAtMs);
      for (const [wallet, direction] of [
        [debtor, 'out'],
        [creditor, 'in'],
      ] as const) {
        const key = `${day} ${direction} ${wallet.id}`;
        used.set(key, (used.get(key) ?? 0) + amountMinor);
        if (used.get(key)! > dailyLimitMinor(wallet)) broken.push(transferId);
      }
    }
    expect(broken).toEqual([]);
  });

  it('keeps the two-hour rule for cash, purchases, airtime and crypto', () => {
    const cooled = new Set(['CASH_OUT', 'MERCHANT_PAYMENT', 'TOP_UP', 'CRYPTO']);
    const atOnce = new Set(['CASH_IN', 'SALARY', 'BENEFIT']);
    const balances = new Map<string, number>();
    const fresh = new Map<string, { atMs: number; amountMinor: number }[]>();
    const broken: string[] = [];
    let checked = 0;
    for (const transfer of settled(feed)) {
      const { debtor, creditor, amountMinor, occurredAtMs, type } = transfer;
      const recent = (fresh.get(debtor.id) ?? []).filter(
        ({ atMs }) => occurredAtMs - atMs < SIMULATION.coolOffMinutes * MINUTE_MS,
      );
      const balance = balances.get(debtor.id) ?? debtor.openingMinor;
      if (cooled.has(type) && (debtor.tier === 'L1' || debtor.tier === 'L2')) {
        const usable = recent.reduce((sum, credit) => sum - credit.amountMinor, balance);
        if (usable < amountMinor) broken.push(transfer.transferId);
        checked += recent.length;
      }
      fresh.set(debtor.id, recent);
      balances.set(debtor.id, balance - amountMinor);
      balances.set(creditor.id, (balances.get(creditor.id) ?? creditor.openingMinor) + amountMinor);
      if (!atOnce.has(type)) {
        const credits = fresh.get(creditor.id) ?? [];
        credits.push({ atMs: occurredAtMs, amountMinor });
        fresh.set(creditor.id, credits);
      }
    }
    expect(broken).toEqual([]);
    expect(checked).toBeGreaterThan(0);
  });

  it('lets no wallet of a pattern pass on more than it got', () => {
    for (const pattern of byPattern(feed)) {
      const creditors = new Set(pattern.map(({ creditor }) => creditor.id));
      for (const [wallet, net] of netMinor(pattern)) {
        if (creditors.has(wallet)) expect(net).toBeGreaterThanOrEqual(0);
      }
    }
  });

  it('knows some operations, by wallets and a telephone, from inside one of their patterns', () => {
    const { known, indicators } = feed.simulation;
    expect(known.length).toBeGreaterThanOrEqual(1);
    expect(new Set(indicators.map(({ operationId }) => operationId)).size).toBe(known.length);
    expect(indicators.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['wallet', 'msisdn']),
    );
    for (const indicator of indicators) {
      const pattern = feed.transfers.filter(
        ({ laundering }) => laundering?.patternId === indicator.patternId,
      );
      const parties = pattern.flatMap(({ debtor, creditor }) => [debtor, creditor]);
      expect(parties).toContain(indicator.wallet);
      expect(indicator.value).toBe(
        indicator.type === 'msisdn' ? indicator.wallet.msisdn : indicator.wallet.id,
      );
      expect(indicator.knownFromMs).toBeGreaterThan(pattern[0]!.occurredAtMs);
      expect(indicator.knownFromMs).toBeLessThan(pattern[pattern.length - 1]!.occurredAtMs);
    }
  });

  it('ends with stolen money still in wallets', () => {
    const lastHours = feed.transfers.filter(
      ({ laundering, occurredAtMs }) =>
        laundering &&
        occurredAtMs > feed.transfers[feed.transfers.length - 1]!.occurredAtMs - DAY_MS / 4,
    );
    const held = [...netMinor(lastHours)]
      .filter(([id, net]) => id.startsWith('W') && net > 0)
      .reduce((sum, [, net]) => sum + net, 0);
    expect(held).toBeGreaterThan(100_000_00);
  });
});

describe('the simulation', () => {
  it('gives the same feed for the same seed and size', () => {
    expect(run(SMALL).transfers).toEqual(run(SMALL).transfers);
  });

  it('gives another feed, with other ids, for another seed', () => {
    const one = run(SMALL);
    const other = run({ ...SMALL, seed: 2 });
    const ids = new Set(one.transfers.map(({ transferId }) => transferId));
    expect(other.transfers.some(({ transferId }) => ids.has(transferId))).toBe(false);
    expect(netMinor(other.transfers)).not.toEqual(netMinor(one.transfers));
  });

  it('shows every typology, and innocent shapes beside them', () => {
    const { transfers, simulation } = run(SIMULATION_DEFAULT);
    const marks = (of: 'laundering' | 'lookalike') =>
      new Set(transfers.map((transfer) => transfer[of]?.patternType).filter(Boolean));
    expect([...marks('laundering')].sort()).toEqual(
      ['cycle', 'fan_in', 'fan_out', 'gather_scatter', 'layering_chain', 'scatter_gather'].sort(),
    );
    expect([...marks('lookalike')]).toEqual(
      expect.arrayContaining(['kameti', 'salary', 'family', 'sweep', 'benefit', 'ride_hailing']),
    );
    expect(transfers.length).toBeGreaterThan(40_000);
    expect(transfers.length).toBeLessThan(60_000);
    expect(simulation.known).toHaveLength(2);
  });

  it('brings laundered cash out right after the cool-off, at an agent', () => {
    const { transfers } = run(SIMULATION_DEFAULT);
    const creditedAt = new Map<string, number>();
    const waits: number[] = [];
    for (const { laundering, debtor, creditor, type, occurredAtMs } of transfers) {
      if (!laundering) continue;
      if (type === 'CASH_OUT') {
        expect(creditor.kind).toBe('AGENT');
        waits.push((occurredAtMs - creditedAt.get(debtor.id)!) / MINUTE_MS);
      }
      creditedAt.set(creditor.id, occurredAtMs);
    }
    const prompt = waits.filter((minutes) => minutes >= 120 && minutes <= 135);
    expect(prompt.length).toBeGreaterThan(waits.length / 4);
  });
});
