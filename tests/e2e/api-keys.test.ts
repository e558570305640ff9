import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, Person } from '../support/browser.ts';
import { ServerProcess } from '../support/crash.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { createUser, password } from '../support/factories.ts';
import { seen } from '../support/screens.ts';

let database: TestDatabase;
let server: ServerProcess;
let browser: Browser;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await ServerProcess.start({ DATABASE_URL: database.url });
  await createUser(database.url, { email: 'head@test.lectern', displayName: 'Head', role: 'admin' });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await database?.drop();
});

it('a key is made, shown once, works, and is revoked', async () => {
  const head = await Person.arrive(browser, 'Head');
  await head.page.goto(`${server.url}/sign-in?next=/account/api-keys`);
  await head.at('sign-in-email').fill('head@test.lectern');
  await head.at('sign-in-password').fill(password);
  await head.at('sign-in-submit').click();
  await head.at('api-keys-empty').waitFor();
  await seen(head, 'API keys, none');

  await head.at('key-new').click();
  await head.at('key-addresses').fill('not an address');
  await head.at('key-submit').click();
  await head.page.getByText('not an address').last().waitFor();
  await seen(head, 'a new API key, nothing filled in');
  await head.at('key-name').fill('Timetable');
  await head.at('key-addresses').fill('127.0.0.0/8\n::1');
  await head.at('key-permissions').click();
  await head.page.getByRole('option', { name: '(course.read)' }).click();
  await head.page.keyboard.press('Escape');
  await head.at('key-submit').click();
  await head.at('key-shown').waitFor();
  const key = await head.at('key-shown').inputValue();
  await seen(head, 'an API key, shown once');
  await head.at('key-stored').click();
  await head.at('api-key-row').filter({ hasText: 'Timetable' }).waitFor();
  expect(await head.page.content()).not.toContain(key);

  const call = () =>
    fetch(`${server.url}/api/v1/me/courses`, { headers: { authorization: `Bearer ${key}` } });
  expect((await call()).status).not.toBe(401);
  await seen(head, 'API keys');
  await head.page.goto(`${server.url}/admin/api-keys`);
  await head.at('api-key-row').filter({ hasText: 'Timetable' }).waitFor();
  await seen(head, 'API keys of the organization');

  await head.page.goto(`${server.url}/account/api-keys`);
  await head.at('api-key-revoke').click();
  await seen(head, 'API keys, a question');
  await head.page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await head.at('api-key-revoke').waitFor({ state: 'detached' });
  expect((await call()).status).toBe(401);
  expect(head.problems).toEqual([]);
  await head.leave();
});
