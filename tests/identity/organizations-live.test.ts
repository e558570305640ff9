import { afterAll, beforeAll, expect, it } from 'vitest';
import { signIn } from '../support/actors.ts';
import type { TestActor } from '../support/actors.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { createSchool, createUser, sql } from '../support/factories.ts';
import type { School } from '../support/factories.ts';
import { LiveSocket } from '../support/socket.ts';

let app: TestApp;
let school: School;
let root: TestActor;

beforeAll(async () => {
  app = await startTestApp();
  school = await createSchool(app.databaseUrl);
  // This is not about second factors.
  await sql(
    app.databaseUrl,
    `insert into system_settings (category, key_name, value, data_type) values ('auth', 'two_factor_required_roles', '[]', 'array')`,
  );
  const email = 'root@test.lectern';
  await createUser(app.databaseUrl, { email, displayName: 'Root', role: 'super_admin' });
  root = await signIn(app.url, email);
});
afterAll(() => app.destroy());

/** Somebody in the class. */
async function joined(email: string): Promise<LiveSocket> {
  const { accessToken } = await signIn(app.url, email);
  const socket = await LiveSocket.connect(app.url, accessToken);
  await socket.join(school.sessionId);
  return socket;
}

it('suspension ends the classes of an organization for everybody in them, within a second', async () => {
  const [row] = await sql<{ id: string }>(
    app.databaseUrl,
    `insert into organizations (name, slug) values ('Whole', 'whole') returning id`,
  );
  // The school is a part: what is above it is suspended.
  await sql(app.databaseUrl, `update organizations set parent_id = $1 where slug = 'default'`, [row?.id]);
  const people = await Promise.all([joined('teacher@test.lectern'), joined('student1@test.lectern')]);
  const began = performance.now();
  const reply = await root.rest('POST', `/organizations/${row?.id}/suspend`, {});
  expect(reply.status).toBe(200);
  await Promise.all(people.map((one) => one.fact('room.closed')));
  expect(performance.now() - began).toBeLessThan(1000);
  for (const one of people) one.close();
  await expect(joined('student1@test.lectern')).rejects.toThrow('not_found');
  await root.rest('POST', `/organizations/${row?.id}/reactivate`);
  const back = await joined('student1@test.lectern');
  back.close();
});

it('a membership that ends takes its person out of the class', async () => {
  const student = await joined('student2@test.lectern');
  const [member] = await sql<{ id: string; organization_id: string }>(
    app.databaseUrl,
    'select id, organization_id from organization_memberships where user_id = $1',
    [school.studentIds[1]],
  );
  const path = `/organizations/${member?.organization_id}/members/${member?.id}`;
  expect((await root.rest('DELETE', path)).status).toBe(204);
  await student.fact('room.closed');
  student.close();
  await expect(joined('student2@test.lectern')).rejects.toThrow('not_found');
});
