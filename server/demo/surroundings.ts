import type { EntityManager } from '@mikro-orm/postgresql';
import type { User } from '../identity/index.ts';
import type { Organization } from '../identity/index.ts';
import { nobodys } from './traces.ts';

/**
 * What stands around the demo's courses: a family, a department, a second school that two people belong to as well, and
 * somebody who was invited and has not come yet, to the school and to a course.
 */
export async function createSurroundings(
  em: EntityManager,
  school: Organization,
  person: (email: string) => User,
): Promise<void> {
  await em.execute(
    `update organizations set name = 'Riverside School', website = 'https://riverside.example', city = 'Riverside' where id = ?`,
    [school.id],
  );
  await em.execute(
    `insert into organizations (parent_id, name, slug, type, description) values (?, 'Science department', 'riverside-science', 'department', 'Biology, physics, chemistry')`,
    [school.id],
  );
  await createFamily(em, person);
  await createCollege(em, person);
  const admin = person('admin@lectern.test');
  await em.execute(
    `insert into invitations (scope, organization_id, email, grant_role, token_hash, message, invited_by, expires_at)
     values ('organization', ?, 'new.teacher@example.org', 'instructor', ?, 'Welcome to Riverside! Your first class is on Monday.', ?, now() + interval '10 days')`,
    [school.id, nobodys(), admin.id],
  );
  await em.execute(
    `insert into invitations (scope, organization_id, course_id, email, grant_role, token_hash, message, invited_by, expires_at)
     select 'course', organization_id, id, 'exchange.student@example.org', 'student', ?, 'Welcome! We are in the middle of the cell.', instructor_id, now() + interval '12 days'
     from courses where organization_id = ? and code = 'BIO-10B'`,
    [nobodys(), school.id],
  );
}

/** A mother of two: one link stands, the other waits for consent. */
async function createFamily(em: EntityManager, person: (email: string) => User): Promise<void> {
  const parent = person('parent@lectern.test');
  const maya = person('student1@lectern.test');
  const tomas = person('student2@lectern.test');
  await em.execute(
    `insert into guardianships (parent_id, child_id, relationship, status, requested_by, approved_by, approved_at)
     values (?, ?, 'mother', 'active', ?, ?, now() - interval '20 days')`,
    [parent.id, maya.id, maya.id, maya.id],
  );
  await em.execute(
    `insert into guardianships (parent_id, child_id, relationship, relationship_note, status, requested_by)
     values (?, ?, 'other', 'Host family', 'pending', ?)`,
    [parent.id, tomas.id, parent.id],
  );
}

/** An evening college: another tenant, with a course of its own. A teacher and a student are in both. */
async function createCollege(em: EntityManager, person: (email: string) => User): Promise<void> {
  const owner = person('okafor@lectern.test');
  const members = ['teacher@lectern.test', 'student1@lectern.test'].map((email) => person(email));
  const [college] = await em.execute<{ id: string }[]>(
    `insert into organizations (name, slug, description, city) values
     ('Evening College', 'evening-college', 'Courses for adults, after work', 'Riverside') returning id`,
  );
  const collegeId = college?.id ?? '';
  await em.execute(
    `insert into organization_memberships (user_id, organization_id, role) values (?, ?, 'owner')`,
    [owner.id, collegeId],
  );
  await em.execute(
    `insert into user_roles (user_id, role_id, organization_id) select ?, r.id, ? from roles r where r.slug = 'admin' and r.organization_id is null`,
    [owner.id, collegeId],
  );
  for (const member of members)
    await em.execute('insert into organization_memberships (user_id, organization_id) values (?, ?)', [
      member.id,
      collegeId,
    ]);
  const [course] = await em.execute<{ id: string }[]>(
    `insert into courses (organization_id, instructor_id, created_by, code, slug, title, subtitle, description, status, visibility, type, enrollment_count, published_at)
     values (?, ?, ?, 'EC-STAT', 'everyday-statistics', 'Everyday Statistics', 'Reading numbers in the news',
       'Polls, averages and odds: what they say and what they hide. Six evenings, no formula without a story.', 'published', 'restricted', 'instructor_led', 1, now()) returning id`,
    [collegeId, owner.id, owner.id],
  );
  await em.execute(
    `insert into enrollments (organization_id, user_id, course_id, enrollment_type, enrolled_by) values (?, ?, ?, 'admin', ?)`,
    [collegeId, person('student1@lectern.test').id, course?.id, owner.id],
  );
}
