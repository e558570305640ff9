import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LiveClient } from '../../docs/wire/examples/live-client.ts';
import type { State } from '../../docs/wire/examples/live-client.ts';
import { liveChannel } from '../../shared/live/contract.ts';
import { signIn } from '../support/actors.ts';
import type { TestActor } from '../support/actors.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { createClass, createSchool, sql } from '../support/factories.ts';
import type { School } from '../support/factories.ts';

let app: TestApp;
let school: School;
let teacherActor: TestActor;
let studentActor: TestActor;
let sessionId: string;
let followed: Followed[] = [];

/** What the page calls the usual refusals of an event that changes something in a class. */
const usual = [
  'not_joined',
  'not_found',
  'session_not_live',
  'participant_removed',
  'forbidden',
  'idempotency_key_reused',
];

/** A client of the example whose state and end a test can await. */
class Followed extends LiveClient {
  readonly #looks: Set<() => void>;
  readonly closed: Promise<string>;

  constructor(actor: TestActor) {
    const looks = new Set<() => void>();
    let close: (code: string) => void;
    const closed = new Promise<string>((resolve) => {
      close = resolve;
    });
    super({
      url: app.url,
      sessionId,
      token: () => Promise.resolve(actor.accessToken),
      onState: () => looks.forEach((look) => look()),
      onClosed: (code) => close(code),
    });
    this.#looks = looks;
    this.closed = closed;
    followed.push(this);
  }

  until(holds: (state: State) => boolean): Promise<State> {
    return new Promise((resolve) => {
      const look = () => {
        if (!this.state || !holds(this.state)) return;
        this.#looks.delete(look);
        resolve(this.state);
      };
      this.#looks.add(look);
      look();
    });
  }

  /** The network goes away without a word. */
  cut(): void {
    this.socket.io.engine.close();
  }
}

const texts = (state: State): string[] => state.chat.map((line) => line.text);
const has = (text: string) => (state: State) => texts(state).includes(text);

async function enter(actor: TestActor): Promise<Followed> {
  const client = new Followed(actor);
  await client.until(() => true);
  return client;
}

/** What somebody sees who joins now. */
async function fresh(): Promise<State> {
  return (await enter(teacherActor)).state as State;
}

/** The parts that the example follows; a snapshot has more. */
const essence = ({ session, chat, hands, floorUserId }: State) => ({
  status: session.status,
  lines: chat.map(({ id, text }) => ({ id, text })),
  hands: hands.map(({ userId, raisedAt }) => ({ userId, raisedAt })),
  floorUserId,
});

beforeAll(async () => {
  app = await startTestApp();
  school = await createSchool(app.databaseUrl, { students: 1 });
  [teacherActor, studentActor] = (await Promise.all(
    ['teacher', 'student1'].map((name) => signIn(app.url, `${name}@test.lectern`)),
  )) as [TestActor, TestActor];
});
afterEach(async () => {
  await Promise.all(followed.splice(0).map((client) => client.leave()));
});
afterAll(() => app.destroy());

describe('the client of docs/wire/channels.md', () => {
  it('follows a class: chat, hands, the floor and the end', async () => {
    ({ sessionId } = await createClass(app.databaseUrl, school));
    const [teacher, student] = [await enter(teacherActor), await enter(studentActor)];
    const { id } = await student.send<{ id: string }>('chat.send', { text: 'Good morning' });
    expect((await teacher.until(has('Good morning'))).chat.at(-1)?.id).toBe(id);
    expect(await student.send('hand.raise')).toEqual({ position: 1 });
    await teacher.until((state) => state.hands.length === 1);
    await teacher.send('floor.give', { userId: studentActor.user.id });
    await student.until((state) => state.floorUserId === studentActor.user.id && state.hands.length === 0);
    expect(essence(student.state as State)).toEqual(essence(await fresh()));
    await expect(student.send('session.end')).rejects.toMatchObject({ code: 'forbidden' });
    await teacher.send('session.end');
    await student.until((state) => state.session.status === 'ended');
  });

  it('comes back after an outage with what it missed, and sends what it could not', async () => {
    ({ sessionId } = await createClass(app.databaseUrl, school));
    const [teacher, student] = [await enter(teacherActor), await enter(studentActor)];
    student.cut();
    const written = student.send('chat.send', { text: 'written without a network' });
    for (const text of ['one', 'two', 'three']) await teacher.send('chat.send', { text });
    await written;
    const state = await student.until((now) => texts(now).length === 4);
    expect(texts(state)).toEqual(['one', 'two', 'three', 'written without a network']);
    await teacher.until(has('written without a network'));
    expect(essence(teacher.state as State)).toEqual(essence(student.state as State));
  });

  it('repeats what was stored but never acknowledged, and nothing happens twice', async () => {
    ({ sessionId } = await createClass(app.databaseUrl, school));
    const [teacher, student] = [await enter(teacherActor), await enter(studentActor)];
    const heard = student.socket.io.listeners('packet');
    student.socket.io.off('packet');
    const stored = student.send<{ id: string }>('chat.send', { text: 'only once' });
    const seen = await teacher.until(has('only once'));
    for (const listener of heard) student.socket.io.on('packet', listener);
    student.cut();
    expect((await stored).id).toBe(seen.chat.at(-1)?.id);
    const rows = await sql(app.databaseUrl, 'select 1 from live_chat_messages where session_id = $1', [
      sessionId,
    ]);
    expect(rows).toHaveLength(1);
    expect(texts(await fresh())).toEqual(['only once']);
  });

  it('fetches facts that a gap shows to be missing', async () => {
    ({ sessionId } = await createClass(app.databaseUrl, school));
    const [teacher, student] = [await enter(teacherActor), await enter(studentActor)];
    const heard = student.socket.io.listeners('packet');
    student.socket.io.off('packet');
    const lost = await enter(teacherActor);
    for (const text of ['unheard', 'unheard too']) {
      await teacher.send('chat.send', { text });
      await lost.until(has(text));
    }
    for (const listener of heard) student.socket.io.on('packet', listener);
    await teacher.send('chat.send', { text: 'heard again' });
    expect(texts(await student.until(has('heard again')))).toEqual(['unheard', 'unheard too', 'heard again']);
  });

  it('is told when its sign-in ends, and stays away', async () => {
    ({ sessionId } = await createClass(app.databaseUrl, school));
    const actor = await signIn(app.url, 'student1@test.lectern');
    const student = await enter(actor);
    await fetch(`${app.url}/api/v1/auth/sign-out`, { method: 'POST', headers: { cookie: actor.cookie } });
    expect(await student.closed).toBe('session_revoked');
  });
});

describe('docs/wire/channels.md', () => {
  const page = readFileSync(new URL('../../docs/wire/channels.md', import.meta.url), 'utf8');
  /** Rows of the table below a heading, as cells; the first cell without its quotes is the key. */
  const table = (heading: string): Map<string, string[]> => {
    const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
    const rows = section.split('\n').filter((line) => line.startsWith('| `'));
    const cells = rows.map((row) =>
      row
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    return new Map(cells.map(([name = '', ...rest]) => [name.replaceAll('`', ''), rest]));
  };

  it('lists every event with its kind, its fields, its refusals and its rate, and no other', () => {
    const rows = table('Events');
    expect([...rows.keys()].toSorted()).toEqual(Object.keys(liveChannel.events).toSorted());
    const everywhere = ['invalid_input', 'rate_limited'];
    for (const [name, event] of Object.entries(liveChannel.events)) {
      const [kind, input = '', , refusals = '', rate] = rows.get(name) as string[];
      const quoted = (text: string): Set<string> =>
        new Set([...text.matchAll(/`(\w+)\??`/g)].map((match) => match[1] as string));
      expect({ name, kind, rate }).toEqual({
        name,
        kind: event.kind,
        rate: `${event.rate.points} / ${event.rate.seconds} s`,
      });
      expect({ name, fields: quoted(input) }).toEqual({
        name,
        fields: new Set(Object.keys(event.input.shape)),
      });
      const named = new Set([...quoted(refusals), ...(refusals.includes('*usual*') ? usual : [])]);
      const refused = event.errors.filter((code) => !everywhere.includes(code));
      expect({ name, refusals: named }).toEqual({ name, refusals: new Set(refused) });
    }
  });

  it.each([
    ['Facts', Object.keys(liveChannel.facts)],
    ['Signals', Object.keys(liveChannel.signals)],
  ])('lists every one of the %s and no other', (heading, names) => {
    expect([...table(heading).keys()].toSorted()).toEqual(names.toSorted());
  });
});
