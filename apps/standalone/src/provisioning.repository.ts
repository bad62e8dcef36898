import { audit, type AuditFact, SERVICE_ACTOR } from '#audit';
import { AppError } from '#domain';
import { DEMO_UNIT, provisionProvider, provisionStaff } from '#identity';
import {
  createDataSource,
  type DatabaseUser,
  grantServiceRoles,
  migrate,
  migrateAsOwner,
} from '#persistence';
import { KEY_HOLDERS, type KeyRing } from './key-ring';

const CONNECTIONS_MAX = 2;
const STATEMENT_TIMEOUT_MS = 60_000;
const UNIQUE_VIOLATION = '23505';

/** Who starts the services decides who has a key. */
const keyGiven = (type: string, id: string): AuditFact => ({
  act: 'give a key',
  outcome: 'done',
  actor: SERVICE_ACTOR,
  object: { type, id },
});

/** What start-up does to the database before any service is connected to it. */
export class Provisioning {
  private constructor(private readonly dataSource: ReturnType<typeof createDataSource>) {}

  /**
   * Runs the steps with a connection of their own, which is closed whatever they do.
   *
   * @throws AppError UNAVAILABLE where the server cannot be reached, and whatever the steps throw
   */
  static async during<T>(
    databaseUrl: string,
    steps: (database: Provisioning) => Promise<T>,
  ): Promise<T> {
    const dataSource = createDataSource({
      databaseUrl,
      applicationName: 'layerwatch standalone',
      connectionsMax: CONNECTIONS_MAX,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    });
    try {
      await dataSource.initialize();
    } catch (cause) {
      throw new AppError('UNAVAILABLE', unreachable(cause), [], { cause });
    }
    try {
      return await steps(new Provisioning(dataSource));
    } finally {
      await dataSource.destroy();
    }
  }

  /** @returns how many migrations were applied, by whoever connects */
  async migrate(): Promise<number> {
    return migrate(this.dataSource);
  }

  /** The same by a role that owns the schema and may nothing else. Whoever connects may make roles. */
  async migrateAsOwner(databaseUrl: string): Promise<number> {
    return migrateAsOwner(this.dataSource, databaseUrl);
  }

  /** Gives each service a role of its own, with the least it needs. @returns the address that each connects by */
  async grantRoles(databaseUrl: string): Promise<(user: DatabaseUser) => string> {
    return grantServiceRoles(this.dataSource, databaseUrl);
  }

  /** Makes everyone in the key ring known by their key. */
  async provision(keys: KeyRing): Promise<void> {
    await this.dataSource
      .transaction(async (manager) => {
        for (const [id, key] of Object.entries(keys.provider)) {
          const isChanged = await provisionProvider(manager, id, key);
          if (isChanged) await audit(manager, keyGiven('provider', id));
        }
        for (const role of KEY_HOLDERS) {
          const holder = { id: role, role, unit: DEMO_UNIT };
          const isChanged = await provisionStaff(manager, holder, keys.staff[role]);
          if (isChanged) await audit(manager, keyGiven('staff', role));
        }
      })
      .catch((cause: unknown) => {
        if ((cause as { code?: unknown }).code !== UNIQUE_VIOLATION) throw cause;
        throw new AppError(
          'INVALID_INPUT',
          'keys.json gives someone a key that the database knows as another’s; give each a key of its own',
          [],
          { cause },
        );
      });
  }

  /** Whether anything was stored that only the identity key matches or opens. */
  async holdsIdentities(): Promise<boolean> {
    const rows: { held: boolean }[] = await this.dataSource.query(
      `select exists (select from feed.identity)
           or exists (select from intel.indicator where sealed is not null) as held`,
    );
    return rows[0]!.held;
  }
}

/** Without what the driver says beyond the kind of failure: it may quote the address, with its password. */
function unreachable(cause: unknown): string {
  const code = (cause as { code?: unknown }).code;
  const kind = typeof code === 'string' && /^[0-9A-Z_]+$/.test(code) ? ` (${code})` : '';
  return `the database cannot be reached${kind}; see that it runs and that DATABASE_URL is right`;
}
