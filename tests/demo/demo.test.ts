import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDemo, refreshDemoClasses, setDemoPasswords } from '../../server/demo/index.ts';
import type { CreateNote } from '../../server/demo/index.ts';
import { randomIds } from '../../server/kernel/ids.ts';
import type { Recommendation } from '../../shared/courses/catalogue.ts';
import type { CategoryView } from '../../shared/courses/categories.ts';
import type { CourseDetail, CourseView } from '../../shared/courses/contract.ts';
import type { LearnerCourseView } from '../../shared/courses/learner.ts';
import type { TeamCourseView } from '../../shared/courses/team.ts';
import type { SignedInView } from '../../shared/identity/contract.ts';
import type { InterestsView, ReportView } from '../../shared/identity/profiles.ts';
import { startServer } from '../identity/server.ts';
import type { TestServer } from '../identity/server.ts';
import { createUser, sql } from '../support/factories.ts';

let server: TestServer;
const password = 'lectern-demo';
const day = 24 * 3_600_000;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const createNote: CreateNote = (tx, { organizationId, liveSessionId, ownerId, title }) =>
  tx.em.execute(
    `insert into note_documents (organization_id, scope, live_session_id, owner_id, title) values (?, 'live_session', ?, ?, ?)`,
    [organizationId, liveSessionId, ownerId, title],
  );

/** What is written into the audit trail. */
const deeds: string[] = [];

const deps = () => ({
  db: server.db,
  clock: server.clock,
  audit: { record: (_: unknown, { action }: { action: string }) => void deeds.push(action) },
  ids: randomIds,
  password: () => password,
  createNote,
});
const rows = <T extends object>(statement: string, ...values: unknown[]) =>
  sql<T>(server.databaseUrl, statement, values);
const signIn = (email: string, secret = password) =>
  server.ask<SignedInView>('POST', '/auth/sign-in', { body: { email, password: secret } });

async function demo(kind: string): Promise<number> {
  const [row] = await rows<{ n: number }>(
    `select count(*)::int n from live_sessions where settings->>'demo' is not null and status = $1`,
    kind,
  );
  return row?.n ?? 0;
}

const states = async () => [await demo('live'), await demo('scheduled'), await demo('ended')];

describe('the demo school', () => {
  it('is made once, also when two processes start together', async () => {
    const [one, two] = await Promise.all([loadDemo(deps()), loadDemo(deps())]);
    expect(one.loaded).not.toBe(two.loaded);
    expect((await loadDemo(deps())).loaded).toBe(false);
    expect(two.accounts).toEqual(one.accounts);
    expect(one.accounts).toHaveLength(34);
  });

  it('lets its accounts sign in and see their courses', async () => {
    const seen: Record<string, (string | null)[]> = {};
    for (const name of ['teacher', 'student1', 'student2', 'student30', 'moderator', 'admin', 'parent']) {
      const { body } = await signIn(`${name}@lectern.test`);
      const page = await server.ask<{ items: CourseView[] }>('GET', '/me/courses', {
        token: body.accessToken,
      });
      seen[name] = page.body.items.map(({ code, standing }) => `${code} ${standing}`).toSorted();
    }
    const taught = (standing: string) =>
      ['ALG-9A', 'BIO-10B', 'PHY-11L'].map((code) => `${code} ${standing}`);
    expect(seen['teacher']).toEqual(
      ['ALG-9A', 'BIO-10B', 'PHO-1', 'PHY-11L'].map((code) => `${code} instructor`),
    );
    expect(seen['student1']).toEqual(taught('learner'));
    expect(seen['student2']).toEqual(taught('learner'));
    expect(seen['student30']).toEqual(['BIO-10B learner']);
    expect(seen['admin']).toHaveLength(7);
    expect(seen['moderator']).toHaveLength(7);
    expect(seen['parent']).toEqual([]);
    expect((await signIn('okafor@lectern.test')).status).toBe(401);
    const wrong = await rows(
      `select c.id from courses c where enrollment_count <> (select count(*) from enrollments e where e.course_id = c.id and e.status <> 'pending_approval')`,
    );
    expect(wrong).toEqual([]);
  });

  it('has a teacher who manages somebody, has enrolled him, and can choose more for him', async () => {
    const { accessToken: token } = (await signIn('teacher@lectern.test')).body;
    const { body: reports } = await server.ask<{ items: ReportView[] }>('GET', '/me/reports', { token });
    const [kenji] = reports.items;
    expect(kenji?.displayName).toBe('Kenji Tanaka');
    const learning = await server.ask<{ items: LearnerCourseView[] }>(
      'GET',
      `/me/children/${kenji?.id}/courses`,
      { token },
    );
    expect(learning.body.items).toMatchObject([{ code: 'PHY-11L', enrolledBy: { isSelf: true } }]);
    const choice = `/me/reports/courses?organizationId=${kenji?.organizationId}`;
    const { body: courses } = await server.ask<{ items: TeamCourseView[] }>('GET', choice, { token });
    expect(courses.items.map(({ code }) => code)).toEqual([
      'ALG-9A',
      'SEA-1',
      'BIO-10B',
      'PHO-1',
      'PHY-11L',
      'LIT-10',
    ]);
  });

  it('has courses to find: one fits what a student wants to learn, and one has requests for the teacher', async () => {
    const student = (await signIn('student1@lectern.test')).body;
    const { body: fitting } = await server.ask<{ items: Recommendation[] }>('GET', '/recommendations', {
      token: student.accessToken,
    });
    expect(fitting.items.map(({ code, entry, because }) => [code, entry, because])).toEqual([
      ['SEA-1', 'open', 'marine biology'],
      ['PHO-1', 'approval', 'photography'],
    ]);
    const teacher = (await signIn('teacher@lectern.test')).body;
    const photography = `/courses/${fitting.items[1]?.id}/enrollment-requests`;
    const requests = await server.ask('GET', photography, { token: teacher.accessToken });
    expect(requests.body).toMatchObject({
      total: 2,
      items: [{ user: { displayName: 'Priya Raghavan' } }, {}],
    });
  });

  it('sorts its courses in a tree, and a student is interested in categories and in words', async () => {
    const { accessToken: token, user } = (await signIn('student1@lectern.test')).body;
    const ask = async <T>(path: string) => (await server.ask<T>('GET', path, { token })).body;
    const { items } = await ask<{ items: CategoryView[] }>(
      `/organizations/${user.organizationId}/categories`,
    );
    const names = new Map(items.map(({ id, name }) => [id, name]));
    expect(
      items.map(({ name, parentId }) => (parentId === null ? name : `${names.get(parentId)} › ${name}`)),
    ).toEqual([
      'Science',
      'Science › Biology',
      'Science › Physics',
      'Languages',
      'Languages › Literature',
      'Languages › Spanish',
      'Mathematics',
      'Mathematics › Algebra',
      'Technology',
      'Technology › Robotics',
    ]);
    expect(items.find(({ slug }) => slug === 'literature')?.coursesCount).toBe(1);
    const [physics] = await rows<{ id: string }>(`select id from courses where code = 'PHY-11L'`);
    const { categories } = await ask<CourseDetail>(`/courses/${physics?.id}`);
    expect(categories.map(({ name, isPrimary }) => [name, isPrimary])).toEqual([
      ['Physics', true],
      ['Technology', false],
    ]);
    const { interests } = await ask<InterestsView>('/me/interests');
    expect(interests.map(({ name, categoryId }) => [name, categoryId !== null])).toEqual([
      ['marine biology', false],
      ['Biology', true],
      ['photography', false],
      ['Mathematics', true],
      ['icelandic', false],
    ]);
  });

  it('shows what a school year leaves behind: devices, keys, invitations, a suspension, deeds in the trail', async () => {
    const admin = (await signIn('admin@lectern.test')).body;
    const read = async (path: string) =>
      (
        await server.ask<{ items: { status?: string; revokedAt?: string | null }[] }>('GET', path, {
          token: admin.accessToken,
        })
      ).body.items;
    const school = `/organizations/${admin.user.organizationId}`;
    expect((await read('/me/sessions')).length).toBeGreaterThan(1);
    expect((await read('/me/api-keys')).length).toBe(1);
    const sent = (await read(`${school}/invitations`)).map(({ status }) => status);
    expect(new Set(sent)).toEqual(new Set(['pending', 'accepted', 'declined', 'expired']));
    const teacher = (await signIn('teacher@lectern.test')).body;
    const [biology] = await rows<{ id: string }>(`select id from courses where code = 'BIO-10B'`);
    const pending = await server.ask('GET', `/courses/${biology?.id}/invitations`, {
      token: teacher.accessToken,
    });
    expect(pending.body).toMatchObject({
      items: [{ status: 'pending', email: 'exchange.student@example.org' }],
    });
    expect(await signIn('student17@lectern.test')).toMatchObject({
      status: 403,
      body: { code: 'account_suspended' },
    });
    const first = (await signIn('student16@lectern.test')).body;
    await signIn('student16@lectern.test');
    expect((await server.ask('GET', '/me', { token: first.accessToken })).body.code).toBe(
      'session_superseded',
    );
    expect(new Set(deeds)).toEqual(
      new Set([
        'organization.created',
        'organization.settings_changed',
        'api_key.created',
        'user.suspended',
        'invitation.sent',
      ]),
    );
  });

  it('has one class running, two to come and three over, each with a page; twice changes nothing', async () => {
    await Promise.all([refreshDemoClasses(deps()), refreshDemoClasses(deps())]);
    expect(await states()).toEqual([1, 2, 3]);
    // A colleague looks in, and a student of other courses is asked into what comes later.
    const guests = await rows<{ status: string; code: string | null; guest: string }>(
      `select s.status, s.join_code as code, u.display_name as guest from live_sessions s
       join live_session_participants p on p.session_id = s.id and p.guest_since is not null join users u on u.id = p.user_id
       order by s.scheduled_at`,
    );
    expect(guests).toEqual([
      { status: 'live', code: 'BQ7KM2XD', guest: 'Amara Okafor' },
      { status: 'scheduled', code: null, guest: 'Mei Chen' },
      { status: 'scheduled', code: null, guest: 'Mei Chen' },
    ]);
    const before = await rows('select * from live_sessions order by id');
    await refreshDemoClasses(deps());
    expect(await rows('select * from live_sessions order by id')).toEqual(before);
    expect(
      await rows(
        'select id from live_sessions s where not exists (select 1 from note_documents n where n.live_session_id = s.id)',
      ),
    ).toEqual([]);
    const [running] = await rows<{ title: string; minutes: number; email: string }>(
      `select u.email, extract(epoch from now() - started_at) / 60 as minutes from live_sessions s join users u on u.id = s.host_id where s.status = 'live'`,
    );
    expect(running?.email).toBe('teacher@lectern.test');
    expect(Number(running?.minutes)).toBeGreaterThan(5);
    const chats = await rows<{ n: number; timed: boolean }>(
      `select count(*)::int n, bool_and(abs(extract(epoch from lectern_uuid_v7_time(m.id) - m.created_at)) < 0.01 and m.created_at between s.started_at and s.ended_at and m.sender_id is not null) timed
       from live_sessions s left join live_chat_messages m on m.session_id = s.id where s.status = 'ended' group by s.id`,
    );
    expect(chats.every(({ n, timed }) => n >= 4 && timed)).toBe(true);
  });

  it('a day later runs anew, and leaves people’s own classes and what was written in its own', async () => {
    const [running] = await rows<{ id: string; host_id: string; course_id: string }>(
      `select * from live_sessions where status = 'live'`,
    );
    const own = await rows<{ id: string }>(
      `insert into live_sessions (organization_id, course_id, host_id, title, scheduled_at, status, started_at, created_by)
       select organization_id, course_id, host_id, 'Own', now(), status, started_at, host_id from live_sessions where status = 'live'
       union all select organization_id, course_id, host_id, 'Own plan', now(), 'scheduled', null, host_id from live_sessions where status = 'live' returning id`,
    );
    await rows(
      `insert into live_chat_messages (session_id, sender_id, content) values ($1, $2, 'keep me')`,
      running?.id,
      running?.host_id,
    );
    const [participant] = await rows<{ id: string }>(
      `insert into live_session_participants (session_id, user_id, admission, joined_at) values ($1, $2, 'admitted', now()) returning id`,
      running?.id,
      running?.host_id,
    );
    await rows(
      `insert into live_attendance_intervals (session_id, participant_id) values ($1, $2)`,
      running?.id,
      participant?.id,
    );
    await rows(
      `insert into live_hand_raises (session_id, participant_id) values ($1, $2)`,
      running?.id,
      participant?.id,
    );
    server.clock.advance(day);
    await refreshDemoClasses(deps());
    await refreshDemoClasses(deps());
    expect((await states()).slice(0, 2)).toEqual([1, 2]);
    const [after] = await rows<{ status: string; sane: boolean }>(
      'select status, ended_at > started_at sane from live_sessions where id = $1',
      running?.id,
    );
    expect(after).toEqual({ status: 'ended', sane: true });
    expect(
      await rows(
        `select 1 from live_chat_messages where session_id = $1 and content = 'keep me'`,
        running?.id,
      ),
    ).toHaveLength(1);
    expect(await rows('select 1 from live_attendance_intervals where left_at is null')).toEqual([]);
    expect(await rows('select 1 from live_hand_raises where lowered_at is null')).toEqual([]);
    const kept = await rows<{ status: string }>(
      'select status from live_sessions where id = any($1::uuid[]) order by status',
      own.map(({ id }) => id),
    );
    expect(kept.map(({ status }) => status)).toEqual(['live', 'scheduled']);
  });

  it('on day 30 there is again one running and two to come', async () => {
    server.clock.advance(30 * day);
    await refreshDemoClasses(deps());
    expect((await states()).slice(0, 2)).toEqual([1, 2]);
    const coming = await rows<{ scheduled_at: Date }>(
      `select scheduled_at from live_sessions where settings->>'demo' is not null and status = 'scheduled'`,
    );
    for (const { scheduled_at: at } of coming) {
      expect(at.getTime() - server.clock.now().getTime()).toBeGreaterThan(0);
      expect(at.getTime() - server.clock.now().getTime()).toBeLessThan(5 * 3_600_000);
    }
  });

  it('takes another password, for its own accounts only, and signs nobody out', async () => {
    const before = await signIn('teacher@lectern.test');
    await setDemoPasswords(deps(), 'another one');
    expect((await signIn('teacher@lectern.test')).status).toBe(401);
    expect((await signIn('student30@lectern.test', 'another one')).status).toBe(200);
    expect((await signIn('okafor@lectern.test', 'another one')).status).toBe(401);
    expect((await server.ask('GET', '/me', { token: before.body.accessToken })).status).toBe(200);
  });
});

describe('a database that somebody uses', () => {
  it('is left alone', async () => {
    const other = await startServer();
    await createUser(other.databaseUrl, { email: 'head@school.example', displayName: 'Head', role: 'admin' });
    const theirs = { ...deps(), db: other.db, clock: other.clock };
    expect(await loadDemo(theirs)).toEqual({ loaded: false, accounts: [] });
    await refreshDemoClasses(theirs);
    await setDemoPasswords(theirs, 'x');
    const [row] = await sql<{ users: number; classes: number }>(
      other.databaseUrl,
      'select (select count(*)::int from users) users, (select count(*)::int from live_sessions) classes',
    );
    expect(row).toEqual({ users: 2, classes: 0 });
    await other.close();
  });
});
