import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GuestView, JoinCodeView } from '../../shared/live/guests.ts';
import { signIn } from '../support/actors.ts';
import type { TestActor } from '../support/actors.ts';
import { ServerProcess } from '../support/crash.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { createSchool, createUser } from '../support/factories.ts';
import type { School } from '../support/factories.ts';
import { LiveSocket } from '../support/socket.ts';

let database: TestDatabase;
let server: ServerProcess;
let school: School;

beforeAll(async () => {
  database = await createTestDatabase();
  school = await createSchool(database.url, { students: 1 });
  await createUser(database.url, { email: 'guest@test.lectern', displayName: 'Gil' });
  server = await ServerProcess.start({ DATABASE_URL: database.url });
});
afterAll(async () => {
  await server?.stop();
  await database?.drop();
});

/** After `kill -9` and a new start, those who sign in again. */
async function killed(): Promise<{ teacher: TestActor; guest: TestActor }> {
  await server.kill();
  await server.start();
  return {
    teacher: await signIn(server.url, 'teacher@test.lectern'),
    guest: await signIn(server.url, 'guest@test.lectern'),
  };
}

it('[LV12] a code, a guest and taking one out outlive kill -9 after each acknowledgement', async () => {
  const at = (path: string): string => `/live-sessions/${school.sessionId}${path}`;
  const first = await signIn(server.url, 'teacher@test.lectern');
  const { code } = (await first.rest<JoinCodeView>('POST', at('/join-code'))).body;
  let { teacher, guest } = await killed();
  expect((await teacher.rest('GET', at('/join-code'))).body).toEqual({ code });

  const used = await guest.rest('POST', '/live-sessions/join', { code });
  ({ teacher, guest } = await killed());
  // Whoever was not told before the kill is told now, and there is one guest.
  expect(await guest.rest('POST', '/live-sessions/join', { code })).toMatchObject({ body: used.body });
  const guests = await teacher.rest<{ items: GuestView[] }>('GET', at('/guests'));
  expect(guests.body.items.map(({ userId }) => userId)).toEqual([guest.user.id]);
  const socket = await LiveSocket.connect(server.url, guest.accessToken);
  expect((await socket.join(school.sessionId)).snapshot.me.role).toBe('attendee');
  socket.close();

  const taken = await teacher.rest<GuestView>('DELETE', at(`/guests/${guest.user.id}`));
  ({ teacher, guest } = await killed());
  expect((await teacher.rest<GuestView>('DELETE', at(`/guests/${guest.user.id}`))).body).toEqual(taken.body);
  expect((await guest.rest('GET', at(''))).status).toBe(404);

  expect((await teacher.rest('PUT', at(`/guests/${guest.user.id}`))).status).toBe(200);
  expect((await teacher.rest('DELETE', at('/join-code'))).body).toEqual({ code: null });
  ({ teacher, guest } = await killed());
  expect((await guest.rest('GET', at(''))).status).toBe(200);
  expect((await teacher.rest('GET', at('/join-code'))).body).toEqual({ code: null });
}, 120_000);
