import fc from 'fast-check';
import { type LogEntry, type TransferEntry } from '#contracts';
import { DAY_MS, MINUTE_MS, type Party } from '#domain';
import { FLOW_LIMITS, viewOfAccount } from '#flow';
import { AlertBudget } from './alert-budget';
import { type Detection, type PositionDraft } from './alert-draft';
import { Detector } from './detector';
import { DEFAULT_PACK } from './rule-pack';
import { signalsOf } from '../test/happenings';
import { alertsOf, hop, late, logOf, OPEN, ordinaryLife, run, START_MS } from '../test/feed';

/** The bar of a first day is for what nobody doubts; here the last hops are to be told of too. */
const LOWER = { ...DEFAULT_PACK, risk: { ...DEFAULT_PACK.risk, raiseAt: 80 } };

describe('an alert', () => {
  const moves = [
    hop('v1', 'c', 61_000, 0),
    hop('v2', 'c', 72_000, 3),
    hop('v3', 'c', 83_000, 6),
    hop('c', 'm1', 70_000, 9),
    hop('c', 'm2', 140_000, 10),
    hop('m1', 'n1', 68_000, 15),
    hop('m2', 'n2', 137_000, 16),
    hop('n1', 'o1', 66_000, 25),
    hop('n2', 'o2', 135_000, 26),
  ].map(late);
  const entries = logOf([...ordinaryLife(), ...moves]);

  it('is raised for layering, and not for ordinary life', () => {
    const alerts = alertsOf(run(entries));
    expect(alerts.length).toBeGreaterThan(0);
    const from = 2 * ordinaryLife().length;
    expect(alerts.every(({ positions }) => positions.every((position) => position > from))).toBe(
      true,
    );
  });

  it('says what it is worth without each of its terms', () => {
    for (const alert of alertsOf(run(entries))) {
      for (const term of alert.terms) {
        expect(term.riskWithout).toBeLessThanOrEqual(alert.risk);
        expect(term.sentence).not.toBe('');
      }
    }
  });

  it('says what fell out of its wallets before it was raised', () => {
    // So small that the collector forgets the first victim long before anything is raised.
    const limits = { ...FLOW_LIMITS, creditsPerAccountMax: 3 };
    const detector = new Detector({ limits });
    const met: string[] = [];
    const told: string[] = [];
    const first = late(hop('v0', 'c', 50_000, -3));
    for (const entry of logOf([...ordinaryLife(), first, ...moves])) {
      for (const alert of alertsOf([...detector.apply(entry), ...detector.flush()])) {
        met.push(...detector.engine.caps.met);
        told.push(...alert.capsMet);
      }
    }
    expect(met).not.toContain('creditsPerAccountMax');
    expect(told).toContain('creditsPerAccountMax');
  });

  it('is revised rather than repeated: one id has revisions 1, 2, 3…', () => {
    const byId = new Map<string, number[]>();
    for (const { id, revision } of alertsOf(run(entries))) {
      byId.set(id, [...(byId.get(id) ?? []), revision]);
    }
    for (const revisions of byId.values()) {
      expect(revisions).toEqual(revisions.map((_, i) => i + 1));
    }
  });

  it('holds what is still held, and says so again when it moves on', () => {
    const detections = run(entries, LOWER);
    const held = (walletId: string, all: readonly Detection[]): number | undefined =>
      all
        .filter((d): d is PositionDraft => d.kind === 'wallet-position' && d.walletId === walletId)
        .at(-1)?.heldMinor;
    expect(held('o2', detections)).toBe(13_500_000);
    const on = logOf([late(hop('o2', 'z', 100_000, 40))], entries.length);
    expect(held('o2', run([...entries, ...on], LOWER))).toBe(3_500_000);
  });

  it('takes in the exits of the money it relies on, whatever part of it', () => {
    const cash = { ...hop('o2', 'agent', 40_000, 50), type: 'CASH_OUT', kind: 'AGENT' } as const;
    const abroad = { ...hop('o2', 'x', 15_000, 55), type: 'CROSS_BORDER' } as const;
    const more = logOf([late(cash), late(abroad)], entries.length);
    const detections = run([...entries, ...more], LOWER);
    const exits = [1, 2].map((n) => 2 * (entries.length + n));
    const last = alertsOf(detections)
      .filter(({ positions }) => positions.includes(exits[1]!))
      .at(-1);
    expect(last?.positions).toEqual(expect.arrayContaining(exits));
  });

  it('is the same after a row from another century, which is no measure of anything', () => {
    const wild = logOf(
      [{ ...hop('x1', 'x2', 10, 0), atMs: Date.UTC(2099, 11, 31) - START_MS }],
      9_999,
    );
    const before = entries.slice(0, 200);
    const after = entries.slice(200);
    const shaken = alertsOf(run([...before, ...wild, ...after]));
    const calm = alertsOf(run(entries));
    expect(shaken.map(({ id, risk }) => [id, risk])).toEqual(
      calm.map(({ id, risk }) => [id, risk]),
    );
    expect(shaken.every(({ risk }) => Number.isFinite(risk))).toBe(true);
  });

  it('does not take in what its wallet does afterwards that is nothing by itself', () => {
    const day = 24 * 60;
    // The collector gets a small sum that was handed on twice: seen, and no alert would be raised for it.
    const small = [hop('y1', 'y2', 600, day), hop('y2', 'y3', 590, day + 9)];
    const moves = [...small, hop('y3', 'c', 585, day + 20)].map(late);
    const more = [...entries, ...logOf(moves, entries.length)];
    const positions = [1, 2, 3].map((n) => 2 * (entries.length + n));
    const seen = signalsOf(more, 'LAYERING_CHAIN').map(({ at }) => 2 * (at + 1));
    expect(seen).toContain(positions[2]);
    const alerts = alertsOf(run(more, LOWER));
    expect(alerts.length).toBeGreaterThan(0);
    for (const alert of alerts) {
      expect(alert.positions.some((position) => positions.includes(position))).toBe(false);
    }
  });

  it('wants two families that are worth the name', () => {
    const seen = (familyLogOddsMin: number): number =>
      alertsOf(run(entries, { ...LOWER, risk: { ...LOWER.risk, familyLogOddsMin } })).length;
    expect(seen(1)).toBeGreaterThan(0);
    // No two families of these alerts come to so much.
    expect(seen(8)).toBe(0);
  });

  it('takes in no more transfers than its limit', () => {
    const pack = { ...OPEN, risk: { ...OPEN.risk, transfersMax: 5 } };
    const sizes = alertsOf(run(entries, pack)).map(({ positions }) => positions.length);
    expect(Math.max(...sizes)).toBe(5);
  });

  it('tells of no transfer as late that it does not name', () => {
    const pack = { ...OPEN, risk: { ...OPEN.risk, transfersMax: 2 } };
    // Others are half a day ahead: what is told of now comes late.
    const ahead = Array.from({ length: 50 }, (_, i) => hop(`x${i}`, `y${i}`, 1_000, 12 * 60 + i));
    const alerts = alertsOf(run(logOf([...ordinaryLife(), ...ahead.map(late), ...moves]), pack));
    expect(alerts.some(({ latePositions }) => latePositions.length > 0)).toBe(true);
    for (const { positions, latePositions } of alerts) {
      expect(positions).toEqual(expect.arrayContaining([...latePositions]));
    }
  });
});

describe('statuses and reversals', () => {
  type Report = Partial<TransferEntry['transfer']> & { position: number; original?: number };
  const report = ({ position, original, ...transfer }: Report): LogEntry => {
    const [entry] = logOf([hop('a', 'm', 1_000, 0)]) as [TransferEntry];
    return {
      ...entry,
      position,
      originalPosition: original ?? null,
      transfer: { ...entry.transfer, ...transfer },
    };
  };
  const [a, m] = ['a', 'm'].map((walletId) => ({ provider: 'p', walletId, kind: null })) as [
    Party,
    Party,
  ];
  const heldAfter = (...reports: Report[]): { a: number; m: number } => {
    const detector = new Detector();
    for (const entry of reports.map(report)) detector.apply(entry);
    detector.flush();
    const held = (party: Party): number => {
      const sums = viewOfAccount(detector.engine, party, 'PKR')?.sums;
      return sums === undefined ? 0 : (sums.left + sums.mixed) / 100;
    };
    return { a: held(a), m: held(m) };
  };
  const back = { type: 'REVERSAL', debtor: m, creditor: a } as const;

  it('move value when settled, and not before', () => {
    expect(heldAfter({ position: 1, status: 'PENDING' }).m).toBe(0);
    expect(
      heldAfter({ position: 1, status: 'PENDING' }, { position: 2, status: 'FAILED', original: 1 })
        .m,
    ).toBe(0);
    expect(heldAfter({ position: 1, status: 'PENDING' }, { position: 2, original: 1 }).m).toBe(
      1_000,
    );
  });

  it('give it back when the transfer is marked as reversed, however it was first reported', () => {
    const reversed = { position: 3, status: 'REVERSED', original: 1 } as const;
    const after = { a: 1_000, m: 0 };
    expect(heldAfter({ position: 1 }, reversed)).toEqual(after);
    expect(
      heldAfter({ position: 1, status: 'PENDING' }, { position: 2, original: 1 }, reversed),
    ).toEqual(after);
  });

  it('give it back when a reversal settles, announced before or not', () => {
    const after = { a: 1_000, m: 0 };
    expect(heldAfter({ position: 1 }, { position: 2, original: 1, ...back })).toEqual(after);
    expect(
      heldAfter(
        { position: 1 },
        { position: 2, original: 1, status: 'PENDING', ...back },
        { position: 3, original: 2, ...back },
      ),
    ).toEqual(after);
  });

  it('take it again when a reversal is itself reversed', () => {
    const undone = { position: 9, original: 2, status: 'REVERSED', ...back } as const;
    expect(heldAfter({ position: 1 }, { position: 2, original: 1, ...back }, undone)).toEqual({
      a: 0,
      m: 1_000,
    });
  });
});

describe('an alert whose transfer is reversed', () => {
  const moves = [
    ...[hop('a', 'c', 61_000, 0), hop('b', 'c', 72_000, 3)],
    ...[hop('c', 'm', 130_000, 9), hop('m', 'n', 129_000, 15), hop('n', 'o', 128_000, 25)],
  ];
  const log = logOf([...ordinaryLife(), ...moves.map(late)]);
  const [original] = log.slice(-1) as [TransferEntry];
  const { debtor, creditor, amountMinor } = original.transfer;

  /** Of each time the alert was told of since the reversals: what it calls reversed. And the last that was held. */
  const after = (
    ...backMinor: number[]
  ): { told: (readonly number[])[]; held: number | undefined } => {
    const detector = new Detector({ pack: OPEN });
    for (const entry of log) detector.apply(entry);
    detector.flush();
    const back = backMinor.map((minor, i): TransferEntry => ({
      ...original,
      position: original.position + 1 + i,
      originalPosition: original.position,
      transfer: {
        ...original.transfer,
        ...{ transferId: `back${i}`, type: 'REVERSAL', amountMinor: minor },
        ...{ debtor: creditor, creditor: debtor },
      },
    }));
    const detections = [...back.flatMap((entry) => detector.apply(entry)), ...detector.flush()];
    const held = detections.filter((d): d is PositionDraft => d.kind === 'wallet-position');
    return {
      told: alertsOf(detections).map(({ reversedPositions }) => reversedPositions),
      held: held.at(-1)?.heldMinor,
    };
  };

  it.each([
    ['all', amountMinor, true],
    ['a little more than half', amountMinor / 2 + 1, true],
    ['half', amountMinor / 2, true],
    ['a little less than half', amountMinor / 2 - 1, false],
    ['a paisa', 1, false],
  ])('says so where %s goes back, or not', (_, backMinor, says) => {
    expect(after(backMinor)).toEqual({
      told: says ? [[original.position]] : [],
      // What is held is told in any case.
      held: amountMinor - backMinor,
    });
  });

  it('measures each reversal by itself', () => {
    const part = amountMinor / 2 - 1;
    expect(after(part, part).told).toEqual([]);
  });
});

describe('the alert budget', () => {
  it('sets the bar from the days before, so that about as many are raised as it allows', () => {
    const raised = (alertsPerThousandWalletsADay: number): number => {
      // No bar of the first day's own: what is raised is raised by the budget.
      const risk = { ...DEFAULT_PACK.risk, alertsPerThousandWalletsADay, floor: 0, raiseAt: 101 };
      const alerts = alertsOf(run(logOf(ordinaryLife(30)), { ...DEFAULT_PACK, risk }));
      return new Set(alerts.map(({ id }) => id)).size;
    };
    const walletDays = 60 * 29;
    expect(raised(0)).toBe(0);
    for (const budget of [20, 60]) {
      const allowed = (walletDays * budget) / 1000;
      expect(raised(budget)).toBeGreaterThan(allowed / 4);
      expect(raised(budget)).toBeLessThan(allowed * 2);
    }
  });

  it('learns from as many more days as a small feed needs, up to four weeks', () => {
    const budget = new AlertBudget({ ...DEFAULT_PACK.risk, alertsPerThousandWalletsADay: 2 });
    const bars: number[] = [];
    // 60 wallets: a budget of 0.12 alerts a day, so that it takes 25 days to teach three.
    for (let day = 0; day < 28; day += 1) {
      for (let wallet = 0; wallet < 60; wallet += 1) budget.seen(wallet, day * DAY_MS);
      budget.reached(1, 20);
      bars.push(budget.raiseAt);
    }
    expect(bars.findIndex((bar) => bar !== DEFAULT_PACK.risk.raiseAt)).toBe(25);
    expect(bars.at(-1)).toBe(20.1);
  });

  it('makes up for what was raised less or more than it allows', () => {
    const bar = (raisedADay: number): number => {
      const budget = new AlertBudget({ ...DEFAULT_PACK.risk, alertsPerThousandWalletsADay: 10 });
      // 100 wallets, each of which reaches another risk: one alert a day is allowed.
      for (let day = 0; day < 20; day += 1) {
        for (let wallet = 0; wallet < 100; wallet += 1) {
          budget.seen(wallet, day * DAY_MS);
          budget.reached(wallet, wallet);
        }
        for (let n = 0; n < raisedADay; n += 1) budget.raised();
      }
      return budget.raiseAt;
    };
    // Seven days, seven alerts: as many wallets as that reached 99. Where none was raised, 14 are due; where two a day, none.
    expect(bar(1)).toBe(98.1);
    expect(bar(0)).toBe(97.1);
    expect(bar(2)).toBe(99.1);
  });

  it('keeps the bar it began with where a feed is too small to teach another', () => {
    const budget = new AlertBudget(DEFAULT_PACK.risk);
    for (let day = 0; day < 9; day += 1) {
      for (let wallet = 0; wallet < 60; wallet += 1) budget.seen(wallet, day * DAY_MS);
      budget.reached(1, 20);
    }
    expect(budget.raiseAt).toBe(DEFAULT_PACK.risk.raiseAt);
  });
});

describe('detection', () => {
  const wallet = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  const move = fc
    .record({
      from: wallet,
      to: wallet,
      rupees: fc.integer({ min: 1, max: 90_000 }),
      atMs: fc.integer({ min: 0, max: 300 }).map((n) => n * 7 * MINUTE_MS),
    })
    .filter(({ from, to }) => from !== to);

  it('is a pure function of the log: fed twice, or in any batches, it gives the same', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 80 }), (moves) => {
        const entries = logOf(moves);
        expect(run(entries, OPEN)).toEqual(run(entries, OPEN));
      }),
      { numRuns: 100 },
    );
  });

  it('never claims to hold more than came in, and names only transfers of the log', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 80 }), (moves) => {
        const entries = logOf(moves);
        const limits = { ...FLOW_LIMITS, creditsPerAccountMax: 4 };
        const detector = new Detector({ pack: OPEN, limits });
        for (const entry of entries) {
          for (const detection of detector.apply(entry)) {
            if (detection.kind === 'wallet-position') {
              expect(detection.heldMinor).toBeLessThanOrEqual(detection.inMinor);
              const left = detection.credits.reduce((sum, credit) => sum + credit.leftMinor, 0);
              expect(left).toBeLessThanOrEqual(detection.heldMinor);
            } else if (detection.kind === 'alert') {
              expect(detection.positions.every((p) => p <= entry.position && p > 0)).toBe(true);
              for (const w of detection.wallets) expect(w.heldMinor).toBeLessThanOrEqual(w.inMinor);
            }
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});
