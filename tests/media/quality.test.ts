import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signIn } from '../support/actors.ts';
import type { TestActor } from '../support/actors.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { createClass, createSchool } from '../support/factories.ts';
import { LiveSocket } from '../support/socket.ts';

let app: TestApp;
let teacher: TestActor;
let student: TestActor;
let sessionId: string;

beforeAll(async () => {
  app = await startTestApp();
  const school = await createSchool(app.databaseUrl, { students: 1 });
  ({ sessionId } = await createClass(app.databaseUrl, school));
  teacher = await signIn(app.url, 'teacher@test.lectern');
  student = await signIn(app.url, 'student1@test.lectern');
});
afterAll(() => app.destroy());

it('[MD42] who joins late sees how everybody’s connection is, and a reload begins as good', async () => {
  const ben = await LiveSocket.connect(app.url, student.accessToken);
  const tabId = randomUUID();
  await ben.join(sessionId, tabId);
  await ben.call('quality.report', { quality: 'poor' });
  const ada = await LiveSocket.connect(app.url, teacher.accessToken);
  expect((await ada.join(sessionId)).snapshot.quality).toEqual({ [student.user.id]: 'poor' });
  const reloaded = await LiveSocket.connect(app.url, student.accessToken);
  expect((await reloaded.join(sessionId, tabId)).snapshot.quality).toEqual({});
  expect(await ada.fact('quality.changed')).toMatchObject({ userId: student.user.id, quality: 'good' });
  for (const socket of [ada, ben, reloaded]) socket.close();
});
