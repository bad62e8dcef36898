import fc from 'fast-check';
import { type TransferEntry } from '#contracts';
import {
  type Complaint,
  type FeedEvent,
  HOUR_MS,
  type Indicator,
  MINUTE_MS,
  type PartyKind,
  walletKey,
  type WalletNews,
} from '#domain';
import { FLOW_LIMITS, type FlowLimits } from '#flow';
import { START_MS } from '../test/feed';
import { ShardedFlow } from '../test/sharded-flow';
import { type Feed, runAlone } from '../test/signal-run';

const RUNS = 80;
const wallet = (n: number): { provider: string; walletId: string } => ({
  provider: n % 3 === 0 ? 'q' : 'p',
  walletId: `w${n}`,
});

interface Step {
  readonly what:
    'move' | 'again' | 'reverse' | 'indicator' | 'token' | 'call' | 'change' | 'tell' | 'complain';
  readonly from: number;
  readonly hop: number;
  readonly amount: number;
  readonly kept: number;
  readonly minutes: number;
  readonly type: TransferEntry['transfer']['type'];
  readonly kind: PartyKind | null;
  readonly currency: string;
  readonly token: number;
}

const step = fc.record<Step>({
  what: fc.constantFrom(
    ...(['move', 'move', 'again', 'again', 'again'] as const),
    ...(['reverse', 'indicator', 'token', 'call', 'change', 'tell', 'tell'] as const),
    'complain' as const,
  ),
  from: fc.nat(9),
  hop: fc.integer({ min: 1, max: 9 }),
  amount: fc.integer({ min: 1, max: 1_000_000 }),
  kept: fc.integer({ min: 70, max: 110 }),
  minutes: fc.oneof(fc.nat(5), fc.integer({ min: -30, max: 30 }), fc.nat(3_000)),
  type: fc.constantFrom(
    ...(['P2P', 'P2P', 'P2P', 'P2P', 'P2P', 'BANK_TRANSFER'] as const),
    ...(['CASH_OUT', 'CASH_IN', 'MERCHANT_PAYMENT'] as const),
  ),
  kind: fc.constantFrom(null, null, null, null, 'AGENT', 'EXTERNAL'),
  currency: fc.constantFrom('PKR', 'PKR', 'PKR', 'USD'),
  token: fc.nat(3),
});

/** A complaint of a payment, by a provider of either side, or by one that has nothing to do with it. */
function complaintOf(
  { token, kept }: Omit<Step, 'what'>,
  { position, transfer: { provider: reportedBy, debtor, creditor, currency } }: TransferEntry,
  occurredAtMs: number,
): Complaint {
  const provider = [debtor.provider, creditor.provider, 'r'][token % 3]!;
  const about = { position, reportedBy, debtor, creditor, currency };
  const reason = kept > 90 ? 'FRAUD' : 'OTHER';
  return {
    ...{ provider, eventId: `e${position}`, occurredAtMs, type: 'COMPLAINT' },
    reason,
    about,
  };
}

/** A tier, a login or a registration, as the step's token says. */
function newsOf(
  { token, hop, minutes }: Omit<Step, 'what'>,
  told: Omit<WalletNews, 'type' | 'tier' | 'handset' | 'openedAtMs'>,
): WalletNews {
  if (token === 0) return { ...told, type: 'TIER_CHANGE', tier: hop > 5 ? 'L0' : 'L1' };
  if (token === 1) {
    const openedAtMs = hop > 5 ? null : told.occurredAtMs - minutes * MINUTE_MS;
    return { ...told, type: 'AGENT_REGISTERED', openedAtMs };
  }
  return { ...told, type: 'LOGIN', handset: hop > 8 ? null : `handset${token % 2}` };
}

/** Turns random steps into a feed in which money is often passed on: by who was paid last, most of what came. */
function feedOf(steps: readonly Step[]): Feed[] {
  const feed: Feed[] = [];
  let atMs = START_MS;
  let last = { to: 0, amount: 100_000, currency: 'PKR' };
  const moved: TransferEntry[] = [];
  for (const [i, { what, ...s }] of steps.entries()) {
    atMs += s.minutes * MINUTE_MS;
    const position = i + 1;
    if (what === 'indicator' || what === 'token') {
      const isWallet = what === 'indicator';
      const indicator: Indicator = {
        operationId: `op${s.token}`,
        type: isWallet ? 'wallet' : 'device',
        match: isWallet ? walletKey(wallet(s.from)) : `token${s.token}`,
        knownFromMs: atMs + (s.kept > 100 ? HOUR_MS : 0),
      };
      feed.push({ kind: 'indicator', indicator });
      continue;
    }
    if (what === 'call' || what === 'change') {
      const reported = { provider: 'p', eventId: `e${position}`, occurredAtMs: atMs };
      const event: FeedEvent =
        what === 'call'
          ? {
              ...{ ...reported, type: 'CALL' },
              ...{ caller: `token${s.token}`, callee: `token${s.hop % 4}` },
            }
          : {
              // Of a wallet that has money, as often as not.
              ...{ ...reported, wallet: wallet(s.kept > 90 ? last.to : s.from) },
              type: s.token === 0 ? 'SIM_CHANGE' : 'DEVICE_CHANGE',
            };
      feed.push({ kind: 'event', event });
      continue;
    }
    if (what === 'tell') {
      // The provider that keeps the wallet, but for one in four.
      const of = wallet(s.kept > 90 ? last.to : s.from);
      const provider = s.hop % 4 === 0 ? 'r' : of.provider;
      const told = { provider, eventId: `e${position}`, occurredAtMs: atMs, wallet: of };
      feed.push({ kind: 'event', event: newsOf(s, told) });
      continue;
    }
    if (what === 'complain') {
      const of = moved.at(-1 - (s.hop % 3));
      if (of !== undefined) feed.push({ kind: 'event', event: complaintOf(s, of, atMs) });
      continue;
    }
    const original = moved[s.amount % Math.max(1, moved.length)];
    if (what === 'reverse' && original !== undefined) {
      const { transfer } = original;
      const back = { ...transfer, debtor: transfer.creditor, creditor: transfer.debtor };
      const entry = { ...original, position, transfer: { ...back, occurredAtMs: atMs } };
      feed.push({ kind: 'reverse', entry, original: original.position });
      continue;
    }
    const again = what === 'again';
    const from = again ? last.to : s.from;
    const to = (from + s.hop) % 10;
    const amount = again ? Math.max(1, Math.round((last.amount * s.kept) / 100)) : s.amount;
    const currency = again ? last.currency : s.currency;
    const tokens = s.token === 0 ? [`token${s.hop % 4}`] : [];
    const entry: TransferEntry = {
      kind: 'transfer',
      position,
      originalPosition: null,
      debtorTokens: tokens,
      creditorTokens: s.token === 1 ? [`token${s.from % 4}`] : [],
      marks: {
        ...(s.kept > 90 ? { handset: `handset${s.token % 2}` } : {}),
        ...(s.hop > 7 ? { person: `person${s.hop}` } : {}),
        ...(s.hop % 2 === 0 ? { sim: `sim${s.token % 2}` } : {}),
        ...(s.type === 'CASH_OUT' ? { agent: `agent${s.token % 2}` } : {}),
      },
      transfer: {
        provider: 'p',
        transferId: `t${position}`,
        occurredAtMs: atMs,
        type: s.type,
        status: 'SETTLED',
        amountMinor: amount,
        currency,
        debtor: { ...wallet(from), kind: null, ...(s.hop > 6 ? { tier: 'L0' } : {}) },
        creditor: { ...wallet(to), kind: s.kind },
      },
    };
    last = { to, amount, currency };
    moved.push(entry);
    feed.push({ kind: 'move', entry });
  }
  return feed;
}

/** Small enough that each limit is met, but for those that are of a whole shard. */
const small: FlowLimits = {
  ...FLOW_LIMITS,
  creditsPerAccountMax: 4,
  debitsPerAccountMax: 4,
  popularCounterpartiesMin: 4,
  hubBelievedAfterMs: HOUR_MS,
};

describe('split over eight shards that only exchange text, the engine', () => {
  it.each([
    ['as it is set', FLOW_LIMITS],
    ['with every limit met', small],
  ])('shows every signal that it shows alone, %s', (_, limits) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
        const feed = feedOf(steps);
        expect(new ShardedFlow(limits).run(feed)).toEqual(runAlone(feed, limits));
      }),
      { numRuns: RUNS },
    );
  });

  it('is fed what makes typologies speak', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.array(step, { minLength: 160, maxLength: 200, size: 'max' }), (steps) => {
        const text = JSON.stringify(runAlone(feedOf(steps), FLOW_LIMITS));
        for (const [, name] of text.matchAll(/"typology":"([A-Z_]+)"/g)) seen.add(name!);
        if (/"payeesShared":[2-9]/.test(text)) seen.add('pairs');
        if (/"sharing":[2-9]/.test(text)) seen.add('identifiers');
        if (text.includes('"operationId"')) seen.add('origins');
      }),
      { numRuns: 60, seed: 1 },
    );
    expect([...seen].sort()).toEqual(
      expect.arrayContaining([
        ...['CALL_THEN_PAY', 'CHANGE_THEN_DRAIN', 'OPERATION_PROXIMITY', 'COMPLAINT'],
        ...['identifiers', 'origins', 'pairs'],
      ]),
    );
  });
});
