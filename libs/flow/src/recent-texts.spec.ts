import fc from 'fast-check';
import { savedState } from '../test/saved-state';
import { RecentTexts } from './recent-texts';
import { NO_SLOT } from './slot-table';

const valuesOf = (texts: RecentTexts): number[] => [...texts.slots()].map((slot) => texts.at(slot));

describe('texts in the order of last news', () => {
  it('are a map whose keys are taken out and put in again, whatever is saved and loaded meanwhile', () => {
    const step = fc.record({
      does: fc.constantFrom('use', 'use', 'put', 'forget', 'forgetOldest', 'reload'),
      key: fc.nat(40).map((n) => `msisdn:${n}`),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        let made = new RecentTexts('made');
        const plain = new Map<string, number>();
        for (const [value, { does, key }] of steps.entries()) {
          const slot = made.find(key);
          const known = plain.get(key);
          expect(slot === NO_SLOT ? undefined : made.at(slot)).toBe(known);
          if (does === 'reload') {
            const loaded = new RecentTexts('made');
            loaded.load(savedState(made.save()));
            made = loaded;
          } else if (does === 'forgetOldest') {
            const [oldest] = plain.keys();
            if (oldest !== undefined) plain.delete(oldest);
            if (made.oldest !== NO_SLOT) made.forget(made.oldest);
          } else if (does === 'use') {
            if (slot === NO_SLOT) expect(made.at(made.add(key, value))).toBe(value);
            else made.renew(slot);
            plain.delete(key);
            plain.set(key, known ?? value);
          } else if (known !== undefined && does === 'put') {
            made.put(slot, value);
            plain.set(key, value);
          } else if (known !== undefined) {
            plain.delete(key);
            made.forget(slot);
          }
          expect(valuesOf(made)).toEqual([...plain.values()]);
          expect(made.size).toBe(plain.size);
          const found = [...plain.keys()].map((other) => made.at(made.find(other)));
          expect(found).toEqual([...plain.values()]);
        }
      }),
    );
  });

  it('are told apart by the hundred thousand, however alike they are', () => {
    const texts = new RecentTexts('many');
    const names = Array.from({ length: 100_000 }, (_, i) => [
      `p\n${i}`,
      `p\n0${i}`,
      `q\n${i}`,
    ]).flat();
    const mistaken = names.filter((name, i) => {
      const isNew = texts.find(name) === NO_SLOT;
      texts.add(name, i);
      return !isNew;
    });
    expect(mistaken).toEqual([]);
    expect(names.findIndex((name, i) => texts.at(texts.find(name)) !== i)).toBe(-1);
  });
});
