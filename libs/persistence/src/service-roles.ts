import { randomBytes } from 'node:crypto';
import { type DataSource } from 'typeorm';

/** The processes that connect to the database. */
export const DATABASE_USERS = ['ingestion', 'scoring', 'case-referral', 'backtest'] as const;
export type DatabaseUser = (typeof DATABASE_USERS)[number];

export const roleOf = (user: DatabaseUser): string => `layerwatch_${user.replace('-', '_')}`;

/** Reads what one provider reported, and nothing of another's; nobody connects as it. */
export const PROVIDER_READER = 'layerwatch_provider';
/** The setting of a transaction that says which provider that is. */
export const PROVIDER_SETTING = 'layerwatch.provider';
/** What it reads, and whose each row is. */
const OF_A_PROVIDER = [
  ['feed.transfer', 'provider_id'],
  ['feed.transfer_key', 'provider_id'],
] as const;

/** What one may do with a table, a column of it, a sequence, or a function. */
type Grant = readonly [privileges: string, on: string];

const WRITES = 'select, insert, update';
/** Nobody changes an entry, and its place, hash and time are not the writer's to say. */
const WRITES_THE_TRAIL: readonly Grant[] = [['insert (chain, body)', 'audit.entry']];
/** Whoever writes to the log takes its turn, and the first of a day begins it. */
const BEGINS_A_DAY: Grant = ['execute', 'function log.begin_day()'];
const READS_THE_LOG: readonly Grant[] = [
  ['select', 'feed.transfer'],
  ['select', 'feed.transfer_key'],
  ['select', 'feed.event'],
  ['select', 'intel.control_entry'],
  ['select', 'log.identity'],
  ['select', 'log.day'],
  ['select', 'log.position'],
];

/**
 * The least that each needs, and nothing more: ingestion reads no person back, but in files it has not worked through yet, and no case, scoring reads no person, nobody but
 * case-referral reads a case, and nobody changes what was reported, or the audit trail. A test runs everything as these roles, and
 * tries what they must not.
 */
const GRANTS: Readonly<Record<DatabaseUser, readonly Grant[]>> = {
  ingestion: [
    ...READS_THE_LOG,
    ['select', 'feed.provider'],
    ['select, update (last_used_at)', 'feed.provider_key'],
    // Deleting wants the rows locked, which wants the right to change them.
    ['select, insert, update, delete', 'feed.request_nonce'],
    ['select', 'feed.provider_code'],
    ['select, insert, update (corrected_at), delete', 'feed.refused_row'],
    ['select, insert, update, delete', 'feed.feed_hour'],
    ['select, insert, update, delete', 'feed.quarter_total'],
    ['select, update', 'feed.total_progress'],
    ['select, insert, update', 'feed.sequence'],
    ['select, insert, update, delete', 'feed.interbank_payment'],
    ['select, insert, update, delete', 'feed.iso_payment'],
    ['select, insert, update, delete', 'feed.iso_report'],
    ['select, insert', 'feed.mapping'],
    // What is uploaded is whole persons' rows: it reads them back sealed, until they are worked through.
    ...['file', 'file_piece', 'file_refusal'].map((table): Grant => [
      `${WRITES}, delete`,
      `feed.${table}`,
    ]),
    ['insert', 'feed.transfer'],
    ['insert', 'feed.event'],
    ['insert, update', 'feed.transfer_key'],
    // What is sealed it neither reads back nor changes but by this. The two after it are what the release before needs.
    ['execute', 'function feed.keep_identities(text[], text[], bytea[], integer[], date)'],
    ['execute', 'function feed.hand_out(text[], text[])'],
    ['execute', 'function feed.hand_out(text[], text[], uuid[])'],
    ['execute', 'function feed.prepare_days(date)'],
    ['execute', 'function feed.detach_days(date)'],
    // Answers a band, and writes down who asked: ingestion reads nothing of what it looks at.
    ['execute', 'function feed.screen(text, text, text, bigint, text)'],
    BEGINS_A_DAY,
    ['insert', 'feed.identity'],
    ['select (token)', 'feed.identity'],
    ['select', 'scoring.progress'],
    ['usage', 'log.position'],
  ],
  scoring: [
    ...READS_THE_LOG,
    ...['alert', 'flush_point', 'outbox', 'progress', 'seat', 'snapshot'].map((table): Grant => [
      `${WRITES}, delete`,
      `scoring.${table}`,
    ]),
  ],
  'case-referral': [
    ...READS_THE_LOG,
    ...WRITES_THE_TRAIL,
    ['select', 'feed.identity'],
    // To forget one, and what has outlived its time.
    ['update (sealed, key_version)', 'feed.identity'],
    ['execute', 'function feed.drop_archived_days(date, text[])'],
    ['execute', 'function feed.drop_screenings(date, integer)'],
    BEGINS_A_DAY,
    ['select', 'scoring.outbox'],
    ['select', 'scoring.progress'],
    ['select', 'audit.entry'],
    ['select', 'audit.chain'],
    ['select, insert', 'audit.root'],
    // How often it was done, while the hour goes on.
    ['select, insert, update (count)', 'audit.alarm'],
    ...['ended_token', 'session', 'sign_in'].map((table): Grant => [
      `${WRITES}, delete`,
      `identity.${table}`,
    ]),
    ...['operation', 'indicator', 'disposition', 'rule_pack', 'rule_pack_activation'].map(
      (table): Grant => [WRITES, `intel.${table}`],
    ),
    ...['typology_switch', 'backtest', 'control_entry'].map((table): Grant => [
      WRITES,
      `intel.${table}`,
    ]),
    ...[
      'alert',
      'alert_storm',
      'break_glass',
      'case_file',
      'case_operation',
      'case_transfer',
      'erasure',
      'legal_hold',
    ].map((table): Grant => [WRITES, `referral.${table}`]),
    ...['inbox', 'outbox', 'referral', 'shadow_alert', 'wallet_position'].map((table): Grant => [
      WRITES,
      `referral.${table}`,
    ]),
    [`${WRITES}, delete`, 'referral.case_member'],
    ['select', 'referral.staff'],
    ['usage', 'log.position'],
  ],
  backtest: [
    ...READS_THE_LOG,
    ...WRITES_THE_TRAIL,
    ['select, update', 'intel.backtest'],
    ['select, insert', 'intel.rule_pack'],
    ['select', 'intel.disposition'],
    ['select', 'referral.alert'],
    ['select', 'scoring.progress'],
    ['select', 'scoring.flush_point'],
  ],
};

export const SCHEMAS = [
  'log',
  'feed',
  'intel',
  'scoring',
  'referral',
  'identity',
  'audit',
  'archive',
] as const;
const SEQUENCES: ReadonlySet<string> = new Set(['log.position']);

const PASSWORD_BYTES = 24;

const schemaOf = (on: string): string => on.replace(/^function /, '').split('.', 1)[0]!;
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * Row-level security between providers: whoever reads for one sees its rows alone, whatever the statement says. The services, which each work
 * for all providers, see all. Policies of a partitioned table hold for whoever reads through it; its partitions are granted to nobody.
 */
const providerReaderGrants = (): string[] => [
  `revoke all on all tables in schema feed from ${PROVIDER_READER}`,
  `grant usage on schema feed to ${PROVIDER_READER}`,
  ...OF_A_PROVIDER.flatMap(([table, column]) => [
    `alter table ${table} enable row level security`,
    `drop policy if exists of_all_providers on ${table}`,
    `create policy of_all_providers on ${table} to ${DATABASE_USERS.map(roleOf).join(', ')} using (true) with check (true)`,
    `drop policy if exists of_one_provider on ${table}`,
    `create policy of_one_provider on ${table} for select to ${PROVIDER_READER}
       using (${column} = current_setting('${PROVIDER_SETTING}', true))`,
    `grant select on ${table} to ${PROVIDER_READER}`,
  ]),
  // It becomes that role for a transaction; until then it has none of its rights, nor the other way round.
  `grant ${PROVIDER_READER} to ${roleOf('case-referral')}`,
];

export const createUnlessThere = (role: string): string =>
  `do $$ begin create role ${role}; exception when duplicate_object then null; end $$`;

/** Any number will do: two starts at once take turns. */
export const ROLES_LOCK = 4_711_000_006;

function grantsOf(user: DatabaseUser): string[] {
  const role = roleOf(user);
  const grants = GRANTS[user];
  const schemas = new Set(grants.map(([, on]) => schemaOf(on)));
  return [
    // What an earlier version was granted and this one does not need.
    ...SCHEMAS.flatMap((schema) => [
      `revoke all on all tables in schema ${schema} from ${role}`,
      `revoke all on all sequences in schema ${schema} from ${role}`,
      `revoke all on all functions in schema ${schema} from ${role}`,
      `revoke all on schema ${schema} from ${role}`,
    ]),
    ...[...schemas].map((schema) => `grant usage on schema ${schema} to ${role}`),
    ...grants.map(
      ([privileges, on]) =>
        `grant ${privileges} on ${SEQUENCES.has(on) ? 'sequence ' : ''}${on} to ${role}`,
    ),
  ];
}

export const newPassword = (): string => randomBytes(PASSWORD_BYTES).toString('base64url');

const newPasswords = (): Readonly<Record<DatabaseUser, string>> =>
  Object.fromEntries(DATABASE_USERS.map((user) => [user, newPassword()])) as Record<
    DatabaseUser,
    string
  >;

/**
 * Makes a role for each service, with the least it needs, and gives it a password. Doing so again changes the password and
 * nothing else. Whoever does it owns the schema and may make roles.
 *
 * @param passwords new ones, kept nowhere, unless they are given
 * @returns the address of the same database, as each connects to it
 */
export async function grantServiceRoles(
  dataSource: DataSource,
  databaseUrl: string,
  passwords = newPasswords(),
): Promise<(user: DatabaseUser) => string> {
  await dataSource.transaction(async (manager) => {
    await manager.query('select pg_advisory_xact_lock($1)', [ROLES_LOCK]);
    for (const user of DATABASE_USERS) {
      const role = roleOf(user);
      await manager.query(createUnlessThere(`${role} noinherit`));
      await manager.query(`alter role ${role} login password ${quoted(passwords[user])}`);
      for (const statement of grantsOf(user)) await manager.query(statement);
    }
    await manager.query(createUnlessThere(`${PROVIDER_READER} nologin`));
    for (const statement of providerReaderGrants()) await manager.query(statement);
  });
  return (user) => urlAs(user, databaseUrl, passwords[user]);
}

/** The same for whoever looks after a server of their own: to be read, and run by its owner. Passwords are theirs to set. */
export const serviceRolesSql = (): string =>
  [
    ...DATABASE_USERS.flatMap((user) => [
      `-- ${user}`,
      `${createUnlessThere(`${roleOf(user)} login noinherit`)};`,
      ...grantsOf(user).map((statement) => `${statement};`),
      '',
    ]),
    '-- who reads for one provider',
    `${createUnlessThere(`${PROVIDER_READER} nologin`)};`,
    ...providerReaderGrants().map((statement) => `${statement};`),
    '',
  ].join('\n');

/** The address of the same database, as a service connects to it. */
export const urlAs = (user: DatabaseUser, databaseUrl: string, password: string): string =>
  urlOf(roleOf(user), databaseUrl, password);

export function urlOf(role: string, databaseUrl: string, password: string): string {
  const url = new URL(databaseUrl);
  url.username = role;
  url.password = password;
  return url.href;
}
