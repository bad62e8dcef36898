import { Places } from './places';

/** How many places a provider gets that asks for many more. */
function flood(places: Places, provider: string): number {
  let got = 0;
  for (let n = 0; n < 100; n += 1) if (places.take(provider) === 'taken') got += 1;
  return got;
}

describe('places', () => {
  it('are half of them for one alone, and never all, however many want them', () => {
    const places = new Places(8);
    expect(['a', 'b', 'c', 'd', 'e'].map((provider) => flood(places, provider))).toEqual([
      4, 2, 1, 1, 0,
    ]);
    expect(places.taken).toBe(8);
    expect([places.take('a'), places.take('e')]).toEqual(['room', 'room']);
  });

  it('are had again once they are given back, and told apart from a share', () => {
    const places = new Places(4);
    expect(flood(places, 'a')).toBe(2);
    expect(places.take('a')).toBe('share');
    places.giveBack('a');
    expect(places.take('b')).toBe('taken');
    expect([places.take('a'), places.take('b')]).toEqual(['taken', 'share']);
    for (const provider of ['a', 'a', 'b']) places.giveBack(provider);
    expect(places.taken).toBe(0);
    expect(flood(places, 'a')).toBe(2);
  });

  it('is one where there is one', () => {
    const places = new Places(1);
    expect([places.take('a'), places.take('b')]).toEqual(['taken', 'room']);
  });
});
