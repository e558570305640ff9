import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mailboxOf } from '../identity/mailbox.ts';
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
  await createUser(database.url, { email: 'head@test.lectern', displayName: 'Head', role: 'super_admin' });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await database?.drop();
});

/** Signs in and goes where the address says. */
async function open(person: Person, path: string, email: string, secret = password): Promise<void> {
  await person.page.goto(`${server.url}/sign-in?next=${path}`);
  await person.at('sign-in-email').fill(email);
  await person.at('sign-in-password').fill(secret);
  await person.at('sign-in-submit').click();
  await person.page.waitForURL((url) => url.pathname.startsWith(path));
}

const newPassword = 'seven green bicycles';

it('somebody is invited, comes with the link of the mail, and works for two organizations', async () => {
  const head = await Person.arrive(browser, 'Head');
  await open(head, '/admin/invitations', 'head@test.lectern');
  await head.at('invitations-empty').waitFor();
  await head.at('invite').click();
  await head.at('invite-emails').fill('nora@test.lectern, not-an-address');
  await head.at('invite-send').click();
  // Nothing is sent, and what was typed stays.
  await head.page.getByText('not-an-address').last().waitFor();
  await head.at('invite-emails').fill('nora@test.lectern');
  await head.at('invite-role').selectOption('instructor');
  await head.at('invite-message').fill('See you on Monday');
  await head.at('invite-send').click();
  await head.at('invite-outcomes').waitFor();
  await head.at('invite-done').click();
  await head
    .at('invitation-row')
    .filter({ hasText: 'nora@test.lectern' })
    .filter({ hasText: 'Open' })
    .waitFor();

  const token = await mailboxOf(server.url).token('nora@test.lectern');
  const nora = await Person.arrive(browser, 'Nora', { viewport: { width: 390, height: 844 } });
  await nora.page.goto(`${server.url}/invitation?token=${token}`);
  await nora.page.getByText('See you on Monday').waitFor();
  expect(await nora.violations()).toEqual([]);
  expect(await nora.overflow()).toBe(0);
  await nora.at('invitation-name').fill('Nora Berg');
  await nora.at('invitation-password').fill('password');
  await nora.at('invitation-register').click();
  await nora.at('problem').or(nora.page.locator('[aria-invalid="true"]')).first().waitFor();
  expect(await nora.at('invitation-name').inputValue()).toBe('Nora Berg');
  await nora.at('invitation-password').fill(newPassword);
  await nora.at('invitation-register').click();
  await nora.at('account-menu').waitFor();

  await head.page.reload();
  await head
    .at('invitation-row')
    .filter({ hasText: 'nora@test.lectern' })
    .filter({ hasText: 'Accepted' })
    .waitFor();
  await head.page.goto(`${server.url}/admin/members`);
  await head.at('member-row').filter({ hasText: 'Nora Berg' }).waitFor();
  expect(head.problems).toEqual([]);

  // The same link a second time is void.
  const late = await Person.arrive(browser, 'Late');
  await late.page.goto(`${server.url}/invitation?token=${token}`);
  await late.at('invitation-invalid').waitFor();
  await late.leave();
  await nora.leave();
  await head.leave();
});

it('what was done is found in the audit trail, opened, and saved as a table', async () => {
  const head = await Person.arrive(browser, 'Head');
  await open(head, '/admin/audit', 'head@test.lectern');
  await head.at('audit-entry').first().waitFor();
  await head.at('audit-filter-action').fill('invitation.');
  await head.at('audit-search').click();
  await head.page.waitForURL(/action=invitation/);
  const entries = head.at('audit-entry');
  await entries.first().waitFor();
  // The search is in the address: a reload, or somebody who gets the link, sees the same.
  await head.page.reload();
  await entries.first().waitFor();
  expect(await head.at('audit-filter-action').inputValue()).toBe('invitation.');
  await entries.first().getByRole('button').first().click();
  const drawer = head.page.getByRole('dialog');
  await drawer.waitFor();
  expect(await head.violations()).toEqual([]);
  await head.page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'hidden' });
  const download = head.page.waitForEvent('download');
  await head.at('audit-export').click();
  expect((await download).suggestedFilename()).toMatch(/\.csv$/);
  expect(head.problems).toEqual([]);
  await head.leave();
});

it('an administrator signs out a device of somebody, and that browser says so', async () => {
  const head = await Person.arrive(browser, 'Head');
  const nora = await Person.arrive(browser, 'Nora');
  await open(nora, '/account', 'nora@test.lectern', newPassword);
  await open(head, '/admin/sessions', 'head@test.lectern');
  const device = head.at('device').filter({ hasText: 'Nora Berg' });
  await device.first().waitFor();
  for (let left = await device.count(); left > 0; left -= 1) {
    await device.first().getByTestId('device-end').click();
    await head.at('device-end-confirm').click();
    await head.at('device-end-confirm').waitFor({ state: 'hidden' });
    await expect.poll(() => device.count()).toBe(left - 1);
  }
  await nora.page.reload();
  await nora.at('sign-in-again').waitFor();
  await nora.leave();
  await head.leave();
});
