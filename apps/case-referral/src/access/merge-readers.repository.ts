import { type EntityManager } from 'typeorm';
import { audit, SERVICE_ACTOR } from '#audit';

/**
 * Whoever read one of the cases reads what they have become. Where one of them was sealed all of it is, for its members alone: what
 * was kept from most must not come out because money touched other money.
 */
export async function mergeReaders(
  manager: EntityManager,
  into: string,
  absorbed: readonly string[],
): Promise<void> {
  const all = [into, ...absorbed];
  const rows: { sealed: boolean; units: string[]; open: boolean; differ: boolean }[] =
    await manager.query(
      `select bool_or(sealed) as sealed, bool_or(units = '{}') as open,
              coalesce(array_agg(distinct unit) filter (where unit is not null), '{}') as units,
              bool_or(sealed) or count(distinct units) > 1
                or exists (select from referral.case_member where case_id = any($1::uuid[])) as differ
       from referral.case_file left join unnest(units) as unit on true where id = any($1::uuid[])`,
      [all],
    );
  const { sealed, units, open, differ } = rows[0]!;
  await manager.query(
    'update referral.break_glass set case_id = $1 where case_id = any($2::uuid[])',
    [into, absorbed],
  );
  if (!differ) return;
  if (sealed) await keepOutOfSealed(manager, into, all);
  await manager.query('update referral.case_file set sealed = $2, units = $3 where id = $1', [
    into,
    sealed,
    open ? [] : units,
  ]);
  await manager.query(
    `insert into referral.case_member (case_id, staff_id, added_by, added_at)
     select distinct on (staff_id) $1::uuid, staff_id, added_by, added_at from referral.case_member
     where case_id = any($2::uuid[]) order by staff_id, added_at
     on conflict (case_id, staff_id) do nothing`,
    [into, absorbed],
  );
  await audit(manager, {
    ...{ act: 'merge cases', outcome: 'done', actor: SERVICE_ACTOR },
    object: { type: 'case', id: into },
    details: { absorbed, sealed, units: open ? [] : units },
  });
}

/** Members of those that were not sealed are none of what is, and no broken glass shows it. */
async function keepOutOfSealed(
  manager: EntityManager,
  into: string,
  all: readonly string[],
): Promise<void> {
  await manager.query(
    `delete from referral.case_member m using referral.case_file c
     where c.id = m.case_id and c.id = any($1::uuid[]) and not c.sealed`,
    [all],
  );
  await manager.query(
    'update referral.break_glass set expires_at = now() where case_id = $1 and expires_at > now()',
    [into],
  );
}
