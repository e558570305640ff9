import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { signIn } from '../support/actors.ts';
import type { TestActor } from '../support/actors.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { createClass, createSchool, sql } from '../support/factories.ts';
import type { School } from '../support/factories.ts';
import { LiveSocket } from '../support/socket.ts';

let app: TestApp;
let school: School;
let actors: TestActor[];
let sockets: LiveSocket[] = [];
let sessionId: string;
let noteId: string;

/** The teacher and three students, all in a fresh class. */
async function inside(): Promise<[LiveSocket, LiveSocket, LiveSocket, LiveSocket]> {
  ({ sessionId, noteId } = await createClass(app.databaseUrl, school));
  sockets = await Promise.all(actors.map((actor) => LiveSocket.connect(app.url, actor.accessToken)));
  for (const socket of sockets) await socket.join(sessionId);
  return sockets as [LiveSocket, LiveSocket, LiveSocket, LiveSocket];
}
const userId = (n: number): string => (actors[n] as TestActor).user.id;
const snapshot = async () => (await (sockets[0] as LiveSocket).join(sessionId)).snapshot;

beforeAll(async () => {
  app = await startTestApp();
  school = await createSchool(app.databaseUrl, { students: 3 });
  actors = await Promise.all(
    ['teacher', 'student1', 'student2', 'student3'].map((name) => signIn(app.url, `${name}@test.lectern`)),
  );
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});
afterAll(() => app.destroy());

describe('durable events', () => {
  it('[LV11] a repeat gets the first acknowledgement and makes nothing twice; a foreign use of the key is refused', async () => {
    const [teacher, one] = await inside();
    const key = randomUUID();
    const [first, again] = await Promise.all([
      one.call('chat.send', { key, text: 'once' }),
      one.call('chat.send', { key, text: 'once' }),
    ]);
    const third = await one.call('chat.send', { key, text: 'once' });
    expect([again, third]).toEqual([first, first]);
    await expect(one.call('chat.send', { key, text: 'something else' })).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    await expect(one.call('hand.raise', { key })).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    // Keys belong to a person: the same one is free for somebody else.
    await teacher.call('chat.send', { key, text: 'mine' });
    const rows = await sql<{ content: string }>(
      app.databaseUrl,
      'select content from live_chat_messages where session_id = $1 order by id',
      [sessionId],
    );
    expect(rows.map((row) => row.content)).toEqual(['once', 'mine']);
  });

  it('[LV13] events of one connection keep their order', async () => {
    const [teacher, one] = await inside();
    const texts = Array.from({ length: 25 }, (_, n) => `line ${n}`);
    await Promise.all(texts.map((text) => one.durable('chat.send', { text })));
    await teacher.fact('chat.sent', (fact) => fact['text'] === 'line 24');
    expect(teacher.received.filter((fact) => fact.type === 'chat.sent').map((fact) => fact['text'])).toEqual(
      texts,
    );
  });
});

describe('chat', () => {
  it('[LV17] persists with the sender’s key and name, and can be closed for all but hosts', async () => {
    const [teacher, one, two] = await inside();
    const key = randomUUID();
    const { id } = await one.call<{ id: string }>('chat.send', { key, text: '  Grüße 👋  ' });
    expect(await two.fact('chat.sent')).toMatchObject({
      id,
      key,
      text: 'Grüße 👋',
      displayName: 'Student 1',
      userId: userId(1),
    });
    await teacher.durable('lock.set', { chat: true });
    await expect(two.durable('chat.send', { text: 'psst' })).rejects.toMatchObject({ code: 'chat_locked' });
    await teacher.durable('chat.send', { text: 'Please listen.' });
    expect((await snapshot()).chat.map((line) => line.text)).toEqual(['Grüße 👋', 'Please listen.']);
  });
});

describe('hands and floor', () => {
  it('[LV18] one ordered queue', async () => {
    const [teacher, one, two, three] = await inside();
    const positions = await Promise.all(
      [one, two, three].map((socket) => socket.durable<{ position: number }>('hand.raise')),
    );
    expect(positions.map((reply) => reply.position).toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
    expect(await one.durable('hand.raise')).toEqual(positions[0]);
    const order = (await snapshot()).hands.map((hand) => hand.userId);
    expect(order.map((id) => [userId(1), userId(2), userId(3)].indexOf(id))).toEqual(
      positions
        .map((reply, n) => [reply.position, n])
        .toSorted((a, b) => (a[0] as number) - (b[0] as number))
        .map(([, n]) => n),
    );
    await expect(two.durable('hand.lower', { userId: userId(1) })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await teacher.durable('hand.lower', { userId: userId(1) });
    await two.durable('hand.lower');
    await three.call('leave');
    await teacher.fact('hand.lowered', (fact) => fact['userId'] === userId(3));
    expect((await snapshot()).hands).toEqual([]);
    const reasons = await sql<{ resolution: string }>(
      app.databaseUrl,
      'select resolution from live_hand_raises where session_id = $1',
      [sessionId],
    );
    expect(reasons.map((row) => row.resolution).toSorted()).toEqual(['left', 'lowered_host', 'lowered_self']);
    await teacher.durable('lock.set', { hands: true });
    await expect(one.durable('hand.raise')).rejects.toMatchObject({ code: 'hands_locked' });
  });

  it('[LV19] the floor opens exactly one microphone, and is given back', async () => {
    const [teacher, one, two] = await inside();
    const microphones = () =>
      Promise.all([1, 2].map((n) => app.live.authorizeMedia(userId(n), sessionId, 'microphone')));
    await teacher.durable('lock.set', { microphone: true });
    expect(await microphones()).toEqual([false, false]);
    await one.durable('hand.raise');
    await teacher.durable('floor.give', { userId: userId(1) });
    expect(await microphones()).toEqual([true, false]);
    expect(await app.live.authorizeMedia(userId(1), sessionId, 'screen')).toBe(false);
    expect((await snapshot()).hands).toEqual([]);
    await teacher.durable('floor.give', { userId: userId(2) });
    expect(await microphones()).toEqual([false, true]);
    await expect(one.durable('floor.take')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(one.durable('floor.give', { userId: userId(1) })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await two.durable('floor.take');
    expect(await microphones()).toEqual([false, false]);
    expect((await snapshot()).floorUserId).toBeNull();
    await expect(teacher.durable('floor.give', { userId: randomUUID() })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('[LV20] locks bind attendees; an exception beats the lock; only hosts set them', async () => {
    const [teacher, one] = await inside();
    const may = (n: number, source: 'microphone' | 'camera' | 'screen') =>
      app.live.authorizeMedia(userId(n), sessionId, source);
    expect([await may(1, 'microphone'), await may(1, 'camera'), await may(1, 'screen')]).toEqual([
      true,
      true,
      false,
    ]);
    await teacher.durable('lock.set', { camera: true, screen: false });
    expect([await may(1, 'camera'), await may(1, 'screen'), await may(0, 'camera')]).toEqual([
      false,
      true,
      true,
    ]);
    await teacher.durable('lock.set', { userId: userId(1), camera: false, microphone: true });
    expect([
      await may(1, 'camera'),
      await may(1, 'microphone'),
      await may(2, 'camera'),
      await may(2, 'microphone'),
    ]).toEqual([true, false, false, true]);
    await teacher.durable('lock.set', { userId: userId(1), camera: null, microphone: null });
    expect([await may(1, 'camera'), await may(1, 'microphone')]).toEqual([false, true]);
    await expect(one.durable('lock.set', { camera: false })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(teacher.durable('lock.set', { camera: null })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    await expect(teacher.durable('lock.set', { userId: userId(1), chat: true })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  it('[LV21] reactions and quality reach everybody and are not written down', async () => {
    const [teacher, one, two] = await inside();
    const before = (await snapshot()).chat.length;
    await one.call('reaction.send', { reaction: '👏' });
    await two.call('quality.report', { quality: 'poor' });
    expect(await teacher.fact('reaction.sent')).toEqual({
      type: 'reaction.sent',
      userId: userId(1),
      reaction: '👏',
    });
    expect(await teacher.fact('quality.changed')).toEqual({
      type: 'quality.changed',
      userId: userId(2),
      quality: 'poor',
    });
    const rows = await sql(
      app.databaseUrl,
      `select 1 from room_log where room = $1 and (type like 'reaction%' or type like 'quality%')`,
      [`live:${sessionId}`],
    );
    expect([rows.length, (await snapshot()).chat.length]).toEqual([0, before]);
  });
});

describe('the class as a whole', () => {
  it('[LV22] [LV24] its states, and who changes them', async () => {
    const [teacher, one] = actors as [TestActor, TestActor];
    const input = {
      title: 'Cells',
      scheduledAt: new Date(Date.now() + 3_600_000).toISOString(),
      durationMinutes: 45,
    };
    expect((await one.rest('POST', `/courses/${school.courseId}/live-sessions`, input)).status).toBe(403);
    const made = await teacher.rest<{ id: string; noteDocumentId: string }>(
      'POST',
      `/courses/${school.courseId}/live-sessions`,
      input,
    );
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      title: 'Cells',
      status: 'scheduled',
      canHost: true,
      noteDocumentId: expect.any(String),
    });
    const act = async (actor: TestActor, what: string) => {
      const { status, body } = await actor.rest<{ status: string }>(
        'POST',
        `/live-sessions/${made.body.id}/${what}`,
        what === 'cancel' ? {} : undefined,
      );
      return status === 200 ? body.status : body.code;
    };
    for (const what of ['start', 'end', 'reopen', 'cancel']) expect(await act(one, what)).toBe('forbidden');
    expect(await act(teacher, 'end')).toBe('session_not_live');
    expect(await act(teacher, 'reopen')).toBe('conflict');
    expect(await Promise.all([act(teacher, 'start'), act(teacher, 'start')])).toEqual(['live', 'live']);
    const starts = await sql(
      app.databaseUrl,
      `select 1 from live_session_events where session_id = $1 and event_type = 'session.started'`,
      [made.body.id],
    );
    expect(starts).toHaveLength(1);
    expect(await act(teacher, 'cancel')).toBe('conflict');
    expect(await act(teacher, 'end')).toBe('ended');
    expect(await act(teacher, 'start')).toBe('conflict');
    expect(await act(teacher, 'reopen')).toBe('live');
    const other = await teacher.rest<{ id: string }>(
      'POST',
      `/courses/${school.courseId}/live-sessions`,
      input,
    );
    const cancel = await teacher.rest<{ status: string }>('POST', `/live-sessions/${other.body.id}/cancel`, {
      reason: 'Field trip',
    });
    expect(cancel.body.status).toBe('cancelled');
    expect((await teacher.rest('POST', `/live-sessions/${other.body.id}/start`)).body.code).toBe(
      'session_cancelled',
    );
  });

  it('[LV23] ending clears the room and keeps what was written; reopening goes on with it', async () => {
    const [teacher, one] = await inside();
    await one.durable('chat.send', { text: 'See you' });
    await one.durable('hand.raise');
    await teacher.durable('floor.give', { userId: userId(2) });
    await expect(one.durable('session.end')).rejects.toMatchObject({ code: 'forbidden' });
    const access = async () =>
      (await (actors[1] as TestActor).rest<{ access: string }>('POST', `/notes/${noteId}/token`)).body.access;
    expect(await access()).toBe('edit');
    await teacher.durable('session.end');
    await one.fact('session.ended');
    expect(await access()).toBe('view');
    await expect(one.durable('chat.send', { text: 'late' })).rejects.toMatchObject({
      code: 'session_not_live',
    });
    const [open] = await sql<{ n: number }>(
      app.databaseUrl,
      `select (select count(*) from live_attendance_intervals where session_id = $1 and left_at is null)::int
        + (select count(*) from live_hand_raises where session_id = $1 and lowered_at is null)::int n`,
      [sessionId],
    );
    expect(open?.n).toBe(0);
    const history = await (actors[1] as TestActor).rest<{ items: { text: string }[] }>(
      'GET',
      `/live-sessions/${sessionId}/chat`,
    );
    expect(history.body.items.map((line) => line.text)).toEqual(['See you']);
    expect((await (actors[0] as TestActor).rest('POST', `/live-sessions/${sessionId}/reopen`)).status).toBe(
      200,
    );
    await one.fact('session.reopened');
    const state = (await one.join(sessionId)).snapshot;
    expect(state).toMatchObject({ floorUserId: null, hands: [], session: { status: 'live', endedAt: null } });
    expect(state.chat.map((line) => line.text)).toEqual(['See you']);
    expect(await access()).toBe('edit');
  });
});
