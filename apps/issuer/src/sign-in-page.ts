import { createHash } from 'node:crypto';

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { display: grid; place-items: center; min-height: 95vh; margin: 0; }
main { width: min(22rem, 90vw); }
h1 { font-size: 1.25rem; margin: 0 0 .25rem; }
p { margin: 0 0 1rem; }
label { display: block; margin: .75rem 0 .25rem; }
input, button { font: inherit; width: 100%; box-sizing: border-box; padding: .5rem .6rem; border-radius: .4rem; border: 1px solid GrayText; }
button { margin-top: 1.25rem; cursor: pointer; border-color: transparent; background: #1d4ed8; color: #fff; }
input:focus-visible, button:focus-visible { outline: 3px solid #f59e0b; outline-offset: 2px; }
[role=alert] { border-left: 4px solid #dc2626; padding: .25rem .75rem; }
`;

/** No script, no picture, nothing from elsewhere; no page that frames it. */
export const SIGN_IN_PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; ` +
    `base-uri 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** @param hasFailed whether name and password were just tried and nobody's */
export const signInPage = (hasFailed: boolean): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in · Layerwatch (demo people)</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Sign in to Layerwatch</h1>
<p>The local issuer, with demo people. Their passwords are in <code>people.json</code> in the data folder.</p>
${hasFailed ? '<p role="alert">Name and password do not go together. After five tries in a row it takes half a minute.</p>' : ''}
<form method="post">
<label for="login">Name</label>
<input id="login" name="login" autocomplete="username" autocapitalize="none" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button>Sign in</button>
</form>
</main>
</body>
</html>
`;
