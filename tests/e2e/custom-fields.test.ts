import { beforeAll, expect, it } from 'vitest';
import { phone } from '../support/browser.ts';
import type { Person } from '../support/browser.ts';
import { createUser, sql } from '../support/factories.ts';
import { seen } from '../support/screens.ts';
import { setStage } from '../support/stage.ts';

const stage = setStage();
let samId: string;

beforeAll(async () => {
  await createUser(stage.databaseUrl, { email: 'head@test.lectern', displayName: 'Head', role: 'admin' });
  samId = await createUser(stage.databaseUrl, { email: 'sam@test.lectern', displayName: 'Sam Lee' });
});

const labels = (person: Person): Promise<string[]> =>
  person.at('field-row').locator('p:first-child').allTextContents();

const row = (person: Person, label: string) => person.at('field-row').filter({ hasText: label });

it('an administrator adds fields, puts them in order by keyboard, removes one and takes it back', async () => {
  const head = await stage.enter('head@test.lectern', '/admin/fields');
  await head.at('fields-empty').waitFor();
  await seen(head, 'no fields');

  // What is missing is said beside the fields, and what was typed stays.
  await head.at('field-add').click();
  await head.at('field-label').fill('T-shirt size');
  await head.at('field-type').selectOption('select');
  await head.at('field-submit').click();
  await head.page.getByText('This is needed.').first().waitFor();
  expect(await head.at('field-label').inputValue()).toBe('T-shirt size');
  expect(await head.at('field-key').inputValue()).toBe('t_shirt_size');
  await seen(head, 'a new field, options missing');
  await head.at('option-label').nth(0).fill('Small');
  await head.at('option-label').nth(1).fill('Medium');
  await head.at('option-label').nth(1).press('Enter');
  await head.page.keyboard.type('Large');
  await head.at('field-required').check();
  await head.at('field-submit').click();
  await row(head, 'T-shirt size').filter({ hasText: '3 options' }).waitFor();

  // The server's own refusal stands beside its field too.
  await head.at('field-add').click();
  await head.at('field-label').fill('Bus line');
  await head.at('field-key').fill('t_shirt_size');
  await head.at('field-submit').click();
  await head.page.getByText('Another field has this key.').waitFor();
  await head.at('field-key').fill('bus_line');
  await head.at('field-maxLength').fill('5');
  await head.at('field-submit').click();
  await row(head, 'Bus line').waitFor();
  await head.at('field-add').click();
  await head.at('field-label').fill('Photo consent');
  await head.at('field-type').selectOption('boolean');
  await head.at('field-by-administration').check();
  await head.at('field-submit').click();
  await row(head, 'Photo consent').waitFor();
  expect(await labels(head)).toEqual(['T-shirt size', 'Bus line', 'Photo consent']);

  // Twice up with the keyboard alone: the focus stays where one goes on.
  await row(head, 'Photo consent').getByTestId('field-up').focus();
  await head.page.keyboard.press('Enter');
  await head.at('announcer').filter({ hasText: '“Photo consent” is now number 2 of 3.' }).waitFor();
  await head.page.waitForFunction(() => document.activeElement?.getAttribute('data-testid') === 'field-up');
  await head.page.keyboard.press('Enter');
  await head.at('announcer').filter({ hasText: '“Photo consent” is now number 1 of 3.' }).waitFor();
  expect(await labels(head)).toEqual(['Photo consent', 'T-shirt size', 'Bus line']);
  await head.page.waitForFunction(() => document.activeElement?.getAttribute('data-testid') === 'field-down');
  await seen(head, 'fields in order');
  await head.screenshot('admin-fields');

  await row(head, 'Bus line').getByTestId('field-remove').click();
  await head.at('confirm').waitFor();
  await seen(head, 'removing a field');
  await head.at('confirm').click();
  await head.at('removed-field-row').filter({ hasText: 'Bus line' }).waitFor();
  expect(await labels(head)).toEqual(['Photo consent', 'T-shirt size']);
  await head.at('field-undo').click();
  await row(head, 'Bus line').waitFor();
  expect(await head.at('removed-field-row').count()).toBe(0);
  // Undone from the list as well, when the message is long gone.
  await row(head, 'Bus line').getByTestId('field-remove').click();
  await head.at('confirm').click();
  await head.at('field-restore').click();
  await row(head, 'Bus line').waitFor();
  expect(head.problems).toEqual([]);
  await head.leave();
});

it('a person is asked for them, is told what does not fit, and the administrator sees the answers', async () => {
  const sam = await stage.enter('sam@test.lectern', '/account/profile', phone);
  await sam.at('field-bus_line').fill('much too long');
  await sam.at('profile-save').click();
  await sam.page.getByText('Enter at most 5 characters.').waitFor();
  // The first one that is wrong has the focus.
  await sam.page.waitForFunction(
    () => document.activeElement?.getAttribute('data-testid') === 'field-t_shirt_size',
  );
  await seen(sam, 'profile, fields that do not fit');
  expect(await sam.at('field-photo_consent').getAttribute('readonly')).not.toBeNull();
  await sam.at('field-t_shirt_size').selectOption({ label: 'Medium' });
  await sam.at('field-bus_line').fill('N3');
  await sam.at('profile-save').click();
  await sam.page.getByText('Your profile is saved.').first().waitFor();
  await sam.page.reload();
  await sam.page.waitForFunction(
    () => document.querySelector<HTMLInputElement>('[data-testid="field-bus_line"]')?.value === 'N3',
  );
  expect(await sam.at('field-t_shirt_size').inputValue()).toBe('medium');
  expect(sam.problems).toEqual([]);

  const head = await stage.enter('head@test.lectern', `/admin/people/${samId}`, phone);
  await head.at('field-photo_consent').selectOption('true');
  await head.at('fields-save').click();
  await head.page.getByText('Saved.').first().waitFor();
  expect(await head.at('field-bus_line').inputValue()).toBe('N3');
  await seen(head, 'fields of a person');
  const [stored] = await sql<{ n: number }>(
    stage.databaseUrl,
    `select count(*)::int as n from user_profiles p, jsonb_each(p.custom_fields) where p.user_id = $1`,
    [samId],
  );
  expect(stored?.n).toBe(3);

  // What people have filled in cannot be made something else.
  await head.page.goto(`${stage.url}/admin/fields`);
  await row(head, 'Bus line')
    .filter({ hasText: '1 person has filled it in' })
    .getByTestId('field-edit')
    .click();
  expect(await head.at('field-type').isDisabled()).toBe(true);
  await seen(head, 'a field that is in use');
  await head.at('field-label').fill('Bus');
  await head.at('field-submit').click();
  await row(head, 'Bus').filter({ hasText: 'bus_line' }).waitFor();
  expect(head.problems).toEqual([]);
});
