import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain';
import { FLOW_LIMITS, FlowEngine, type FlowLimits } from '#flow';
import { START_MS } from '../test/feed';
import { type Happening, logOfHappenings, signalsOf, type ToldNews } from '../test/happenings';

type Pay = Extract<Happening, { do: 'pay' }>;

const pay = (from: string, to: string, rupees: number, atMs: number, more: Partial<Pay> = {}) =>
  ({ do: 'pay', from, to, rupees, atMs, ...more }) satisfies Pay;
const tell = (wallet: string, news: ToldNews, atMs: number, by?: string): Happening => ({
  ...{ do: 'tell', wallet, news, atMs, ...(by === undefined ? {} : { by }) },
});

describe('a tier that was told by an event', () => {
  const tier = (name: string, atMs = 0, by?: string): Happening =>
    tell('mule', { type: 'TIER_CHANGE', tier: name }, atMs, by);
  const ticks = Array.from({ length: 96 }, (_, i) => pay('tick', 'tock', 1, (i * HOUR_MS) / 2));
  /** Just below the limit of the first tier, on three days. @param own what the last payment tells of both its sides */
  const hugging = (told: readonly Happening[], own: Partial<Pay> = {}): number => {
    const days = [0, 1, 2].map((day) =>
      pay('mule', `to${day}`, 24_000, day * DAY_MS + 1, day === 2 ? own : {}),
    );
    const story = [...told, ...[...ticks, ...days].sort((a, b) => a.atMs - b.atMs)];
    return signalsOf(logOfHappenings(story), 'LIMIT_HUGGING').length;
  };

  it.each<[string, readonly Happening[], Partial<Pay>, number]>([
    ['is that of a payment which tells none', [tier('L0')], {}, 1],
    ['is nothing where none was told', [], {}, 0],
    ['gives way to the payment’s own', [tier('L0')], { tier: 'GOLD' }, 0],
    ['and does not stand against it', [tier('GOLD')], { tier: 'L0' }, 1],
    ['is another’s to tell of no wallet', [tier('L0', 0, 'q')], {}, 0],
    ['holds until another is told', [tier('L0'), tier('GOLD', 1)], {}, 0],
    ['in whatever order they are told', [tier('GOLD', 1), tier('L0')], {}, 0],
    ['from the instant on that it is told for', [tier('L0', 2 * DAY_MS + 1)], {}, 1],
    ['and not before', [tier('L0', 2 * DAY_MS + 2)], {}, 0],
    ['and one of later leaves the one before', [tier('GOLD', 3 * DAY_MS), tier('L0')], {}, 1],
  ])('%s', (_, told, own, signals) => {
    expect(hugging(told, own)).toBe(signals);
  });
});

describe('the handset of a login', () => {
  const AT = 600 * MINUTE_MS;
  const { loginMemoryMs } = FLOW_LIMITS;
  const none = (): Partial<Pay> => ({});
  /** Six hundred people, each with a handset of their own. */
  const life = Array.from({ length: 600 }, (_, i) =>
    pay(`life${i}`, `to${i}`, 500, i * MINUTE_MS, { handset: `own${i}` }),
  );
  const login = (i: number, agoMs = 0, handset: string | null = 'farm', by?: string): Happening =>
    tell(`mule${i}`, { type: 'LOGIN', handset }, AT + i - agoMs, by);
  const farm = (
    before: (i: number) => readonly Happening[],
    own: (i: number) => Partial<Pay>,
  ): number => {
    const told = [0, 1, 2, 3].flatMap(before);
    const payments = [0, 1, 2, 3].map((i) => pay(`mule${i}`, `to${i}`, 500, AT + i, own(i)));
    const story = [...life, ...told, ...payments];
    return signalsOf(logOfHappenings(story), 'DEVICE_CLUSTER').length;
  };

  it.each<[string, (i: number) => readonly Happening[], (i: number) => Partial<Pay>, number]>([
    ['is that of a payment which tells none', (i) => [login(i)], none, 1],
    ['is nothing where nobody logged in', () => [], none, 0],
    ['for a day', (i) => [login(i, loginMemoryMs)], none, 1],
    ['and no longer', (i) => [login(i, loginMemoryMs + 1)], none, 0],
    ['gives way to the payment’s own', (i) => [login(i)], (i) => ({ handset: `o${i}` }), 0],
    ['is the last one’s', (i) => [login(i, 2), login(i, 1, `other${i}`)], none, 0],
    ['that told any', (i) => [login(i, 2), login(i, 1, null)], none, 1],
    ['and not that of a login after the payment', (i) => [login(i, -1)], none, 0],
    ['is another’s to tell of no wallet', (i) => [login(i, 0, 'farm', 'q')], none, 0],
  ])('%s', (_, before, own, signals) => {
    expect(farm(before, own)).toBe(signals);
  });
});

describe('what is told of wallets', () => {
  const wallet = (walletId: string) => ({ provider: 'p', walletId });
  const note = (engine: FlowEngine, walletId: string, news: ToldNews, atMs = 0): void => {
    const told = { provider: 'p', eventId: 'e', occurredAtMs: START_MS + atMs };
    engine.note({ ...told, wallet: wallet(walletId), ...news });
  };
  const engineWith = (limits: Partial<FlowLimits>): FlowEngine => {
    const engine = new FlowEngine({ ...FLOW_LIMITS, ...limits });
    engine.hear(START_MS);
    return engine;
  };

  it.each([
    [2, 0],
    [3, 0],
    [4, 1],
  ])('has room for so many wallets of each kind: %i', (wallets, lost) => {
    const engine = engineWith({ toldWalletsMax: 3 });
    for (let i = 0; i < wallets; i += 1) {
      note(engine, `w${i}`, { type: 'TIER_CHANGE', tier: 'L0' });
      // Of these there are most: they push out none of the others.
      for (const one of ['a', 'b', 'c', 'd']) {
        note(engine, `${one}${i}`, { type: 'LOGIN', handset: 'h' });
      }
    }
    const known = Array.from({ length: wallets }, (_, i) =>
      engine.told.tierOf(wallet(`w${i}`), START_MS, START_MS),
    ).filter((tier) => tier !== null);
    expect(known).toHaveLength(wallets - lost);
    expect(engine.caps.counts.get('toldWalletsMax')).toBe(4 * wallets - 3 + lost);
  });

  it.each([
    [3, 'L0'],
    [4, 'L0'],
    [5, null],
  ])('has room for so much of one kind of a wallet: %i', (tiers, first) => {
    const engine = engineWith({});
    for (let i = 0; i < tiers; i += 1) note(engine, 'w', { type: 'TIER_CHANGE', tier: `L${i}` }, i);
    expect(engine.told.tierOf(wallet('w'), START_MS, START_MS)).toBe(first);
  });

  it('moves no clock', () => {
    const engine = engineWith({});
    note(engine, 'w', { type: 'AGENT_REGISTERED', openedAtMs: null }, 9 * DAY_MS);
    expect(engine.nowMs).toBe(START_MS);
  });
});
