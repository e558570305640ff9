import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, Person } from '../support/browser.ts';
import { ServerProcess } from '../support/crash.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { createSchool, createUser, password } from '../support/factories.ts';
import { seen } from '../support/screens.ts';

let database: TestDatabase;
let server: ServerProcess;
let browser: Browser;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await ServerProcess.start({ DATABASE_URL: database.url });
  await createSchool(database.url);
  await createUser(database.url, { email: 'mum@test.lectern', displayName: 'Mum', role: 'parent' });
  await createUser(database.url, { email: 'uncle@test.lectern', displayName: 'Uncle', role: 'parent' });
  await createUser(database.url, { email: 'head@test.lectern', displayName: 'Head', role: 'admin' });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await database?.drop();
});

async function at(path: string, name: string, email: string): Promise<Person> {
  const person = await Person.arrive(browser, name);
  await person.page.goto(`${server.url}/sign-in?next=${path}`);
  await person.at('sign-in-email').fill(email);
  await person.at('sign-in-password').fill(password);
  await person.at('sign-in-submit').click();
  await person.page.waitForURL((url) => url.pathname === path);
  return person;
}

it('a child gives a code, a parent sees courses and attendance, and the child ends it', async () => {
  const child = await at('/account/family', 'Child', 'student1@test.lectern');
  await child.at('guardians-empty').waitFor();
  await child.at('make-code').click();
  const code = (await child.at('link-code').textContent()) ?? '';
  await seen(child, 'family, a code');

  const mum = await at('/account/family', 'Mum', 'mum@test.lectern');
  await mum.at('children-empty').waitFor();
  await mum.at('add-submit').click();
  await mum.page.getByText('Choose one.').first().waitFor();
  await seen(mum, 'family, nothing filled in');
  await mum.at('add-code').fill(code);
  await mum.at('add-relationship').click();
  await mum.page.getByRole('option', { name: 'Mother' }).click();
  await mum.at('add-submit').click();
  await mum.at('add-done').waitFor();
  await mum.at('child-row').filter({ hasText: 'Student 1' }).waitFor();
  await seen(mum, 'family, linked');
  await mum.at('child-open').click();
  await mum.at('child-course').filter({ hasText: 'Biology' }).waitFor();
  await seen(mum, 'a child');

  await child.page.reload();
  await child.at('guardian-row').filter({ hasText: 'Mum' }).waitFor();
  await child.at('guardian-remove').click();
  await seen(child, 'family, a question');
  await child.page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await child.at('guardians-empty').waitFor();
  await mum.page.reload();
  await mum.page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
  expect([...child.problems, ...mum.problems]).toEqual([]);
  await child.leave();
  await mum.leave();
});

it('a request waits for the child, and the school sees it', async () => {
  const child = await at('/account/family', 'Child', 'student2@test.lectern');
  const text = await child.page.getByText('The code of your account is').textContent();
  const [accountCode = ''] = /TST\d+/.exec(text ?? '') ?? [];
  const uncle = await at('/account/family', 'Uncle', 'uncle@test.lectern');
  await uncle.page.getByText('Ask for it', { exact: true }).first().click();
  await uncle.at('add-code').fill(accountCode);
  await uncle.at('add-relationship').click();
  await uncle.page.getByRole('option', { name: 'Other', exact: true }).click();
  await uncle.at('add-note').fill('Uncle');
  await uncle.at('add-submit').click();
  await uncle.at('add-done').waitFor();

  const head = await at('/admin/families', 'Head', 'head@test.lectern');
  await head.at('guardianship-row').filter({ hasText: 'Uncle' }).waitFor();
  await seen(head, 'families of the school');

  await child.page.reload();
  await child.at('guardian-row').filter({ hasText: 'asks for a link' }).waitFor();
  await seen(child, 'family, a request');
  await child.at('guardian-reject').click();
  await child.at('guardians-empty').waitFor();
  for (const one of [child, uncle, head]) await one.leave();
});
