import { AppError } from '#domain';
import { readFlags } from './arguments';
import { type Theme, THEMES } from './conformance/check';
import { assertLetIn, type CheckResult, runChecks } from './conformance/run-checks';
import { MARK, type Sign, Target } from './conformance/target';
import { JsonFile } from './json-file';
import { readLabConfig } from './lab.config';

const SCHEMA_VERSION = 1;
const MS_PER_SECOND = 1_000;

export const CONFORMANCE_USAGE = `usage: npm run conformance -- --url U --key K [--signed] [--only ${THEMES.join('|')}] [--json F]

Plays a provider's adapter against a server that takes feeds by the contract of Layerwatch (docs/connect-a-feed.md), and says of each
thing that the contract promises whether it is so, and what to mend where it is not.

  --url U     of the server, such as http://127.0.0.1:3001 (or INGESTION_URL)
  --key K     of a provider that may report (or PROVIDER_KEY, which no list of processes shows). Best one made for this alone
  --signed    the key wants its requests signed
  --only T    one theme alone
  --json F    writes the results to this file too

It may be run against a system in service, and again: all its ids are new each time. It leaves behind some 5,200 transfers and a few
events between wallets that nobody has. All their ids begin with "${MARK}-". Nearly all stay PENDING, so that they move no value; those
that settle are of 1.00 PKR, and are reversed, or pay a wallet of the kit's own.

Exits 0 where all passed, 1 where something failed, 69 where the server is not to be reached, 78 where it is told what cannot be.
`;

/** @throws AppError INVALID_INPUT for a flag or a key that is not taken; UNAVAILABLE where the server is not to be reached */
export async function conformanceCommand(args: readonly string[]): Promise<void> {
  const text = { type: 'string' } as const;
  const flags = readFlags(args, {
    ...{ url: text, key: text, only: text, json: text },
    signed: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  });
  if (flags.help) {
    process.stdout.write(CONFORMANCE_USAGE);
    return;
  }
  const { ingestionUrl, providerKey } = readLabConfig();
  const url = urlOf(flags.url ?? ingestionUrl ?? '');
  const key = flags.key ?? providerKey ?? '';
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw new AppError('INVALID_INPUT', '--key must be a key of a provider');
  }
  const themes = themesOf(flags.only);
  const json = await JsonFile.claim(flags.json);
  const target = new Target(url, key, flags.signed ? await signerWith(key) : null);
  await assertLetIn(target);
  process.stdout.write(`Run ${target.run}: ids begin with ${MARK}-${target.run}-\n`);
  const results = await runChecks(target, themes, tell);
  const failed = results.filter(({ passed }) => !passed).length;
  process.stdout.write(`\n${results.length - failed} passed, ${failed} failed\n`);
  const { run } = target;
  await json?.write(
    `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, run, passed: results.length - failed, failed, results }, null, 1)}\n`,
  );
  if (failed > 0) process.exitCode = 1;
}

/** A folder's address ends with a slash, so that routes lie below it. */
function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new AppError('INVALID_INPUT', '--url must be an http:// or https:// address');
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

function themesOf(only: string | undefined): readonly Theme[] {
  if (only === undefined) return THEMES;
  const theme = THEMES.find((known) => known === only);
  if (theme === undefined) {
    throw new AppError('INVALID_INPUT', `--only must name one of: ${THEMES.join(', ')}`);
  }
  return [theme];
}

/** Loaded where it is wanted: the services' library takes a second in which nothing would be seen. */
async function signerWith(key: string): Promise<Sign> {
  const { SIGNATURE_HEADERS, signatureOf } = await import('#identity');
  const { randomUUID } = await import('node:crypto');
  return (path, body) => {
    const timestamp = String(Math.floor(Date.now() / MS_PER_SECOND));
    const nonce = randomUUID();
    return {
      [SIGNATURE_HEADERS.timestamp]: timestamp,
      [SIGNATURE_HEADERS.nonce]: nonce,
      [SIGNATURE_HEADERS.signature]: signatureOf(key, {
        ...{ method: 'POST', path, timestamp, nonce },
        body,
      }),
    };
  };
}

function tell({ theme, name, failure }: CheckResult): void {
  const lines = [`${failure === null ? 'pass' : 'FAIL'}  ${theme}: ${name}`];
  if (failure !== null) {
    lines.push(
      `      the contract says   ${failure.says}`,
      `      wanted              ${failure.wanted}`,
      `      the server          ${failure.answered}`,
      `      what to mend        ${failure.mend}`,
    );
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
