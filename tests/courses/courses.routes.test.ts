import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CourseView } from '../../shared/courses/contract.ts';
import type { SignedInView } from '../../shared/identity/contract.ts';
import { system } from '../../server/kernel/actor.ts';
import { startServer, statementsOf } from '../identity/server.ts';
import type { TestServer } from '../identity/server.ts';
import { createCourse, createUser, enroll, password, sql } from '../support/factories.ts';

interface Page {
  items: CourseView[];
  nextCursor: string | null;
}

interface Person {
  userId: string;
  token: string;
}

let server: TestServer;
let ada: Person;
let ben: Person;
let admin: Person;
let biology: string;

beforeAll(async () => {
  server = await startServer();
  await rows(`insert into organizations (name, slug) values ('Elsewhere', 'elsewhere')`);
});
afterAll(() => server.close());
beforeEach(async () => {
  [ada, ben, admin] = await Promise.all([person('instructor'), person('student'), person('admin')]);
  biology = await createCourse(server.databaseUrl, ada.userId, 'Biology');
  await join(admin.userId);
});

/** Somebody signed in, a member of the organization of all courses here, or of another one. */
async function person(role: string, organization?: string): Promise<Person> {
  const email = `${randomUUID()}@test.lectern`;
  const displayName = `A ${role}`;
  const userId = await createUser(server.databaseUrl, { email, displayName, role, organization });
  const { body } = await server.ask<SignedInView>('POST', '/auth/sign-in', { body: { email, password } });
  return { userId, token: body.accessToken };
}

const rows = <T extends object>(statement: string, ...values: unknown[]) =>
  sql<T>(server.databaseUrl, statement, values);

/** Makes somebody a member of the default organization. */
const join = (userId: string) =>
  rows(
    `insert into organization_memberships (user_id, organization_id) select $1, id from organizations where slug = 'default' on conflict do nothing`,
    userId,
  );

const assist = (userId: string, courseId: string, over = '') =>
  rows(
    `insert into user_roles (user_id, role_id, context_type, context_id, expires_at)
     select $1, id, 'course', $2, ${over || 'null'} from roles where slug = 'course_assistant'`,
    userId,
    courseId,
  );

const mine = (who: Person, query = '') =>
  server.ask<Page>('GET', `/me/courses${query}`, { token: who.token });
const get = (who: Person, id: string) =>
  server.ask<CourseView>('GET', `/courses/${id}`, { token: who.token });
const actorOf = (who: Person) => server.identity.authenticator.accessToken(who.token);
const standing = (who: Person) => server.courses.standing(server.db.em(), who, biology);

describe('seeing courses', () => {
  it('shows a course to its teacher, assistants, learners and staff, each as what they are', async () => {
    const helper = await person('instructor');
    await enroll(server.databaseUrl, ben.userId, biology);
    await assist(helper.userId, biology);
    for (const [who, as] of [
      [ada, 'instructor'],
      [helper, 'assistant'],
      [ben, 'learner'],
      [admin, 'staff'],
    ] as const) {
      expect((await get(who, biology)).body).toMatchObject({ id: biology, title: 'Biology', standing: as });
      const { items } = (await mine(who)).body;
      expect(items.find(({ id }) => id === biology)?.standing).toBe(as);
      expect(await standing(who)).toBe(as);
      expect(await server.courses.courseIdsOf(server.db.em(), who)).toContain(biology);
    }
    expect((await get(ada, biology)).body.instructor).toEqual({
      id: ada.userId,
      displayName: 'A instructor',
    });
  });

  it('says not_found to everybody else, as of a course that does not exist', async () => {
    const stranger = await person('moderator', 'elsewhere');
    const superAdmin = await person('super_admin', 'elsewhere');
    for (const who of [ben, stranger]) {
      const refused = await get(who, biology);
      const missing = await get(who, randomUUID());
      expect(refused).toMatchObject({ status: 404, body: { code: 'not_found' } });
      expect({ ...refused.body, requestId: '' }).toEqual({ ...missing.body, requestId: '' });
      expect((await mine(who)).body).toEqual({ items: [], nextCursor: null });
    }
    expect(await standing(superAdmin)).toBe('staff');
    expect(await server.courses.courseIdsOf(server.db.em(), superAdmin)).toContain(biology);
    expect((await get(ada, 'no-uuid')).status).toBe(404);
    expect((await server.ask('GET', `/courses/${biology}`)).status).toBe(401);
  });

  it('keeps the organizations apart', async () => {
    await rows(`insert into organizations (name, slug) values ('Other', $1)`, `other-${ben.userId}`);
    await rows(
      'update courses set organization_id = (select id from organizations where slug = $1) where id = $2',
      `other-${ben.userId}`,
      biology,
    );
    expect((await get(admin, biology)).status).toBe(404);
    expect(await server.courses.courseIdsOf(server.db.em(), admin)).not.toContain(biology);
    await expect(
      server.courses.enroll(await actorOf(admin), { courseId: biology, userId: ben.userId }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });

  it('hides a course that is not published from its learners', async () => {
    await enroll(server.databaseUrl, ben.userId, biology);
    await rows(`update courses set status = 'draft' where id = $1`, biology);
    expect((await get(ben, biology)).status).toBe(404);
    expect((await mine(ben)).body.items).toEqual([]);
    expect((await get(ada, biology)).status).toBe(200);
  });

  it('forgets what is deleted, revoked or over', async () => {
    const helper = await person('instructor');
    await enroll(server.databaseUrl, ben.userId, biology);
    await rows('update enrollments set deleted_at = now() where user_id = $1', ben.userId);
    await assist(helper.userId, biology, `now() - interval '1 minute'`);
    expect([await standing(ben), await standing(helper)]).toEqual([null, null]);
    await rows('update organization_memberships set left_at = now() where user_id = $1', admin.userId);
    expect(await standing(admin)).toBeNull();
    await rows('update organization_memberships set left_at = now() where user_id = $1', ada.userId);
    expect(await standing(ada)).toBeNull();
    await rows('update organization_memberships set left_at = null where user_id = $1', ada.userId);
    expect(await standing(ada)).toBe('instructor');
    await rows('update courses set deleted_at = now() where id = $1', biology);
    expect(await standing(ada)).toBeNull();
    expect(await server.courses.organizationOf(server.db.em(), biology)).toBeNull();
  });

  it('pages through my courses, each once', async () => {
    for (let n = 0; n < 4; n += 1) await createCourse(server.databaseUrl, ada.userId, `Course ${n}`);
    const titles: string[] = [];
    let cursor: string | null = null;
    do {
      const { body }: { body: Page } = await mine(ada, `?limit=2${cursor ? `&cursor=${cursor}` : ''}`);
      expect(body.items.length).toBeLessThanOrEqual(2);
      titles.push(...body.items.map(({ title }) => title));
      cursor = body.nextCursor;
    } while (cursor);
    expect(titles).toEqual(['Biology', 'Course 0', 'Course 1', 'Course 2', 'Course 3']);
  });

  it.each(['?limit=0', '?limit=101', '?limit=x', '?cursor=x', '?role=admin'])('refuses %s', async (query) => {
    expect((await mine(ada, query)).body.code).toBe('invalid_input');
  });

  it('answers titles and the organization of courses', async () => {
    const em = server.db.em();
    expect(await server.courses.titles(em, [biology, randomUUID()])).toEqual(new Map([[biology, 'Biology']]));
    expect(await server.courses.titles(em, [])).toEqual(new Map());
    const [row] = await rows<{ id: string }>(`select id from organizations where slug = 'default'`);
    expect(await server.courses.organizationOf(em, biology)).toBe(row?.id);
  });

  it('asks the database once for a standing', async () => {
    const statements = await statementsOf(() => standing(ben));
    // Timers of the same server may ask something of their own meanwhile.
    expect(statements.filter((text) => text.includes('enrollments'))).toHaveLength(1);
  });
});

describe('enrolment', () => {
  const count = async () =>
    (await rows<{ n: number }>('select enrollment_count n from courses where id = $1', biology))[0]?.n;
  const input = () => ({ courseId: biology, userId: ben.userId });
  const facts = async (type: string) =>
    (await server.events(type)).filter(({ courseId }) => courseId === biology);

  it('by the teacher lets a learner in, counts, and tells it once', async () => {
    await join(ben.userId);
    const teacher = await actorOf(ada);
    await server.courses.enroll(teacher, input());
    await server.courses.enroll(teacher, input());
    expect([await standing(ben), await count()]).toEqual(['learner', 1]);
    expect(await facts('courses.enrollment.started')).toEqual([{ courseId: biology, userId: ben.userId }]);
  });

  it('ends with a fact, and may begin again', async () => {
    await join(ben.userId);
    const teacher = await actorOf(ada);
    await server.courses.enroll(teacher, input());
    await server.courses.unenroll(teacher, input());
    await server.courses.unenroll(teacher, input());
    expect([await standing(ben), await count()]).toEqual([null, 0]);
    expect(await facts('courses.enrollment.ended')).toEqual([{ courseId: biology, userId: ben.userId }]);
    await server.courses.enroll(await actorOf(admin), input());
    expect([await standing(ben), await count()]).toEqual(['learner', 1]);
  });

  it('is for the teacher, staff and the server; others may not, or see nothing', async () => {
    await join(ben.userId);
    const [stranger, helper] = await Promise.all([person('instructor'), person('instructor')]);
    await assist(helper.userId, biology);
    await expect(server.courses.enroll(await actorOf(stranger), input())).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(server.courses.enroll(await actorOf(helper), input())).rejects.toMatchObject({
      code: 'forbidden',
    });
    await server.courses.enroll(system, input());
    await expect(server.courses.unenroll(await actorOf(ben), input())).rejects.toMatchObject({
      code: 'forbidden',
    });
    await server.courses.unenroll(system, input());
    expect(await count()).toBe(0);
  });

  it('refuses who is not of the organization, who is suspended, and who never was in', async () => {
    const teacher = await actorOf(ada);
    const foreign = { courseId: biology, userId: (await person('student', 'elsewhere')).userId };
    await expect(server.courses.enroll(teacher, foreign)).rejects.toMatchObject({ code: 'not_found' });
    await expect(server.courses.unenroll(teacher, foreign)).rejects.toMatchObject({ code: 'not_found' });
    await expect(
      server.courses.enroll(teacher, { ...input(), courseId: randomUUID() }),
    ).rejects.toMatchObject({ code: 'not_found' });
    await join(ben.userId);
    await server.courses.enroll(teacher, input());
    await rows(`update enrollments set status = 'suspended' where user_id = $1`, ben.userId);
    await expect(server.courses.enroll(teacher, input())).rejects.toMatchObject({
      code: 'enrollment_refused',
    });
  });

  it('fills the last place once, however many come for it', async () => {
    await rows('update courses set max_enrollments = 1 where id = $1', biology);
    const people = await Promise.all([person('student'), person('student'), person('student')]);
    await Promise.all(people.map(({ userId }) => join(userId)));
    const outcomes = await Promise.allSettled(
      people.map(({ userId }) => server.courses.enroll(system, { courseId: biology, userId })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await count()).toBe(1);
  });
});
