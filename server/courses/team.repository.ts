import type { EntityManager } from '@mikro-orm/postgresql';
import { arrayOf } from '../kernel/db/array.ts';

/** Of some people those who can be given a place: active members of the organization whose accounts are in use. */
export async function enrollable(
  em: EntityManager,
  organizationId: string,
  userIds: readonly string[],
): Promise<Set<string>> {
  const rows = await em.execute<{ id: string }[]>(
    `select u.id from users u join organization_memberships m on m.user_id = u.id and m.status = 'active' and m.left_at is null
     where u.id = any(?::uuid[]) and m.organization_id = ? and u.deleted_at is null and u.status <> 'inactive'`,
    [arrayOf(userIds), organizationId],
  );
  return new Set(rows.map(({ id }) => id));
}

/** An open course as a manager chooses it. */
export interface OpenCourseRow {
  id: string;
  code: string | null;
  title: string;
  instructor: string;
  places_left: number | null;
}

/** One page of an organization's open courses that are for all its members or among `seen`, by title. */
export async function openCourses(
  em: EntityManager,
  organizationId: string,
  page: { seen: readonly string[]; q?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<OpenCourseRow[]> {
  const { seen, q = '', cursor, limit } = page;
  return em.execute<OpenCourseRow[]>(
    `select c.id, c.code, c.title, u.display_name as instructor,
       case when c.max_enrollments is not null then greatest(c.max_enrollments - c.enrollment_count, 0) end as places_left
     from courses c join users u on u.id = c.instructor_id
     where c.organization_id = ? and c.deleted_at is null and c.status = 'published'
       and (c.visibility = 'public' or c.id = any(?::uuid[]))
       and (strpos(lower(c.title), lower(?)) > 0 or strpos(lower(c.code), lower(?)) > 0)
       ${cursor === undefined ? '' : 'and (lower(c.title), c.id) > (select lower(title), id from courses where id = ? and organization_id = ?)'}
     order by lower(c.title), c.id limit ?`,
    [organizationId, arrayOf(seen), q, q, ...(cursor === undefined ? [] : [cursor, organizationId]), limit],
  );
}
