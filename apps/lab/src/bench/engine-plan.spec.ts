import { engineRows } from './engine-plan';

describe('the rows of the engine part', () => {
  const rows = engineRows('/data/ibm-momtsim', null);

  it('begin with the recorded feed and the whole generated one, engine and detector', () => {
    expect(rows.slice(0, 4).map(({ name }) => name)).toEqual([
      'ibm-momtsim, flow engine',
      'ibm-momtsim, detector',
      'power law, flow engine',
      'power law, detector',
    ]);
    expect(rows[2]!.feed).toMatchObject({
      kind: 'power-law',
      parameters: { wallets: 1_000_000, transfers: 10_000_000, days: 30 },
    });
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
  });

  it('let one thing grow at a time', () => {
    const grown = rows.filter(({ grows }) => grows !== null);
    expect(new Set(grown.map(({ grows }) => grows!.what))).toEqual(
      new Set(['windowDays', 'hops', 'hubCounterparties', 'wallets']),
    );
    const window = grown.filter(({ grows }) => grows!.what === 'windowDays');
    expect(new Set(window.map(({ feed }) => JSON.stringify(feed))).size).toBe(1);
    expect(new Set(window.map(({ memoryMs }) => memoryMs)).size).toBe(4);
  });

  it('leave out a recorded feed that is not there', () => {
    expect(engineRows(null, null)).toEqual(rows.slice(2));
  });

  it('are as small as they are told, at the same rate', () => {
    for (const { feed } of engineRows('/data/ibm-momtsim', 5_000)) {
      if (feed.kind === 'data-set') expect(feed.transfersMax).toBe(5_000);
      else expect(feed.parameters.transfers).toBe(5_000);
    }
    expect(engineRows(null, 5_000)[0]!.feed).toMatchObject({
      parameters: { days: (30 * 5_000) / 10_000_000 },
    });
  });
});
