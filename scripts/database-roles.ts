/**
 * Prints what makes the database roles of the services and of migrations, with the least rights each needs: to be read, and run by a superuser
 * (`npm run --silent database-roles | psql "$OWNER_URL"`). Passwords are set apart (`alter role … password`). Running it again is what a
 * new version asks for: it takes back what is not needed any more.
 */
import { migrationRoleSql, serviceRolesSql } from '#persistence';

process.stdout.write(`${migrationRoleSql()}\n${serviceRolesSql()}`);
