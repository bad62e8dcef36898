import { type StatePart, type StateSource } from '../src/state-parts';

/** What was saved, to be loaded: a copy, which must be asked for part by part in its order. */
export function savedState(parts: Iterable<StatePart>): StateSource {
  const saved = [...parts].map((part) => structuredClone(part));
  const take = (name: string): StatePart => {
    const part = saved.shift()!;
    expect(part.name).toBe(name);
    return part;
  };
  return {
    value: (name) => (take(name) as { value: unknown }).value,
    bytes: (name) => {
      const { bytes } = take(name) as { bytes: ArrayBufferView };
      return new Uint8Array(bytes.buffer as ArrayBuffer);
    },
  };
}
