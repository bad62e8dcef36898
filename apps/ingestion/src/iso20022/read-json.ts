import { ISO_DEPTH_MAX, ISO_ELEMENTS_MAX, type IsoElement, tooDeep, tooMany } from './iso-element';

const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();
const NO_CHILDREN: ReadonlyMap<string, readonly IsoElement[]> = new Map();

/**
 * Takes a message that came as JSON for what it would be as XML: an array is an element that comes several times. A number is taken
 * as the shortest decimal that means it, so an amount of up to fifteen digits is what its sender wrote.
 *
 * @throws AppError INVALID_INPUT where it is nested too deep, TOO_LARGE where it has too many values
 */
export function readJson(value: unknown): IsoElement {
  let elements = 0;
  const read = (part: unknown, depth: number): IsoElement => {
    if (depth > ISO_DEPTH_MAX) throw tooDeep();
    if ((elements += 1) > ISO_ELEMENTS_MAX) throw tooMany();
    if (typeof part !== 'object' || part === null) {
      const text = part === null ? '' : `${part as string | number | boolean}`.trim();
      return { text, attributes: NO_ATTRIBUTES, children: NO_CHILDREN };
    }
    const children = new Map<string, readonly IsoElement[]>();
    for (const [name, held] of Object.entries(part)) {
      const parts: readonly unknown[] = Array.isArray(held) ? held : [held];
      children.set(
        name,
        parts.map((one) => read(one, depth + 1)),
      );
    }
    return { text: '', attributes: NO_ATTRIBUTES, children };
  };
  return read(value, 0);
}
