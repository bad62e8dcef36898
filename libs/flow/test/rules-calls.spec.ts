import { HOUR_MS, MINUTE_MS } from '#domain';
import { ENGINES } from './engines';
import { FEED_START_MS } from './feed-steps';
import { HandFeed } from './hand-feed';

const MEMORY_MS = 2 * HOUR_MS;
const PHONE = { fromTokens: ['victim-phone'] };

describe.each(ENGINES)('calls, in %s', (_, make) => {
  const feed = (): HandFeed => {
    const made = new HandFeed(make, { callMemoryMs: MEMORY_MS });
    made.name('op-1', 'scam-phone');
    return made;
  };
  const callOf = (of: HandFeed, at: number, tokens = PHONE): [string, number] | null => {
    const { carried, laid } = of.pay('v', 'm', 1_000, at, tokens);
    expect(laid!.call).toEqual(carried.call);
    return carried.call && [carried.call.operationId, carried.call.atMs - FEED_START_MS];
  };

  it('from a reported number go with the payments of whoever is called', () => {
    const of = feed();
    of.call('scam-phone', 'victim-phone', MINUTE_MS);
    expect(callOf(of, 2 * MINUTE_MS)).toEqual(['op-1', MINUTE_MS]);
    expect(of.account('m').credits[0]!.call).toEqual({
      ...{ operationId: 'op-1', atMs: FEED_START_MS + MINUTE_MS },
    });
  });

  it.each([
    [-1, null],
    [0, ['op-1', 0]],
    [1, ['op-1', 0]],
  ])('count for a payment %d ms after: %j', (after, expected) => {
    const of = feed();
    of.call('scam-phone', 'victim-phone', 0);
    expect(callOf(of, after)).toEqual(expected);
  });

  it.each([
    [MEMORY_MS - 1, ['op-1', MINUTE_MS]],
    [MEMORY_MS, ['op-1', MINUTE_MS]],
    [MEMORY_MS + 1, null],
  ])('are remembered for %d ms: %j', (after, expected) => {
    const of = feed();
    of.call('scam-phone', 'victim-phone', MINUTE_MS);
    of.clock(MINUTE_MS + after);
    expect(callOf(of, MINUTE_MS + after)).toEqual(expected);
  });

  it('are forgotten by the feed’s clock, also for a payment told of late', () => {
    const of = feed();
    of.call('scam-phone', 'victim-phone', 0);
    of.clock(MEMORY_MS + 1);
    expect(callOf(of, MINUTE_MS)).toBeNull();
  });

  it('to somebody else, or from a number that nobody reported, do not', () => {
    const of = feed();
    of.call('scam-phone', 'other-phone', 0);
    of.call('bank-phone', 'victim-phone', 0);
    expect(callOf(of, MINUTE_MS)).toBeNull();
    expect(callOf(of, MINUTE_MS, { fromTokens: [] })).toBeNull();
  });

  it('count from when the number is known, also where that is after the call', () => {
    const of = new HandFeed(make);
    of.call('scam-phone', 'victim-phone', 0);
    expect(callOf(of, MINUTE_MS)).toBeNull();
    of.name('op-1', 'scam-phone', 3 * MINUTE_MS);
    expect(callOf(of, 3 * MINUTE_MS - 1)).toBeNull();
    expect(callOf(of, 3 * MINUTE_MS)).toEqual(['op-1', 0]);
  });

  it('the last one counts, by whichever of the payer’s numbers', () => {
    const of = feed();
    of.name('op-2', 'boss-phone');
    of.call('scam-phone', 'victim-phone', 3);
    of.call('boss-phone', 'second-phone', 2);
    of.call('boss-phone', 'victim-phone', 1);
    const both = { fromTokens: ['second-phone', 'victim-phone'] };
    expect(callOf(of, MINUTE_MS, both)).toEqual(['op-1', 3]);
    of.call('boss-phone', 'second-phone', 4);
    expect(callOf(of, MINUTE_MS, both)).toEqual(['op-2', 4]);
  });

  it('count no more where the operation is withdrawn', () => {
    const of = feed();
    of.call('scam-phone', 'victim-phone', 0);
    expect(callOf(of, MINUTE_MS)).not.toBeNull();
    of.engine.withdraw('op-1');
    expect(of.account('m').credits[0]!.call).toBeNull();
    expect(callOf(of, 2 * MINUTE_MS)).toBeNull();
    of.engine.restore('op-1');
    expect(callOf(of, 3 * MINUTE_MS)).toEqual(['op-1', 0]);
  });

  it('by others push none of them out', () => {
    const of = feed();
    of.call('scam-phone', 'victim-phone', 0);
    for (let n = 1; n <= 20; n += 1) of.call(`friend-${n}`, 'victim-phone', n);
    expect(callOf(of, MINUTE_MS)).toEqual(['op-1', 0]);
  });

  it.each([
    [7, ['op-1', 0]],
    [8, null],
  ])('before %d others are remembered until the number is reported: %j', (others, expected) => {
    const of = new HandFeed(make);
    of.call('scam-phone', 'victim-phone', 0);
    for (let n = 1; n <= others; n += 1) of.call(`friend-${n}`, 'victim-phone', n);
    of.name('op-1', 'scam-phone');
    expect(callOf(of, MINUTE_MS)).toEqual(expected);
  });
});
