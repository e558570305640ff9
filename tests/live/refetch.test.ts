import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { liveChannel } from '../../shared/live/contract.ts';
import { signIn } from '../support/actors.ts';
import type { TestActor } from '../support/actors.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { createClass, createSchool, createUser, sql } from '../support/factories.ts';
import type { School } from '../support/factories.ts';
import { countQueries } from '../support/queries.ts';
import { applyEqualsRefetch } from '../support/refetch.ts';
import { LiveSocket } from '../support/socket.ts';

let app: TestApp;
let school: School;
let actors: { teacher: TestActor; watcher: TestActor; one: TestActor; two: TestActor };
const sockets: LiveSocket[] = [];

async function connect(actor: TestActor): Promise<LiveSocket> {
  const socket = await LiveSocket.connect(app.url, actor.accessToken);
  sockets.push(socket);
  return socket;
}

beforeAll(async () => {
  app = await startTestApp({ graceSeconds: 1 });
  school = await createSchool(app.databaseUrl, { students: 2 });
  await createUser(app.databaseUrl, {
    email: 'watcher@test.lectern',
    displayName: 'Wanda Watcher',
    role: 'moderator',
  });
  const [teacher, watcher, one, two] = await Promise.all(
    ['teacher', 'watcher', 'student1', 'student2'].map((name) => signIn(app.url, `${name}@test.lectern`)),
  );
  actors = { teacher, watcher, one, two } as typeof actors;
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});
afterAll(() => app.destroy());

/** A class with its teacher and two learners, and somebody who looks on. */
interface Stage {
  sessionId: string;
  teacher: LiveSocket;
  watcher: LiveSocket;
  one: LiveSocket;
  two: LiveSocket;
}

/** Every use case of a class that tells facts. */
const cases: Record<string, (stage: Stage) => Promise<unknown>> = {
  'somebody comes in': async ({ sessionId }) => {
    await createUser(app.databaseUrl, {
      email: 'late@test.lectern',
      displayName: 'Late',
      role: 'moderator',
    });
    await (await connect(await signIn(app.url, 'late@test.lectern'))).join(sessionId);
  },
  'somebody leaves': ({ one }) => one.call('leave'),
  'somebody is lost and comes back': async ({ sessionId, one, watcher }) => {
    one.close();
    await watcher.fact('participant.reconnecting', ({ userId }) => userId === actors.one.user.id);
    await (await connect(actors.one)).join(sessionId);
  },
  'somebody is lost for good': async ({ one, watcher }) => {
    await one.durable('hand.raise');
    one.close();
    await watcher.fact('participant.left', ({ userId }) => userId === actors.one.user.id);
  },
  'a line of chat': ({ one }) => one.durable('chat.send', { text: 'Hello' }),
  'hands go up and down': async ({ teacher, one, two }) => {
    await two.durable('hand.raise');
    await one.durable('hand.raise');
    await teacher.durable('hand.lower', { userId: actors.two.user.id });
    await one.durable('hand.lower');
  },
  'the floor is given, goes on, and is taken': async ({ teacher, one }) => {
    await one.durable('hand.raise');
    await teacher.durable('floor.give', { userId: actors.one.user.id });
    await teacher.durable('floor.give', { userId: actors.two.user.id });
    await teacher.durable('floor.take');
  },
  'locks for all and for one': async ({ teacher }) => {
    await teacher.durable('lock.set', { microphone: true, camera: true, screen: false, chat: true });
    await teacher.durable('lock.set', { hands: true, room: true });
    await teacher.durable('lock.set', { userId: actors.one.user.id, microphone: false });
  },
  'a role changes': async ({ watcher }) => {
    await sql(
      app.databaseUrl,
      `update user_roles set role_id = (select id from roles where slug = 'admin' and organization_id is null) where user_id = $1`,
      [actors.two.user.id],
    );
    await app.live.rightsChanged({ userId: actors.two.user.id });
    await watcher.fact('participant.joined', ({ role }) => role === 'co_host');
    await sql(
      app.databaseUrl,
      `update user_roles set role_id = (select id from roles where slug = 'student' and organization_id is null) where user_id = $1`,
      [actors.two.user.id],
    );
    await app.live.rightsChanged({ userId: actors.two.user.id });
  },
  'nobody leads, and somebody leads again': async ({ sessionId, teacher, watcher }) => {
    await teacher.call('leave');
    await watcher.fact('lock.changed', ({ locks }) => (locks as { automatic: boolean }).automatic);
    await teacher.join(sessionId);
  },
  'the class ends and goes on': async ({ sessionId, teacher, watcher, one }) => {
    await one.durable('hand.raise');
    await teacher.durable('floor.give', { userId: actors.two.user.id });
    await teacher.durable('session.end');
    await watcher.fact('session.ended');
    await actors.teacher.rest('POST', `/live-sessions/${sessionId}/reopen`);
    for (const { user } of Object.values(actors))
      await watcher.until(
        () =>
          watcher.received.findLast(({ type }) => type === 'session.reopened') &&
          watcher.received
            .slice(watcher.received.findLastIndex(({ type }) => type === 'session.reopened'))
            .find(({ type, userId }) => type === 'participant.joined' && userId === user.id),
        `return of ${user.displayName}`,
      );
  },
};

describe('apply equals refetch', () => {
  const told = new Set<string>();

  it.each(Object.entries(cases))('[LV7] %s', async (_name, work) => {
    const { sessionId } = await createClass(app.databaseUrl, school);
    const [teacher, watcher, one, two, other] = [
      await connect(actors.teacher),
      await connect(actors.watcher),
      await connect(actors.one),
      await connect(actors.two),
      await connect(actors.watcher),
    ];
    for (const socket of [teacher, one, two]) await socket.join(sessionId);
    const types = await applyEqualsRefetch(sessionId, watcher, other, () =>
      work({ sessionId, teacher, watcher, one, two }),
    );
    expect(types).not.toEqual([]);
    for (const type of types) told.add(type);
  });

  it('[LV7] no fact of the contract is missing from these cases', () => {
    const known = Object.keys(liveChannel.facts).filter((type) => !type.startsWith('media.'));
    // Nobody is in a class before it starts.
    expect(known.filter((type) => !told.has(type))).toEqual(['session.started']);
  });
});

describe('query budgets', () => {
  it('[LV39] chat.send, hand.raise and join cost what they are allowed', async () => {
    const { sessionId } = await createClass(app.databaseUrl, school);
    const queries = countQueries(app.db);
    const teacher = await connect(actors.teacher);
    await teacher.join(sessionId);
    const one = await connect(actors.one);
    const cost = async (work: () => Promise<unknown>): Promise<number> =>
      (await queries.of(one.socket.id, work)).length;
    const join = await cost(() => one.join(sessionId));
    const again = await cost(() => one.join(sessionId));
    const chat = await cost(() => one.durable('chat.send', { text: 'Hello' }));
    const hand = await cost(() => one.durable('hand.raise'));
    expect({ join, again, chat, hand }).toEqual({ join: 18, again: 14, chat: 7, hand: 8 });
  });
});
