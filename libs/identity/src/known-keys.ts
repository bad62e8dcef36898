import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '#domain';
import { KeyMemory, requiredToken } from './key-memory';
import { type StaffRole } from './roles';
import { keyHash } from './secret-key';
import { type Staff } from './staff';

/** The staff's keys. */
@Injectable()
export class StaffKeys {
  private readonly memory = new KeyMemory<Staff>();

  constructor(private readonly dataSource: DataSource) {}

  /** @throws AppError UNAUTHENTICATED */
  async identify(authorization: string | undefined): Promise<Staff> {
    const hash = keyHash(requiredToken(authorization));
    const load = async (): Promise<Staff | null> => {
      const rows: Staff[] = await this.dataSource.query(
        `select id, array[role] as roles, unit, provider, '{}'::text[] as "ownTokens" from referral.staff where key_hash = $1`,
        [hash],
      );
      return rows[0] ?? null;
    };
    const staff = await this.memory.find(hash, load, Date.now());
    if (staff === null) throw new AppError('UNAUTHENTICATED', 'this staff key is not known');
    return staff;
  }
}

/** Makes a provider known, or gives one that is known this key. @returns whether anything changed */
export async function provisionProvider(
  source: DataSource | EntityManager,
  providerId: string,
  key: string,
): Promise<boolean> {
  const changed: unknown[] = await source.query(
    `insert into feed.provider (id, key_hash) values ($1, $2)
     on conflict (id) do update set key_hash = excluded.key_hash
     where provider.key_hash <> excluded.key_hash returning id`,
    [providerId, keyHash(key)],
  );
  return changed.length === 1;
}

/** Somebody of the staff who has a key. */
export interface KeyHolder {
  readonly id: string;
  readonly role: StaffRole;
  readonly unit?: string;
  readonly provider?: string;
}

/** Makes a person of the staff known, or gives one that is known this key. @returns whether anything changed */
export async function provisionStaff(
  source: DataSource | EntityManager,
  staff: KeyHolder,
  key: string,
): Promise<boolean> {
  const changed: unknown[] = await source.query(
    `insert into referral.staff (id, role, key_hash, unit, provider) values ($1, $2, $3, $4, $5)
     on conflict (id) do update
       set key_hash = excluded.key_hash, role = excluded.role, unit = excluded.unit, provider = excluded.provider
     where (staff.key_hash, staff.role, staff.unit, staff.provider)
       is distinct from (excluded.key_hash, excluded.role, excluded.unit, excluded.provider) returning id`,
    [staff.id, staff.role, keyHash(key), staff.unit ?? null, staff.provider ?? null],
  );
  return changed.length === 1;
}
