import { StateMismatch, type StatePart, type StateSource } from '#flow';

/** A state as a snapshot keeps it: the bytes copied, the values as text. */
export function copied(parts: Iterable<StatePart>): StateSource {
  const saved = [...parts].map((part) =>
    'bytes' in part
      ? {
          name: part.name,
          bytes: Uint8Array.from(
            new Uint8Array(part.bytes.buffer, part.bytes.byteOffset, part.bytes.byteLength),
          ),
        }
      : { name: part.name, text: JSON.stringify(part.value) },
  );
  const next = (name: string): (typeof saved)[number] => {
    const part = saved.shift();
    if (part?.name !== name) throw new StateMismatch(`${name} was expected`);
    return part;
  };
  return {
    bytes: (name) => (next(name) as { bytes: Uint8Array }).bytes,
    value: (name) => JSON.parse((next(name) as { text: string }).text) as unknown,
  };
}
