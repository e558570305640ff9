import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NewApiKeyView } from '../../shared/identity/api-keys.ts';
import { signIn } from '../support/actors.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { createSchool } from '../support/factories.ts';
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
