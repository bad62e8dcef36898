/** No control characters: an id is printed, keyed and compared. No half of a surrogate pair: it has no UTF-8. */
const ID_PATTERN = '^[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]+$';
/** Free text may have line breaks, but nothing that a database cannot keep. */
const TEXT_PATTERN = '^[^\\u0000\\ud800-\\udfff]+$';

/** Characters of an id, and of most other short fields. */
export const ID_LENGTH_MAX = 64;

export const id = {
  type: 'string',
  minLength: 1,
  maxLength: ID_LENGTH_MAX,
  pattern: ID_PATTERN,
} as const;

/** An optional field that is null is one that was left out. */
export const optional = { ...id, nullable: true } as const;

/** RFC 3339, however many digits its seconds have. */
export const instant = { type: 'string', maxLength: 40 } as const;

export const freeText = (maxLength: number) =>
  ({ type: 'string', minLength: 1, maxLength, pattern: TEXT_PATTERN, nullable: true }) as const;

export const optionalEnum = <T extends string>(values: readonly T[]) =>
  ({ type: 'string', enum: [...values, null], nullable: true }) as const;
