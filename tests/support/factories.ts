import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { hashPassword } from '../../server/identity/index.ts';

/** Rows for tests, written straight into a database: what a school has before the lesson that a test is about. */
export interface School {
  teacherId: string;
  courseId: string;
  sessionId: string;
  noteId: string;
  studentIds: string[];
}

export const password = 'correct horse battery';
let hashed: Promise<string> | undefined;

/** Runs SQL against a database of a test and gives the rows. */
export async function sql<T extends object>(
  url: string,
  statement: string,
  values: unknown[] = [],
): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T & pg.QueryResultRow>(statement, values)).rows;
  } finally {
    await client.end();
  }
}

/** An active account, a member of one organization (by its slug; `default` if none is named). */
export async function createUser(
  url: string,
  input: { email: string; displayName: string; role?: string; organization?: string },
): Promise<string> {
  hashed ??= hashPassword(password);
  const [row] = await sql<{ id: string }>(
    url,
    `with made as (
       insert into users (code, primary_role_id, email, email_verified_at, password_hash, first_name, display_name, status)
       select 'TST' || nextval('user_code_seq'), r.id, $1, now(), $2, $3, $3, 'active' from roles r where r.slug = $4 and r.organization_id is null
       returning id, primary_role_id
     ), assigned as (
       insert into user_roles (user_id, role_id) select id, primary_role_id from made
     ), joined as (
       insert into organization_memberships (user_id, organization_id, is_primary)
       select made.id, o.id, true from made, organizations o where o.slug = coalesce($5, 'default')
     ) select id from made`,
    [input.email, await hashed, input.displayName, input.role ?? 'student', input.organization ?? null],
  );
  // That a super administrator needs a second factor is the business of the tests about second factors.
  if (input.role === 'super_admin')
    await sql(
      url,
      `insert into system_settings (category, key_name, value) values ('auth', 'two_factor_required_roles', '[]')
       on conflict do nothing`,
    );
  return (row as { id: string }).id;
}

export async function createCourse(url: string, teacherId: string, title = 'Biology'): Promise<string> {
  const [row] = await sql<{ id: string }>(
    url,
    `insert into courses (organization_id, instructor_id, created_by, title, slug, status, published_at)
     select o.id, $1, $1, $2, $3, 'published', now() from organizations o where o.slug = 'default' returning id`,
    [teacherId, title, `course-${randomUUID()}`],
  );
  return (row as { id: string }).id;
}

export async function enroll(url: string, userId: string, courseId: string): Promise<void> {
  await sql(
    url,
    `with made as (insert into enrollments (organization_id, user_id, course_id) select organization_id, $1, id from courses where id = $2)
     update courses set enrollment_count = enrollment_count + 1 where id = $2`,
    [userId, courseId],
  );
}

/** A class, by default running. */
export async function createClass(
  url: string,
  input: { courseId: string; teacherId: string; status?: 'scheduled' | 'live' },
): Promise<{ sessionId: string; noteId: string }> {
  const [row] = await sql<{ id: string; note: string }>(
    url,
    `with s as (
       insert into live_sessions (organization_id, course_id, host_id, title, scheduled_at, status, started_at, created_by)
       select organization_id, id, $2, 'Photosynthesis', now(), $3, case when $3 = 'live' then now() end, $2 from courses where id = $1 returning *
     ), n as (
       insert into note_documents (organization_id, scope, live_session_id, owner_id, title) select organization_id, 'live_session', id, host_id, title from s returning id
     ) select s.id, n.id as note from s, n`,
    [input.courseId, input.teacherId, input.status ?? 'live'],
  );
  const made = row as { id: string; note: string };
  return { sessionId: made.id, noteId: made.note };
}

/** A teacher, a course, a running class and some students: `teacher@test.lectern`, `student1@test.lectern` … */
export async function createSchool(
  url: string,
  options: { students?: number; status?: 'scheduled' | 'live' } = {},
): Promise<School> {
  const teacherId = await createUser(url, {
    email: 'teacher@test.lectern',
    displayName: 'Ada Teacher',
    role: 'instructor',
  });
  const courseId = await createCourse(url, teacherId);
  const studentIds: string[] = [];
  for (let n = 1; n <= (options.students ?? 2); n += 1) {
    const id = await createUser(url, { email: `student${n}@test.lectern`, displayName: `Student ${n}` });
    await enroll(url, id, courseId);
    studentIds.push(id);
  }
  const made = await createClass(url, { courseId, teacherId, status: options.status });
  return { teacherId, courseId, studentIds, ...made };
}
