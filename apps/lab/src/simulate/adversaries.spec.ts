import { isHub, type TransferType, walletKey } from '#domain';
import { type AccountView, FLOW_LIMITS, type FlowEngine, viewsOfAccounts } from '#flow';
import {
  payeeOf,
  payerOf,
  PatternCredits,
  runRows,
  type RunRow,
  settledRows,
  stepOf,
} from './adversary-run-spec';
import { simulateRows } from './simulate-rows';

/**
 * What must hold against each adversary, whatever it comes to in figures. The feeds are small; `docs/detection-quality.md`
 * has the figures.
 */
const { linkWindowMs, creditsPerAccountMax, hubBelievedAfterMs } = FLOW_LIMITS;
/** The engine takes a debit for the passing on of a credit where it is this share of it (docs/flow-engine.md). */
const LINKED = { low: 0.75, high: 1.12 };
/** A funder's payment and the payment it goes with are at least this share of each other. */
const FUNDER_SHARE = 0.1;
const FUNDERS_MAX = 6;
/** Payments between people, and those with which the payer's funders travel. */
const PERSONAL: readonly TransferType[] = ['P2P', 'BANK_TRANSFER'];
const TRAVELLING: readonly TransferType[] = [...PERSONAL, 'CASH_OUT', 'CROSS_BORDER', 'CRYPTO'];

const isLinked = (debit: RunRow, credit: RunRow): boolean => {
  const ratio = debit.transfer.amountMinor / credit.transfer.amountMinor;
  return ratio >= LINKED.low && ratio <= LINKED.high;
};
const gapMs = (later: RunRow, earlier: RunRow): number =>
  later.transfer.occurredAtMs - earlier.transfer.occurredAtMs;

/** Names a row that a property does not hold for. */
const told = (row: RunRow): string =>
  `${row.mark?.patternId} row ${row.position}: ${row.transfer.type} by ${row.transfer.debtor.walletId}`;

/** The only payment of its pattern that a row's payer had received, where the row passes it on. */
function passedOn(row: RunRow, credits: readonly RunRow[]): RunRow | null {
  const [credit] = credits;
  if (row.mark === null || credit === undefined || credits.length > 1) return null;
  return isLinked(row, credit) ? credit : null;
}

/** Every account of a feed: nothing lost, nothing made, to the minor unit, and nothing of another currency. */
function expectExactAccounts(engine: FlowEngine, rows: readonly RunRow[]): void {
  const moved = new Map<string, { credits: number; debits: number }>();
  const add = (walletId: string, currency: string, what: 'credits' | 'debits', minor: number) => {
    const key = `demo\n${walletId} ${currency}`;
    const sums = moved.get(key) ?? { credits: 0, debits: 0 };
    sums[what] += minor;
    moved.set(key, sums);
  };
  for (const { transfer } of rows) {
    add(transfer.creditor.walletId, transfer.currency, 'credits', transfer.amountMinor);
    add(transfer.debtor.walletId, transfer.currency, 'debits', transfer.amountMinor);
  }
  const accounts = viewsOfAccounts(engine);
  expect(accounts).toHaveLength(moved.size);
  const wrong = accounts.filter(({ wallet, currency, sums, credits }) => {
    const { credits: credited, debits: debited } = moved.get(`${wallet} ${currency}`)!;
    const lots = credits.every(
      ({ leftMinor, amountMinor }) => leftMinor >= 0 && leftMinor <= amountMinor,
    );
    return !(
      lots &&
      Object.values(sums).every((minor) => Number.isSafeInteger(minor) && minor >= 0) &&
      sums.laid + sums.backfilled === credited &&
      sums.laid + sums.backfilled === sums.taken + sums.left + sums.mixed + sums.reversed &&
      sums.debited === debited &&
      sums.debited === sums.taken + sums.uncovered
    );
  });
  expect(wrong).toEqual([]);
}

const remembers = (account: AccountView | null, credit: RunRow): boolean =>
  account?.credits.some(({ transfer }) => transfer === credit.position) === true;

const depthOf = (account: AccountView | null, credit: RunRow): number =>
  account?.credits.find(({ transfer }) => transfer === credit.position)?.depth ?? 0;

describe('dusting', () => {
  const rows = settledRows(simulateRows({ variant: 'dusting' }));

  it('pushes no credit out that a mule still passes on, and cuts no trail', () => {
    const pattern = new PatternCredits();
    /** By wallet how many credits it had received, and of each credit the how-manieth it was. */
    const received = new Map<string, number>();
    const ordinal = new Map<RunRow, number>();
    const forgotten: string[] = [];
    const unlinked: string[] = [];
    const dusted = { credits: 0, passedOn: 0 };
    const isDusted = (credit: RunRow): boolean =>
      received.get(walletKey(credit.transfer.creditor))! - ordinal.get(credit)! >
      creditsPerAccountMax;
    const engine = runRows(rows, {
      before(row, now) {
        // More than an account remembers are too many without any dust.
        const credits = pattern.before(row).slice(-creditsPerAccountMax).filter(isDusted);
        const account = payerOf(row, now);
        dusted.credits += credits.length;
        if (!credits.every((credit) => remembers(account, credit))) forgotten.push(told(row));
      },
      after(row, now) {
        const credit = passedOn(row, pattern.before(row));
        pattern.note(row);
        const payee = walletKey(row.transfer.creditor);
        received.set(payee, (received.get(payee) ?? 0) + 1);
        ordinal.set(row, received.get(payee)!);
        if (credit === null || !isDusted(credit)) return;
        dusted.passedOn += 1;
        const { ancestors, lotMinor } = stepOf(now).carried;
        if (ancestors[0]?.transfer !== credit.position || lotMinor === 0) unlinked.push(told(row));
      },
    });
    expect(dusted.credits).toBeGreaterThan(30);
    expect(dusted.passedOn).toBeGreaterThan(30);
    expect(forgotten).toEqual([]);
    expect(unlinked).toEqual([]);
    expectExactAccounts(engine, rows);
  });
});

describe('slow hops', () => {
  // Longer than the others: most of these rests would outlast a shorter feed.
  const rows = settledRows(simulateRows({ variant: 'slow-hops', days: 14 }));

  it('keep their trail inside the window of links, and lose it beyond', () => {
    const pattern = new PatternCredits();
    const rests = { inside: 0, beyond: 0 };
    const wrong: string[] = [];
    let depthBefore = 0;
    const engine = runRows(rows, {
      before(row, now) {
        const credit = passedOn(row, pattern.before(row));
        if (credit !== null) depthBefore = depthOf(payerOf(row, now), credit);
      },
      after(row, now) {
        const credit = passedOn(row, pattern.before(row));
        pattern.note(row);
        if (credit === null) return;
        const inside = gapMs(row, credit) <= linkWindowMs;
        rests[inside ? 'inside' : 'beyond'] += 1;
        const { ancestors, depth } = stepOf(now).carried;
        const isParent = ancestors[0]?.transfer === credit.position;
        // Another credit may match too; it is the parent only where its own trail is longer.
        if (inside ? !isParent && depth <= depthBefore + 1 : isParent) wrong.push(told(row));
      },
    });
    expect(rests.inside).toBeGreaterThan(30);
    expect(rests.beyond).toBeGreaterThan(2);
    expect(wrong).toEqual([]);
    expectExactAccounts(engine, rows);
  });
});

describe('hub-posing', () => {
  const rows = settledRows(simulateRows({ variant: 'hub-posing' }));
  /** Whether a side was declared a hub while it was younger than is believed, by the feed's clock. */
  const isYoungHub = ({ kind, openedAtMs }: RunRow['transfer']['debtor'], nowMs: number): boolean =>
    isHub(kind) && openedAtMs != null && nowMs - openedAtMs < hubBelievedAfterMs;

  /** By what the feed told: wallets that were young when declared hubs, and those of them that were taken for one then. */
  function believed(feed: readonly RunRow[]): {
    readonly young: ReadonlySet<string>;
    readonly hubs: readonly string[];
    readonly oldHubs: number;
  } {
    const [young, hubs, oldHubs] = [new Set<string>(), new Set<string>(), new Set<string>()];
    runRows(feed, {
      after(row, now) {
        const { debtor, creditor } = rows[row.position - 1]!.transfer;
        for (const [side, account] of [
          [debtor, payerOf(row, now)],
          [creditor, payeeOf(row, now)],
        ] as const) {
          const isYoung = isYoungHub(side, now.nowMs);
          if (isYoung) young.add(side.walletId);
          if (isHub(side.kind) && account!.hub) (isYoung ? hubs : oldHubs).add(side.walletId);
        }
      },
    });
    return { young, hubs: [...hubs], oldHubs: oldHubs.size };
  }

  it('is not believed while the wallets are young', () => {
    const { young, hubs, oldHubs } = believed(rows);
    expect(young.size).toBeGreaterThan(5);
    expect(hubs).toEqual([]);
    // Those who are what they say are believed.
    expect(oldHubs).toBeGreaterThan(50);
  });

  it('would be believed if the provider told no dates: the feed began after they had opened', () => {
    const undated = rows.map(({ transfer, ...row }) => ({
      ...row,
      transfer: {
        ...transfer,
        debtor: { ...transfer.debtor, openedAtMs: null },
        creditor: { ...transfer.creditor, openedAtMs: null },
      },
    }));
    expect(believed(undated).hubs.length).toBeGreaterThan(5);
  });

  it('breaks no trail: what passes through a posing wallet is linked', () => {
    const pattern = new PatternCredits();
    let through = 0;
    const broken: string[] = [];
    const engine = runRows(rows, {
      after(row, now) {
        const credit = passedOn(row, pattern.before(row));
        pattern.note(row);
        if (credit === null || !isYoungHub(row.transfer.debtor, now.nowMs)) return;
        through += 1;
        const [parent] = stepOf(now).carried.ancestors;
        if (parent?.transfer !== credit.position) broken.push(told(row));
      },
    });
    expect(through).toBeGreaterThan(10);
    expect(broken).toEqual([]);
    expectExactAccounts(engine, rows);
  });
});

describe('split-merge', () => {
  const rows = settledRows(simulateRows({ variant: 'split-merge' }));

  it('loses no money, and a payment out of a merge names its branches as funders', () => {
    const pattern = new PatternCredits();
    let merges = 0;
    const missing: string[] = [];
    const engine = runRows(rows, {
      after(row, now) {
        const branches = branchesOf(row, pattern.before(row));
        pattern.note(row);
        if (branches.size < 2) return;
        merges += 1;
        const { funders, ancestors } = stepOf(now).carried;
        const carried = new Set([...funders, ...ancestors.slice(0, 1)].map(({ wallet }) => wallet));
        // More branches than travel along: those that paid last do.
        const sinceMs = funders.length < FUNDERS_MAX ? -Infinity : funders.at(-1)!.atMs;
        for (const [branch, lastMs] of branches) {
          if (!carried.has(branch) && lastMs > sinceMs) missing.push(told(row));
        }
      },
    });
    expect(merges).toBeGreaterThan(30);
    expect(missing).toEqual([]);
    expectExactAccounts(engine, rows);
  });

  /** Who of the pattern paid a row's payer lately, and no dust beside the row; and when they last did. */
  function branchesOf(row: RunRow, credits: readonly RunRow[]): Map<string, number> {
    const { amountMinor, creditor, type } = row.transfer;
    if (row.mark === null || !TRAVELLING.includes(type)) return new Map();
    const alike = credits.filter((credit) => {
      const { transfer } = credit;
      const share = transfer.amountMinor / amountMinor;
      const isAlike = share >= FUNDER_SHARE && share <= 1 / FUNDER_SHARE;
      return isAlike && PERSONAL.includes(transfer.type) && gapMs(row, credit) <= linkWindowMs;
    });
    return new Map(
      alike
        .filter(({ transfer }) => transfer.debtor.walletId !== creditor.walletId)
        .map(({ transfer }) => [walletKey(transfer.debtor), transfer.occurredAtMs]),
    );
  }
});

describe('other currencies', () => {
  const rows = settledRows(simulateRows({ variant: 'other-currencies' }));
  const rowAt = (position: number): RunRow => rows[position - 1]!;
  /** What a currency's decimals are, said once more: a hundredth is not everywhere the smallest unit. */
  const DECIMALS: Readonly<Record<string, number>> = {
    PKR: 2,
    USD: 2,
    AED: 2,
    EUR: 2,
    JPY: 0,
    KWD: 3,
  };

  it('never share lots, links or neighbours: all that goes with a payment is of its own currency', () => {
    const strange: string[] = [];
    let looked = 0;
    const engine = runRows(rows, {
      after(row, now) {
        const { transfer: taken, count } = now.step.taken;
        const { ancestors, funders, coPayees, root } = stepOf(now).carried;
        const legs = [...ancestors, ...funders, ...coPayees, ...(root ? [root] : [])];
        for (const position of [...taken.subarray(0, count), ...legs.map((leg) => leg.transfer)]) {
          looked += 1;
          if (rowAt(position).transfer.currency !== row.transfer.currency)
            strange.push(row.row.transferId);
        }
      },
    });
    expect(looked).toBeGreaterThan(1_000);
    expect(strange).toEqual([]);
    const accounts = viewsOfAccounts(engine);
    const wallets = new Set(accounts.map(({ wallet }) => wallet));
    expect(accounts.length - wallets.size).toBeGreaterThan(10);
    for (const { wallet, currency, credits, debits } of accounts) {
      for (const { transfer } of [...credits, ...debits]) {
        expect(rowAt(transfer).transfer.currency).toBe(currency);
      }
      for (const credit of credits) {
        expect(`demo\n${rowAt(credit.transfer).transfer.creditor.walletId}`).toBe(wallet);
      }
    }
  });

  it('are exact in each currency, in whole minor units, with no decimals or three', () => {
    const engine = runRows(rows, {
      after({ row, transfer }, now) {
        const [whole = '', fraction = ''] = row.amount.split('.');
        const digits = DECIMALS[transfer.currency]!;
        const minor = Number(whole + fraction.padEnd(digits, '0'));
        expect(fraction.length).toBeLessThanOrEqual(digits);
        expect(now.step.amountMinor).toBe(minor);
      },
    });
    expectExactAccounts(engine, rows);
    const seen = new Set(viewsOfAccounts(engine).map(({ currency }) => currency));
    expect([...seen].sort()).toEqual(Object.keys(DECIMALS).sort());
  });
});
