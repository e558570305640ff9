import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CourseInvitationOutcome } from '../../shared/courses/invitations.ts';
import type { SignedInView } from '../../shared/identity/contract.ts';
import type { InvitationArrival, InvitationView } from '../../shared/identity/invitations.ts';
import { signIn } from '../support/actors.ts';
import { ServerProcess } from '../support/crash.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { createCourse, createUser } from '../support/factories.ts';
import { startSmtp } from '../support/smtp.ts';
import type { TestSmtp } from '../support/smtp.ts';

const email = 'nora@test.lectern';
const chosen = 'a fine long passphrase 7';
let database: TestDatabase;
let smtp: TestSmtp;
let server: ServerProcess;
let biology: string;

beforeAll(async () => {
  database = await createTestDatabase();
  const ada = await createUser(database.url, {
    email: 'ada@test.lectern',
    displayName: 'Ada',
    role: 'instructor',
  });
  biology = await createCourse(database.url, ada, 'Biology');
  // The first try hangs, so that the server is killed in the middle of it.
  smtp = await startSmtp((attempt) => (attempt === 1 ? 'silence' : 'take'));
  server = await ServerProcess.start({ DATABASE_URL: database.url, SMTP_URL: smtp.url });
});
afterAll(async () => {
  await server?.stop();
  await smtp?.close();
  await database?.drop();
});

async function killed(): Promise<void> {
  await server.kill();
  await server.start();
}

async function post<T>(path: string, body: unknown): Promise<{ status: number; body: T }> {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as T };
}

it('an invitation, its mail and its acceptance outlive kill -9 after each acknowledgement', async () => {
  const ada = await signIn(server.url, 'ada@test.lectern');
  const path = `/courses/${biology}/invitations`;
  const asked = await ada.rest<{ items: CourseInvitationOutcome[] }>('POST', path, {
    emails: [email],
    message: null,
  });
  expect(asked.body.items.map(({ outcome }) => outcome)).toEqual(['invited']);
  await expect.poll(() => smtp.tries(), { timeout: 15_000, interval: 50 }).toBe(1);
  await killed();

  const open = await ada.rest<{ items: InvitationView[] }>('GET', path);
  expect(open.body.items).toMatchObject([{ email, status: 'pending' }]);
  await expect.poll(() => smtp.got.length, { timeout: 60_000, interval: 100 }).toBe(1);
  const [, token] = /token=3D([\w-]{43})/.exec((smtp.got[0] ?? '').replaceAll('=\r\n', '')) ?? [];

  const registered = await post<SignedInView>('/invitations/register', {
    token,
    displayName: 'Nora Berg',
    password: chosen,
  });
  expect(registered.status).toBe(201);
  await killed();

  const nora = await signIn(server.url, email, chosen);
  const mine = await nora.rest<{ items: { id: string }[] }>('GET', '/me/courses');
  expect(mine.body.items.map(({ id }) => id)).toEqual([biology]);
  const all = await ada.rest<{ items: InvitationView[] }>('GET', path);
  expect(all.body.items).toMatchObject([{ email, status: 'accepted' }]);
  // Whoever was not told before the kill is told now.
  const again = await nora.rest<InvitationArrival>('POST', '/invitations/accept', { token });
  expect(again).toMatchObject({ status: 200, body: { courseId: biology } });
}, 120_000);
