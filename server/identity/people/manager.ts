import type { EntityManager } from '@mikro-orm/postgresql';
import { AppError } from '../../kernel/errors.ts';

/**
 * Whether one may be the other's manager. Until the transaction ends nobody else is given one: two changes at the same time
 * could close a circle that neither of them sees.
 * @throws AppError invalid_input for somebody who is no active member of the organization; manager_cycle
 */
export async function assertManager(
  em: EntityManager,
  organizationId: string,
  userId: string,
  managerId: string,
): Promise<void> {
  if (managerId === userId) throw new AppError('manager_cycle');
  await em.execute(`select pg_advisory_xact_lock(hashtext('user_profiles.managers'))`);
  const [row] = await em.execute<{ is_member: boolean; is_below: boolean }[]>(
    `select exists (select 1 from organization_memberships m join users u on u.id = m.user_id and u.deleted_at is null and u.status <> 'inactive'
         where m.user_id = ? and m.organization_id = ? and m.left_at is null and m.status = 'active') as is_member,
       exists (
         with recursive above(id) as (
           select p.manager_id from user_profiles p where p.user_id = ?
           union select p.manager_id from user_profiles p join above on p.user_id = above.id
         ) select 1 from above where id = ?) as is_below`,
    [managerId, organizationId, managerId, userId],
  );
  if (!row?.is_member)
    throw new AppError('invalid_input', {
      errors: [{ path: 'managerId', code: 'custom', message: 'This is nobody of this organization.' }],
    });
  if (row.is_below) throw new AppError('manager_cycle');
}

/** Leaves the people who report to somebody without a manager. @returns how many */
export async function releaseReports(em: EntityManager, managerId: string, now: Date): Promise<number> {
  const rows = await em.execute<object[]>(
    'update user_profiles set manager_id = null, updated_at = ? where manager_id = ? returning id',
    [now, managerId],
  );
  return rows.length;
}
