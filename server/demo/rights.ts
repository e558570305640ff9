import type { EntityManager } from '@mikro-orm/postgresql';
import { arrayOf } from '../kernel/db/array.ts';
import type { Organization, User } from '../identity/index.ts';
import type { Permission } from '../../shared/identity/permissions.ts';
import type { Clock } from '../kernel/clock.ts';
import { studentEmail } from './people.ts';

/** What the school's teaching assistants may do in the course in which they help, besides what every student may. */
const assistantMay: readonly Permission[] = [
  'course.read',
  'enrollment.read',
  'progress.read',
  'live.join',
  'live.host',
  'note.read',
  'note.edit',
  'note.manage',
];
/** Said, so that nobody gets it by another role while they are one. */
const assistantMayNot: readonly Permission[] = ['assessment.grade'];

/**
 * A role of the school's own, held by a student in one course until the term ends, and one thing that another student may not do
 * for two weeks: something to look at in the screens about roles and rights.
 */
export async function createRights(
  em: EntityManager,
  clock: Clock,
  school: Organization,
  person: (email: string) => User,
): Promise<void> {
  const admin = person('admin@lectern.test');
  const now = clock.now();
  const [role] = await em.execute<{ id: string }[]>(
    `insert into roles (organization_id, name, slug, description, type, level, parent_role_id)
     select ?, 'Teaching assistant', 'teaching_assistant', 'An older student who helps a teacher: leads exercises and looks after the notes.',
       'custom', 30, id from roles where slug = 'student' and organization_id is null returning id`,
    [school.id],
  );
  await em.execute(
    `insert into role_permissions (role_id, permission_id, granted)
     select ?, id, slug = any(?::text[]) from permissions where slug = any(?::text[])`,
    [role?.id, arrayOf(assistantMay), arrayOf([...assistantMay, ...assistantMayNot])],
  );
  // Not one of the course's own learners: without the role the course would not be theirs to see.
  await em.execute(
    `insert into user_roles (user_id, role_id, organization_id, context_type, context_id, assigned_by, assigned_at, expires_at)
     select ?, ?, c.organization_id, 'course', c.id, ?, ?, ? from courses c where c.slug = 'algebra-9a' and c.organization_id = ?`,
    [person(studentEmail(29)).id, role?.id, admin.id, now, endOfDay(now, 60), school.id],
  );
  await em.execute(
    `insert into user_permissions (user_id, permission_id, organization_id, granted, assigned_by, assigned_at, expires_at)
     select ?, id, ?, false, ?, ?, ? from permissions where slug = 'message.send'`,
    [person(studentEmail(26)).id, school.id, admin.id, now, endOfDay(now, 14)],
  );
}

/** The last minute of a day, as somebody who sits at this machine would choose it. */
const endOfDay = (now: Date, days: number): Date =>
  new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, 23, 59);
