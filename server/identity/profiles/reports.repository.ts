import type { EntityManager } from '@mikro-orm/postgresql';
import { arrayOf } from '../../kernel/db/array.ts';
import { isShown, shownTo } from './visibility.ts';
import type { Reach } from './visibility.ts';

/** Somebody below a manager. */
export interface ReportRow {
  id: string;
  display_name: string;
  avatar_url: string | null;
  role: string;
  job_title: string | null;
  department: string | null;
  last_activity_at: Date | string | null;
  level: number;
  manager_id: string;
  manager_name: string;
  organization_id: string;
  has_profile: boolean;
  /** The name that the list is sorted by. */
  sort_name: string;
}

/** How far down it goes: farther than any organization, and an end in case rows say otherwise. */
const deepest = 20;

/** Who is below a manager, and how far, down to a level. */
const below = `below(id, manager_id, level) as (
  select p.user_id, p.manager_id, 1 from user_profiles p where p.manager_id = ?
  union all
  select p.user_id, p.manager_id, b.level + 1 from user_profiles p join below b on p.manager_id = b.id where b.level < ?
)`;

/** Whether somebody whose own organization this is is below a person. */
export async function hasReportsIn(
  em: EntityManager,
  managerId: string,
  organizationId: string,
): Promise<boolean> {
  const rows = await em.execute(
    `with recursive ${below}
     select 1 from below b join organization_memberships m on m.user_id = b.id and m.is_primary and m.left_at is null
     where m.organization_id = ? and b.id <> ? limit 1`,
    [managerId, deepest, organizationId, managerId],
  );
  return rows.length > 0;
}

/**
 * One page of the people below a manager, the nearest first. Only people whose own organization is one of the manager's too:
 * who leaves an organization manages nobody there.
 */
export async function listReports(
  em: EntityManager,
  manager: { id: string; reach: Reach },
  page: {
    direct: boolean;
    after: [level: number, name: string, id: string] | null;
    limit: number;
    now: Date;
  },
): Promise<ReportRow[]> {
  return em.execute<ReportRow[]>(
    `with recursive ${below}
     select u.id, u.display_name, u.avatar_url, r.slug as role, p.job_title, p.department, u.last_activity_at, b.level,
       boss.id as manager_id, boss.display_name as manager_name, m.organization_id, ${isShown} as has_profile, lower(u.display_name) as sort_name
     from below b join users u on u.id = b.id join roles r on r.id = u.primary_role_id join users boss on boss.id = b.manager_id
     join organization_memberships m on m.user_id = u.id and m.is_primary and m.left_at is null
     left join user_profiles p on p.user_id = u.id
     where u.deleted_at is null and u.status <> 'inactive' and u.id <> ?
       and m.organization_id = any(?::uuid[])
       ${page.after ? 'and (b.level, lower(u.display_name), u.id) > (?::int, ?::text, ?::uuid)' : ''}
     order by b.level, lower(u.display_name), u.id limit ?`,
    [
      manager.id,
      page.direct ? 1 : deepest,
      ...shownTo(manager.reach, page.now),
      manager.id,
      arrayOf(manager.reach.organizationIds),
      ...(page.after ?? []),
      page.limit,
    ],
  );
}
