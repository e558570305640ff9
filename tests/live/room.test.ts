import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RoomSnapshot } from '../../shared/live/contract.ts';
import { signIn } from '../support/actors.ts';
import type { TestActor } from '../support/actors.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { createClass, createSchool, createUser, sql } from '../support/factories.ts';
import type { School } from '../support/factories.ts';
import { LiveSocket } from '../support/socket.ts';
import type { Received } from '../support/socket.ts';

let app: TestApp;
let school: School;
let teacher: TestActor;
let students: TestActor[];
const sockets: LiveSocket[] = [];

async function connect(actor: TestActor): Promise<LiveSocket> {
  const socket = await LiveSocket.connect(app.url, actor.accessToken);
  sockets.push(socket);
  return socket;
}

/** A fresh class of the course, so that tests do not see each other's people. */
const newClass = () => createClass(app.databaseUrl, school);

beforeAll(async () => {
  app = await startTestApp({ graceSeconds: 1 });
  school = await createSchool(app.databaseUrl, { students: 3 });
  teacher = await signIn(app.url, 'teacher@test.lectern');
  students = await Promise.all([1, 2, 3].map((n) => signIn(app.url, `student${n}@test.lectern`)));
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});
afterAll(() => app.destroy());

const student = (n: number): TestActor => students[n - 1] as TestActor;

describe('who gets in', () => {
  it('[LV1] roles follow the course, and strangers learn nothing', async () => {
    const { sessionId } = await newClass();
    await createUser(app.databaseUrl, { email: 'stranger@test.lectern', displayName: 'Stranger' });
    await createUser(app.databaseUrl, {
      email: 'moderator@test.lectern',
      displayName: 'Mo',
      role: 'moderator',
    });
    await createUser(app.databaseUrl, { email: 'admin@test.lectern', displayName: 'Ad', role: 'admin' });
    const [moderator, admin] = await Promise.all(
      ['moderator', 'admin'].map((name) => signIn(app.url, `${name}@test.lectern`)),
    );
    const roles = new Map<string, string>();
    for (const [name, actor] of [
      ['teacher', teacher],
      ['student', student(1)],
      ['moderator', moderator as TestActor],
      ['admin', admin as TestActor],
    ] as const) {
      roles.set(name, (await (await connect(actor)).join(sessionId)).snapshot.me.role);
    }
    expect(roles).toEqual(
      new Map([
        ['teacher', 'host'],
        ['student', 'attendee'],
        ['moderator', 'observer'],
        ['admin', 'co_host'],
      ]),
    );
    const stranger = await signIn(app.url, 'stranger@test.lectern');
    await expect((await connect(stranger)).join(sessionId)).rejects.toMatchObject({ code: 'not_found' });
    expect((await stranger.rest('GET', `/live-sessions/${sessionId}`)).status).toBe(404);
    expect((await stranger.rest('GET', `/live-sessions/${sessionId}/chat`)).status).toBe(404);
    expect((await stranger.rest('POST', `/live-sessions/${sessionId}/end`)).status).toBe(404);
  });

  it('[LV2] only a running class can be joined', async () => {
    const { sessionId } = await createClass(app.databaseUrl, { ...school, status: 'scheduled' });
    const reply = await (await connect(student(1))).send('join', { sessionId });
    expect(reply).toMatchObject({
      ok: false,
      error: { code: 'session_not_live', data: { status: 'scheduled' } },
    });
  });

  it('[LV3] many tabs are one participant, up to the limit', async () => {
    const { sessionId } = await newClass();
    const tabs = await Promise.all(Array.from({ length: 8 }, () => connect(student(1))));
    for (const tab of tabs) await tab.join(sessionId);
    const { snapshot } = await (await connect(teacher)).join(sessionId);
    expect(snapshot.participants.filter((person) => person.userId === student(1).user.id)).toHaveLength(1);
    await expect((await connect(student(1))).join(sessionId)).rejects.toMatchObject({
      code: 'too_many_connections',
    });
    const rows = await sql(app.databaseUrl, 'select 1 from live_session_participants where session_id = $1', [
      sessionId,
    ]);
    expect(rows).toHaveLength(2);
  });

  it('[LV4] a handshake needs a token, and signing out ends the sockets', async () => {
    await expect(LiveSocket.connect(app.url, 'nonsense')).rejects.toMatchObject({ code: 'token_invalid' });
    const { sessionId } = await newClass();
    const own = await signIn(app.url, 'student3@test.lectern');
    const socket = await connect(own);
    await socket.join(sessionId);
    const out = await fetch(`${app.url}/api/v1/auth/sign-out`, {
      method: 'POST',
      headers: { cookie: own.cookie },
    });
    expect(out.status).toBe(204);
    await socket.closed();
    expect(socket.received.at(-1)).toMatchObject({ type: 'room.closed', code: 'session_revoked' });
    await expect(LiveSocket.connect(app.url, own.accessToken)).rejects.toMatchObject({
      code: 'session_revoked',
    });
  });

  it('[LV5] whoever loses the course is out at once', async () => {
    const { sessionId } = await newClass();
    const socket = await connect(student(3));
    await socket.join(sessionId);
    const watcher = await connect(teacher);
    await watcher.join(sessionId);
    await app.courses.unenroll({ kind: 'system' }, { courseId: school.courseId, userId: student(3).user.id });
    await socket.closed();
    expect(socket.received.at(-1)).toMatchObject({ type: 'room.closed', code: 'forbidden' });
    await watcher.fact('participant.left', (fact) => fact['userId'] === student(3).user.id);
    await expect((await connect(student(3))).join(sessionId)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('[LV5] whoever lost the course while the database was away is out when it is back', async () => {
    const { sessionId } = await newClass();
    const { id: userId } = student(2).user;
    const socket = await connect(student(2));
    await socket.join(sessionId);
    const rename = (from: string, to: string) => sql(app.databaseUrl, `alter table ${from} rename to ${to}`);
    const expire = (when: string) =>
      sql(app.databaseUrl, `update enrollments set expires_at = ${when} where user_id = $1`, [userId]);
    await expire(`now() - interval '1 day'`);
    await rename('live_session_participants', 'participants_away');
    await app.live.rightsChanged({ userId });
    expect(socket.socket.connected).toBe(true);
    await rename('participants_away', 'live_session_participants');
    await socket.closed();
    expect(socket.received.at(-1)).toMatchObject({ type: 'room.closed', code: 'forbidden' });
    await expire('null');
  });

  it('[LV6] a full or locked class keeps newcomers out, not those who were in', async () => {
    const { sessionId } = await newClass();
    const first = await connect(student(1));
    await first.join(sessionId);
    await sql(app.databaseUrl, 'update live_sessions set max_participants = 1 where id = $1', [sessionId]);
    await expect((await connect(student(2))).join(sessionId)).rejects.toMatchObject({ code: 'session_full' });
    await sql(app.databaseUrl, 'update live_sessions set max_participants = null where id = $1', [sessionId]);
    const host = await connect(teacher);
    await host.join(sessionId);
    await expect(first.durable('lock.set', { room: true })).rejects.toMatchObject({ code: 'forbidden' });
    await host.durable('lock.set', { room: true });
    expect((await first.fact('lock.changed'))['locks']).toMatchObject({ room: true });
    await expect((await connect(student(2))).join(sessionId)).rejects.toMatchObject({
      code: 'session_locked',
    });
    await first.call('leave');
    expect((await first.join(sessionId)).snapshot.me.role).toBe('attendee');
    expect((await (await connect(teacher)).join(sessionId)).snapshot.me.role).toBe('host');
    await host.durable('lock.set', { room: false });
    expect((await (await connect(student(2))).join(sessionId)).snapshot.locks.room).toBe(false);
  });
});

describe('state and facts', () => {
  it('[LV8] facts arrive in order, without a gap, each once, also under a storm', async () => {
    const { sessionId } = await newClass();
    const watcher = await connect(teacher);
    const { seq } = await watcher.join(sessionId);
    const writers = await Promise.all([1, 2].map((n) => connect(student(n))));
    for (const writer of writers) await writer.join(sessionId);
    const texts = Array.from({ length: 30 }, (_, n) => `line ${n}`);
    await Promise.all(
      writers.flatMap((writer) => texts.map((text) => writer.durable('chat.send', { text }))),
    );
    const total = 2 + 60;
    await watcher.until(() =>
      watcher.facts.filter((fact) => (fact.seq as number) > seq).length >= total ? true : undefined,
    );
    const seqs = watcher.facts.map((fact) => fact.seq as number).filter((n) => n > seq);
    expect(seqs).toEqual(Array.from({ length: total }, (_, n) => seq + 1 + n));
  });

  it('[LV9] resume answers exactly what was missed, or resync', async () => {
    const { sessionId } = await newClass();
    const watcher = await connect(teacher);
    const { seq } = await watcher.join(sessionId);
    for (let n = 0; n < 5; n += 1) await watcher.durable('chat.send', { text: `line ${n}` });
    const missed = await watcher.call<{ facts: Received[]; seq: number }>('resume', { after: seq + 2 });
    expect(missed.facts.map((fact) => [fact.seq, fact['text']])).toEqual([
      [seq + 3, 'line 2'],
      [seq + 4, 'line 3'],
      [seq + 5, 'line 4'],
    ]);
    expect(missed.facts).toEqual(watcher.facts.filter((fact) => (fact.seq as number) > seq + 2));
    expect(await watcher.call('resume', { after: seq + 5 })).toEqual({ facts: [], seq: seq + 5 });
    expect(await watcher.call('resume', { after: seq + 500 })).toEqual({ resync: true });
    await sql(app.databaseUrl, 'delete from room_log where room = $1 and seq <= $2', [
      `live:${sessionId}`,
      seq + 3,
    ]);
    expect(await watcher.call('resume', { after: seq })).toEqual({ resync: true });
  });

  it('[LV10] a late joiner gets the newest lines of 2,000 at once, and the rest by page', async () => {
    const { sessionId } = await newClass();
    await sql(
      app.databaseUrl,
      `insert into live_chat_messages (id, session_id, sender_id, content)
       select (lpad(to_hex((extract(epoch from now()) * 1000)::bigint - 5000 + n), 12, '0') || '7000800000000000' || lpad(to_hex(n), 4, '0'))::uuid, $1, $2, 'line ' || n
       from generate_series(1, 2000) n`,
      [sessionId, student(1).user.id],
    );
    const { snapshot } = await (await connect(student(2))).join(sessionId);
    expect(snapshot.chat).toHaveLength(200);
    expect(snapshot.chatHasOlder).toBe(true);
    expect(snapshot.chat.at(-1)?.text).toBe('line 2000');
    const texts: string[] = [];
    for (let cursor: string | null = snapshot.chat[0]?.id ?? null; cursor;) {
      const page: { items: { text: string }[]; nextCursor: string | null } = (
        await student(2).rest<{ items: { text: string }[]; nextCursor: string | null }>(
          'GET',
          `/live-sessions/${sessionId}/chat?limit=200&cursor=${cursor}`,
        )
      ).body;
      texts.push(...page.items.map((line) => line.text));
      cursor = page.nextCursor;
    }
    expect(texts).toEqual(Array.from({ length: 1800 }, (_, n) => `line ${1800 - n}`));
  });
});

describe('presence', () => {
  const presenceOf = (snapshot: RoomSnapshot, actor: TestActor) =>
    snapshot.participants.find((person) => person.userId === actor.user.id)?.presence;

  it('[LV14] reconnecting after the last connection is lost, then away; leave is at once', async () => {
    const { sessionId } = await newClass();
    const watcher = await connect(teacher);
    await watcher.join(sessionId);
    const [tabA, tabB] = [await connect(student(1)), await connect(student(1))];
    await tabA.join(sessionId);
    await tabB.join(sessionId);
    tabA.close();
    await tabB.call('leave');
    // The lost tab was not the last one when it went, so nobody saw them reconnecting; leaving with the last is at once.
    await watcher.fact('participant.left', (fact) => fact['userId'] === student(1).user.id);
    expect(watcher.received.some((fact) => fact.type === 'participant.reconnecting')).toBe(false);

    const lost = await connect(student(2));
    await lost.join(sessionId);
    lost.close();
    await watcher.fact('participant.reconnecting', (fact) => fact['userId'] === student(2).user.id);
    const during = await (await connect(teacher)).join(sessionId);
    expect(presenceOf(during.snapshot, student(2))).toBe('reconnecting');
    await watcher.fact('participant.left', (fact) => fact['userId'] === student(2).user.id);
    const after = await (await connect(teacher)).join(sessionId);
    expect(presenceOf(after.snapshot, student(2))).toBe('away');
  });

  it('[LV14] a connection that is lost while it joins leaves no ghost', async () => {
    const { sessionId } = await newClass();
    const watcher = await connect(teacher);
    await watcher.join(sessionId);
    for (let n = 0; n < 5; n += 1) {
      const hasty = await connect(student(1));
      hasty.socket.emit('join', { sessionId });
      hasty.close();
    }
    const steady = await connect(student(1));
    await steady.join(sessionId);
    await steady.call('leave');
    // Leaving with the last connection is at once only when none of the hasty ones is still counted.
    await watcher.fact('participant.left', (fact) => fact['userId'] === student(1).user.id);
    const { snapshot } = await watcher.join(sessionId);
    expect(presenceOf(snapshot, student(1))).toBe('away');
  });

  it('[LV15] attendance is one interval across tabs and reconnects, and the totals add up', async () => {
    const { sessionId } = await newClass();
    const intervals = () =>
      sql<{ left_at: Date | null; leave_reason: string | null; seconds: number }>(
        app.databaseUrl,
        `select i.left_at, i.leave_reason, extract(epoch from i.left_at - i.joined_at)::float seconds from live_attendance_intervals i
         join live_session_participants p on p.id = i.participant_id where i.session_id = $1 and p.user_id = $2 order by i.joined_at`,
        [sessionId, student(1).user.id],
      );
    const watcher = await connect(teacher);
    await watcher.join(sessionId);
    const first = await connect(student(1));
    await first.join(sessionId);
    first.close();
    await watcher.fact('participant.reconnecting');
    const second = await connect(student(1));
    await second.join(sessionId);
    expect(await intervals()).toMatchObject([{ left_at: null }]);
    await sql(
      app.databaseUrl,
      `update live_attendance_intervals i set joined_at = now() - interval '40 minutes' from live_session_participants p
       where p.id = i.participant_id and p.user_id = $2 and i.session_id = $1`,
      [sessionId, student(1).user.id],
    );
    await second.call('leave');
    expect(await intervals()).toMatchObject([{ leave_reason: 'left' }]);
    const [row] = await sql<{ total_seconds: number }>(
      app.databaseUrl,
      'select total_seconds from live_session_participants where session_id = $1 and user_id = $2',
      [sessionId, student(1).user.id],
    );
    expect(row?.total_seconds).toBeGreaterThanOrEqual(2400);
    expect(row?.total_seconds).toBeLessThan(2420);
  });
});

describe('bad input', () => {
  it('[LV25] malformed, unknown and oversized events are refused, a flood is hung up on, the server stays', async () => {
    const { sessionId } = await newClass();
    const socket = await connect(student(1));
    await expect(socket.call('chat.send', { key: randomUUID(), text: 'x' })).rejects.toMatchObject({
      code: 'not_joined',
    });
    await socket.join(sessionId);
    const key = randomUUID();
    for (const [event, input, code] of [
      ['chat.send', { key }, 'invalid_input'],
      ['chat.send', { key, text: '   ' }, 'invalid_input'],
      ['chat.send', { key, text: 'x'.repeat(4001) }, 'invalid_input'],
      ['chat.send', { key: 'no uuid', text: 'x' }, 'invalid_input'],
      ['chat.send', { key, text: 'x', role: 'host' }, 'invalid_input'],
      ['chat.send', 'text', 'invalid_input'],
      ['chat.send', null, 'invalid_input'],
      ['constructor', {}, 'unknown_event'],
      ['chat.delete', {}, 'unknown_event'],
      ['reaction.send', { reaction: '💣' }, 'invalid_input'],
      ['lock.set', { key }, 'invalid_input'],
      ['join', { sessionId: 'x' }, 'invalid_input'],
      // Going to a class that is not there is leaving this one.
      ['join', { sessionId: randomUUID() }, 'not_found'],
      ['hand.raise', { key }, 'not_joined'],
    ] as const) {
      const reply = await socket.send(event, input);
      expect([event, reply.ok ? 'ok' : reply.error.code]).toEqual([event, code]);
    }
    const big = await connect(student(2));
    await big.join(sessionId);
    big.socket.emit('chat.send', { key, text: 'x'.repeat(300_000) });
    await big.closed();
    const flooder = await connect(student(2));
    for (let n = 0; n < 400; n += 1) flooder.socket.emit('nonsense', {});
    await flooder.closed();
    expect(flooder.received.at(-1)).toMatchObject({ type: 'room.closed', code: 'rate_limited' });
    expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
    await socket.join(sessionId);
    await socket.durable('chat.send', { text: 'still here' });
    const rows = await sql(app.databaseUrl, 'select content from live_chat_messages where session_id = $1', [
      sessionId,
    ]);
    expect(rows).toEqual([{ content: 'still here' }]);
  });
});
