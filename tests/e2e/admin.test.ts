import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, Person } from '../support/browser.ts';
import { ServerProcess } from '../support/crash.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { createUser, password } from '../support/factories.ts';

let database: TestDatabase;
let server: ServerProcess;
let browser: Browser;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await ServerProcess.start({ DATABASE_URL: database.url });
  await createUser(database.url, { email: 'head@test.lectern', displayName: 'Head', role: 'admin' });
  await createUser(database.url, { email: 'sam@test.lectern', displayName: 'Sam Lee' });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await database?.drop();
});

/** Signs in and goes where the address says. */
async function open(person: Person, path: string, email: string): Promise<void> {
  await person.page.goto(`${server.url}/sign-in?next=${path}`);
  await person.at('sign-in-email').fill(email);
  await person.at('sign-in-password').fill(password);
  await person.at('sign-in-submit').click();
  // `/account` leads on to its first page.
  await person.page.waitForURL((url) => url.pathname.startsWith(path));
}

async function violations({ page }: Person): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  return found.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}

it('an administrator finds somebody, suspends them, and their browser is signed out', async () => {
  const head = await Person.arrive(browser, 'Head');
  const sam = await Person.arrive(browser, 'Sam');
  await open(sam, '/account', 'sam@test.lectern');
  await open(head, '/admin/people', 'head@test.lectern');
  await head.at('person-row').filter({ hasText: 'Sam Lee' }).waitFor();
  expect(await violations(head)).toEqual([]);

  await head.at('people-search').fill('nobody of that name');
  await head.at('people-empty').waitFor();
  await head.at('people-search').fill('sam');
  await head.at('person-row').filter({ hasText: 'Sam Lee' }).getByRole('link').click();
  await head.at('person-name').waitFor();
  expect(await violations(head)).toEqual([]);

  // The reason is asked for; what was typed stays.
  await head.at('act-suspend').click();
  expect(await head.at('act-confirm').isDisabled()).toBe(true);
  await head.at('suspend-reason').fill('Shouting');
  await head.at('act-confirm').click();
  await head.at('person-status').filter({ hasText: 'Suspended' }).waitFor();

  await sam.page.reload();
  await sam.at('sign-in-again').waitFor();
  await head.at('act-reactivate').click();
  await head.at('person-status').filter({ hasText: 'Active' }).waitFor();
  expect(head.problems).toEqual([]);
});

it('a list is looked at, imported, and its problems are told beside the rows', async () => {
  const head = await Person.arrive(browser, 'Head', { viewport: { width: 390, height: 844 } });
  await open(head, '/admin/people/import', 'head@test.lectern');
  const rows = Array.from({ length: 40 }, (_, n) => `Pupil ${n},pupil${n}@test.lectern,`);
  await head.at('import-text').fill(['name,e-mail,role', ...rows, 'Known,sam@test.lectern,king'].join('\n'));
  await head.at('import-check').click();
  await head.at('import-summary').filter({ hasText: '40 of 41 rows' }).waitFor();
  await head.at('import-row').filter({ hasText: 'somebody has it already' }).waitFor();
  await head.at('import-row').filter({ hasText: 'There is no such role' }).waitFor();
  expect(await violations(head)).toEqual([]);

  await head.at('import-start').click();
  await head.at('import-count').filter({ hasText: '40 of 40 people added' }).waitFor();
  await head.at('import-status').filter({ hasText: 'Done' }).waitFor();
  await head.at('import-row').filter({ hasText: 'Known' }).waitFor();
  expect(await violations(head)).toEqual([]);

  const download = head.page.waitForEvent('download');
  await head.at('import-download-problems').click();
  expect((await download).suggestedFilename()).toBe('list-problems.csv');
  expect(head.problems).toEqual([]);
});
