import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Client } from 'pg';
import { type EntityManager } from 'typeorm';
import {
  asProvider,
  createDataSource,
  DATABASE_USERS,
  type DatabaseUser,
  PROVIDER_READER,
  roleOf,
} from '#persistence';
import { createTestDatabase, serviceUrl, type TestDatabase } from '#testing';

const PRINTS = join(__dirname, '../../dist/scripts/database-roles.js');

let database: TestDatabase;
const clients = new Map<DatabaseUser, Client>();

beforeAll(async () => {
  database = await createTestDatabase();
  await database.dataSource.query(
    `insert into feed.identity (token, type, sealed, key_version) values ('name:x', 'name', '\\x00', 1)`,
  );
  await database.dataSource.query(`insert into audit.entry (chain, body) values (0, '{}')`);
  for (const user of DATABASE_USERS) {
    const client = new Client({ connectionString: serviceUrl(user, database.databaseUrl) });
    await client.connect();
    clients.set(user, client);
  }
});

afterAll(async () => {
  for (const client of clients.values()) await client.end();
  await database.drop();
});

/** What a service's role is told when it does this: the class of the error (42501: no right to), or null. */
async function outcome(user: DatabaseUser, statement: string): Promise<string | null> {
  const client = clients.get(user)!;
  await client.query('begin');
  try {
    await client.query(statement);
    return null;
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    await client.query('rollback');
  }
}

const NO_RIGHT = '42501';

describe('the role of a service', () => {
  it.each(DATABASE_USERS)(
    '%s changes nothing of the audit trail, and makes no tables',
    async (user) => {
      const owners: { owner: string }[] = await database.dataSource.query(
        'select current_user as owner',
      );
      const { owner } = owners[0]!;
      for (const statement of [
        `set session authorization ${owner}`,
        `set role ${owner}`,
        'update audit.entry set body = body',
        'delete from audit.entry',
        'truncate audit.entry',
        'update audit.chain set length = 0',
        'delete from audit.root',
        'alter table audit.entry disable trigger all',
        'drop table audit.entry',
        `insert into audit.entry (chain, place, body, hash, transaction_id, at) values (0, 9, '{}', '', '1', now())`,
        'create table feed.mine (a int)',
        'create table public.mine (a int)',
        'create schema mine',
        'create role mine',
        'alter table feed.transfer add column mine int',
        'set session_replication_role = replica',
        'update feed.transfer set amount_minor = 1',
        'delete from feed.transfer',
        'truncate feed.transfer',
        'delete from intel.control_entry',
        'delete from layerwatch_migration',
      ]) {
        expect([statement, await outcome(user, statement)]).toEqual([statement, NO_RIGHT]);
      }
    },
  );

  it('sees of persons, cases and keys what its work needs, and nothing else', async () => {
    const may: Readonly<Record<DatabaseUser, readonly string[]>> = {
      ingestion: [
        'select token from feed.identity',
        'select id, key_hash from feed.provider',
        'select key_hash from feed.provider_key',
        'select sealed from feed.file_piece',
      ],
      scoring: [],
      'case-referral': [
        'select token from feed.identity',
        'select sealed from feed.identity',
        'select * from referral.case_file',
        'select * from referral.alert',
        'select * from intel.indicator',
        'select * from referral.staff',
        'select * from identity.session',
        'select * from audit.entry',
      ],
      backtest: ['select * from referral.alert'],
    };
    const all = [...new Set(Object.values(may).flat())].concat('select sealed from feed.identity');
    for (const user of DATABASE_USERS) {
      for (const statement of all) {
        const expected = may[user].includes(statement) ? null : NO_RIGHT;
        expect([user, statement, await outcome(user, statement)]).toEqual([
          user,
          statement,
          expected,
        ]);
      }
    }
  });

  it('calls what acts as the owner of the schema only where that is its work', async () => {
    const rows: { name: string; users: string[]; others: boolean }[] =
      await database.dataSource.query(
        `select p.oid::regprocedure::text as name,
                array(select r from unnest($1::text[]) r where has_function_privilege(r, p.oid, 'execute') order by r) as users,
                has_function_privilege($2, p.oid, 'execute') as others
         from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         where p.prosecdef and n.nspname !~ '^pg_' and p.prorettype <> 'trigger'::regtype order by 1`,
        [DATABASE_USERS.map(roleOf), PROVIDER_READER],
      );
    const [ingestion, caseReferral] = [roleOf('ingestion'), roleOf('case-referral')];
    expect(Object.fromEntries(rows.map(({ name, users }) => [name, users]))).toEqual({
      'feed.detach_days(date)': [ingestion],
      'feed.drop_archived_days(date,text[])': [caseReferral],
      'feed.drop_screenings(date,integer)': [caseReferral],
      'feed.hand_out(text[],text[])': [ingestion],
      'feed.keep_identities(text[],text[],bytea[],integer[],date)': [ingestion],
      'feed.prepare_days(date)': [ingestion],
      'feed.screen(text,text,text,bigint,text)': [ingestion],
      'log.begin_day()': [caseReferral, ingestion],
    });
    expect(rows.filter(({ others }) => others)).toEqual([]);
  });

  it('keeps identities and drops days by functions, each as its own work needs', async () => {
    const keep = `select feed.keep_identities('{name:y}', '{name}', '{"\\\\x00"}', '{1}', '2026-01-01')`;
    const drop = `select feed.drop_archived_days('2000-01-01', '{}')`;
    for (const user of DATABASE_USERS) {
      const is = (owner: DatabaseUser) => (user === owner ? null : NO_RIGHT);
      expect([user, await outcome(user, keep)]).toEqual([user, is('ingestion')]);
      expect([user, await outcome(user, drop)]).toEqual([user, is('case-referral')]);
    }
  });

  it('answers a look before paying by a band alone, and nobody reads who looked', async () => {
    const screen = `select feed.screen('demo', null, 'x', null, null)`;
    await database.dataSource.query(`insert into feed.provider (id) values ('demo')`);
    for (const user of DATABASE_USERS) {
      expect([user, await outcome(user, screen)]).toEqual([
        user,
        user === 'ingestion' ? null : NO_RIGHT,
      ]);
      for (const statement of [
        'select from feed.screening',
        'delete from feed.screening',
        `select feed.payee_band('x')`,
      ]) {
        expect([user, statement, await outcome(user, statement)]).toEqual([
          user,
          statement,
          NO_RIGHT,
        ]);
      }
    }
  });

  it('gives nobody a key but who starts the services', async () => {
    for (const user of DATABASE_USERS) {
      for (const statement of [
        `insert into referral.staff (id, role, key_hash) values ('me', 'approver', '\\x00')`,
        `update referral.staff set role = 'approver'`,
        `insert into feed.provider (id, key_hash) values ('me', '\\x00')`,
        `update feed.provider set key_hash = '\\x00'`,
        `insert into feed.provider_key (provider_id, key_hash) values ('me', '\\x00')`,
        `update feed.provider_key set scopes = '{report}'`,
        `update feed.provider_key set revoked_at = null`,
      ]) {
        expect([user, statement, await outcome(user, statement)]).toEqual([
          user,
          statement,
          NO_RIGHT,
        ]);
      }
    }
  });

  it('is made by what is printed for a server of one’s own, which may be run again', async () => {
    const printed = execFileSync(process.execPath, [PRINTS], { encoding: 'utf8' });
    for (let n = 0; n < 2; n += 1) await database.dataSource.query(printed);
    expect(await outcome('scoring', 'select from feed.identity')).toBe(NO_RIGHT);
    expect(await outcome('scoring', 'select from feed.transfer')).toBeNull();
  });

  it('reads for one provider what is its own, whatever the statement asks for', async () => {
    await database.dataSource.query(
      `with told as (select nextval('log.position') as position, provider from unnest('{a,b,b}'::text[]) as provider),
       keyed as (insert into feed.transfer_key select provider, position::text, array[position] from told)
       insert into feed.transfer (position, provider_id, transfer_id, status, type, occurred_at, amount_minor, currency,
         debtor_provider, debtor_wallet, creditor_provider, creditor_wallet)
       select position, provider, position::text, 'SETTLED', 'P2P', now(), 1, 'PKR', provider, 'w', provider, 'v' from told`,
    );
    const url = new URL(serviceUrl('case-referral', database.databaseUrl));
    const dataSource = createDataSource({
      ...{ databaseUrl: url.href, applicationName: 'test', connectionsMax: 1 },
      statementTimeoutMs: 10_000,
    });
    await dataSource.initialize();
    const seen = async (statement: string, provider: string | null = 'a'): Promise<unknown> => {
      const read = (manager: EntityManager) => manager.query<unknown>(statement);
      return provider === null
        ? dataSource.transaction(async (manager) => {
            await manager.query(`set local role ${PROVIDER_READER}`);
            return read(manager);
          })
        : asProvider(dataSource, provider, read);
    };
    try {
      for (const table of ['feed.transfer', 'feed.transfer_key']) {
        const providers = `select array_agg(distinct provider_id) as of, count(*) as rows from ${table}`;
        expect(await seen(providers)).toEqual([{ of: ['a'], rows: 1 }]);
        expect(await seen(providers, 'b')).toEqual([{ of: ['b'], rows: 2 }]);
        for (const nobody of ['c', '', "a' or true --", null]) {
          expect(await seen(providers, nobody)).toEqual([{ of: null, rows: 0 }]);
        }
        expect(await seen(`select from ${table} where provider_id = 'b' or true`)).toHaveLength(1);
        // The service itself works for all of them, before and after.
        expect(await dataSource.query(providers)).toEqual([{ of: ['a', 'b'], rows: 3 }]);
      }
      const partitions: { name: string }[] = await database.dataSource.query(
        `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'feed.transfer'::regclass`,
      );
      for (const statement of [
        `select from ${partitions[0]!.name}`,
        'select from feed.identity',
        'select from referral.case_file',
        'select from audit.entry',
        `insert into feed.transfer_key values ('a', 'x', '{1}')`,
        `update feed.transfer set amount_minor = 2`,
      ]) {
        await expect(seen(statement)).rejects.toMatchObject({ code: NO_RIGHT });
      }
      const others = DATABASE_USERS.filter((user) => user !== 'case-referral');
      for (const user of others) {
        expect([user, await outcome(user, `set role ${PROVIDER_READER}`)]).toEqual([
          user,
          NO_RIGHT,
        ]);
      }
    } finally {
      await dataSource.destroy();
    }
  });

  it('writes the trail, where it has something to say', async () => {
    const entry = `insert into audit.entry (chain, body) values (0, '{}')`;
    for (const user of DATABASE_USERS) {
      const expected = ['case-referral', 'backtest'].includes(user) ? null : NO_RIGHT;
      expect([user, await outcome(user, entry)]).toEqual([user, expected]);
    }
  });

  it('answers a look before paying from what its role may not read', async () => {
    const { dataSource } = database;
    await dataSource.query(`insert into feed.provider (id) values ('looks')`);
    await dataSource.query(
      `with told as (select nextval('log.position') as position),
       keyed as (insert into feed.transfer_key select 'looks', 't', array[position] from told),
       filed as (
         insert into referral.case_file (id, revision, opened_at, as_of, risk, held_minor, fingerprint, body)
         values (gen_random_uuid(), 1, now(), now(), 50, 0, 'f', '{}') returning id
       ),
       alerted as (
         insert into referral.alert (id, listed_at, case_id, revision, typologies, body)
         select gen_random_uuid(), 1, id, 1, '{}', '{}' from filed
       ),
       named as (
         insert into referral.case_transfer (provider, transfer_id, case_id, creditor_provider, creditor_wallet, body, named)
         select 'looks', 't', id, 'looks', 'v', '{}', '{msisdn:x}' from filed
       )
       insert into feed.transfer (position, provider_id, transfer_id, status, type, occurred_at, amount_minor, currency,
         debtor_provider, debtor_wallet, creditor_provider, creditor_wallet, creditor_tokens)
       select position, 'looks', 't', 'SETTLED', 'P2P', now(), 1, 'PKR', 'looks', 'w', 'looks', 'v', '{msisdn:x}' from told`,
    );
    const client = clients.get('ingestion')!;
    for (const [payee, band] of [
      ['looks\nv', 'ELEVATED'],
      ['msisdn:x', 'ELEVATED'],
      ['looks\nw', 'LOW'],
    ]) {
      const { rows } = await client.query<{ band: string }>(
        'select band from feed.screen($1, null, $2, null, null)',
        ['looks', payee],
      );
      expect(rows).toEqual([{ band }]);
    }
  });
});
