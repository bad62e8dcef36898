import { type StatePart, type StateSource } from './state-parts';

/** Items of one part of a saved state: one string of them all would be one long pause, and may be too long for a string. */
const ITEMS_PER_PART = 1_000;
/** Of names and tokens, which are short. */
const STRINGS_PER_PART = 16_384;

/** Saves a list in parts. */
export function* saveChunked<T>(
  name: string,
  items: readonly T[],
  plain: (item: T) => unknown = (item) => item,
): Iterable<StatePart> {
  yield* saveParts(name, items, ITEMS_PER_PART, (part) => part.map(plain));
}

/** Reads a list that {@link saveChunked} saved. */
export function* loadChunked<T>(name: string, source: StateSource): Iterable<T> {
  yield* loadParts<T>(name, ITEMS_PER_PART, source);
}

export function* saveStrings(name: string, strings: readonly string[]): Iterable<StatePart> {
  yield* saveParts(name, strings, STRINGS_PER_PART, (part) => part);
}

/** Reads what {@link saveStrings} saved. */
export function* loadStrings(name: string, source: StateSource): Iterable<string> {
  yield* loadParts<string>(name, STRINGS_PER_PART, source);
}

function* saveParts<T>(
  name: string,
  items: readonly T[],
  perPart: number,
  plain: (part: T[]) => unknown,
): Iterable<StatePart> {
  yield { name, value: items.length };
  for (let from = 0; from < items.length; from += perPart) {
    yield { name: `${name}.${from}`, value: plain(items.slice(from, from + perPart)) };
  }
}

function* loadParts<T>(name: string, perPart: number, source: StateSource): Iterable<T> {
  const count = source.value(name) as number;
  for (let from = 0; from < count; from += perPart) {
    yield* source.value(`${name}.${from}`) as T[];
  }
}

/** Saves numbers as the memory they are. */
export function saveNumbers(name: string, numbers: readonly number[]): StatePart {
  return { name, bytes: Float64Array.from(numbers) };
}

/** Reads what {@link saveNumbers} saved. */
export function loadNumbers(name: string, source: StateSource): Float64Array {
  const { buffer, byteLength } = source.bytes(name);
  return new Float64Array(buffer as ArrayBuffer, 0, byteLength / Float64Array.BYTES_PER_ELEMENT);
}
