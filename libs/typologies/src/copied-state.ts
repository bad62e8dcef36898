import { StateMismatch, type StatePart, type StateSource } from '#flow';

/**
 * A state as it is copied from one detector into another: a part at a time, as it is asked for, so that no second copy of
 * the whole is made on the way. Whoever it is saved from stands still meanwhile.
 */
export function copied(parts: Iterable<StatePart>): StateSource {
  const rest = parts[Symbol.iterator]();
  const next = (name: string): StatePart => {
    const part = rest.next();
    if (part.done === true || part.value.name !== name) {
      throw new StateMismatch(`${name} was expected`);
    }
    return part.value;
  };
  return {
    bytes: (name) => {
      const part = next(name);
      if (!('bytes' in part)) throw new StateMismatch(`${name} was expected to be bytes`);
      const { buffer, byteOffset, byteLength } = part.bytes;
      return Uint8Array.from(new Uint8Array(buffer, byteOffset, byteLength));
    },
    value: (name) => {
      const part = next(name);
      if (!('value' in part)) throw new StateMismatch(`${name} was expected to be a value`);
      return JSON.parse(JSON.stringify(part.value)) as unknown;
    },
  };
}
