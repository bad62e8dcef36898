import { AlertBook, newAlert, type OpenAlert } from './alert-book';
import { type Evidence } from './evidence';
import { PackInForce } from './pack-in-force';
import { DEFAULT_PACK } from './rule-pack';

const HOLDER = 7;
const NOW_MS = 1_000;
const { memoryMs } = DEFAULT_PACK.risk;

const transfers = (...positions: number[]): Evidence[] =>
  positions.map((position) => ({
    ...{ position, payer: 1, payee: 2, amountMinor: 100, atMs: NOW_MS, newPair: true },
  }));

/** A book with one open alert, on `HOLDER`, that names the transfers 1 to 4. */
function bookWithOne(): { book: AlertBook; alert: OpenAlert } {
  const book = new AlertBook(DEFAULT_PACK.risk, memoryMs);
  const alert = newAlert('one', HOLDER, NOW_MS, new PackInForce(DEFAULT_PACK).judge);
  book.add(alert);
  book.extend(alert, transfers(1, 2, 3, 4));
  return { book, alert };
}

describe('what an alert goes on with', () => {
  it.each([
    ['half of which it names', [3, 4, 5, 6], true],
    ['less than half of which it names', [4, 5, 6], false],
    ['none of which it names', [5, 6], false],
  ])('transfers of another wallet, %s', (_, positions, continues) => {
    const { book, alert } = bookWithOne();
    const other = HOLDER + 1;
    expect(book.continued(other, transfers(...positions), NOW_MS)).toBe(continues ? alert : null);
  });

  it('whatever its own wallet shows', () => {
    const { book, alert } = bookWithOne();
    expect(book.continued(HOLDER, transfers(5, 6), NOW_MS)).toBe(alert);
  });

  it.each([
    [memoryMs, true],
    [memoryMs + 1, false],
  ])('what comes no more than %i ms later: %s', (afterMs, continues) => {
    const { book, alert } = bookWithOne();
    const found = book.continued(HOLDER, transfers(1, 2), NOW_MS + afterMs);
    expect(found).toBe(continues ? alert : null);
  });
});
