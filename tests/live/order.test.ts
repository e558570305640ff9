import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLogger } from '../../server/kernel/logger.ts';
import { createGrace } from '../../server/live/grace.ts';
import { signIn } from '../support/actors.ts';
import type { TestActor } from '../support/actors.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { createClass, createSchool, sql } from '../support/factories.ts';
import type { School } from '../support/factories.ts';
import { LiveSocket } from '../support/socket.ts';

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
const student = (n: number): TestActor => students[n - 1] as TestActor;

beforeAll(async () => {
  app = await startTestApp({ graceSeconds: 2 });
  school = await createSchool(app.databaseUrl, { students: 3 });
  teacher = await signIn(app.url, 'teacher@test.lectern');
  students = await Promise.all([1, 2, 3].map((n) => signIn(app.url, `student${n}@test.lectern`)));
});
afterEach(() => {
  vi.useRealTimers();
  for (const socket of sockets.splice(0)) socket.close();
});
afterAll(() => app.destroy());

describe('one order of the chat', () => {
  it(
    '[LV31] is the same live, after a join and by page, with many writers at once',
    { timeout: 60_000 },
    async () => {
      const { sessionId } = await createClass(app.databaseUrl, school);
      const watcher = await connect(teacher);
      await watcher.join(sessionId);
      const writers = await Promise.all(Array.from({ length: 12 }, (_, n) => connect(student((n % 3) + 1))));
      await Promise.all(writers.map((writer) => writer.join(sessionId)));
      const total = 60;
      await Promise.all(
        Array.from({ length: total }, (_, n) =>
          (writers[n % writers.length] as LiveSocket).durable('chat.send', { text: `line ${n}` }),
        ),
      );
      const lines = () => watcher.received.filter((fact) => fact.type === 'chat.sent');
      await watcher.until(() => (lines().length === total ? true : undefined), 'all lines', 45_000);
      const live = lines().map((fact) => fact['id']);
      const joined = await (await connect(teacher)).join(sessionId);
      expect(joined.snapshot.chat.map(({ id }) => id)).toEqual(live);
      const paged: string[] = [];
      for (let cursor: string | null | undefined; cursor !== null;) {
        const { body } = await teacher.rest<{ items: { id: string }[]; nextCursor: string | null }>(
          'GET',
          `/live-sessions/${sessionId}/chat?limit=17${cursor ? `&cursor=${cursor}` : ''}`,
        );
        paged.push(...body.items.map(({ id }) => id));
        cursor = body.nextCursor;
      }
      expect(paged.toReversed()).toEqual(live);
    },
  );
});

describe('connections', () => {
  it('[LV32] a tab that comes back takes the place of its dead connection, and uses up none', async () => {
    const { sessionId } = await createClass(app.databaseUrl, school);
    const tabs = Array.from({ length: 3 }, () => randomUUID());
    const all: LiveSocket[] = [];
    for (let round = 0; round < 4; round += 1)
      for (const tab of tabs) {
        // The server does not know yet that the former connection of the tab is dead: here it never dies.
        const socket = await connect(student(1));
        await socket.join(sessionId, tab);
        all.push(socket);
      }
    const replaced = all.slice(0, -3);
    await Promise.all(replaced.map((socket) => socket.closed()));
    for (const socket of replaced)
      expect(socket.received.at(-1)).toMatchObject({ type: 'room.closed', code: 'connection_replaced' });
    for (const socket of all.slice(-3)) await socket.durable('chat.send', { text: 'here' });
    // Five more places are left, and a stranger's tab of the same name is not touched.
    const other = await connect(student(2));
    await other.join(sessionId, tabs[0]);
    for (let n = 0; n < 5; n += 1) await (await connect(student(1))).join(sessionId, randomUUID());
    await expect((await connect(student(1))).join(sessionId, randomUUID())).rejects.toMatchObject({
      code: 'too_many_connections',
    });
    await other.durable('chat.send', { text: 'me too' });
  });

  it('[LV35] joining anew tells the others nothing that they know', async () => {
    const { sessionId } = await createClass(app.databaseUrl, school);
    const watcher = await connect(teacher);
    await watcher.join(sessionId);
    const one = await connect(student(1));
    const first = await one.join(sessionId);
    for (let n = 0; n < 5; n += 1) await one.join(sessionId);
    const second = await connect(student(1));
    expect((await second.join(sessionId)).seq).toBe(first.seq);
    // Coming back is news.
    one.close();
    second.close();
    await watcher.fact('participant.reconnecting');
    const back = await connect(student(1));
    expect((await back.join(sessionId)).seq).toBe(first.seq + 2);
  });

  it('[LV36] a refused join does not prolong the grace of who is reconnecting', async () => {
    const { sessionId } = await createClass(app.databaseUrl, school);
    const watcher = await connect(teacher);
    await watcher.join(sessionId);
    const one = await connect(student(1));
    await one.join(sessionId);
    one.close();
    await watcher.fact('participant.reconnecting');
    await sql(
      app.databaseUrl,
      `update live_session_participants set admission = 'removed' where session_id = $1 and user_id = $2`,
      [sessionId, student(1).user.id],
    );
    const again = await connect(student(1));
    // Tries until the grace is over; each of them would have begun it anew.
    const left = watcher.fact('participant.left', ({ userId }) => userId === student(1).user.id);
    let over = false;
    void left.then(() => (over = true));
    let refusals = 0;
    await vi.waitUntil(
      async () => {
        expect((await again.send('join', { sessionId })).ok).toBe(false);
        refusals += 1;
        return over;
      },
      { interval: 100, timeout: 15_000 },
    );
    expect(refusals).toBeGreaterThan(1);
  });
});

describe('the grace of a person', () => {
  it('[LV34] what fails when it is over is tried again until it succeeds', async () => {
    vi.useFakeTimers();
    const grace = createGrace(30, createLogger('fatal'));
    let calls = 0;
    grace.start('one', async () => {
      calls += 1;
      if (calls < 4) throw new Error('the database is away');
    });
    await vi.advanceTimersByTimeAsync(29_000);
    expect([calls, grace.has('one')]).toEqual([0, true]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(calls).toBe(1);
    await vi.advanceTimersByTimeAsync(1000 + 2000 + 4000);
    expect([calls, grace.has('one')]).toEqual([4, false]);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(calls).toBe(4);
  });

  it('[LV34] is called off by coming back, also between two tries', async () => {
    vi.useFakeTimers();
    const grace = createGrace(1, createLogger('fatal'));
    let calls = 0;
    grace.start('one', async () => {
      calls += 1;
      throw new Error('the database is away');
    });
    await vi.advanceTimersByTimeAsync(1500);
    grace.cancel('one');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calls).toBe(1);
    grace.stop();
  });
});
