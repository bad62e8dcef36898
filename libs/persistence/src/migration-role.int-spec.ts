import { createTestDatabase, TEST_OWNER_PASSWORD, type TestDatabase } from '#testing';
import { migrateAsOwner } from './migration-role';

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase();
});

afterEach(() => database.drop());

/** Whoever owns anything of ours: schemas, tables with their partitions, sequences, functions. */
const owners = async (): Promise<string[]> => {
  const rows: { owner: string }[] = await database.dataSource.query(
    `with ours as (select oid, nspowner from pg_namespace where nspname !~ '^(pg_|information_schema$)' and nspname <> 'public')
     select distinct owner::regrole::text as owner from (
       select nspowner as owner from ours
       union all select relowner from pg_class where relkind = any ('{r,p,S,v,m}')
         and (relnamespace in (select oid from ours) or relname = 'layerwatch_migration')
       union all select proowner from pg_proc where pronamespace in (select oid from ours)
     ) owned order by 1`,
  );
  return rows.map(({ owner }) => owner);
};

describe('the role that migrates', () => {
  it('owns all that is ours, and is nothing else', async () => {
    expect(await owners()).toEqual(['layerwatch_migrations']);
    const roles: unknown[] = await database.dataSource.query(
      `select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,
              (select count(*) from pg_auth_members where member = r.oid) as member_of
       from pg_roles r where rolname = 'layerwatch_migrations'`,
    );
    expect(roles).toEqual([
      {
        ...{ rolsuper: false, rolcreaterole: false, rolcreatedb: false },
        ...{ rolreplication: false, rolbypassrls: false, member_of: 0 },
      },
    ]);
  });

  it('takes over what was made as somebody else, and again changes nothing', async () => {
    for (const thing of [
      'schema intel',
      'table feed.transfer',
      'table public.layerwatch_migration',
      'sequence log.position',
      'function feed.prepare_days(date)',
    ]) {
      await database.dataSource.query(`alter ${thing} owner to current_user`);
    }
    expect(await owners()).toHaveLength(2);
    for (let n = 0; n < 2; n += 1) {
      expect(
        await migrateAsOwner(database.dataSource, database.databaseUrl, TEST_OWNER_PASSWORD),
      ).toBe(0);
      expect(await owners()).toEqual(['layerwatch_migrations']);
    }
  });
});
