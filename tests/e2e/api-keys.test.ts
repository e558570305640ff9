import { beforeAll, expect, it } from 'vitest';
import { createUser } from '../support/factories.ts';
import { seen } from '../support/screens.ts';
import { setStage } from '../support/stage.ts';

const stage = setStage();

beforeAll(async () => {
  await createUser(stage.databaseUrl, { email: 'head@test.lectern', displayName: 'Head', role: 'admin' });
});

it('a key is made, shown once, works, and is revoked', async () => {
  const head = await stage.enter('head@test.lectern', '/account/api-keys');
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

  const call = () => fetch(`${stage.url}/api/v1/me/courses`, { headers: { authorization: `Bearer ${key}` } });
  expect((await call()).status).not.toBe(401);
  await head.page.goto(`${stage.url}/admin/api-keys`);
  await head.at('api-key-row').filter({ hasText: 'Timetable' }).waitFor();

  await head.page.goto(`${stage.url}/account/api-keys`);
  await head.at('api-key-revoke').click();
  await seen(head, 'API keys, a question');
  await head.page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await head.at('api-key-revoke').waitFor({ state: 'detached' });
  expect((await call()).status).toBe(401);
  expect(head.problems).toEqual([]);
  await head.leave();
});
