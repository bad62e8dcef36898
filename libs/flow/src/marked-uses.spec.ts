import fc from 'fast-check';
import { savedState } from '../test/saved-state';
import { AccountNames } from './account-names';
import { Caps } from './caps';
import { CAPS, FLOW_LIMITS } from './flow-limits';
import {
  type MarkedUse,
  MarkedUses,
  NO_PERSON,
  personNumber,
  SHARERS,
  WALLETS_PER_MARK_MAX,
} from './marked-uses';

const MEMORY_MS = 1_000;
const MARKS_MAX = 3;
const WALLETS = 24;
const CURRENCIES = ['PKR', 'USD'];

function store() {
  const names = new AccountNames();
  for (let wallet = 0; wallet < WALLETS; wallet += 1) {
    for (const currency of CURRENCIES)
      names.add({ provider: 'p', walletId: String(wallet) }, currency);
  }
  const caps = new Caps();
  const limits = { ...FLOW_LIMITS, marksMax: MARKS_MAX, memoryMs: MEMORY_MS };
  return { uses: new MarkedUses('handset', names, limits, caps), caps, names };
}

const useAt = (payer: number, atMs: number, position = atMs): MarkedUse => ({
  payer,
  payee: 0,
  person: personNumber(payer % 3 === 0 ? null : `person-${payer % 4}`),
  position,
  atMs,
  amountMinor: position + 1,
  newPair: position % 2 === 0,
  fromNewMinor: position,
  restMs: 7,
});

/** The same with no thought of cost: every mark's uses as they came, newest news last. */
class PlainUses {
  private marks: { mark: string; uses: MarkedUse[] }[] = [];
  full = 0;

  use(mark: string, use: MarkedUse, nowMs: number): MarkedUse[] {
    const wallet = Math.floor(use.payer / CURRENCIES.length);
    const known = this.marks.find((one) => one.mark === mark)?.uses ?? [];
    const others = known.filter(({ payer }) => Math.floor(payer / CURRENCIES.length) !== wallet);
    const uses = [...others, use]
      .sort((a, b) => a.atMs - b.atMs)
      .slice(-WALLETS_PER_MARK_MAX.handset);
    this.marks = [...this.marks.filter((one) => one.mark !== mark), { mark, uses }];
    const isOld = (i: number): boolean => this.marks[i]!.uses.at(-1)!.atMs < nowMs - MEMORY_MS;
    while (this.marks.length > 0 && (isOld(0) || this.marks.length > MARKS_MAX)) {
      if (!isOld(0)) this.full += 1;
      this.marks.shift();
    }
    return uses.filter(({ atMs }) => atMs >= nowMs - MEMORY_MS && atMs <= use.atMs);
  }
}

describe('uses of marks', () => {
  it('are those that a plain list gives, in whatever order they come, and after a restart', () => {
    const payment = fc.record({
      mark: fc.constantFrom('a', 'b', 'c', 'd'),
      payer: fc.nat(WALLETS * CURRENCIES.length - 1),
      // Some come late, some after a silence.
      stepMs: fc.oneof(fc.integer({ min: -60, max: 90 }), fc.integer({ min: -900, max: 1_500 })),
    });
    fc.assert(
      fc.property(
        fc.array(payment, { minLength: 40, maxLength: 150 }),
        fc.nat(40),
        (payments, cut) => {
          const before = store();
          const after = store();
          let { uses } = before;
          const plain = new PlainUses();
          let nowMs = 5_000;
          for (const [position, { mark, payer, stepMs }] of payments.entries()) {
            if (position === cut) {
              const saved = savedState(uses.save());
              uses = after.uses;
              uses.load(saved);
            }
            const atMs = nowMs + stepMs;
            nowMs = Math.max(nowMs, atMs);
            const use = useAt(payer, atMs, position);
            expect(uses.use(mark, use, nowMs)).toEqual(plain.use(mark, use, nowMs));
          }
          const full = [before, after].map(({ caps }) => caps.counts.get(CAPS.marks) ?? 0);
          expect(full[0]! + full[1]!).toBe(plain.full);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('hold the newest of more wallets than there is room for', () => {
    for (const wallets of [15, 16, 17]) {
      const { uses } = store();
      let lately: MarkedUse[] = [];
      for (let wallet = 0; wallet < wallets; wallet += 1) {
        lately = uses.use('a', useAt(wallet * CURRENCIES.length, wallet), wallet);
      }
      expect(lately.map(({ atMs }) => atMs)).toEqual(
        Array.from({ length: Math.min(wallets, 16) }, (_, i) => i + Math.max(0, wallets - 16)),
      );
    }
  });

  it('tell people apart, however many wallets they have', () => {
    const [anna, bilal] = [personNumber('anna'), personNumber('bilal')];
    const uses = [anna, bilal, anna, NO_PERSON, NO_PERSON].map((person) => ({ person }));
    expect(SHARERS.handset(uses)).toBe(4);
    expect(SHARERS.sim(uses)).toBe(2);
    expect(SHARERS.person(uses)).toBe(5);
    expect(personNumber(null)).toBe(NO_PERSON);
    const numbers = Array.from({ length: 20_000 }, (_, i) => personNumber(`national_id:${i}`));
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers.every(Number.isSafeInteger)).toBe(true);
  });
});
