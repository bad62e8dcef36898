import { type PositionDraft, type StormDraft } from '#typologies';
import { lastWords, toEvents } from './publication';

const position = (walletId: string, outMinor: number, currency = 'PKR'): PositionDraft => ({
  ...{ kind: 'wallet-position', provider: 'p', walletId, currency, asOfMs: 0 },
  ...{ inMinor: 100, outMinor, heldMinor: 100 - outMinor, taintedMinor: 0, credits: [] },
});

const storm = (fromMs: number, contained: number): StormDraft => ({
  ...{ kind: 'alert-storm', fromMs, untilMs: fromMs + 3_600_000, ceiling: 1, raised: 1 },
  ...{ contained, containedByTypology: {}, highestRisk: 90 },
  pack: { version: 'v', hash: 'h' },
});

describe('what is told of a batch', () => {
  it('is the last word of each wallet and storm, where it was said, with how many it stands for', () => {
    const told = lastWords([
      position('a', 10),
      storm(0, 1),
      position('b', 20),
      position('a', 30),
      position('a', 40, 'USD'),
      storm(3_600_000, 1),
      storm(0, 2),
    ]);
    expect(told).toEqual([
      { detection: position('b', 20), times: 1 },
      { detection: position('a', 30), times: 2 },
      { detection: position('a', 40, 'USD'), times: 1 },
      { detection: storm(3_600_000, 1), times: 1 },
      { detection: storm(0, 2), times: 2 },
    ]);
    expect(toEvents(told, new Map()).map(({ body }) => body)).toMatchObject([
      { walletId: 'b', times: 1 },
      { walletId: 'a', outMinor: 30, times: 2 },
      { walletId: 'a', currency: 'USD', times: 1 },
      { contained: 1 },
      { contained: 2 },
    ]);
  });
});
