import { beforeAll, expect, it } from 'vitest';
import { mailboxOf } from '../identity/mailbox.ts';
import { phone } from '../support/browser.ts';
import { createUser } from '../support/factories.ts';
import { seen } from '../support/screens.ts';
import { setStage } from '../support/stage.ts';

const stage = setStage();

beforeAll(async () => {
  await createUser(stage.databaseUrl, {
    email: 'head@test.lectern',
    displayName: 'Head',
    role: 'super_admin',
  });
});

const newPassword = 'seven green bicycles';

it('somebody is invited, comes with the link of the mail, and works for two organizations', async () => {
  const head = await stage.enter('head@test.lectern', '/admin/invitations');
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

  const token = await mailboxOf(stage.url).token('nora@test.lectern');
  const nora = await stage.arrive('Nora', phone);
  await nora.page.goto(`${stage.url}/invitation?token=${token}`);
  await nora.page.getByText('See you on Monday').waitFor();
  await seen(nora, 'an invitation');
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
  await head.page.goto(`${stage.url}/admin/members`);
  await head.at('member-row').filter({ hasText: 'Nora Berg' }).waitFor();
  expect(head.problems).toEqual([]);

  // The same link is void for anybody else.
  const late = await stage.arrive('Late');
  await late.page.goto(`${stage.url}/invitation?token=${token}`);
  await late.at('invitation-invalid').waitFor();
  await late.leave();
  await nora.leave();
  await head.leave();
});

it('what was done is found in the audit trail, opened, and saved as a table', async () => {
  const head = await stage.enter('head@test.lectern', '/admin/audit');
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
  await seen(head, 'an entry of the audit trail');
  await head.page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'hidden' });
  const download = head.page.waitForEvent('download');
  await head.at('audit-export').click();
  expect((await download).suggestedFilename()).toMatch(/\.csv$/);
  expect(head.problems).toEqual([]);
  await head.leave();
});

it('an administrator signs out a device of somebody, and that browser says so', async () => {
  const nora = await stage.enter('nora@test.lectern', '/account', { password: newPassword });
  const head = await stage.enter('head@test.lectern', '/admin/sessions');
  const device = head.at('device').filter({ hasText: 'Nora Berg' });
  await device.first().waitFor();
  for (let left = await device.count(); left > 0; left -= 1) {
    await device.first().getByTestId('device-end').click();
    await head.at('confirm').click();
    await head.at('confirm').waitFor({ state: 'hidden' });
    await expect.poll(() => device.count()).toBe(left - 1);
  }
  await nora.page.reload();
  await nora.at('sign-in-again').waitFor();
  await nora.leave();
  await head.leave();
});
