import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LearnerCourseView } from '../../shared/courses/learner.ts';
import type { ChildView } from '../../shared/identity/guardians.ts';
import type { AttendanceView } from '../../shared/live/attendance.ts';
import { signIn } from '../support/actors.ts';
import type { TestActor } from '../support/actors.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { createClass, createCourse, createSchool, createUser, sql } from '../support/factories.ts';
import type { School } from '../support/factories.ts';
import { LiveSocket } from '../support/socket.ts';

let app: TestApp;
let school: School;
let parent: TestActor;
let child: TestActor;
let other: TestActor;
let teacher: TestActor;
let link: string;

beforeAll(async () => {
  app = await startTestApp();
  school = await createSchool(app.databaseUrl, { students: 2 });
  await createUser(app.databaseUrl, { email: 'parent@test.lectern', displayName: 'Parent', role: 'parent' });
  parent = await signIn(app.url, 'parent@test.lectern');
  child = await signIn(app.url, 'student1@test.lectern');
  other = await signIn(app.url, 'student2@test.lectern');
  teacher = await signIn(app.url, 'teacher@test.lectern');
  const { body } = await child.rest<{ code: string }>('POST', '/me/guardian-code');
  const linked = await parent.rest<ChildView>('POST', '/me/children/link', {
    code: body.code,
    relationship: 'mother',
  });
  link = linked.body.id;
});
afterAll(() => app?.destroy());

const courses = (who: TestActor, of: TestActor) =>
  who.rest<{ items: LearnerCourseView[] }>('GET', `/me/children/${of.user.id}/courses`);
const attendance = (who: TestActor, of: TestActor, query = '') =>
  who.rest<{ items: AttendanceView[]; nextCursor: string | null }>(
    'GET',
    `/me/children/${of.user.id}/attendance${query}`,
  );

/** Somebody was in a class twice, for so many minutes each. */
async function wasIn(sessionId: string, userId: string, minutes: number[]): Promise<void> {
  await sql(
    app.databaseUrl,
    `with p as (insert into live_session_participants (session_id, user_id, admission, joined_at)
       values ($1, $2, 'admitted', now()) returning id, session_id)
     insert into live_attendance_intervals (session_id, participant_id, joined_at, left_at, last_seen_at)
     select p.session_id, p.id, t.at - make_interval(mins => t.m), t.at, t.at
     from p, (select m, now() - make_interval(hours => n::int) as at from unnest($3::int[]) with ordinality x(m, n)) t`,
    [sessionId, userId, minutes],
  );
}

describe('what a guardian sees', () => {
  it('is the courses of the child, and nothing of other children', async () => {
    await createCourse(app.databaseUrl, school.teacherId, 'Not hers');
    const seen = await courses(parent, child);
    expect(seen.status).toBe(200);
    expect(seen.body.items.map(({ id, title }) => ({ id, title }))).toEqual([
      { id: school.courseId, title: 'Biology' },
    ]);
    expect(JSON.stringify(seen.body)).not.toContain('student2');
    expect((await courses(parent, other)).status).toBe(403);
    expect((await attendance(parent, other)).status).toBe(403);
  });

  it('is the classes with whether the child was there, and how long', async () => {
    const { sessionId } = await createClass(app.databaseUrl, school);
    await wasIn(sessionId, child.user.id, [20, 11]);
    await wasIn(sessionId, other.user.id, [60]);
    const { body } = await attendance(parent, child);
    const byId = new Map(body.items.map((one) => [one.sessionId, one]));
    expect(byId.get(sessionId)).toMatchObject({ joined: true, minutes: 31, courseTitle: 'Biology' });
    expect(byId.get(school.sessionId)).toMatchObject({ joined: false, minutes: 0 });
  });

  it('comes page by page, of one course, and of a period', async () => {
    const all = (await attendance(parent, child)).body.items.map(({ sessionId }) => sessionId);
    expect(all.length).toBeGreaterThan(1);
    const first = await attendance(parent, child, '?limit=1');
    const second = await attendance(parent, child, `?limit=1&cursor=${first.body.nextCursor}`);
    expect([first, second].map(({ body }) => body.items[0]?.sessionId)).toEqual(all.slice(0, 2));
    const inCourse = await attendance(parent, child, `?courseId=${school.courseId}`);
    expect(inCourse.body.items).toHaveLength(all.length);
    const foreign = await createCourse(app.databaseUrl, school.teacherId, 'Somewhere else');
    await createClass(app.databaseUrl, { courseId: foreign, teacherId: school.teacherId });
    expect((await attendance(parent, child, `?courseId=${foreign}`)).body.items).toEqual([]);
    const past = await attendance(parent, child, '?to=2020-01-01T00:00:00.000Z');
    expect(past.body.items).toEqual([]);
    expect((await attendance(parent, child, '?from=yesterday')).status).toBe(400);
  });

  it('is not the class itself, its chat, or its note', async () => {
    const { sessionId, noteId } = await createClass(app.databaseUrl, school);
    for (const path of [
      `/live-sessions/${sessionId}`,
      `/live-sessions/${sessionId}/chat`,
      `/courses/${school.courseId}`,
      `/courses/${school.courseId}/live-sessions`,
    ])
      expect(`${path} ${(await parent.rest('GET', path)).status}`).toBe(`${path} 404`);
    const socket = await LiveSocket.connect(app.url, parent.accessToken);
    const joined = await socket.send('join', { sessionId });
    expect(joined).toMatchObject({ ok: false, error: { code: 'not_found' } });
    socket.close();
    expect([null, 'none']).toContain(await app.live.noteAccess(parent.user.id, noteId));
  });

  it('is open to the child, and closed to teachers and schoolmates', async () => {
    expect((await courses(child, child)).body.items).toHaveLength(1);
    expect((await courses(other, child)).status).toBe(403);
    expect((await courses(teacher, child)).status).toBe(403);
  });

  it('is of the school of the link alone', async () => {
    await sql(
      app.databaseUrl,
      `with o as (insert into organizations (name, slug) values ('Evening School', 'evening') returning id),
       m as (insert into organization_memberships (user_id, organization_id) select $1, id from o),
       c as (insert into courses (organization_id, instructor_id, created_by, title, slug, status, published_at)
         select id, $2, $2, 'Private', 'private', 'published', now() from o returning id, organization_id)
       insert into enrollments (organization_id, user_id, course_id) select organization_id, $1, id from c`,
      [child.user.id, school.teacherId],
    );
    expect((await courses(parent, child)).body.items.map(({ title }) => title)).toEqual(['Biology']);
  });

  it('ends with the link: the next request is refused', async () => {
    expect((await attendance(parent, child)).status).toBe(200);
    expect((await child.rest('DELETE', `/me/guardians/${link}`)).status).toBe(204);
    expect((await attendance(parent, child)).status).toBe(403);
    expect((await courses(parent, child)).status).toBe(403);
  });
});
