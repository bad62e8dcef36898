import fc from 'fast-check';
import { savedState } from '../../flow/test/saved-state';
import { type TypologyName } from '#contracts';
import { type Evidence } from './evidence';
import { LiveSignals } from './live-signals';
import { DEFAULT_PACK } from './rule-pack';
import { type Signal } from './signal';
import { EVIDENCE_MAX } from './signal-rows';

const { memoryMs } = DEFAULT_PACK.risk;
const TRANSFERS_MAX = DEFAULT_PACK.typologies.OPERATION_PROXIMITY.transfersMax;
const ACCOUNTS_MAX = 3;

/** What the signals are, as objects in a map whose keys are taken out and put in again. */
class PlainSignals {
  private readonly byAccount = new Map<number, Map<TypologyName, Signal>>();

  add(signal: Signal, nowMs: number): void {
    const signals = this.byAccount.get(signal.anchor) ?? new Map<TypologyName, Signal>();
    this.byAccount.delete(signal.anchor);
    this.byAccount.set(signal.anchor, signals);
    const known = signals.get(signal.typology);
    const isLive = known !== undefined && known.atMs >= signal.atMs - memoryMs;
    signals.set(signal.typology, isLive ? stronger(known, signal) : signal);
    for (const [account, of] of this.byAccount) {
      const live = [...of.values()].some(({ atMs }) => atMs >= nowMs - memoryMs);
      if (live && this.byAccount.size <= ACCOUNTS_MAX) break;
      this.byAccount.delete(account);
    }
  }

  of(account: number, atMs: number): Signal[] {
    const all = [...(this.byAccount.get(account)?.values() ?? [])];
    return all.filter((signal) => signal.atMs >= atMs - memoryMs);
  }
}

function stronger(known: Signal, signal: Signal): Signal {
  const best = signal.logOdds >= known.logOdds ? signal : known;
  if (signal.typology !== 'OPERATION_PROXIMITY') return best;
  const evidence = new Map(
    [...known.evidence, ...signal.evidence].map((item) => [item.position, item]),
  );
  const operationIds = [known, signal].flatMap((one) => one.operationIds ?? []);
  return {
    ...best,
    atMs: signal.atMs,
    evidence: [...evidence.values()].slice(-TRANSFERS_MAX),
    operationIds: [...new Set(operationIds)],
  };
}

const payment = (position: number): Evidence => ({
  ...{ position, payer: position % 7, payee: position % 5, amountMinor: position * 100 },
  ...{ atMs: position * 1_000, newPair: position % 2 === 0 },
});

const someSignal = fc.record(
  {
    typology: fc.constantFrom('PASS_THROUGH', 'FAN_IN', 'OPERATION_PROXIMITY'),
    family: fc.constantFrom('FLOW', 'NETWORK'),
    anchor: fc.nat(4),
    currency: fc.constantFrom('PKR', 'USD'),
    stepMs: fc.constantFrom(0, 1_000, memoryMs / 2, -memoryMs / 2, memoryMs + 1),
    logOdds: fc.double({ min: -9, max: 9, noNaN: true }),
    evidence: fc.array(fc.nat(40).map(payment), { maxLength: 20 }),
    facts: fc.dictionary(fc.constantFrom('sumMinor', 'count', 'spanMs', 'share'), fc.double()),
    operationIds: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }),
    confirmed: fc.boolean(),
  },
  {
    requiredKeys: [
      ...(['typology', 'family', 'anchor', 'currency', 'stepMs', 'logOdds', 'evidence'] as const),
      'facts',
    ],
  },
);

const live = (): LiveSignals => new LiveSignals(DEFAULT_PACK, ACCOUNTS_MAX);

describe('live signals', () => {
  it('are what was seen, one of a typology, whatever is saved and loaded meanwhile', () => {
    fc.assert(
      fc.property(fc.array(someSignal, { maxLength: 60 }), fc.nat(60), (signals, cut) => {
        const plain = new PlainSignals();
        let made = live();
        let nowMs = 0;
        for (const [i, { stepMs, ...rest }] of signals.entries()) {
          if (i === cut) {
            const loaded = live();
            loaded.load(savedState(made.save()));
            made = loaded;
          }
          const atMs = nowMs + stepMs;
          nowMs = Math.max(nowMs, atMs);
          const signal = { ...rest, atMs } as Signal;
          made.add(signal, nowMs);
          plain.add(signal, nowMs);
          for (let account = 0; account < 5; account += 1) {
            expect(made.of(account, atMs)).toEqual(plain.of(account, atMs));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keep the newest of more evidence than there is room for', () => {
    const evidence = Array.from({ length: EVIDENCE_MAX + 10 }, (_, i) => payment(i));
    const signal: Signal = {
      ...{ typology: 'FAN_IN', family: 'NETWORK', anchor: 1, currency: 'PKR', atMs: 0 },
      ...{ logOdds: 1, evidence, facts: {} },
    };
    const made = live();
    made.add(signal, 0);
    expect(made.of(1, 0)[0]!.evidence).toEqual(evidence.slice(10));
  });
});
