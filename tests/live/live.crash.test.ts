import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { liveChannel } from '../../shared/live/contract.ts';
import type { RoomSnapshot } from '../../shared/live/contract.ts';
import { signIn } from '../support/actors.ts';
import type { TestActor } from '../support/actors.ts';
import { ServerProcess } from '../support/crash.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { createClass, createSchool, sql } from '../support/factories.ts';
import type { School } from '../support/factories.ts';
import { LiveSocket } from '../support/socket.ts';

type DurableEvent = {
  [E in keyof typeof liveChannel.events]: (typeof liveChannel.events)[E]['kind'] extends 'durable'
    ? E
    : never;
}[keyof typeof liveChannel.events];

/** How each durable event is sent: by whom, with what, after what. Compiles and passes only when none is missing. */
interface Step {
  by: 'teacher' | 'student';
  input(): object;
  before?(teacher: LiveSocket, student: LiveSocket): Promise<unknown>;
}

let database: TestDatabase;
let server: ServerProcess;
let school: School;
let teacher: TestActor;
let student: TestActor;

const steps: Record<string, Step> = {
  'chat.send': { by: 'student', input: () => ({ text: 'Is this kept?' }) },
  'hand.raise': { by: 'student', input: () => ({}) },
  'hand.lower': {
    by: 'teacher',
    input: () => ({ userId: student.user.id }),
    before: (_, one) => one.durable('hand.raise'),
  },
  'floor.give': {
    by: 'teacher',
    input: () => ({ userId: student.user.id }),
    before: (_, one) => one.durable('hand.raise'),
  },
  'floor.take': {
    by: 'teacher',
    input: () => ({}),
    before: (host) => host.durable('floor.give', { userId: student.user.id }),
  },
  'lock.set': { by: 'teacher', input: () => ({ microphone: true, chat: true }) },
  'session.end': { by: 'teacher', input: () => ({}), before: (_, one) => one.durable('hand.raise') },
};

const durableEvents = Object.entries(liveChannel.events)
  .filter(([, event]) => event.kind === 'durable')
  .map(([name]) => name as DurableEvent);

async function enter(sessionId: string): Promise<{ teacher: LiveSocket; student: LiveSocket }> {
  const [host, one] = await Promise.all(
    [teacher, student].map((actor) => LiveSocket.connect(server.url, actor.accessToken)),
  );
  await (host as LiveSocket).join(sessionId);
  await (one as LiveSocket).join(sessionId);
  return { teacher: host as LiveSocket, student: one as LiveSocket };
}

/** Everything durable about a class, in one comparable value. */
async function rows(sessionId: string): Promise<unknown> {
  const tables = ['live_chat_messages', 'live_hand_raises', 'live_session_participants'] as const;
  const found = await Promise.all(
    tables.map((table) =>
      sql(
        database.url,
        `select to_jsonb(t) - 'updated_at' as row from ${table} t where session_id = $1 order by id`,
        [sessionId],
      ),
    ),
  );
  const session = await sql(
    database.url,
    `select to_jsonb(s) - 'updated_at' as row from live_sessions s where id = $1`,
    [sessionId],
  );
  const facts = await sql(
    database.url,
    `select type, payload from room_log where room = $1 and type not like 'participant.%' order by seq`,
    [`live:${sessionId}`],
  );
  const intervals = await sql(
    database.url,
    `select id, joined_at, left_at is null as open from live_attendance_intervals where session_id = $1 order by id`,
    [sessionId],
  );
  return { tables: found, session, facts, intervals };
}

/** The state of a class as its members see it, or over REST when it is over. */
async function state(
  sockets: { teacher: LiveSocket; student: LiveSocket },
  sessionId: string,
): Promise<RoomSnapshot | { ended: unknown }> {
  const session = (await teacher.rest<{ status: string }>('GET', `/live-sessions/${sessionId}`)).body;
  if (session.status !== 'live') return { ended: session };
  const { snapshot } = await sockets.student.join(sessionId);
  return snapshot;
}

beforeAll(async () => {
  database = await createTestDatabase();
  server = await ServerProcess.start({ DATABASE_URL: database.url });
  school = await createSchool(database.url, { students: 1 });
  teacher = await signIn(server.url, 'teacher@test.lectern');
  student = await signIn(server.url, 'student1@test.lectern');
});
afterAll(async () => {
  await server.stop();
  await database.drop();
});

describe('kill -9 after every durable event', () => {
  it('[LV12] no durable event of the contract is missing from this test', () => {
    expect(new Set(Object.keys(steps))).toEqual(new Set<string>(durableEvents));
  });

  it.each(durableEvents)(
    '[LV12] [LV16] %s survives, and its resend changes nothing',
    { timeout: 60_000 },
    async (event) => {
      const step = steps[event] as Step;
      const { sessionId } = await createClass(database.url, school);
      const before = await enter(sessionId);
      await step.before?.(before.teacher, before.student);
      const key = randomUUID();
      const acknowledged = await before[step.by].call(event, { key, ...step.input() });
      const wanted = { rows: await rows(sessionId), state: await state(before, sessionId) };
      await server.kill();
      for (const socket of Object.values(before)) socket.close();
      await server.start();
      const over = 'ended' in wanted.state;
      const after = over
        ? {
            teacher: await LiveSocket.connect(server.url, teacher.accessToken),
            student: await LiveSocket.connect(server.url, student.accessToken),
          }
        : await enter(sessionId);
      const resent = await after[step.by].call(event, {
        key,
        ...step.input(),
        ...(over ? { sessionId } : {}),
      });
      expect(resent).toEqual(acknowledged);
      expect({ rows: await rows(sessionId), state: await state(after, sessionId) }).toEqual(wanted);
      for (const socket of Object.values(after)) socket.close();
    },
  );

  it(
    '[LV12] a storm of chat cut in the middle: what was acknowledged is there, and a full resend makes each line once',
    { timeout: 60_000 },
    async () => {
      const { sessionId } = await createClass(database.url, school);
      const before = await enter(sessionId);
      const lines = Array.from({ length: 30 }, (_, n) => ({ key: randomUUID(), text: `line ${n}` }));
      const acknowledged: string[] = [];
      let killed: Promise<void> | undefined;
      await Promise.all(
        lines.map(async (line) => {
          const reply = await before.student.send('chat.send', line).catch(() => null);
          if (reply?.ok) acknowledged.push(line.text);
          // The plug is pulled while later lines are under way.
          if (acknowledged.length === 8) {
            killed ??= server.kill().then(() => before.student.close());
          }
        }),
      );
      await killed;
      const texts = async () =>
        (
          await sql<{ content: string }>(
            database.url,
            'select content from live_chat_messages where session_id = $1 order by id',
            [sessionId],
          )
        ).map((row) => row.content);
      const survived = await texts();
      expect(acknowledged.length).toBeGreaterThanOrEqual(8);
      expect(acknowledged.filter((text) => !survived.includes(text))).toEqual([]);
      await server.start();
      const after = await enter(sessionId);
      for (const line of lines) await after.student.call('chat.send', line);
      expect((await texts()).toSorted()).toEqual(lines.map((line) => line.text).toSorted());
      for (const socket of [...Object.values(before), ...Object.values(after)]) socket.close();
    },
  );
});
