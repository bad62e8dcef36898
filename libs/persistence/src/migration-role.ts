import { type DataSource } from 'typeorm';
import { createDataSource } from './data-source';
import { migrate } from './migrate';
import {
  createUnlessThere,
  newPassword,
  quoted,
  ROLES_LOCK,
  SCHEMAS,
  urlOf,
} from './service-roles';

/** Owns what Layerwatch keeps, and is nothing else: no superuser, and it makes no roles. */
const MIGRATION_ROLE = 'layerwatch_migrations';
const STATEMENT_TIMEOUT_MS = 600_000;
/** The second is the lock's. */
const CONNECTIONS_MAX = 2;

/** Makes everything of ours its own, that an earlier version made as somebody else among it. */
const TAKE_OVER = `
  do $$
  declare
    one text;
  begin
    for one in
      select format('alter schema %I owner to ${MIGRATION_ROLE}', nspname)
      from pg_namespace where nspname = any ('{${SCHEMAS.join(',')}}') and nspowner <> '${MIGRATION_ROLE}'::regrole
      union all
      select format('alter %s %s owner to ${MIGRATION_ROLE}', case relkind when 'S' then 'sequence' else 'table' end, c.oid::regclass)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where (nspname = any ('{${SCHEMAS.join(',')}}') or c.oid = to_regclass('public.layerwatch_migration'))
        and relkind = any ('{r,p,S}') and relowner <> '${MIGRATION_ROLE}'::regrole
        -- The sequence of a column goes with its table.
        and not exists (select from pg_depend d where d.objid = c.oid and relkind = 'S' and deptype = any ('{a,i}'))
      union all
      select format('alter routine %s owner to ${MIGRATION_ROLE}', p.oid::regprocedure)
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where nspname = any ('{${SCHEMAS.join(',')}}') and proowner <> '${MIGRATION_ROLE}'::regrole
    loop
      execute one;
    end loop;
  end $$`;

/** What lets it own a database of whoever runs these. */
const statements = (): string[] => [
  createUnlessThere(`${MIGRATION_ROLE} login noinherit`),
  `do $$ begin execute format('grant connect, create on database %I to ${MIGRATION_ROLE}', current_database()); end $$`,
  `grant usage, create on schema public to ${MIGRATION_ROLE}`,
  TAKE_OVER,
];

/** To be read, and run by whoever may make roles. The password is theirs to set. */
export const migrationRoleSql = (): string =>
  [
    '-- who migrates, and owns it all',
    ...statements().map((statement) => `${statement};`),
    '',
  ].join('\n');

/**
 * Brings the schema up to this code's version as a role that owns it and may nothing else: functions that act as their owner act as that one.
 *
 * @param dataSource of a superuser
 * @param password of the role, from now on; kept nowhere, unless it is given
 * @returns how many steps were taken
 */
export async function migrateAsOwner(
  dataSource: DataSource,
  databaseUrl: string,
  password = newPassword(),
): Promise<number> {
  await dataSource.transaction(async (manager) => {
    await manager.query('select pg_advisory_xact_lock($1)', [ROLES_LOCK]);
    for (const statement of statements()) await manager.query(statement);
    await manager.query(`alter role ${MIGRATION_ROLE} password ${quoted(password)}`);
  });
  const owner = createDataSource({
    databaseUrl: urlOf(MIGRATION_ROLE, databaseUrl, password),
    applicationName: 'layerwatch migrations',
    connectionsMax: CONNECTIONS_MAX,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  await owner.initialize();
  try {
    return await migrate(owner);
  } finally {
    await owner.destroy();
  }
}
