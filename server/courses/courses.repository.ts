import type { EntityManager } from '@mikro-orm/postgresql';
import type { StandingFacts } from './courses.policy.ts';
import type { EnrollmentStatus, PaymentStatus } from './enrollment.ts';

/** What the policy needs to know of one course and one person. */
export interface CourseFacts extends StandingFacts {
  courseId: string;
  organizationId: string;
}

interface FactsRow {
  id: string;
  organization_id: string;
  instructor_id: string;
  status: string;
  role: string;
  is_member: boolean;
  is_assistant: boolean;
  enrollment_status: EnrollmentStatus | null;
  payment_status: PaymentStatus | null;
  expires_at: Date | string | null;
}

// One statement for one course and for all: the policy, not the query, decides who may see what.
const factsOf = (candidates: string): string => `
  select c.id, c.organization_id, c.instructor_id, c.status, r.slug as role,
    exists (select 1 from organization_memberships m where m.user_id = u.id and m.organization_id = c.organization_id
            and m.status = 'active' and m.left_at is null) as is_member,
    exists (select 1 from user_roles a join roles ar on ar.id = a.role_id
            where a.user_id = u.id and a.context_type = 'course' and a.context_id = c.id and ar.slug = 'course_assistant'
            and ar.organization_id is null and a.revoked_at is null and (a.expires_at is null or a.expires_at > ?)) as is_assistant,
    e.status as enrollment_status, e.payment_status, e.expires_at
  from users u
  join roles r on r.id = u.primary_role_id
  join courses c on c.deleted_at is null and c.id in (${candidates})
  left join enrollments e on e.course_id = c.id and e.user_id = u.id and e.deleted_at is null
  where u.id = ? and u.deleted_at is null
  order by c.id`;

const oneCourse = factsOf('?');

// Every branch starts from an index; what a branch finds too much of, the policy drops.
const everyCourse = factsOf(`
    select id from courses where instructor_id = ?
    union select course_id from enrollments where user_id = ? and deleted_at is null
    union select context_id from user_roles where user_id = ? and context_type = 'course' and revoked_at is null
    union select o.id from courses o join organization_memberships m on m.organization_id = o.organization_id
          join users p on p.id = m.user_id join roles pr on pr.id = p.primary_role_id
          where p.id = ? and m.left_at is null and pr.slug in ('admin', 'moderator')
    union select o.id from courses o where exists (select 1 from users p join roles pr on pr.id = p.primary_role_id
          where p.id = ? and pr.slug = 'super_admin')`);

/** Facts about a person in one course; null when there is no such course. */
export async function factsInCourse(
  em: EntityManager,
  userId: string,
  courseId: string,
  now: Date,
): Promise<CourseFacts | null> {
  const [row] = await em.execute<FactsRow[]>(oneCourse, [now, courseId, userId]);
  return row ? toFacts(row, userId) : null;
}

/** Facts about a person in every course that they might have to do with, in order of the courses' ids. */
export async function factsEverywhere(em: EntityManager, userId: string, now: Date): Promise<CourseFacts[]> {
  const rows = await em.execute<FactsRow[]>(everyCourse, [now, ...Array<string>(5).fill(userId), userId]);
  return rows.map((row) => toFacts(row, userId));
}

function toFacts(row: FactsRow, userId: string): CourseFacts {
  const { enrollment_status: status, payment_status: paymentStatus } = row;
  return {
    courseId: row.id,
    organizationId: row.organization_id,
    userId,
    role: row.role,
    isMember: row.is_member,
    isAssistant: row.is_assistant,
    enrollment:
      status === null || paymentStatus === null
        ? null
        : { status, paymentStatus, expiresAt: row.expires_at === null ? null : new Date(row.expires_at) },
    course: { instructorId: row.instructor_id, status: row.status },
  };
}

/** Display names of some people. */
export async function displayNames(
  em: EntityManager,
  userIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await em.execute<{ id: string; display_name: string }[]>(
    'select id, display_name from users where id = any(?::uuid[])',
    [`{${[...new Set(userIds)].join(',')}}`],
  );
  return new Map(rows.map((row) => [row.id, row.display_name]));
}
