import fc from 'fast-check';
import { DAY_MS, HOUR_MS, MINUTE_MS, walletOfKey } from '#domain';
import { HORIZONS_MS, viewOfAccount, viewOfStep } from '#flow';
import { logOf, type Move } from '../test/feed';
import { packWith } from '../test/happenings';
import { scatterGatherReference } from '../test/scatter-gather-reference';
import { Detector } from './detector';
import { DEFAULT_PACK } from './rule-pack';

const { branchesMin } = DEFAULT_PACK.typologies.SCATTER_GATHER as { branchesMin: number };
const LOOK_BACK_MS = HORIZONS_MS.at(-1)!;

interface SeenAt {
  readonly at: number;
  readonly evidence: readonly number[];
}

const byPosition = (a: number, b: number): number => a - b;

/** By position: what the typology named, and what the definition names. */
function seen(
  moves: readonly Move[],
  least = branchesMin,
): { found: SeenAt[]; expected: SeenAt[] } {
  const found: SeenAt[] = [];
  const expected: SeenAt[] = [];
  const detector = new Detector({
    pack: packWith('SCATTER_GATHER', { branchesMin: least }),
    watch: {
      candidate: () => undefined,
      carried: () => undefined,
      moved: (step, engine) => {
        const view = viewOfStep(engine, step);
        const payee = viewOfAccount(engine, walletOfKey(view.payee), 'PKR')!;
        const values = { branchesMin: least, lookBackMs: LOOK_BACK_MS };
        const evidence = scatterGatherReference(view, payee, values);
        if (evidence !== null) expected.push({ at: step.position, evidence });
      },
      saw: ({ step }, name, signal) => {
        if (name !== 'SCATTER_GATHER' || signal === null) return;
        const evidence = signal.evidence.map(({ position }) => position).sort(byPosition);
        found.push({ at: step.position, evidence });
      },
    },
  });
  for (const entry of logOf(moves)) detector.apply(entry);
  detector.flush();
  return { found, expected };
}

/** One wallet pays so many, who each pass it on to one. @param spanMs from the first to the last of the gathering */
const meeting = (branches: number, spanMs = 4 * HOUR_MS): Move[] => [
  ...Array.from({ length: branches }, (_, i): Move => {
    return { from: 'source', to: `mid${i}`, rupees: 10_000 + 500 * i, atMs: i * MINUTE_MS };
  }),
  ...Array.from({ length: branches }, (_, i): Move => {
    const atMs = HOUR_MS + (spanMs * i) / Math.max(1, branches - 1);
    return { from: `mid${i}`, to: 'sink', rupees: 9_800 + 500 * i, atMs };
  }),
];

describe('scatter-gather', () => {
  it.each([
    [2, false],
    [3, true],
    [4, true],
  ])('over %i branches: %s', (branches, held) => {
    expect(seen(meeting(branches)).found.length > 0).toBe(held);
  });

  it.each([
    [1, 2],
    [2, 2],
    [3, 2],
  ])('asks for what the pack asks: %i branches where it is %i', (branches, least) => {
    expect(seen(meeting(branches), least).found.length > 0).toBe(branches >= least);
  });

  it('names every transfer from the source to where it comes together', () => {
    expect(seen(meeting(3)).found.at(-1)).toEqual({ at: 12, evidence: [2, 4, 6, 8, 10, 12] });
  });

  it('is not money of several, which comes together', () => {
    const moves = meeting(3).map((move, i) =>
      move.from === 'source' ? { ...move, from: `source${i}` } : move,
    );
    expect(seen(moves).found).toEqual([]);
  });

  it('is not a wallet that pays three times', () => {
    const moves = meeting(3).map((move) => ({
      ...move,
      from: move.from.startsWith('mid') ? 'mid' : move.from,
      to: move.to.startsWith('mid') ? 'mid' : move.to,
    }));
    expect(seen(moves).found).toEqual([]);
  });

  it('sees the same as its reference on random feeds', () => {
    let signals = 0;
    const wallet = fc.integer({ min: 0, max: 6 });
    const middle = fc.integer({ min: 1, max: 4 });
    // Mostly from 0 to the middle, and from there to 5, so that something meets.
    const parties = fc.oneof(
      fc.record({ from: fc.constant(0), to: middle }),
      fc.record({ from: middle, to: fc.constant(5) }),
      fc.record({ from: wallet, to: wallet }),
    );
    const payment = fc.record({
      parties,
      rupees: fc.constantFrom(900, 1_000, 1_050, 2_000, 5_000),
      gapMs: fc.constantFrom(MINUTE_MS, HOUR_MS, 6 * HOUR_MS, 2 * DAY_MS),
      type: fc.constantFrom('P2P' as const, 'P2P' as const, 'MERCHANT_PAYMENT' as const),
    });
    fc.assert(
      fc.property(fc.array(payment, { minLength: 10, maxLength: 40, size: 'max' }), (payments) => {
        let atMs = 0;
        const moves = payments
          .filter(({ parties: { from, to } }) => from !== to)
          .map(({ gapMs, parties: { from, to }, ...rest }): Move => {
            atMs += gapMs;
            return { ...rest, from: `w${from}`, to: `w${to}`, atMs };
          });
        // Two branches meet more often than three; the rest of the definition is the same.
        const { found, expected } = seen(moves, 2);
        expect(found).toEqual(expected);
        signals += expected.length;
      }),
      { numRuns: 300 },
    );
    // Otherwise nothing was compared.
    expect(signals).toBeGreaterThan(100);
  });
});
