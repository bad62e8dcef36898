import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as oidc from 'openid-client';
import { AppError } from '#domain';
import { type DemoPerson, parsePeople, PEOPLE_FILE, STAFF_ROLES } from '#identity';
import { TOKEN_CLIENT, TOKEN_REDIRECT } from './clients';
import { dataFolder } from './data-folder.config';

const REDIRECTS_MAX = 10;
const RUNNING_FILE = 'running.json';
const USAGE = `npm run token -- --role ROLE | --login NAME

Prints an access token of the local issuer that \`npm start\` runs, good for fifteen minutes:

  curl -H "Authorization: Bearer $(npm run --silent token -- --role analyst)" http://127.0.0.1:3003/v1/session

roles: ${STAFF_ROLES.join(', ')}
`;

/**
 * Signs in as the first demo person of a role, as a browser would, and prints the token.
 *
 * @throws AppError INVALID_INPUT where nobody is meant; UNAVAILABLE where no issuer runs
 */
export async function printToken(args: readonly string[]): Promise<void> {
  const { role, login, help } = read(args);
  if (help) {
    process.stdout.write(USAGE);
    return;
  }
  const folder = dataFolder();
  const people = parsePeople(readIn(folder, PEOPLE_FILE), join(folder, PEOPLE_FILE));
  const person = people.find((one) =>
    login === undefined ? one.roles.some((own) => own === role) : one.login === login,
  );
  if (person === undefined) {
    throw new AppError('INVALID_INPUT', `nobody of that name or role is in ${PEOPLE_FILE}`);
  }
  const { issuer } = JSON.parse(readIn(folder, RUNNING_FILE)) as { issuer?: string };
  if (issuer === undefined) {
    throw new AppError('UNAVAILABLE', 'the installation that runs has no local issuer');
  }
  process.stdout.write(`${await signIn(issuer, person)}\n`);
}

function read(args: readonly string[]): { role?: string; login?: string; help: boolean } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        role: { type: 'string' },
        login: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (!values.help && (values.role === undefined) === (values.login === undefined)) {
      throw new AppError('INVALID_INPUT', `say whose token: --role ROLE, or --login NAME`);
    }
    return values;
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('INVALID_INPUT', (cause as Error).message, [], { cause });
  }
}

function readIn(folder: string, file: string): string {
  try {
    return readFileSync(join(folder, file), 'utf8');
  } catch (cause) {
    throw new AppError(
      'UNAVAILABLE',
      `${join(folder, file)} is not there: npm start has to run, on this data folder (LAYERWATCH_DATA)`,
      [],
      { cause },
    );
  }
}

/** The way of a browser: to the issuer, its page, and back, where nobody listens and the code is in the address. */
async function signIn(issuer: string, { login, password }: DemoPerson): Promise<string> {
  const client = await oidc.discovery(new URL(issuer), TOKEN_CLIENT, undefined, oidc.None(), {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated to be noticed: on this machine only
    execute: [oidc.allowInsecureRequests],
  });
  const codeVerifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  let at = oidc.buildAuthorizationUrl(client, {
    redirect_uri: TOKEN_REDIRECT,
    scope: 'openid',
    state,
    code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
  });
  const cookies = new Map<string, string>();
  for (let step = 0; step < REDIRECTS_MAX && !at.href.startsWith(TOKEN_REDIRECT); step += 1) {
    const isPage = at.pathname.startsWith('/sign-in/');
    const answer = await fetch(at, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(isPage ? { method: 'POST', body: new URLSearchParams({ login, password }) } : {}),
    });
    await answer.body?.cancel();
    for (const set of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = set.split(';', 1)[0]!.split('=', 2);
      cookies.set(name, value);
    }
    const next = answer.headers.get('location');
    if (next === null) {
      throw new AppError(
        'UNAVAILABLE',
        `the issuer answered ${answer.status} and signed nobody in`,
      );
    }
    at = new URL(next, at);
  }
  if (!at.href.startsWith(TOKEN_REDIRECT)) {
    throw new AppError('UNAVAILABLE', 'the issuer sent from page to page and signed nobody in');
  }
  const checks = { pkceCodeVerifier: codeVerifier, expectedState: state };
  return (await oidc.authorizationCodeGrant(client, at, checks)).access_token;
}
