import { type StatePart, type StateSource } from '#flow';

/** Items of one part of a saved state: one string of them all would be one long pause, and may be too long for a string. */
const ITEMS_PER_PART = 1_000;

/** Saves a list in parts. */
export function* saveChunked<T>(
  name: string,
  items: readonly T[],
  plain: (item: T) => unknown,
): Iterable<StatePart> {
  yield { name, value: items.length };
  for (let from = 0; from < items.length; from += ITEMS_PER_PART) {
    yield { name: `${name}.${from}`, value: items.slice(from, from + ITEMS_PER_PART).map(plain) };
  }
}

/** Reads a list that {@link saveChunked} saved. */
export function* loadChunked<T>(name: string, source: StateSource): Iterable<T> {
  const count = source.value(name) as number;
  for (let from = 0; from < count; from += ITEMS_PER_PART) {
    yield* source.value(`${name}.${from}`) as T[];
  }
}
