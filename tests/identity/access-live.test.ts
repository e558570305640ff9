import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { noteCloseCodes, noteMessages } from '../../shared/notes/contract.ts';
import { signIn } from '../support/actors.ts';
import type { TestActor } from '../support/actors.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { createClass, createCourse, createUser, enroll, sql } from '../support/factories.ts';
import { LiveSocket } from '../support/socket.ts';
import { statementsOf, testClock } from './server.ts';

const clock = testClock();
let app: TestApp;
let school: string;
let admin: TestActor;
let teacher: TestActor;
let learner: TestActor;
let guest: TestActor;
let courseId: string;
let sessionId: string;
let noteId: string;
const sockets: LiveSocket[] = [];

const rows = <T extends object>(statement: string, ...values: unknown[]) =>
  sql<T>(app.databaseUrl, statement, values);
async function person(role: string): Promise<TestActor> {
  const email = `${randomUUID()}@test.lectern`;
  await createUser(app.databaseUrl, { email, displayName: `A ${role}`, role });
  return signIn(app.url, email);
}

beforeAll(async () => {
  app = await startTestApp({ env: { MEDIASOUP_WORKER_BIN: 'later' }, clock });
  school = (await rows<{ id: string }>(`select id from organizations where slug = 'default'`))[0]?.id ?? '';
  admin = await person('admin');
});
afterAll(() => app.destroy());
beforeEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  [teacher, learner, guest] = await Promise.all([person('instructor'), person('student'), person('student')]);
  courseId = await createCourse(app.databaseUrl, teacher.user.id);
  await enroll(app.databaseUrl, learner.user.id, courseId);
  ({ sessionId, noteId } = await createClass(app.databaseUrl, { courseId, teacherId: teacher.user.id }));
});

const give = async <T extends { id: string }>(
  what: 'role-assignments' | 'grants',
  body: object,
): Promise<T> => {
  const reply = await admin.rest<T>('POST', `/organizations/${school}/${what}`, body);
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return reply.body;
};
const take = async (what: 'role-assignments' | 'grants', id: string): Promise<void> => {
  expect((await admin.rest('DELETE', `/organizations/${school}/${what}/${id}`)).status).toBe(204);
};
const systemRole = async (slug: string): Promise<string> =>
  (await rows<{ id: string }>('select id from roles where slug = $1 and organization_id is null', slug))[0]
    ?.id ?? '';
const inClass = () => ({ type: 'live_session', id: sessionId });

async function connect(who: TestActor): Promise<LiveSocket> {
  const socket = await LiveSocket.connect(app.url, who.accessToken);
  sockets.push(socket);
  return socket;
}
async function enter(who: TestActor): Promise<LiveSocket> {
  const socket = await connect(who);
  await socket.join(sessionId);
  return socket;
}
/** Opens the note; resolves with the socket, or the code it was closed with. */
async function openNote(who: TestActor): Promise<WebSocket> {
  const { status, body } = await who.rest<{ token: string }>('POST', `/notes/${noteId}/token`);
  expect(status).toBe(200);
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/notes/${noteId}?token=${body.token}&ack=1`);
  await new Promise((resolve) => socket.once('message', resolve));
  return socket;
}
const closeCode = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => socket.once('close', (code) => resolve(code)));

/** How long something took, in milliseconds. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

describe('a role or an exception holds in REST, sockets, notes and media alike', () => {
  it('a role in one class lets a guest look on there, and taking it away puts them out everywhere within a second', async () => {
    expect((await guest.rest('GET', `/live-sessions/${sessionId}`)).status).toBe(404);
    expect(await app.live.authorizeMedia(guest.user.id, sessionId, 'receive')).toBe(false);
    const given = await give('role-assignments', {
      userId: guest.user.id,
      roleId: await systemRole('course_observer'),
      context: inClass(),
    });
    expect((await guest.rest('GET', `/live-sessions/${sessionId}`)).status).toBe(200);
    const socket = await connect(guest);
    expect((await socket.join(sessionId)).snapshot.me.role).toBe('observer');
    expect(await app.live.authorizeMedia(guest.user.id, sessionId, 'receive')).toBe(true);
    expect(await app.live.authorizeMedia(guest.user.id, sessionId, 'microphone')).toBe(false);
    expect(await app.live.noteAccess(guest.user.id, noteId)).toBe('view');
    const note = await openNote(guest);
    const watcher = await enter(teacher);
    const gone = Promise.all([socket.closed(), closeCode(note)]);
    const took = await timed(async () => {
      await take('role-assignments', given.id);
      await gone;
    });
    expect(took).toBeLessThan(1000);
    expect(socket.received.at(-1)).toMatchObject({ type: 'room.closed', code: 'forbidden' });
    expect([noteCloseCodes.rights, noteCloseCodes.missing]).toContain((await gone)[1]);
    await watcher.fact('participant.left', (fact) => fact['userId'] === guest.user.id);
    expect((await guest.rest('GET', `/live-sessions/${sessionId}`)).status).toBe(404);
    expect(await app.live.authorizeMedia(guest.user.id, sessionId, 'receive')).toBe(false);
    expect(await app.live.noteAccess(guest.user.id, noteId)).toBeNull();
    await expect((await connect(guest)).join(sessionId)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('what was given for a time ends then, in sockets and notes that are open, without anybody doing anything', async () => {
    const seconds = 20;
    const expiresAt = new Date(clock.now().getTime() + seconds * 1000).toISOString();
    const roleId = await systemRole('course_observer');
    await give('role-assignments', { userId: guest.user.id, roleId, context: inClass(), expiresAt });
    const permission = { permission: 'note.edit', granted: true, context: inClass(), expiresAt };
    await give('grants', { userId: learner.user.id, ...permission });
    await rows(`update live_session_participants set role = 'observer' where session_id = $1`, sessionId);
    const socket = await enter(guest);
    const watcher = await enter(teacher);
    const note = await openNote(guest);
    const written = await openNote(learner);
    expect(await app.live.noteAccess(learner.user.id, noteId)).toBe('edit');
    const denied = once(written, 'message');
    const gone = Promise.all([socket.closed(), closeCode(note)]);
    const took = await timed(async () => {
      clock.advance(seconds * 1000);
      await gone;
    });
    expect(took).toBeLessThan(1500);
    expect(socket.received.at(-1)).toMatchObject({ type: 'room.closed', code: 'forbidden' });
    await watcher.fact('participant.left', (fact) => fact['userId'] === guest.user.id);
    // Told to write no more (message 2 of the protocol), and read on.
    const [frame] = (await denied) as [Buffer];
    expect(frame[0]).toBe(noteMessages.auth);
    expect(await app.live.noteAccess(learner.user.id, noteId)).toBe('view');
    written.close();
  });

  it('an enrolment that ends by time ends there too', async () => {
    const socket = await enter(learner);
    const expiresAt = new Date(clock.now().getTime() + 5000);
    await rows('update enrollments set expires_at = $2 where user_id = $1', learner.user.id, expiresAt);
    // Whoever changes an enrolment says so; here it is a change of somebody else's rights.
    await give('grants', { userId: guest.user.id, permission: 'course.read', granted: true });
    clock.advance(5000);
    await socket.closed();
    expect(socket.received.at(-1)).toMatchObject({ type: 'room.closed', code: 'forbidden' });
  });

  it('a permission by name lets a guest take part', async () => {
    await give('grants', {
      userId: guest.user.id,
      permission: 'live.join',
      granted: true,
      context: inClass(),
    });
    expect((await (await connect(guest)).join(sessionId)).snapshot.me.role).toBe('attendee');
    expect(await app.live.authorizeMedia(guest.user.id, sessionId, 'microphone')).toBe(true);
  });

  it('a denial by name puts a learner out of the class, and lifting it lets them in again', async () => {
    const socket = await enter(learner);
    const denied = await give<{ id: string }>('grants', {
      userId: learner.user.id,
      permission: 'live.join',
      granted: false,
      context: { type: 'course', id: courseId },
    });
    await socket.closed();
    await expect((await connect(learner)).join(sessionId)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await app.live.authorizeMedia(learner.user.id, sessionId, 'receive')).toBe(false);
    expect((await learner.rest('GET', `/courses/${courseId}`)).status).toBe(200);
    await take('grants', denied.id);
    expect((await (await connect(learner)).join(sessionId)).snapshot.me.role).toBe('attendee');
  });

  it('who is forbidden to write in the note reads it, and stays in the class', async () => {
    const socket = await enter(learner);
    expect(await app.live.noteAccess(learner.user.id, noteId)).toBe('edit');
    await give('grants', { userId: learner.user.id, permission: 'note.edit', granted: false });
    expect(await app.live.noteAccess(learner.user.id, noteId)).toBe('view');
    expect(await socket.durable('chat.send', { text: 'still here' })).toHaveProperty('id');
    await give('grants', { userId: learner.user.id, permission: 'note.read', granted: false });
    expect(await app.live.noteAccess(learner.user.id, noteId)).toBe('none');
  });

  it('who becomes an assistant leads the class from that moment, and everybody sees it; and loses it as fast', async () => {
    const socket = await enter(learner);
    const watcher = await enter(teacher);
    await expect(socket.durable('lock.set', { chat: true })).rejects.toMatchObject({ code: 'forbidden' });
    const given = await give<{ id: string }>('role-assignments', {
      userId: learner.user.id,
      roleId: await systemRole('course_assistant'),
      context: { type: 'course', id: courseId },
    });
    await watcher.fact('participant.joined', (fact) => fact['role'] === 'co_host');
    expect(await socket.durable('lock.set', { chat: true })).toEqual({});
    expect(await socket.durable('lock.set', { chat: false })).toEqual({});
    await take('role-assignments', given.id);
    await watcher.fact(
      'participant.joined',
      (fact) => fact['role'] === 'attendee' && fact['userId'] === learner.user.id && Number(fact.seq) > 3,
    );
    await expect(socket.durable('lock.set', { chat: true })).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('a role of the organization’s own holds in all its courses, and its change reaches a running class', async () => {
    const made = await admin.rest<{ id: string }>('POST', `/organizations/${school}/roles`, {
      name: `Inspector ${sessionId}`,
      slug: `inspector${randomUUID().replaceAll('-', '')}`,
      level: 20,
      permissions: [
        { slug: 'course.read', granted: true },
        { slug: 'live.join', granted: true },
      ],
    });
    await give('role-assignments', { userId: guest.user.id, roleId: made.body.id });
    const socket = await connect(guest);
    expect((await socket.join(sessionId)).snapshot.me.role).toBe('observer');
    await admin.rest('PATCH', `/organizations/${school}/roles/${made.body.id}`, {
      permissions: [{ slug: 'course.read', granted: true }],
    });
    await socket.closed();
    expect(socket.received.at(-1)).toMatchObject({ type: 'room.closed', code: 'forbidden' });
  });

  it('who is taken out of the organization is out of its classes and notes', async () => {
    const socket = await enter(learner);
    const note = await openNote(learner);
    const [membership] = await rows<{ id: string }>(
      'select id from organization_memberships where user_id = $1 and organization_id = $2',
      learner.user.id,
      school,
    );
    const gone = Promise.all([socket.closed(), closeCode(note)]);
    const removed = await admin.rest('DELETE', `/organizations/${school}/members/${membership?.id}`);
    expect(removed.status, JSON.stringify(removed.body)).toBe(204);
    await gone;
    expect(await app.live.authorizeMedia(learner.user.id, sessionId, 'receive')).toBe(false);
  });

  it('the right to an event in a class costs one statement', async () => {
    const socket = await enter(learner);
    const statements = await statementsOf(() => socket.durable('chat.send', { text: 'cheap' }));
    const rights = statements.filter((statement) => statement.includes('role_permissions'));
    expect(rights).toHaveLength(1);
  });
});
