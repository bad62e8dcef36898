/**
 * Prints what makes the database roles of the services, with the least rights each needs: to be read, and run by the owner of the schema
 * (`npm run --silent database-roles | psql "$OWNER_URL"`). Passwords are set apart (`alter role … password`). Running it again is what a
 * new version asks for: it takes back what is not needed any more.
 */
import { serviceRolesSql } from '#persistence';

process.stdout.write(serviceRolesSql());
