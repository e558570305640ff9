import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { guardAfter } from '../../server/live/guard.ts';
import { signIn } from '../support/actors.ts';
import type { TestActor } from '../support/actors.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { createTestDatabase } from '../support/db.ts';
import { createClass, createSchool, createUser, sql } from '../support/factories.ts';
import type { School } from '../support/factories.ts';
import { LiveSocket } from '../support/socket.ts';
import type { Received } from '../support/socket.ts';

let app: TestApp;
let school: School;
let teacher: TestActor;
let assistant: TestActor;
let students: TestActor[];
const sockets: LiveSocket[] = [];

async function connect(actor: TestActor, url = app.url): Promise<LiveSocket> {
  const socket = await LiveSocket.connect(url, actor.accessToken);
  sockets.push(socket);
  return socket;
}
const student = (n: number): TestActor => students[n - 1] as TestActor;
const automatic = ({ locks }: Received): boolean => (locks as { automatic: boolean }).automatic;

beforeAll(async () => {
  app = await startTestApp({ graceSeconds: 1 });
  school = await createSchool(app.databaseUrl, { students: 2 });
  await createUser(app.databaseUrl, { email: 'admin@test.lectern', displayName: 'Cora', role: 'admin' });
  teacher = await signIn(app.url, 'teacher@test.lectern');
  assistant = await signIn(app.url, 'admin@test.lectern');
  students = await Promise.all([1, 2].map((n) => signIn(app.url, `student${n}@test.lectern`)));
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});
afterAll(() => app.destroy());

describe('a class that nobody leads', () => {
  it('[LV28] locks itself, tells everybody, and opens with the first who leads', async () => {
    const { sessionId } = await createClass(app.databaseUrl, school);
    const host = await connect(teacher);
    await host.join(sessionId);
    const one = await connect(student(1));
    await one.join(sessionId);
    await host.durable('lock.set', { camera: true, screen: false });
    await host.durable('lock.set', { userId: student(1).user.id, microphone: false });
    await host.durable('floor.give', { userId: student(1).user.id });
    const may = (source: 'microphone' | 'camera' | 'screen') =>
      app.live.authorizeMedia(student(1).user.id, sessionId, source);
    expect([await may('microphone'), await may('camera'), await may('screen')]).toEqual([true, false, true]);
    host.close();
    const told = await one.fact('lock.changed', automatic);
    expect(told['locks']).toEqual({
      microphone: true,
      camera: true,
      screen: true,
      chat: true,
      hands: false,
      room: false,
      automatic: true,
    });
    // Neither the floor nor an exception holds: whoever gave them is not there to take them back.
    expect([await may('microphone'), await may('screen')]).toEqual([false, false]);
    await expect(one.durable('chat.send', { text: 'Party!' })).rejects.toMatchObject({ code: 'chat_locked' });
    await one.durable('hand.raise');
    expect((await (await connect(student(2))).join(sessionId)).snapshot.locks.automatic).toBe(true);
    const back = await (await connect(teacher)).join(sessionId);
    // What a person had set holds again, and nothing else.
    expect(back.snapshot.locks).toMatchObject({
      microphone: false,
      camera: true,
      screen: false,
      chat: false,
      automatic: false,
    });
    await one.fact('lock.changed', (fact) => (fact.seq as number) > (told.seq as number) && !automatic(fact));
    expect([await may('microphone'), await may('camera'), await may('screen')]).toEqual([true, false, true]);
    await one.durable('chat.send', { text: 'Welcome back' });
  });

  it('[LV28] a co-host keeps it open, one who only looks on does not; the locks of a person stay', async () => {
    const { sessionId } = await createClass(app.databaseUrl, school);
    const [host, second, one] = [await connect(teacher), await connect(assistant), await connect(student(1))];
    for (const socket of [host, second, one]) await socket.join(sessionId);
    await second.durable('lock.set', { chat: true });
    await host.call('leave');
    await app.live.lookAfter();
    await one.durable('hand.raise');
    expect(one.received.some((fact) => fact.type === 'lock.changed' && automatic(fact))).toBe(false);
    await second.call('leave');
    await one.fact('lock.changed', automatic);
    const back = await second.join(sessionId);
    expect(back.snapshot.locks).toMatchObject({ chat: true, microphone: false, automatic: false });
  });

  it('[LV28] one who leads it no more is nobody who leads', async () => {
    const { sessionId } = await createClass(app.databaseUrl, school);
    const { id } = student(2).user;
    const role = (slug: string) =>
      sql(
        app.databaseUrl,
        `update user_roles set role_id = (select id from roles where slug = $2 and organization_id is null) where user_id = $1`,
        [id, slug],
      );
    await role('admin');
    const [second, one] = [await connect(student(2)), await connect(student(1))];
    expect((await second.join(sessionId)).snapshot.me.role).toBe('co_host');
    await one.join(sessionId);
    await role('student');
    await app.live.rightsChanged({ userId: id });
    await one.fact('lock.changed', automatic);
    await role('admin');
    await app.live.rightsChanged({ userId: id });
    await one.fact('lock.changed', (fact) => !automatic(fact));
    await role('student');
  });

  it('[LV28] a started class that its teacher does not come to locks itself too', async () => {
    const { sessionId } = await createClass(app.databaseUrl, { ...school, status: 'scheduled' });
    await teacher.rest('POST', `/live-sessions/${sessionId}/start`);
    const one = await connect(student(1));
    await one.join(sessionId);
    const { seq } = await one.fact('lock.changed', automatic);
    expect(seq).toBeGreaterThan(0);
  });

  it(
    '[LV28] outlives a restart of the server: the lock, and the waiting for it',
    { timeout: 90_000 },
    async () => {
      const database = await createTestDatabase();
      const first = await startTestApp({ databaseUrl: database.url, graceSeconds: 1 });
      const place = await createSchool(database.url, { students: 1 });
      const host = await signIn(first.url, 'teacher@test.lectern');
      const one = await signIn(first.url, 'student1@test.lectern');
      const locked = await createClass(database.url, place);
      const waiting = await createClass(database.url, place);
      for (const { sessionId } of [locked, waiting]) {
        const leader = await connect(host, first.url);
        await leader.join(sessionId);
        const learner = await connect(one, first.url);
        await learner.join(sessionId);
        await leader.call('leave');
        if (sessionId === locked.sessionId) await learner.fact('lock.changed', automatic);
      }
      await first.destroy();
      const second = await startTestApp({ databaseUrl: database.url, graceSeconds: 1 });
      const [hostAgain, oneAgain] = [
        await signIn(second.url, 'teacher@test.lectern'),
        await signIn(second.url, 'student1@test.lectern'),
      ];
      const again = await connect(oneAgain, second.url);
      expect((await again.join(locked.sessionId)).snapshot.locks.automatic).toBe(true);
      const other = await connect(oneAgain, second.url);
      await other.join(waiting.sessionId);
      await sql(
        database.url,
        `update live_sessions set unled_since = unled_since - interval '1 minute' where id = $1`,
        [waiting.sessionId],
      );
      await second.live.lookAfter();
      expect((await other.join(waiting.sessionId)).snapshot.locks.automatic).toBe(true);
      expect(
        (await (await connect(hostAgain, second.url)).join(waiting.sessionId)).snapshot.locks.automatic,
      ).toBe(false);
      await second.destroy();
      await database.drop();
    },
  );

  it('[LV28] locks when the grace is over, not before, and stays locked until somebody leads', () => {
    const at = (second: number): Date => new Date(Date.UTC(2026, 2, 2, 9, 0, second));
    const seen = { leftAt: at(0), graceSeconds: 30 };
    const open = { unledSince: null, guardedAt: null };
    const left = guardAfter(open, { ...seen, led: false, now: at(1) });
    expect(left).toEqual({ unledSince: at(0), guardedAt: null });
    expect(guardAfter(left, { ...seen, led: false, now: at(29) })).toEqual(left);
    const locked = guardAfter(left, { ...seen, led: false, now: at(30) });
    expect(locked).toEqual({ unledSince: at(0), guardedAt: at(30) });
    expect(guardAfter(locked, { ...seen, led: false, now: at(59) })).toEqual(locked);
    expect(guardAfter(locked, { ...seen, led: true, now: at(59) })).toEqual(open);
  });
});

describe('over the end of a class', () => {
  it('[LV27] who stays connected is in the reopened class: present, counted, with a place in media', async () => {
    const { sessionId } = await createClass(app.databaseUrl, school);
    const [host, one, two] = [await connect(teacher), await connect(student(1)), await connect(student(2))];
    for (const socket of [host, one, two]) await socket.join(sessionId);
    await host.durable('session.end');
    await one.fact('session.ended');
    await teacher.rest('POST', `/live-sessions/${sessionId}/reopen`);
    const reopened = await one.fact('session.reopened');
    const back = (userId: string) =>
      one.fact(
        'participant.joined',
        (fact) => fact['userId'] === userId && (fact.seq as number) > (reopened.seq as number),
      );
    for (const { user } of [teacher, student(1), student(2)]) await back(user.id);
    // Without joining again.
    await one.durable('chat.send', { text: 'Still here' });
    expect((await one.send('media.capabilities', {})).ok).toBe(
      (await host.send('media.capabilities', {})).ok,
    );
    const open = await sql(
      app.databaseUrl,
      'select 1 from live_attendance_intervals where session_id = $1 and left_at is null',
      [sessionId],
    );
    expect(open).toHaveLength(3);
    two.close();
    await host.fact(
      'participant.left',
      (fact) => fact['userId'] === student(2).user.id && (fact.seq as number) > (reopened.seq as number),
    );
  });

  it('[LV27] who loses the course while it is over is out at once, and does not come back with it', async () => {
    const { sessionId } = await createClass(app.databaseUrl, school);
    const [host, one, two] = [await connect(teacher), await connect(student(1)), await connect(student(2))];
    for (const socket of [host, one, two]) await socket.join(sessionId);
    await host.durable('session.end');
    await one.fact('session.ended');
    await two.fact('session.ended');
    await app.courses.unenroll({ kind: 'system' }, { courseId: school.courseId, userId: student(2).user.id });
    await two.closed();
    expect(two.received.at(-1)).toMatchObject({ type: 'room.closed', code: 'forbidden' });
    // Without the message that tells of it: the reopening asks for itself.
    await sql(
      app.databaseUrl,
      `update enrollments set expires_at = now() - interval '1 second' where user_id = $1 and course_id = $2`,
      [student(1).user.id, school.courseId],
    );
    await teacher.rest('POST', `/live-sessions/${sessionId}/reopen`);
    await one.closed();
    expect(one.received.at(-1)).toMatchObject({ type: 'room.closed', code: 'forbidden' });
    await sql(app.databaseUrl, 'update enrollments set expires_at = null where user_id = $1', [
      student(1).user.id,
    ]);
    await app.courses.enroll({ kind: 'system' }, { courseId: school.courseId, userId: student(2).user.id });
    const inside = await sql<{ user_id: string }>(
      app.databaseUrl,
      `select p.user_id from live_attendance_intervals i join live_session_participants p on p.id = i.participant_id
       where i.session_id = $1 and i.left_at is null`,
      [sessionId],
    );
    expect(inside.map((row) => row.user_id)).not.toContain(student(1).user.id);
  });

  it('[LV29] a reopening within the planned time goes on with the lesson, a later one begins a new one', async () => {
    const { sessionId } = await createClass(app.databaseUrl, school);
    const act = async (what: string) =>
      (
        await teacher.rest<{ startedAt: string; runningSince: string }>(
          'POST',
          `/live-sessions/${sessionId}/${what}`,
        )
      ).body;
    const first = (await act('end')).startedAt;
    expect(await act('reopen')).toMatchObject({ startedAt: first, runningSince: first });
    await act('end');
    await sql(
      app.databaseUrl,
      `update live_sessions set started_at = started_at - interval '7 days', scheduled_at = scheduled_at - interval '7 days' where id = $1`,
      [sessionId],
    );
    const before = Date.now();
    const second = await act('reopen');
    expect(Date.parse(second.runningSince)).toBeGreaterThanOrEqual(before - 1000);
    expect(Date.parse(second.startedAt)).toBeLessThan(before - 6 * 86_400_000);
    const { snapshot } = await (await connect(teacher)).join(sessionId);
    expect(snapshot.session.runningSince).toBe(second.runningSince);
  });

  it('[LV38] what runs is among today’s classes, whenever it was to take place', async () => {
    const today = async () => {
      const now = Date.now();
      const query = `from=${new Date(now - 3_600_000).toISOString()}&to=${new Date(now + 3_600_000).toISOString()}`;
      return (
        await student(1).rest<{ items: { id: string }[] }>('GET', `/me/live-sessions?${query}`)
      ).body.items.map(({ id }) => id);
    };
    const lastWeek = await createClass(app.databaseUrl, school);
    const tomorrow = await createClass(app.databaseUrl, school);
    const over = await createClass(app.databaseUrl, school);
    for (const [one, days] of [
      [lastWeek, -7],
      [tomorrow, 1],
      [over, -7],
    ] as const)
      await sql(
        app.databaseUrl,
        `update live_sessions set scheduled_at = now() + make_interval(days => $2) where id = $1`,
        [one.sessionId, days],
      );
    await teacher.rest('POST', `/live-sessions/${over.sessionId}/end`);
    const found = await today();
    expect(found).toEqual(expect.arrayContaining([lastWeek.sessionId, tomorrow.sessionId]));
    expect(found).not.toContain(over.sessionId);
  });

  it('[LV43] a page of nothing but hidden classes does not end the list', async () => {
    const older = await createClass(app.databaseUrl, school);
    const hidden = await createClass(app.databaseUrl, school);
    await sql(
      app.databaseUrl,
      `insert into user_permissions (user_id, permission_id, context_type, context_id, granted)
       select $1, id, 'live_session', $2, false from permissions where slug in ('course.read', 'live.join', 'live.host', 'live.manage')`,
      [student(2).user.id, hidden.sessionId],
    );
    const page = async (query: string) =>
      (
        await student(2).rest<{ items: { id: string }[]; nextCursor: string | null }>(
          'GET',
          `/courses/${school.courseId}/live-sessions?limit=1${query}`,
        )
      ).body;
    const first = await page('');
    expect(first).toEqual({ items: [], nextCursor: hidden.sessionId });
    const second = await page(`&cursor=${first.nextCursor}`);
    expect(second.items.map(({ id }) => id)).toEqual([older.sessionId]);
  });

  it('[LV30] a class that everybody has left ends by itself two hours after its planned end', async () => {
    const old = (sessionId: string, hours: number) =>
      sql(
        app.databaseUrl,
        `update live_sessions set scheduled_at = now() - make_interval(hours => $2), started_at = now() - make_interval(hours => $2) where id = $1`,
        [sessionId, hours],
      );
    const [forgotten, recent, busy] = [
      await createClass(app.databaseUrl, school),
      await createClass(app.databaseUrl, school),
      await createClass(app.databaseUrl, school),
    ];
    const inside = await connect(teacher);
    await inside.join(busy.sessionId);
    // An hour long: two hours after that is three hours after the start.
    await old(forgotten.sessionId, 4);
    await old(recent.sessionId, 2);
    await old(busy.sessionId, 4);
    await app.live.lookAfter();
    const status = async ({ sessionId }: { sessionId: string }) =>
      (await teacher.rest<{ status: string }>('GET', `/live-sessions/${sessionId}`)).body.status;
    expect([await status(forgotten), await status(recent), await status(busy)]).toEqual([
      'ended',
      'live',
      'live',
    ]);
    const [event] = await sql(
      app.databaseUrl,
      `select actor_id, payload from live_session_events where session_id = $1 and event_type = 'session.ended'`,
      [forgotten.sessionId],
    );
    expect(event).toEqual({ actor_id: null, payload: { reason: 'forgotten' } });
    const facts = await sql<{ type: string }>(app.databaseUrl, 'select type from room_log where room = $1', [
      `live:${forgotten.sessionId}`,
    ]);
    expect(facts.map(({ type }) => type)).toContain('session.ended');
    expect((await teacher.rest('POST', `/live-sessions/${forgotten.sessionId}/reopen`)).status).toBe(200);
  });
});

describe('what nobody tells of', () => {
  it('[LV33] whose enrolment runs out is out within a minute', async () => {
    const { sessionId } = await createClass(app.databaseUrl, school);
    const one = await connect(student(1));
    await one.join(sessionId);
    await sql(
      app.databaseUrl,
      `update enrollments set expires_at = now() - interval '1 second' where user_id = $1 and course_id = $2`,
      [student(1).user.id, school.courseId],
    );
    await app.live.lookAfter();
    await one.closed();
    expect(one.received.at(-1)).toMatchObject({ type: 'room.closed', code: 'forbidden' });
    await sql(app.databaseUrl, 'update enrollments set expires_at = null where user_id = $1', [
      student(1).user.id,
    ]);
  });

  it('[LV34] whoever is gone without a trace is found, and closed as of when they were last seen', async () => {
    const { sessionId } = await createClass(app.databaseUrl, school);
    const host = await connect(teacher);
    await host.join(sessionId);
    const one = await connect(student(1));
    await one.join(sessionId);
    await one.durable('hand.raise');
    await one.call('leave');
    // As a failure would leave it: open, and nobody connected.
    await sql(
      app.databaseUrl,
      `update live_attendance_intervals i set left_at = null, leave_reason = null, last_seen_at = now() - interval '5 minutes',
         joined_at = now() - interval '10 minutes' from live_session_participants p
       where p.id = i.participant_id and i.session_id = $1 and p.user_id = $2`,
      [sessionId, student(1).user.id],
    );
    const before = host.received.length;
    await app.live.lookAfter();
    await host.until(() =>
      host.received
        .slice(before)
        .find((fact) => fact.type === 'participant.left' && fact['userId'] === student(1).user.id),
    );
    const [row] = await sql<{ minutes: number }>(
      app.databaseUrl,
      `select extract(epoch from i.left_at - i.joined_at)::float / 60 as minutes from live_attendance_intervals i
       join live_session_participants p on p.id = i.participant_id where i.session_id = $1 and p.user_id = $2`,
      [sessionId, student(1).user.id],
    );
    expect(row?.minutes).toBeCloseTo(5, 0);
  });

  it('[LV37] the floor goes to nobody who is away or only looks on', async () => {
    const { sessionId } = await createClass(app.databaseUrl, school);
    await createUser(app.databaseUrl, { email: 'mo@test.lectern', displayName: 'Mo', role: 'moderator' });
    const mo = await signIn(app.url, 'mo@test.lectern');
    const [host, one, observer] = [await connect(teacher), await connect(student(1)), await connect(mo)];
    for (const socket of [host, one, observer]) await socket.join(sessionId);
    await one.call('leave');
    for (const { user } of [student(1), mo])
      await expect(host.durable('floor.give', { userId: user.id })).rejects.toMatchObject({
        code: 'cannot_speak',
      });
    await one.join(sessionId);
    await host.call('floor.give', { key: randomUUID(), userId: student(1).user.id });
    expect((await one.join(sessionId)).snapshot.floorUserId).toBe(student(1).user.id);
  });
});
