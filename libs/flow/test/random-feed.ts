import fc from 'fast-check';
import {
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  type PartyKind,
  SECOND_MS,
  TRANSFER_TYPES,
  type TransferType,
} from '#domain';
import { ANCESTORS_MAX } from '#flow';
import { DEFAULT_LIMITS, type EngineLimits } from './engine-under-test';
import { type FeedStep } from './feed-steps';
import { type AmountIntent, type Intent } from './feed-intent';
import { FeedWriter } from './feed-writer';

/** Accounts are few, so that money meets itself again. */
const WALLETS_MIN = 3;
const WALLETS_MAX = 12;
const TOKENS = ['phone-1', 'phone-2', 'handset-1', 'handset-2'];
/** More than a credit holds, so that some fall out. */
const OPERATIONS = ['op-1', 'op-2', 'op-3', 'op-4', 'op-5', 'op-6'];

export interface RandomFeed {
  readonly limits: EngineLimits;
  readonly steps: readonly FeedStep[];
}

/** Times of the rules in hours instead of days, so that a short feed outlives every window. */
const HOURS_INSTEAD_OF_DAYS = {
  memoryMs: 12 * HOUR_MS,
  linkWindowMs: 3 * HOUR_MS,
  taintDwellMaxMs: 6 * HOUR_MS,
  hubBelievedAfterMs: 5 * HOUR_MS,
  callMemoryMs: 4 * HOUR_MS,
};

/** The least that is allowed: nothing remembered may name an account that is given up. */
const RELEASE_MS =
  HOURS_INSTEAD_OF_DAYS.memoryMs + ANCESTORS_MAX * HOURS_INSTEAD_OF_DAYS.linkWindowMs;

const limits: fc.Arbitrary<EngineLimits> = fc
  .record({
    creditsPerAccountMax: fc.constantFrom(2, 3, 4, 32),
    debitsPerAccountMax: fc.constantFrom(2, 3, 4, 32),
    creditsInSumMax: fc.constantFrom(1, 2, 3, 8),
    linkMatchesMax: fc.constantFrom(1, 2, 2, 4),
    fundersMax: fc.constantFrom(0, 1, 2, 6),
    coPayeesMax: fc.constantFrom(0, 1, 2, 6),
    pairedPayersMax: fc.constantFrom(1, 3),
    popularCounterpartiesMin: fc.constantFrom(3, 3, 6, 100),
    retroAccountsMax: fc.constantFrom(1, 3, 1_000),
    retroHopsMax: fc.constantFrom(1, 2, 7),
    taintShareMin: fc.constantFrom(0.1, 0.1, 0.25),
    hunts: fc.constantFrom(true, true, true, false),
    short: fc.constantFrom(true, true, false),
    releases: fc.boolean(),
    counterpartiesPerAccountMax: fc.constantFrom(1, 2, 5, 64),
    counterpartyMemoryMs: fc.constantFrom(HOUR_MS, DAY_MS, 180 * DAY_MS),
  })
  .map(({ hunts, short, releases, ...counts }) => ({
    ...DEFAULT_LIMITS,
    ...counts,
    ...(short ? HOURS_INSTEAD_OF_DAYS : {}),
    ...(short && releases ? { accountReleaseMs: RELEASE_MS } : {}),
    retroHuntMs: !hunts ? 0 : short ? 4 * HOUR_MS : DEFAULT_LIMITS.retroHuntMs,
  }));

const amount: fc.Arbitrary<AmountIntent> = fc.record({
  freshMinor: fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(1, 2, 7, 70, 100, 1_000, 5_000, 10_000) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 1_000_000 }) },
    { weight: 1, arbitrary: fc.constantFrom(1_000_000, 999_999, 10_000_000_000_000) },
  ),
  of: fc.option(fc.nat(4), { freq: 4 }),
  count: fc.constantFrom(1, 1, 1, 2, 3, 4),
  // The edges of the link and lot ratios from both sides, exact splits, dust, and twice a credit.
  factor: fc.constantFrom(
    ...[1, 1, 0.95, 0.9, 0.8, 0.799, 0.75, 0.749, 1.06, 1.061, 1.12, 1.121],
    ...[0.5, 1 / 3, 0.25, 0.1, 0.099, 0.01, 2, 10],
  ),
});

const gapMs = fc.constantFrom(
  ...[0, 0, 1, SECOND_MS, SECOND_MS, 5 * SECOND_MS],
  ...[MINUTE_MS, 10 * MINUTE_MS, 59 * MINUTE_MS, HOUR_MS],
  // Beyond what the clock believes of one row, and what the counters are measured in.
  ...[3 * HOUR_MS, DAY_MS],
);

const lateMs = fc.oneof(
  { weight: 8, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.constantFrom(1, SECOND_MS, 5 * SECOND_MS, 5_001, 10 * MINUTE_MS) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(HOUR_MS, 3 * HOUR_MS, 12 * HOUR_MS, 3 * DAY_MS, 20 * DAY_MS),
  },
);

const tokens = fc.oneof(
  { weight: 6, arbitrary: fc.constant<string[]>([]) },
  { weight: 1, arbitrary: fc.subarray(TOKENS, { minLength: 1, maxLength: 2 }) },
);

const wallet = fc.nat(WALLETS_MAX - 1);
const operation = fc.constantFrom(...OPERATIONS);

const details = {
  amount,
  gapMs,
  lateMs,
  currency: fc.constantFrom('PKR', 'PKR', 'PKR', 'PKR', 'USD'),
  type: fc.oneof(
    { weight: 4, arbitrary: fc.constant<TransferType>('P2P') },
    { weight: 1, arbitrary: fc.constantFrom(...TRANSFER_TYPES) },
  ),
  declares: fc.constantFrom(false, false, true),
  byOwnProvider: fc.constantFrom(true, true, true, false),
  openedAgoMs: fc.constantFrom(
    ...[null, null, null, -DAY_MS, 0],
    ...[4 * HOUR_MS, 5 * HOUR_MS, 6 * DAY_MS, 8 * DAY_MS, 400 * DAY_MS],
  ),
  fromTokens: tokens,
  toTokens: tokens,
};

const intent: fc.Arbitrary<Intent> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('pay' as const),
      from: wallet,
      hop: fc.nat(WALLETS_MAX),
      ...details,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('chain' as const),
      from: wallet,
      hops: fc.integer({ min: 2, max: 11 }),
      ...details,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fan' as const),
      hub: wallet,
      width: fc.integer({ min: 2, max: 8 }),
      into: fc.boolean(),
      ...details,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('reverse' as const),
      which: fc.nat(30),
      part: fc.constantFrom(1, 1, 1, 0.5, 2),
      gapMs,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('indicator' as const),
      operation,
      wallet,
      token: fc.option(fc.constantFrom(...TOKENS), { freq: 2 }),
      aheadMs: fc.constantFrom(-DAY_MS, -HOUR_MS, 0, 0, MINUTE_MS, 5 * HOUR_MS),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('call' as const),
      caller: fc.constantFrom(...TOKENS),
      callee: fc.constantFrom(...TOKENS),
      gapMs,
      lateMs,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('register' as const),
      wallet,
      byOwnProvider: fc.constantFrom(true, true, true, false),
      openedAgoMs: fc.constantFrom(null, null, 0, -HOUR_MS, 5 * HOUR_MS, 8 * DAY_MS),
      agoMs: fc.constantFrom(0, 0, -HOUR_MS, 5 * HOUR_MS, 8 * DAY_MS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('withdraw' as const, 'restore' as const),
      operation,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      hours: fc.constantFrom(1, 2, 3, 4, 6, 7, 12, 13, 24),
    }),
  },
);

/** At most two wallets ever say that they are more than a person's. */
const kinds = fc.array(
  fc.tuple(
    wallet,
    fc.constantFrom<PartyKind>('MERCHANT', 'AGENT', 'BILLER', 'EXCHANGE', 'BANK', 'EXTERNAL'),
  ),
  { maxLength: 2 },
);

/**
 * Random small feeds: ties, parallel edges, bursts, chains, late rows, reversals, several currencies, hubs, tokens,
 * indicators in between. They shrink as intents and print as plain steps.
 *
 * @param intentsMax how many things happen at most (a chain or a fan is one)
 */
export const randomFeed = (intentsMax: number): fc.Arbitrary<RandomFeed> =>
  fc
    .record({
      limits,
      wallets: fc.integer({ min: WALLETS_MIN, max: WALLETS_MAX }),
      kinds,
      intents: fc.array(intent, { minLength: 1, maxLength: intentsMax, size: 'max' }),
    })
    .map((plan) => ({
      limits: plan.limits,
      steps: new FeedWriter(plan.wallets, new Map(plan.kinds)).write(plan.intents),
    }));
