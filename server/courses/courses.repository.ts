import type { EntityManager } from '@mikro-orm/postgresql';
import type { Relation } from '../../shared/identity/permissions.ts';
import { arrayOf } from '../kernel/db/array.ts';
import type { SubjectRow, SubjectSource } from '../identity/index.ts';
import { isListed, relationsTo } from './courses.policy.ts';
import type { EnrollmentStatus, PaymentStatus } from './enrollment.ts';

/** What a statement that reads rights selects of a course `c` and the enrolment `e` of `:user` in it. */
export interface CourseColumns {
  instructor_id: string | null;
  course_status: string | null;
  enrollment_status: EnrollmentStatus | null;
  payment_status: PaymentStatus | null;
  enrollment_expires_at: string | null;
}

export const courseColumns =
  'c.instructor_id, c.status as course_status, e.status as enrollment_status, e.payment_status, e.expires_at as enrollment_expires_at';
export const courseEnrollment =
  'left join enrollments e on e.course_id = c.id and e.user_id = :user and e.deleted_at is null';

/** What the person is to the course that was selected so; nothing where there is none. */
export function relationsInRow(row: CourseColumns, userId: string, now: Date): Relation[] {
  const { instructor_id: instructorId, course_status: status } = row;
  if (instructorId === null || status === null) return [];
  const { enrollment_status: enrolled, payment_status: paymentStatus, enrollment_expires_at: end } = row;
  const enrollment =
    enrolled === null || paymentStatus === null
      ? null
      : { status: enrolled, paymentStatus, expiresAt: end === null ? null : new Date(end) };
  return relationsTo({ course: { instructorId, status }, enrollment }, userId, now);
}

interface CourseRow extends SubjectRow, CourseColumns {
  course_status: string;
  visibility: string;
  pricing_type: string;
  is_member: boolean;
}

/**
 * How rights see a course. Whether it is offered to the person is asked here only: what happens in classes and notes, many times a
 * second, never depends on it.
 */
export const courseSource: SubjectSource<CourseRow> = {
  sql: `select c.id, c.organization_id, c.visibility, c.pricing_type, ${courseColumns},
      exists (select 1 from organization_memberships m where m.organization_id = c.organization_id and m.user_id = :user
        and m.status = 'active' and m.left_at is null) as is_member
    from courses c ${courseEnrollment}
    where c.id = any(:ids::uuid[]) and c.deleted_at is null`,
  read: (row, userId, now) => {
    const listing = { status: row.course_status, visibility: row.visibility, pricingType: row.pricing_type };
    return {
      contexts: [{ type: 'course', id: row.id }],
      relations: [
        ...relationsInRow(row, userId, now),
        ...(row.is_member && isListed(listing) ? (['course.offered'] as const) : []),
      ],
    };
  },
};

/**
 * Ids of the courses that a person might have to do with, in their order: their own, those they learn in, those in which they have
 * a role or an exception, and all of the organizations in which a role or an exception shows them every course. What this finds
 * too much of, the rights drop. Every branch starts from an index.
 */
export async function candidates(em: EntityManager, userId: string): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    `with recursive held as (
       select role_id, organization_id from user_roles where user_id = ? and revoked_at is null and context_id is null
       union select primary_role_id, null from users where id = ?
     ), chain(start_id, id, parent_role_id, depth) as (
       select r.id, r.id, r.parent_role_id, 0 from roles r where r.id in (select role_id from held) and r.deleted_at is null
       union all select c.start_id, r.id, r.parent_role_id, c.depth + 1 from roles r join chain c on r.id = c.parent_role_id
       where r.deleted_at is null and c.depth < 20
     ), belongs as (
       select organization_id, is_primary from organization_memberships where user_id = ? and left_at is null and status = 'active'
     ), shows as (
       select h.organization_id, (select level from roles where id = h.role_id) as level from held h
       where exists (select 1 from chain c join role_permissions rp on rp.role_id = c.id and rp.granted join permissions p on p.id = rp.permission_id
                     where c.start_id = h.role_id and p.slug = 'course.read')
       union select x.organization_id, 0 from user_permissions x join permissions p on p.id = x.permission_id
       where x.user_id = ? and x.revoked_at is null and x.granted and x.context_id is null and p.slug = 'course.read'
     ), tree(id) as (
       select b.organization_id from belongs b where exists (select 1 from shows s where s.organization_id = b.organization_id
         or s.organization_id is null)
       union select o.id from organizations o join tree on o.parent_id = tree.id
     )
     select id from courses where instructor_id = ?
     union select course_id from enrollments where user_id = ? and deleted_at is null
     union select context_id from user_roles where user_id = ? and context_type = 'course' and revoked_at is null
     union select context_id from user_permissions where user_id = ? and context_type = 'course' and revoked_at is null and granted
     union select c.id from courses c join tree on tree.id = c.organization_id
     union select c.id from courses c where exists (select 1 from shows where organization_id is null and level >= 100)
     order by 1`,
    Array<string>(8).fill(userId),
  );
  return rows.map(({ id }) => id);
}

/** Whether somebody is an active member of an organization. */
export async function isMember(em: EntityManager, userId: string, organizationId: string): Promise<boolean> {
  const rows = await em.execute(
    `select 1 from organization_memberships where user_id = ? and organization_id = ? and status = 'active' and left_at is null`,
    [userId, organizationId],
  );
  return rows.length > 0;
}

/** Of some addresses those that belong to people who are in a course. */
export async function enrolledAddresses(
  em: EntityManager,
  courseId: string,
  emails: readonly string[],
  now: Date,
): Promise<Set<string>> {
  const rows = await em.execute<{ email: string }[]>(
    `select u.email from users u join enrollments e on e.user_id = u.id and e.deleted_at is null
     where u.deleted_at is null and e.course_id = ? and e.status in ('enrolled', 'in_progress', 'completed')
       and (e.expires_at is null or e.expires_at > ?) and u.email in (${emails.map(() => '?').join(', ')})`,
    [courseId, now, ...emails],
  );
  return new Set(rows.map(({ email }) => email));
}

/** Locks a course, so that its counter, its limit of places and its invitations are judged one at a time. */
export async function lockCourse(em: EntityManager, courseId: string): Promise<void> {
  await em.execute('select 1 from courses where id = ? for no key update', [courseId]);
}

/** How somebody is in a course. */
export interface Standing {
  status: EnrollmentStatus;
  enrollmentType: string;
  enrolledBy: string | null;
}

/** How somebody's enrolments in some courses stand, by course id. */
export async function enrollmentStandings(
  em: EntityManager,
  userId: string,
  courseIds: readonly string[],
): Promise<Map<string, Standing>> {
  const rows = await em.execute<
    { course_id: string; status: EnrollmentStatus; enrollment_type: string; enrolled_by: string | null }[]
  >(
    `select course_id, status, enrollment_type, enrolled_by from enrollments
     where user_id = ? and course_id = any(?::uuid[]) and deleted_at is null`,
    [userId, arrayOf(courseIds)],
  );
  return new Map(
    rows.map(({ course_id, status, enrollment_type: enrollmentType, enrolled_by: enrolledBy }) => [
      course_id,
      { status, enrollmentType, enrolledBy },
    ]),
  );
}
