/**
 * Texts as a parameter of type `text[]`. Where nothing in them has to be escaped, JSON's list of them is PostgreSQL's but for the
 * brackets, and is written several times as fast as the driver writes one, text by text.
 */
export function textArray(texts: readonly (string | null)[]): string | readonly (string | null)[] {
  const json = JSON.stringify(texts);
  return json.includes('\\') ? texts : `{${json.slice(1, -1)}}`;
}
