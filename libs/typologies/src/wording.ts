import { DAY_MS, HOUR_MS, invariant, MINUTE_MS } from '#domain';
import { sayAmount, sayCount, sayDuration, sayShare } from './say';

export const LANGUAGES = ['en', 'ur'] as const;
export type Language = (typeof LANGUAGES)[number];

/**
 * A sentence in each language, over the same facts.
 *
 * - `{fact:kind}` is a fact, said as an `amount`, a `span` of time, a `share`, a `number`, or counted with a noun (`wallets`).
 * - `{fact?this|that}` says this where the fact is not 0; `{fact=1?this|that}` where it is that number.
 * - `[…]` is left out where one of its facts is not there.
 */
export type Wording = Readonly<Record<Language, string>>;

/** Counted things: one and many, by language. */
const NOUNS = {
  wallets: { en: ['wallet', 'wallets'], ur: ['والٹ', 'والٹس'] },
  transfers: { en: ['transfer', 'transfers'], ur: ['منتقلی', 'منتقلیاں'] },
  payments: { en: ['payment', 'payments'], ur: ['ادائیگی', 'ادائیگیاں'] },
  amounts: { en: ['amount', 'amounts'], ur: ['رقم', 'رقوم'] },
  persons: { en: ['person', 'persons'], ur: ['شخص', 'افراد'] },
  days: { en: ['day', 'days'], ur: ['دن', 'دنوں'] },
  times: { en: ['time', 'times'], ur: ['بار', 'بار'] },
  others: { en: ['other', 'others'], ur: ['دوسرے والٹ', 'دوسرے والٹس'] },
} as const satisfies Record<string, Record<Language, readonly [string, string]>>;
type Noun = keyof typeof NOUNS;
const isNoun = (kind: string): kind is Noun => kind in NOUNS;

function sayDurationInUrdu(spanMs: number): string {
  if (spanMs < 2 * MINUTE_MS) return 'ایک منٹ';
  if (spanMs < HOUR_MS) return `${Math.round(spanMs / MINUTE_MS)} منٹ`;
  if (spanMs >= 2 * DAY_MS) return `${Math.round(spanMs / DAY_MS)} دن`;
  const minutes = Math.round(spanMs / MINUTE_MS);
  const hours = `${Math.floor(minutes / 60)} گھنٹے`;
  return minutes % 60 === 0 ? hours : `${hours} ${minutes % 60} منٹ`;
}

const DURATIONS: Readonly<Record<Language, (spanMs: number) => string>> = {
  en: sayDuration,
  ur: sayDurationInUrdu,
};

/** Latin letters and figures inside Urdu are set apart (Unicode's first strong isolate), or `PKR 5` would turn round. */
const setApart = (text: string, language: Language): string =>
  language === 'ur' && /[A-Za-z%]/.test(text) ? `\u2068${text}\u2069` : text;

const CHOICE =
  /\{(\w+)(?:=(\d+))?\?([^|{}]*(?:\{[^{}]*\}[^|{}]*)*)\|([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}/g;
const OPTIONAL = /\[([^\]]*)\]/g;
const FACT = /\{(\w+):(\w+)\}/g;

/** A sentence over its facts. Amounts are in minor units of `currency`, times in milliseconds. */
export function tell(
  wording: Wording,
  facts: Readonly<Record<string, number>>,
  currency: string,
  language: Language,
): string {
  const one = (_: string, name: string, kind: string): string => {
    const value = facts[name];
    invariant(value !== undefined, 'a sentence has all its facts');
    return setApart(said(value, kind, currency, language), language);
  };
  return wording[language]
    .replace(OPTIONAL, (_, part: string) =>
      [...part.matchAll(FACT)].every(([, name]) => facts[name!] !== undefined) ? part : '',
    )
    .replace(CHOICE, (_, name: string, number: string | undefined, yes: string, no: string) => {
      const value = facts[name];
      invariant(value !== undefined, 'a sentence has all its facts');
      const isSo = number === undefined ? value !== 0 : value === Number(number);
      return isSo ? yes : no;
    })
    .replace(FACT, one);
}

function said(value: number, kind: string, currency: string, language: Language): string {
  switch (kind) {
    case 'amount':
      return sayAmount(value, currency);
    case 'span':
      return DURATIONS[language](value);
    case 'share':
      return sayShare(value);
    case 'number':
      return String(value);
    default: {
      invariant(isNoun(kind), 'a fact is said in a way that is known');
      const [singular, plural] = NOUNS[kind][language];
      return sayCount(value, singular, plural);
    }
  }
}
