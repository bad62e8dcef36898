/** What every answer says to whatever shows it: it is data, to be shown by nobody, kept by nobody and framed by nobody. */
const EVERY_ANSWER = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const;

const DATA = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
/** The page of the API's description: its own files, and the styles that it writes into itself. */
const DESCRIPTION =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; " +
  "base-uri 'none'; form-action 'none'";

/** @param path as it was asked for */
export function securityHeaders(path: string): Readonly<Record<string, string>> {
  const isDescription = path === '/docs' || path.startsWith('/docs/');
  return {
    ...EVERY_ANSWER,
    'content-security-policy': isDescription ? DESCRIPTION : DATA,
    ...(path.startsWith('/v1/') ? { 'cache-control': 'no-store' } : {}),
  };
}
