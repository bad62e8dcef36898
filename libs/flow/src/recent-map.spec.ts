import fc from 'fast-check';
import { RecentMap } from './recent-map';
import { NO_SLOT } from './slot-table';

describe('a map in the order of last news', () => {
  it('is one whose keys are taken out and put in again', () => {
    const step = fc.record({
      does: fc.constantFrom('set', 'renew', 'put', 'forget', 'forgetOldest'),
      key: fc.nat(8),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const made = new RecentMap<number, number>();
        let plain = new Map<number, number>();
        for (const [value, { does, key }] of steps.entries()) {
          const slot = made.find(key);
          const known = plain.get(key);
          expect(made.get(key)).toBe(known);
          expect(slot === NO_SLOT).toBe(known === undefined);
          if (does === 'set') {
            expect(made.at(made.set(key, value))).toBe(value);
            plain.delete(key);
            plain.set(key, value);
          } else if (does === 'forgetOldest') {
            const [oldest] = plain.keys();
            if (made.oldest !== NO_SLOT) made.forget(made.oldest);
            plain = new Map([...plain].filter(([other]) => other !== oldest));
          } else if (known === undefined) {
            continue;
          } else if (does === 'put') {
            made.put(slot, value);
            plain.set(key, value);
          } else {
            plain.delete(key);
            if (does === 'renew') {
              made.renew(slot);
              plain.set(key, known);
            } else made.forget(slot);
          }
          expect([...made.entries()]).toEqual([...plain]);
          expect(made.size).toBe(plain.size);
          expect(made.oldest === NO_SLOT).toBe(plain.size === 0);
        }
      }),
    );
  });
});
