import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TeamEnrollOutcome } from '../../shared/courses/team.ts';
import { signIn } from '../support/actors.ts';
import type { TestActor } from '../support/actors.ts';
import { ServerProcess } from '../support/crash.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { createCourse, createUser, sql } from '../support/factories.ts';

let database: TestDatabase;
let server: ServerProcess;
let ana: string;
let ben: string;
let firstAid: string;
let manager: TestActor;

beforeAll(async () => {
  database = await createTestDatabase();
  const person = (name: string, role: string) =>
    createUser(database.url, { email: `${name}@test.lectern`, displayName: name, role });
  const boss = await person('boss', 'instructor');
  [ana, ben] = [await person('ana', 'student'), await person('ben', 'student')];
  await sql(
    database.url,
    'insert into user_profiles (user_id, manager_id) select unnest($1::uuid[]), $2::uuid',
    [[ana, ben], boss],
  );
  firstAid = await createCourse(database.url, boss, 'First aid');
  server = await ServerProcess.start({ DATABASE_URL: database.url });
  manager = await signIn(server.url, 'boss@test.lectern');
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
async function kept() {
  const [course] = await sql<{ enrollment_count: number }>(
    database.url,
    'select enrollment_count from courses where id = $1',
    [firstAid],
  );
  const learners = await sql<{ user_id: string; status: string }>(
    database.url,
    'select user_id, status from enrollments where course_id = $1 order by user_id',
    [firstAid],
  );
  const trail = await sql<{ action: string }>(
    database.url,
    `select action from audit_logs where action like 'enrollment.%' order by seq`,
  );
  return {
    count: course?.enrollment_count,
    learners: Object.fromEntries(learners.map(({ user_id: id, status }) => [id, status])),
    trail: trail.map(({ action }) => action),
  };
}

it('whom a manager enrolled and took out stays so over kill -9 after each answer, and a repeat changes nothing', async () => {
  const path = `/courses/${firstAid}/reports`;
  const enroll = async () => {
    const { status, body } = await manager.rest<{ items: TeamEnrollOutcome[] }>('POST', path, {
      userIds: [ana, ben],
    });
    return [status, ...body.items.map(({ outcome }) => outcome)];
  };
  const takeOut = async () => (await manager.rest('DELETE', `${path}/${ana}`)).status;

  expect(await enroll()).toEqual([200, 'enrolled', 'enrolled']);
  await killed();
  const enrolled = {
    count: 2,
    learners: { [ana]: 'enrolled', [ben]: 'enrolled' },
    trail: ['enrollment.started', 'enrollment.started'],
  };
  expect(await kept()).toEqual(enrolled);
  expect(await enroll()).toEqual([200, 'already_enrolled', 'already_enrolled']);
  expect(await kept()).toEqual(enrolled);

  expect(await takeOut()).toBe(204);
  await killed();
  const takenOut = {
    count: 1,
    learners: { [ana]: 'withdrawn', [ben]: 'enrolled' },
    trail: [...enrolled.trail, 'enrollment.ended'],
  };
  expect(await kept()).toEqual(takenOut);
  expect(await takeOut()).toBe(204);
  expect(await kept()).toEqual(takenOut);
}, 60_000);
