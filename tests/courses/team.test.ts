import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LearnerCourseView } from '../../shared/courses/learner.ts';
import type { TeamCourseView, TeamEnrollOutcome } from '../../shared/courses/team.ts';
import type { SignedInView } from '../../shared/identity/contract.ts';
import type { ReportView } from '../../shared/identity/profiles.ts';
import { startServer } from '../identity/server.ts';
import type { TestServer } from '../identity/server.ts';
import { createCourse, createUser, enroll as enrollByHand, password, sql } from '../support/factories.ts';

interface Person {
  id: string;
  token: string;
}

let server: TestServer;
let own: string;
let elsewhere: string;
let teacher: Person;
/** Above {@link middle}, who is above {@link ana} and {@link ben}. */
let head: Person;
let middle: Person;
let ana: Person;
let ben: Person;

const rows = <T extends object>(statement: string, ...values: unknown[]) =>
  sql<T>(server.databaseUrl, statement, values);

async function person(role = 'student', manager?: Person, organization = 'default'): Promise<Person> {
  const email = `${randomUUID()}@team.test`;
  const displayName = `A ${role}`;
  const id = await createUser(server.databaseUrl, { email, displayName, role, organization });
  if (manager) await setManager(id, manager.id);
  const { body } = await server.ask<SignedInView>('POST', '/auth/sign-in', { body: { email, password } });
  return { id, token: body.accessToken };
}
const setManager = (id: string, managerId: string | null) =>
  rows(
    `insert into user_profiles (user_id, manager_id) values ($1, $2)
     on conflict (user_id) do update set manager_id = excluded.manager_id`,
    id,
    managerId,
  );

const course = async (change = '', title = 'First aid') => {
  const id = await createCourse(server.databaseUrl, teacher.id, title);
  if (change) await rows(`update courses set ${change} where id = $1`, id);
  return id;
};
const enroll = (who: Person, courseId: string, ...people: Person[]) =>
  server.ask<{ items: TeamEnrollOutcome[] }>('POST', `/courses/${courseId}/reports`, {
    token: who.token,
    body: { userIds: people.map(({ id }) => id) },
  });
const outcomes = async (who: Person, courseId: string, ...people: Person[]) =>
  (await enroll(who, courseId, ...people)).body.items.map(({ outcome }) => outcome);
const takeOut = (who: Person, courseId: string, one: Person) =>
  server.ask('DELETE', `/courses/${courseId}/reports/${one.id}`, { token: who.token });
const choice = (who: Person, query = '', organizationId = own) =>
  server.ask<{ items: TeamCourseView[]; nextCursor: string | null }>(
    'GET',
    `/me/reports/courses?organizationId=${organizationId}${query}`,
    { token: who.token },
  );
const titles = async (who: Person, query = '') =>
  (await choice(who, query)).body.items.map(({ title }) => title);

const enrollments = (courseId: string) =>
  rows<{ user_id: string; status: string; enrollment_type: string; enrolled_by: string | null }>(
    'select user_id, status, enrollment_type, enrolled_by from enrollments where course_id = $1 order by user_id',
    courseId,
  );
const places = async (courseId: string) =>
  (await rows<{ n: number }>('select enrollment_count as n from courses where id = $1', courseId))[0]?.n;
const facts = async (courseId: string) => ({
  audit: (
    await rows<{ action: string }>(
      `select action from audit_logs where resource_id = $1 order by created_at, id`,
      courseId,
    )
  ).map(({ action }) => action),
  told: (
    await rows<{ event_type: string }>(
      `select event_type from outbox_events where aggregate_id = $1 order by id`,
      courseId,
    )
  ).map(({ event_type: type }) => type),
});

beforeAll(async () => {
  server = await startServer();
  const [home] = await rows<{ id: string }>(`select id from organizations where slug = 'default'`);
  const [other] = await rows<{ id: string }>(
    `insert into organizations (name, slug) values ('Elsewhere', 'elsewhere') returning id`,
  );
  [own, elsewhere] = [home?.id ?? '', other?.id ?? ''];
  teacher = await person('instructor');
  head = await person();
  middle = await person('student', head);
  ana = await person('student', middle);
  ben = await person('student', middle);
});
afterAll(() => server.close());

describe('a manager who enrols their people', () => {
  it('puts them in, directly and through others, once, and it is written down', async () => {
    const id = await course();
    expect(await outcomes(head, id, middle, ana, ana)).toEqual(['enrolled', 'enrolled']);
    expect(await outcomes(middle, id, ana, ben)).toEqual(['already_enrolled', 'enrolled']);
    const by = (who: Person, manager: Person) => ({
      user_id: who.id,
      status: 'enrolled',
      enrollment_type: 'manager',
      enrolled_by: manager.id,
    });
    const found = await enrollments(id);
    expect(found).toHaveLength(3);
    expect(found).toEqual(expect.arrayContaining([by(middle, head), by(ana, head), by(ben, middle)]));
    expect(await places(id)).toBe(3);
    expect(await facts(id)).toEqual({
      audit: Array.from({ length: 3 }, () => 'enrollment.started'),
      told: Array.from({ length: 3 }, () => 'courses.enrollment.started'),
    });
    expect((await server.ask('GET', `/courses/${id}`, { token: ana.token })).status).toBe(200);
  });

  it('gives the places there are in the order of the names, also when two do it at once', async () => {
    const id = await course('max_enrollments = 2');
    expect(await outcomes(middle, id, ben, ana)).toEqual(['enrolled', 'enrolled']);
    expect(await outcomes(head, id, middle, ben)).toEqual(['course_full', 'already_enrolled']);
    const narrow = await course('max_enrollments = 1');
    expect(await outcomes(middle, narrow, ben, ana)).toEqual(['enrolled', 'course_full']);
    const last = await course('max_enrollments = 1');
    const both = await Promise.all([outcomes(head, last, middle), outcomes(middle, last, ana)]);
    expect(both.flat().toSorted()).toEqual(['course_full', 'enrolled']);
    const same = await course();
    const twice = await Promise.all([outcomes(head, same, ana), outcomes(middle, same, ana)]);
    expect(twice.flat().toSorted()).toEqual(['already_enrolled', 'enrolled']);
    expect([await places(id), await places(narrow), await places(last), await places(same)]).toEqual([
      2, 1, 1, 1,
    ]);
  });

  it('does it for nobody else: then nothing is done for anybody', async () => {
    const id = await course();
    const boss = await person();
    const abroad = await person('student', middle, 'elsewhere');
    const strangers = [await person(), head, middle, abroad, { ...ana, id: randomUUID() }];
    for (const stranger of strangers)
      expect((await enroll(middle, id, ana, stranger)).body.code).toBe('not_found');
    for (const nobody of [boss, teacher, ana]) {
      expect((await enroll(nobody, id, ben)).body.code).toBe('not_found');
      expect((await takeOut(nobody, id, ben)).body.code).toBe('not_found');
    }
    const admin = await person('admin');
    expect((await enroll(admin, id, ana)).body.code).toBe('not_found');
    expect(await enrollments(id)).toEqual([]);
    expect(await facts(id)).toEqual({ audit: [], told: [] });
    for (const userIds of [[], ['Ana'], Array.from({ length: 51 }, () => randomUUID())]) {
      const options = { token: middle.token, body: { userIds } };
      expect((await server.ask('POST', `/courses/${id}/reports`, options)).body.code).toBe('invalid_input');
    }
  });

  it('does it in courses that they see and that are open', async () => {
    const draft = await course(`status = 'draft'`);
    const [restricted, hidden] = [
      await course(`visibility = 'restricted'`),
      await course(`visibility = 'private'`),
    ];
    const abroad = await course();
    await rows('update courses set organization_id = $2 where id = $1', abroad, elsewhere);
    for (const id of [draft, restricted, hidden, abroad, randomUUID()])
      expect((await enroll(middle, id, ana)).body.code).toBe('not_found');
    // Whoever learns in a course sees it; a teacher sees theirs, whatever becomes of it.
    await enrollByHand(server.databaseUrl, middle.id, restricted);
    expect(await outcomes(middle, restricted, ana)).toEqual(['enrolled']);
    const pupil = await person('student', teacher);
    expect((await enroll(teacher, draft, pupil)).body.code).toBe('course_closed');
    expect(await enrollments(draft)).toEqual([]);
  });

  it('stops with the office, the membership and the organization', async () => {
    const id = await course();
    const [boss, temp] = [await person(), await person()];
    const mine = await person('student', boss);
    const [, kept] = [await setManager(temp.id, boss.id), await person('student', boss)];
    expect(await outcomes(boss, id, mine, kept)).toEqual(['enrolled', 'enrolled']);
    await setManager(mine.id, temp.id);
    await setManager(temp.id, null);
    expect((await takeOut(boss, id, mine)).body.code).toBe('not_found');
    expect((await enroll(boss, await course(), mine)).body.code).toBe('not_found');
    await rows(`update organizations set status = 'suspended' where id = $1`, own);
    expect((await enroll(boss, id, kept)).body.code).toBe('organization_suspended');
    expect((await choice(boss)).body.code).toBe('organization_suspended');
    await rows(`update organizations set status = 'active' where id = $1`, own);
    await rows(
      'update organization_memberships set left_at = now(), is_primary = false where user_id = $1',
      boss.id,
    );
    expect((await enroll(boss, id, kept)).body.code).toBe('not_found');
    expect((await takeOut(boss, id, kept)).body.code).toBe('not_found');
    expect((await choice(boss)).body.code).toBe('not_found');
    expect((await enrollments(id)).map(({ status }) => status)).toEqual(['enrolled', 'enrolled']);
  });

  it('ends for whoever an exception takes the right from, and with rows that close a circle', async () => {
    const id = await course();
    const [one, other] = [await person(), await person()];
    await setManager(one.id, other.id);
    await setManager(other.id, one.id);
    expect(await outcomes(one, id, other)).toEqual(['enrolled']);
    expect((await enroll(one, id, one)).body.code).toBe('not_found');
    expect((await choice(one)).status).toBe(200);
    await rows(
      `insert into user_permissions (user_id, permission_id, organization_id, granted)
       select $1, id, $2, false from permissions where slug = 'enrollment.manage'`,
      one.id,
      own,
    );
    expect((await takeOut(one, id, other)).body.code).toBe('not_found');
  });

  it('is refused for whoever was suspended, failed, or is no active member', async () => {
    const id = await course();
    const boss = await person();
    const [suspended, failed, away] = [
      await person('student', boss),
      await person('student', boss),
      await person('student', boss),
    ];
    for (const [who, status] of [
      [suspended, 'suspended'],
      [failed, 'failed'],
    ] as const) {
      await enrollByHand(server.databaseUrl, who.id, id);
      await rows('update enrollments set status = $2 where user_id = $1', who.id, status);
    }
    await rows(`update organization_memberships set status = 'inactive' where user_id = $1`, away.id);
    expect(await outcomes(boss, id, suspended, failed, away)).toEqual(['refused', 'refused', 'refused']);
  });
});

describe('taking somebody out again', () => {
  it('is for the manager who enrolled them and those above; twice changes nothing', async () => {
    const id = await course();
    await outcomes(middle, id, ana, ben);
    expect((await takeOut(middle, id, ana)).status).toBe(204);
    expect((await takeOut(middle, id, ana)).status).toBe(204);
    expect((await takeOut(head, id, ben)).status).toBe(204);
    expect((await enrollments(id)).map(({ status }) => status)).toEqual(['withdrawn', 'withdrawn']);
    expect(await places(id)).toBe(0);
    expect((await facts(id)).audit.filter((action) => action === 'enrollment.ended')).toHaveLength(2);
    expect((await facts(id)).told.filter((type) => type === 'courses.enrollment.ended')).toHaveLength(2);
    expect((await server.ask('GET', `/courses/${id}`, { token: ana.token })).status).toBe(404);
    expect(await outcomes(middle, id, ana)).toEqual(['enrolled']);
    expect(await places(id)).toBe(1);
  });

  it('is not for what others did, those above them or the school', async () => {
    const id = await course();
    await outcomes(head, id, ana);
    await enrollByHand(server.databaseUrl, ben.id, id);
    expect((await takeOut(middle, id, ana)).body.code).toBe('not_found');
    expect((await takeOut(middle, id, ben)).body.code).toBe('not_found');
    expect((await takeOut(head, id, middle)).body.code).toBe('not_found');
    expect((await enrollments(id)).map(({ status }) => status)).toEqual(['enrolled', 'enrolled']);
  });

  it('leaves results, and what a teacher decided', async () => {
    const id = await course();
    await outcomes(middle, id, ana);
    for (const status of ['completed', 'failed', 'suspended']) {
      await rows('update enrollments set status = $2, completed_at = now() where course_id = $1', id, status);
      expect((await takeOut(middle, id, ana)).body.code).toBe('conflict');
      expect((await enrollments(id))[0]?.status).toBe(status);
    }
  });

  it('is offered beside the courses of a report, to whom it is open', async () => {
    const [boss, deputy] = [await person(), await person()];
    await setManager(deputy.id, boss.id);
    const learner = await person('student', deputy);
    const [mine, theirs] = [await course('', 'By deputy'), await course('', 'By school')];
    await outcomes(deputy, mine, learner);
    await enrollByHand(server.databaseUrl, learner.id, theirs);
    const seen = async (who: Person) =>
      (
        await server.ask<{ items: LearnerCourseView[] }>('GET', `/me/children/${learner.id}/courses`, {
          token: who.token,
        })
      ).body.items.map(({ title, enrolledBy }) => [title, enrolledBy?.isSelf ?? null]);
    expect(await seen(deputy)).toEqual([
      ['By deputy', true],
      ['By school', null],
    ]);
    expect((await seen(boss))[0]).toEqual(['By deputy', false]);
    for (const other of [learner, await person('admin')])
      expect((await seen(other))[0]).toEqual(['By deputy', null]);
    await rows(
      `update enrollments set status = 'completed', completed_at = now() where course_id = $1`,
      mine,
    );
    expect((await seen(deputy))[0]).toEqual(['By deputy', null]);
  });
});

describe('the choice of courses', () => {
  it('holds what is open and seen, found by title or code, page by page', async () => {
    const boss = await person('student');
    await person('student', boss);
    const word = `x${randomUUID().slice(0, 8)}`;
    const made = [
      await course(`code = '${word}-1', max_enrollments = 3, enrollment_count = 1`, 'Zoo'),
      await course('', `art ${word}`),
      await course('', `Botany ${word.toUpperCase()}`),
    ];
    await course(`status = 'archived'`, `Closed ${word}`);
    await course(`visibility = 'restricted'`, `Restricted ${word}`);
    const abroad = await course('', `Abroad ${word}`);
    await rows('update courses set organization_id = $2 where id = $1', abroad, elsewhere);
    const expected = [`art ${word}`, `Botany ${word.toUpperCase()}`, 'Zoo'];
    expect(await titles(boss, `&q=${word}`)).toEqual(expected);
    expect(await titles(boss, `&q=${word}%25`)).toEqual([]);
    const { items } = (await choice(boss, `&q=${word}`)).body;
    expect(items.map(({ placesLeft }) => placesLeft)).toEqual([null, null, 2]);
    expect(items[0]?.instructor.displayName).toBe('A instructor');

    const paged: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query = `&q=${word}&limit=1${cursor ? `&cursor=${cursor}` : ''}`;
      const { body }: Awaited<ReturnType<typeof choice>> = await choice(boss, query);
      paged.push(...body.items.map(({ title }) => title));
      cursor = body.nextCursor;
    }
    expect(paged).toEqual(expected);
    // A course of somewhere else says nothing about where it would stand.
    expect(await titles(boss, `&q=${word}&cursor=${abroad}`)).toEqual([]);
    expect(made).toHaveLength(3);
  });

  it('is for those who have somebody below them there', async () => {
    expect((await choice(ana)).body.code).toBe('forbidden');
    expect((await choice(teacher)).status).toBe(200);
    expect((await choice(middle, '', elsewhere)).body.code).toBe('not_found');
    expect((await choice(await person('admin'))).body.code).toBe('forbidden');
    const { body } = await server.ask<{ items: ReportView[] }>('GET', '/me/reports', { token: middle.token });
    expect(new Set(body.items.map(({ organizationId }) => organizationId))).toEqual(new Set([own]));
  });
});
