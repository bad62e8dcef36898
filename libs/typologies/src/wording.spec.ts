import { alertsOf, logOf, OPEN, ordinaryLife, run } from '../test/feed';
import { CIRCUMSTANCE_SENTENCES } from './circumstances';
import { KNOWN_PARTIES_SENTENCE } from './known-parties';
import { TYPOLOGIES } from './typologies';
import { LANGUAGES, tell, type Wording } from './wording';

const ALL: readonly (readonly [string, Wording])[] = [
  ...TYPOLOGIES.map(({ name, sentence }) => [name, sentence] as const),
  ...CIRCUMSTANCE_SENTENCES,
  ['KNOWN_PARTIES', KNOWN_PARTIES_SENTENCE],
];
/** What a wording says of which fact; each once. */
const placesOf = (text: string): string[] =>
  [
    ...new Set([...text.matchAll(/\{\w+[:=?][^|{}]*/g)].map(([place]) => place.split('?')[0]!)),
  ].sort();

describe('what an investigator is told', () => {
  it.each(ALL)('of %s says the same facts in each language', (_, wording) => {
    expect(placesOf(wording.ur)).toEqual(placesOf(wording.en));
    expect(wording.ur).toMatch(/[\u0600-\u06ff]/);
  });

  it.each(ALL)('of %s is read to its end', (_, wording) => {
    const facts = Object.fromEntries(
      [...wording.en.matchAll(/\{(\w+)/g)].map(([, name]) => [name!, 1] as const),
    );
    for (const language of LANGUAGES) {
      expect(tell(wording, facts, 'PKR', language)).not.toMatch(/[{}[\]|?]|undefined|NaN/);
    }
  });

  const wording: Wording = {
    en: '{in?paid in {sumMinor:amount}|paid out}[, after {waitMs:span}], {count=1?once|{count:times}}',
    ur: '{sumMinor:amount} {share:share}',
  };
  it.each([
    [{ in: 1, sumMinor: 8_450_000, count: 1 }, 'paid in PKR 84,500.00, once'],
    [{ in: 0, sumMinor: 0, count: 9, waitMs: 660_000 }, 'paid out, after 11 minutes, 9 times'],
  ])('chooses, counts and leaves out', (facts, said) => {
    expect(tell(wording, facts, 'PKR', 'en')).toBe(said);
  });

  it('sets Latin letters apart in Urdu', () => {
    expect(tell(wording, { sumMinor: 100, share: 0.5 }, 'PKR', 'ur')).toBe(
      '\u2068PKR 1.00\u2069 \u206850 %\u2069',
    );
  });

  it('is broken where a fact is missing, or said in no known way', () => {
    expect(() => tell(wording, {}, 'PKR', 'ur')).toThrow('a sentence has all its facts');
    const odd = { en: '{a:colour}', ur: '' };
    expect(() => tell(odd, { a: 1 }, 'PKR', 'en')).toThrow('said in a way that is known');
  });

  it('is in every alert, in both languages, with the numbers behind it', () => {
    const terms = alertsOf(run(logOf(ordinaryLife()), OPEN)).flatMap((alert) => alert.terms);
    expect(terms.length).toBeGreaterThan(10);
    for (const { sentence, sentenceUr, facts } of terms) {
      expect(sentence).toMatch(/^[^\u0600-\u06ff]+$/);
      expect(sentenceUr).toMatch(/[\u0600-\u06ff]/);
      expect(facts).toBeDefined();
    }
  });
});
