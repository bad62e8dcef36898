import { createHash } from 'node:crypto';

/**
 * RFC 8785 once more, written from its text and sharing nothing with what the service uses: keys in the order of their
 * UTF-16 code units, numbers and strings as ECMAScript writes them.
 */
function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  entries.sort(([a], [b]) => {
    const length = Math.min(a.length, b.length);
    for (let index = 0; index < length; index += 1) {
      const difference = a.charCodeAt(index) - b.charCodeAt(index);
      if (difference !== 0) return difference;
    }
    return a.length - b.length;
  });
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`;
}

export const sha256ByTheBook = (value: unknown): string =>
  createHash('sha256')
    .update(Buffer.from(canonical(value), 'utf8'))
    .digest('hex');
