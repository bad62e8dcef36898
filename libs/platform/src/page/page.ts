/** Some items of a list, and where it goes on. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Null at the list's end. A reader that wants what comes later goes on from its last cursor that was not null. */
  readonly next: string | null;
}

/**
 * @param rows up to one more than `limit`: the one more says that the list goes on
 */
export function toPage<Row, T>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => T,
  cursorOf: (row: Row) => string,
): Page<T> {
  const shown = rows.slice(0, limit);
  return {
    items: shown.map(toItem),
    next: rows.length > limit ? cursorOf(shown.at(-1)!) : null,
  };
}
