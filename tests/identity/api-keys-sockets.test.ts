import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NewApiKeyView } from '../../shared/identity/api-keys.ts';
import { limits } from '../../shared/kernel/limits.ts';
import { liveChannel, reactions } from '../../shared/live/contract.ts';
import { signIn } from '../support/actors.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { createSchool, createUser, sql } from '../support/factories.ts';
import type { School } from '../support/factories.ts';
import { LiveSocket } from '../support/socket.ts';

let app: TestApp;
let school: School;

beforeAll(async () => {
  app = await startTestApp();
  school = await createSchool(app.databaseUrl, { students: 1 });
});
afterAll(() => app?.destroy());

it('an API key opens no class and no note, though its owner may', async () => {
  const teacher = await signIn(app.url, 'teacher@test.lectern');
  const { body } = await teacher.rest<NewApiKeyView>('POST', '/me/api-keys', {
    name: 'Bot',
    permissions: ['user.read'],
  });
  await expect(LiveSocket.connect(app.url, body.key)).rejects.toMatchObject({ code: 'api_key_refused' });
  const path = `/api/v1/notes/${school.noteId}/token`;
  const asked = (token: string) =>
    fetch(`${app.url}${path}`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  expect((await asked(body.key)).status).toBe(403);
  expect((await asked(teacher.accessToken)).status).toBeLessThan(300);
  const socket = await LiveSocket.connect(app.url, teacher.accessToken);
  await socket.join(school.sessionId);
  socket.close();
});

/** Refusals of somebody, with what they were refused. */
const refusalsOf = (userId: string) =>
  sql<{ operation: string; permission: string; resource_id: string | null }>(
    app.databaseUrl,
    `select d.metadata ->> 'operation' as operation, d.metadata ->> 'permission' as permission, l.resource_id
     from audit_logs l join audit_log_details d on d.audit_log_id = l.id
     where l.user_id = $1 and l.action = 'permission.refused' order by l.seq`,
    [userId],
  );

it('an API key schedules and starts classes as far as it names the rights, and reads no note', async () => {
  const email = 'office@test.lectern';
  await createUser(app.databaseUrl, { email, displayName: 'Olga Office', role: 'admin' });
  const admin = await signIn(app.url, email);
  const key = async (...permissions: string[]): Promise<string> =>
    (await admin.rest<NewApiKeyView>('POST', '/me/api-keys', { name: 'Timetable', permissions })).body.key;
  const post = async <T>(token: string, path: string, body?: object) => {
    const reply = await fetch(`${app.url}/api/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body ?? {}),
    });
    return { status: reply.status, body: (await reply.json()) as T & { code?: string } };
  };
  const planned = { title: 'By a program', scheduledAt: '2030-01-01T09:00:00.000Z', durationMinutes: 45 };
  const classes = `/courses/${school.courseId}/live-sessions`;
  const manages = await key('live.manage', 'live.join');
  const made = await post<{ id: string }>(manages, classes, planned);
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  expect((await post(manages, `/live-sessions/${made.body.id}/start`)).status).toBe(403);
  expect(
    (await post(await key('live.host', 'live.join'), `/live-sessions/${made.body.id}/start`)).status,
  ).toBe(200);
  expect((await post(await key('live.join'), classes, planned)).body.code).toBe('forbidden');
  const notes = await key('note.read', 'note.edit');
  expect((await post(notes, `/notes/${school.noteId}/token`)).body.code).toBe('api_key_refused');
});

it('whoever is refused in a class, by REST or by an event, stands in the audit trail of its organization', async () => {
  const student = await signIn(app.url, 'student1@test.lectern');
  expect((await student.rest('POST', `/live-sessions/${school.sessionId}/start`)).status).toBe(403);
  const socket = await LiveSocket.connect(app.url, student.accessToken);
  await socket.join(school.sessionId);
  expect(await socket.send('lock.set', { microphone: true })).toMatchObject({ error: { code: 'forbidden' } });
  socket.close();
  expect(await refusalsOf(student.user.id)).toEqual([
    { operation: 'live.start', permission: 'live.host', resource_id: school.sessionId },
    { operation: 'live:lock.set', permission: 'live.host', resource_id: school.sessionId },
  ]);
});

it('more sockets do not say more: what others see is limited for each person, and so are their sockets', async () => {
  const student = await signIn(app.url, 'student1@test.lectern');
  const { points } = liveChannel.events['reaction.send'].rate;
  const sockets = await Promise.all(
    Array.from({ length: 3 }, () => LiveSocket.connect(app.url, student.accessToken)),
  );
  for (const socket of sockets) await socket.join(school.sessionId);
  const replies = await Promise.all(
    sockets.flatMap((socket) =>
      Array.from({ length: points }, () => socket.send('reaction.send', { reaction: reactions[0] })),
    ),
  );
  expect(replies.filter(({ ok }) => ok)).toHaveLength(points);
  const more = await Promise.all(
    Array.from({ length: limits.socketsPerPerson + 1 - sockets.length }, () =>
      LiveSocket.connect(app.url, student.accessToken),
    ),
  );
  await Promise.race(more.map((socket) => socket.closed()));
  expect(more.flatMap(({ received }) => received)).toContainEqual(
    expect.objectContaining({ type: 'room.closed', code: 'too_many_connections' }),
  );
  for (const socket of [...sockets, ...more]) socket.close();
});
