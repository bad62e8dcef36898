export { asProvider } from './as-provider';
export { createDataSource, type DataSourceOptions } from './data-source';
export { migrate } from './migrate';
export { migrateAsOwner, migrationRoleSql } from './migration-role';
export { PersistenceModule } from './persistence.module';
export { type PreparedStatement, runPrepared } from './prepared';
export { textArray } from './text-array';
export {
  DATABASE_USERS,
  type DatabaseUser,
  grantServiceRoles,
  PROVIDER_READER,
  roleOf,
  serviceRolesSql,
  urlAs,
} from './service-roles';
