import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CatalogueItem } from '../../shared/courses/catalogue.ts';
import { signIn } from '../support/actors.ts';
import type { TestActor } from '../support/actors.ts';
import { ServerProcess } from '../support/crash.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { createCourse, createUser, sql } from '../support/factories.ts';

let database: TestDatabase;
let server: ServerProcess;
let open: string;
let asked: string;
let anaId: string;
let ana: TestActor;
let teacher: TestActor;

beforeAll(async () => {
  database = await createTestDatabase();
  const person = (name: string, role: string) =>
    createUser(database.url, { email: `${name}@test.lectern`, displayName: name, role });
  const boss = await person('boss', 'instructor');
  anaId = await person('ana', 'student');
  open = await createCourse(database.url, boss, 'First aid');
  asked = await createCourse(database.url, boss, 'Surgery');
  await sql(database.url, 'update courses set requires_approval = true where id = $1', [asked]);
  server = await ServerProcess.start({ DATABASE_URL: database.url });
  ana = await signIn(server.url, 'ana@test.lectern');
  teacher = await signIn(server.url, 'boss@test.lectern');
});
afterAll(async () => {
  await server?.stop();
  await database?.drop();
});

async function killed(): Promise<void> {
  await server.kill();
  await server.start();
}

/** What stands in the database, all of which was acknowledged together. */
async function kept(courseId: string) {
  const [course] = await sql<{ enrollment_count: number }>(
    database.url,
    'select enrollment_count from courses where id = $1',
    [courseId],
  );
  const states = await sql<{ status: string }>(
    database.url,
    'select status from enrollments where course_id = $1',
    [courseId],
  );
  const trail = await sql<{ action: string }>(
    database.url,
    `select action from audit_logs where action like 'enrollment.%' and resource_id = $1 order by seq`,
    [courseId],
  );
  return {
    count: course?.enrollment_count,
    states: states.map(({ status }) => status),
    trail: trail.map(({ action }) => action),
  };
}

const enroll = async (courseId: string) => {
  const { status, body } = await ana.rest<CatalogueItem>('POST', `/courses/${courseId}/enroll`);
  return [status, body.mine];
};

it('who entered a course is in it after kill -9, and a repeat changes nothing', async () => {
  expect(await enroll(open)).toEqual([200, 'enrolled']);
  await killed();
  const entered = { count: 1, states: ['enrolled'], trail: ['enrollment.started'] };
  expect(await kept(open)).toEqual(entered);
  expect(await enroll(open)).toEqual([200, 'enrolled']);
  expect(await kept(open)).toEqual(entered);
}, 60_000);

it('a request and its answer outlive kill -9, and repeats change nothing', async () => {
  const approve = async () =>
    (await teacher.rest('POST', `/courses/${asked}/enrollment-requests/${anaId}/approve`)).status;

  expect(await enroll(asked)).toEqual([200, 'pending']);
  await killed();
  const waiting = { count: 0, states: ['pending_approval'], trail: ['enrollment.requested'] };
  expect(await kept(asked)).toEqual(waiting);
  expect(await enroll(asked)).toEqual([200, 'pending']);
  expect(await kept(asked)).toEqual(waiting);

  expect(await approve()).toBe(204);
  await killed();
  const approved = { count: 1, states: ['enrolled'], trail: [...waiting.trail, 'enrollment.approved'] };
  expect(await kept(asked)).toEqual(approved);
  expect([await approve(), await enroll(asked)]).toEqual([204, [200, 'enrolled']]);
  expect(await kept(asked)).toEqual(approved);
}, 60_000);
