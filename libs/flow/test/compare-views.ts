/** Shares, waits and decayed counters are floating point, and may be added up in another order. */
const RELATIVE_TOLERANCE = 1e-9;
/** Less than this of a minor unit in a pile is what a subtraction left over. */
const PILE_DUST_MINOR = 1e-6;
/** So many differences are shown; the first ones are enough to find the rule. */
const SHOWN_MAX = 12;

const FLOAT_FIELDS: ReadonlySet<string> = new Set([
  'share',
  'dwellMs',
  'creditCount',
  'creditSum',
  'debitCount',
  'debitSum',
  'newPartners',
  'newPartnerSum',
]);

/** Any view, with the two fields that the comparison asks for by name. */
type Fields = Readonly<Record<string, unknown>> & {
  readonly amountMinor?: unknown;
  readonly operationId?: unknown;
};

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

const isClose = (a: number, b: number): boolean =>
  Math.abs(a - b) <= RELATIVE_TOLERANCE * Math.max(1, Math.abs(a), Math.abs(b));

/** Origins are a set: floating point may order two equal shares either way. A pile's dust is nothing. */
function comparable(value: readonly unknown[], field: string): readonly unknown[] {
  const isSet = field === 'origins' || field === 'pile';
  if (!isSet) return value;
  const entries = value.filter(isFields);
  return entries
    .filter((entry) => field !== 'pile' || Number(entry.amountMinor) > PILE_DUST_MINOR)
    .sort((a, b) => (String(a.operationId) < String(b.operationId) ? -1 : 1));
}

/** Walks two views at once. The way to where it stands is put together only where they differ: mostly they do not. */
class Comparison {
  readonly found: string[] = [];
  private readonly way: string[] = [];

  at(step: string, compare: () => void): void {
    this.way.push(step);
    compare();
    this.way.pop();
  }

  compare(expected: unknown, actual: unknown, field: string, isFloat: boolean): void {
    if (Array.isArray(expected) && Array.isArray(actual)) {
      this.compareLists(expected, actual, field);
    } else if (isFields(expected) && isFields(actual)) {
      this.compareFields(expected, actual, isFloat);
    } else if (isFloat && typeof expected === 'number' && typeof actual === 'number') {
      if (!isClose(expected, actual)) this.say(`expected ${expected}, is ${actual}`);
    } else if (expected !== actual) {
      this.say(`expected ${JSON.stringify(expected)}, is ${JSON.stringify(actual)}`);
    }
  }

  private compareLists(expected: unknown[], actual: unknown[], field: string): void {
    const [a, b] = [comparable(expected, field), comparable(actual, field)];
    if (a.length !== b.length) this.say(`${a.length} expected, ${b.length} there`);
    a.slice(0, b.length).forEach((item, i) => {
      this.at(`[${i}]`, () => {
        this.compare(item, b[i], '', field === 'pile');
      });
    });
  }

  private compareFields(expected: Fields, actual: Fields, isFloat: boolean): void {
    for (const key in { ...expected, ...actual }) {
      if (expected[key] === actual[key]) continue;
      const isFloatField = FLOAT_FIELDS.has(key) || (isFloat && key === 'amountMinor');
      this.at(`.${key}`, () => {
        this.compare(expected[key], actual[key], key, isFloatField);
      });
    }
  }

  private say(what: string): void {
    this.found.push(`${this.way.join('')}: ${what}`);
  }
}

/** Where two views differ, as readable lines; empty where they tell the same. Money is compared to the unit. */
function differences(expected: unknown, actual: unknown, name: string): string[] {
  const comparison = new Comparison();
  comparison.at(name, () => {
    comparison.compare(expected, actual, '', false);
  });
  const { found } = comparison;
  if (found.length <= SHOWN_MAX) return found;
  return [...found.slice(0, SHOWN_MAX), `… and ${found.length - SHOWN_MAX} more`];
}

/**
 * @param where in the feed it is
 * @throws Error that lists the differences
 */
export function expectSame(
  expected: unknown,
  actual: unknown,
  name: string,
  where: () => string,
): void {
  const found = differences(expected, actual, name);
  if (found.length > 0) throw new Error([where(), ...found].join('\n  '));
}
