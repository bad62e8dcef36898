/**
 * What a state is saved as and loaded from: named parts in a fixed order. Large columns go as the memory they are, so that a
 * gigabyte is written without a second gigabyte; the rest goes as JSON.
 */

/**
 * The layout and the meaning of all parts together. Raise it whenever either changes, or whenever the same entries lead to
 * another state than before: a snapshot of another version is refused and the log is read instead.
 */
export const DETECTION_STATE_VERSION = 18;

/** One named piece of a state, in a fixed order. `bytes` are views of live memory: copy or write them before the state moves on. */
export type StatePart =
  | { readonly name: string; readonly bytes: ArrayBufferView }
  | { readonly name: string; readonly value: unknown };

/** The parts of a saved state, one after the other, in the order in which they were saved. */
export interface StateSource {
  /**
   * The next part, which must have that name. Its memory is the caller's own and begins at offset 0 of its buffer, so that a
   * typed array of any width may be laid over it.
   *
   * @throws StateMismatch where the next part is another one, or none
   */
  bytes(name: string): Uint8Array;
  /** @throws StateMismatch where the next part is another one, or none */
  value(name: string): unknown;
}

/** A saved state is not of the kind that is being loaded: whoever loads it is half filled and has to be thrown away. */
export class StateMismatch extends Error {
  override readonly name = 'StateMismatch';
}
