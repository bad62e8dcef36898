/** The providers that report, and their keys: `npm run provider -- --help` */
import { parseArgs } from 'node:util';
import { type DataSource, type EntityManager } from 'typeorm';
import { audit } from '#audit';
import { AppError } from '#domain';
import {
  endProviderKey,
  giveProviderKey,
  holds,
  type NewProviderKey,
  PROVIDER_SCOPES,
  type ProviderKey,
  providerKeys,
  type ProviderScope,
  QUOTA_MAX,
  QUOTA_MIN,
  revokeProviderKey,
  setCodes,
  setQuota,
  setStrict,
} from '#identity';
import { createDataSource } from '#persistence';
import { areNetworks, exitWith } from '#platform';
import { operator, readDataSettings } from './data.config';

/** Looking before paying is asked for, since it tells something. */
const SCOPES_DEFAULT = 'report,health';

const USAGE = `npm run provider -- add ID [--scopes ${PROVIDER_SCOPES.join(',')}] [--days N] [--from NETWORK,…] [--signed]
                                        a key for a provider, who is made known where they were not; it is shown once; for ${SCOPES_DEFAULT};
                                        with --signed, requests have to be signed with it (docs/connect-a-feed.md)
npm run provider -- rotate ID [--overlap HOURS]
                                        another key like the last; those before it hold for so many hours more (24)
npm run provider -- revoke ID [--key KEY-ID]
                                        takes a key back, or all of them; within half a minute it is taken nowhere
npm run provider -- check ID strict|lenient
                                        whether rows with identifiers that must be mistyped (check digits) are refused;
                                        a provider is lenient until it is said: the money moved all the same
npm run provider -- codes ID [CODE …]    the BICs and member numbers by which ISO 20022 messages name it, instead of those before
npm run provider -- quota ID ROWS|none  rows a second that a provider may send, from ${QUOTA_MIN} on; none is set until it is said
npm run provider -- list [ID]           keys with what they are for, from where, until when, and when they were last used

A key is stored as its hash: whoever loses it gets another. The database is DATABASE_URL, or the one that npm start runs.
`;
const STATEMENT_TIMEOUT_MS = 10_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAYS_MAX = 3_650;
const OVERLAP_HOURS = 24;
const OVERLAP_HOURS_MAX = 24 * 90;
/** As contracts have it; the rest of a key of a wallet must not begin in it. */
const PROVIDER_ID = /^[^\p{Cc}\p{Cs}]{1,64}$/u;

interface Flags {
  readonly scopes?: string | undefined;
  readonly days?: string | undefined;
  readonly from?: string | undefined;
  readonly signed?: boolean | undefined;
  readonly overlap?: string | undefined;
  readonly key?: string | undefined;
}

const refuse = (what: string): never => {
  throw new AppError('INVALID_INPUT', what);
};

function wholeNumber(name: string, text: string, max: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0 || number > max) {
    return refuse(`--${name} is a whole number up to ${max}`);
  }
  return number;
}

function scopesOf(text: string): ProviderScope[] {
  const scopes = text.split(',');
  const known = PROVIDER_SCOPES.filter((scope) => scopes.includes(scope));
  if (known.length !== new Set(scopes).size) {
    return refuse(`--scopes are some of ${PROVIDER_SCOPES.join(',')}`);
  }
  return known;
}

function networksOf(text: string | undefined): string[] | null {
  if (text === undefined) return null;
  if (!areNetworks(text)) return refuse('--from names addresses or networks, commas between');
  return text.split(',');
}

function newKey(provider: string, { scopes, days, from, signed = false }: Flags): NewProviderKey {
  const ends =
    days === undefined ? null : Date.now() + wholeNumber('days', days, DAYS_MAX) * DAY_MS;
  return {
    provider,
    scopes: scopesOf(scopes ?? SCOPES_DEFAULT),
    networks: networksOf(from),
    signed,
    expiresAt: ends === null ? null : new Date(ends),
  };
}

async function noted(
  manager: EntityManager,
  act: string,
  { id, provider }: ProviderKey,
): Promise<void> {
  await audit(manager, {
    ...{ act, outcome: 'done', actor: operator() },
    object: { type: 'provider', id: provider },
    details: { key: id },
  });
}

async function give(manager: EntityManager, asked: NewProviderKey): Promise<void> {
  const { key, given } = await giveProviderKey(manager, asked);
  await noted(manager, 'give a key', given);
  process.stderr.write(`${describe(given)}\nThe key, which is shown this once:\n`);
  process.stdout.write(`${key}\n`);
}

async function heldBy(manager: EntityManager, provider: string): Promise<ProviderKey[]> {
  const keys = (await providerKeys(manager, provider)).filter(holds);
  if (keys.length === 0) throw new AppError('NOT_FOUND', 'this provider has no key that holds');
  return keys;
}

async function rotate(manager: EntityManager, provider: string, overlap: string): Promise<void> {
  const hours = wholeNumber('overlap', overlap, OVERLAP_HOURS_MAX);
  const before = await heldBy(manager, provider);
  const last = before.at(-1)!;
  // As long as the last was to hold, from now on.
  const days = last.expiresAt && last.expiresAt.getTime() - last.createdAt.getTime();
  const expiresAt = days === null ? null : new Date(Date.now() + days);
  await give(manager, { ...last, expiresAt });
  const ends = new Date(Date.now() + hours * HOUR_MS);
  for (const { id } of before) await endProviderKey(manager, id, ends);
  process.stderr.write(`${before.length} before it end at ${ends.toISOString()}\n`);
}

async function revoke(
  manager: EntityManager,
  provider: string,
  id: string | undefined,
): Promise<void> {
  const keys = (await heldBy(manager, provider)).filter((key) => id === undefined || key.id === id);
  if (keys.length === 0) throw new AppError('NOT_FOUND', 'it has no such key that holds');
  for (const key of keys) {
    if (await revokeProviderKey(manager, key.id)) await noted(manager, 'revoke a key', key);
  }
  process.stderr.write(`${keys.length} revoked\n`);
}

async function setChecks(
  manager: EntityManager,
  provider: string,
  how: string | undefined,
): Promise<void> {
  if (how !== 'strict' && how !== 'lenient') return refuse('say strict or lenient');
  await setStrict(manager, provider, how === 'strict');
  await audit(manager, {
    ...{ act: 'check identifiers', outcome: 'done', actor: operator() },
    object: { type: 'provider', id: provider },
    after: { checks: how },
  });
  process.stderr.write(`${provider} is ${how}\n`);
}

async function giveCodes(
  manager: EntityManager,
  provider: string,
  codes: readonly string[],
): Promise<void> {
  await setCodes(manager, provider, codes);
  await audit(manager, {
    ...{ act: 'set codes', outcome: 'done', actor: operator() },
    object: { type: 'provider', id: provider },
    after: { codes },
  });
  process.stderr.write(`${provider} is ${codes.join(', ') || 'named by no code'}\n`);
}

async function limitRows(
  manager: EntityManager,
  provider: string,
  text: string | undefined,
): Promise<void> {
  const rows = text === 'none' ? null : Number(text);
  if (rows !== null && !(Number.isInteger(rows) && rows >= QUOTA_MIN && rows <= QUOTA_MAX)) {
    return refuse(`say none, or a whole number of rows from ${QUOTA_MIN} to ${QUOTA_MAX}`);
  }
  await setQuota(manager, provider, rows);
  await audit(manager, {
    ...{ act: 'limit rows', outcome: 'done', actor: operator() },
    object: { type: 'provider', id: provider },
    after: { rowsPerSecondMax: rows },
  });
  const said = rows === null ? 'as many rows as there is room for' : `${rows} rows a second`;
  process.stderr.write(`${provider} may send ${said}\n`);
}

function describe(key: ProviderKey): string {
  const { id, provider, scopes, networks, signed, expiresAt, revokedAt, lastUsedAt } = key;
  const state =
    revokedAt !== null
      ? `revoked ${revokedAt.toISOString()}`
      : expiresAt === null
        ? 'holds'
        : `${holds(key) ? 'holds until' : 'expired'} ${expiresAt.toISOString()}`;
  const used = lastUsedAt === null ? 'never used' : `last used ${lastUsedAt.toISOString()}`;
  return [
    provider,
    id,
    scopes.join(','),
    networks?.join(',') ?? 'from anywhere',
    ...(signed ? ['signed'] : []),
    state,
    used,
  ].join('  ');
}

async function run(
  dataSource: DataSource,
  positionals: readonly string[],
  flags: Flags,
): Promise<void> {
  const [command, provider] = positionals;
  if (command === 'list') {
    for (const key of await providerKeys(dataSource, provider ?? null)) {
      process.stdout.write(`${describe(key)}\n`);
    }
    return;
  }
  if (provider === undefined || !PROVIDER_ID.test(provider)) {
    return refuse('name a provider: 1 to 64 characters, none of control');
  }
  await dataSource.transaction(async (manager) => {
    if (command === 'add') await give(manager, newKey(provider, flags));
    else if (command === 'rotate')
      await rotate(manager, provider, flags.overlap ?? String(OVERLAP_HOURS));
    else if (command === 'revoke') await revoke(manager, provider, flags.key);
    else if (command === 'check') await setChecks(manager, provider, positionals[2]);
    else if (command === 'codes') await giveCodes(manager, provider, positionals.slice(2));
    else if (command === 'quota') await limitRows(manager, provider, positionals[2]);
    else refuse(`say what to do:\n${USAGE}`);
  });
}

async function main(args: readonly string[]): Promise<void> {
  const text = { type: 'string' } as const;
  const { positionals, values } = parseArgs({
    args: [...args],
    options: {
      ...{ scopes: text, days: text, from: text, overlap: text, key: text },
      signed: { type: 'boolean' },
      help: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return;
  }
  if (positionals.length === 0) refuse(`say what to do:\n${USAGE}`);
  const dataSource = createDataSource({
    databaseUrl: readDataSettings().databaseUrl,
    applicationName: 'layerwatch provider',
    connectionsMax: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  await dataSource.initialize();
  try {
    await run(dataSource, positionals, values);
  } finally {
    await dataSource.destroy();
  }
}

void main(process.argv.slice(2)).catch((error: unknown) => exitWith(error, 'provider'));
