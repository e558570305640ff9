import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CategoryView } from '../../shared/courses/categories.ts';
import type { CourseDetail } from '../../shared/courses/contract.ts';
import type { InterestsView } from '../../shared/identity/profiles.ts';
import { signIn } from '../support/actors.ts';
import { ServerProcess } from '../support/crash.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { createCourse, createUser } from '../support/factories.ts';

let database: TestDatabase;
let server: ServerProcess;
let biology: string;

beforeAll(async () => {
  database = await createTestDatabase();
  const head = await createUser(database.url, {
    email: 'head@test.lectern',
    displayName: 'Head',
    role: 'admin',
  });
  biology = await createCourse(database.url, head, 'Biology');
  server = await ServerProcess.start({ DATABASE_URL: database.url });
});
afterAll(async () => {
  await server?.stop();
  await database?.drop();
});

it('categories, the courses in them and interests outlive kill -9 after each acknowledgement', async () => {
  const head = await signIn(server.url, 'head@test.lectern');
  const path = `/organizations/${head.user.organizationId}/categories`;
  const killed = async (): Promise<void> => {
    await server.kill();
    await server.start();
  };
  const names = async () =>
    (await head.rest<{ items: CategoryView[] }>('GET', path)).body.items.map(({ name }) => name);
  const science = (await head.rest<CategoryView>('POST', path, { name: 'Science' })).body;
  const nature = (await head.rest<CategoryView>('POST', path, { name: 'Nature' })).body;
  expect((await head.rest('PUT', `/categories/${nature.id}/place`, { place: 1 })).status).toBe(200);
  await killed();
  expect(await names()).toEqual(['Nature', 'Science']);
  // A repeat makes no second one.
  expect((await head.rest('POST', path, { name: 'Science' })).body.code).toBe('already_exists');

  const categoryIds = [science.id, nature.id];
  await head.rest('PUT', `/courses/${biology}/categories`, { categoryIds, primaryId: nature.id });
  await head.rest('PUT', '/me/interests', { interests: [{ categoryId: nature.id }, { name: 'moss' }] });
  await killed();
  const { categories } = (await head.rest<CourseDetail>('GET', `/courses/${biology}`)).body;
  expect(categories.map(({ name, isPrimary }) => [name, isPrimary])).toEqual([
    ['Nature', true],
    ['Science', false],
  ]);
  const { interests } = (await head.rest<InterestsView>('GET', '/me/interests')).body;
  expect(interests.map(({ name }) => name)).toEqual(['Nature', 'moss']);

  expect((await head.rest('DELETE', `/categories/${nature.id}`)).status).toBe(204);
  await killed();
  expect(await names()).toEqual(['Science']);
  const left = (await head.rest<CourseDetail>('GET', `/courses/${biology}`)).body.categories;
  expect(left.map(({ name, isPrimary }) => [name, isPrimary])).toEqual([['Science', true]]);
}, 120_000);
