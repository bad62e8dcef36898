type Group = Record<string, string>;
export type WrittenRow = Partial<Record<string, string | Group>>;

/** Where a field of the contract has its place in a row. */
interface FieldPlace {
  /** `debtor`, `creditor`, `device`; null for a field of the row itself. */
  readonly group: string | null;
  readonly field: string;
}

export function placeOf(path: string): FieldPlace {
  const [first, second] = path.split('.') as [string, string | undefined];
  return second === undefined ? { group: null, field: first } : { group: first, field: second };
}

/** The pointer to it, as problems name it. */
export const pointerTo = (path: string): string => `/${path.replaceAll('.', '/')}`;

export function writeField(row: WrittenRow, { group, field }: FieldPlace, text: string): void {
  if (group === null) {
    row[field] = text;
    return;
  }
  const inner = (row[group] ??= {});
  if (typeof inner === 'object') inner[field] = text;
}
