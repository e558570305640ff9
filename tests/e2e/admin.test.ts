import { beforeAll, expect, it } from 'vitest';
import { phone } from '../support/browser.ts';
import { createUser } from '../support/factories.ts';
import { seen } from '../support/screens.ts';
import { setStage } from '../support/stage.ts';

const stage = setStage();

beforeAll(async () => {
  await createUser(stage.databaseUrl, { email: 'head@test.lectern', displayName: 'Head', role: 'admin' });
  await createUser(stage.databaseUrl, { email: 'sam@test.lectern', displayName: 'Sam Lee' });
});

it('an administrator finds somebody, suspends them, and their browser is signed out', async () => {
  const sam = await stage.enter('sam@test.lectern', '/account');
  const head = await stage.enter('head@test.lectern', '/admin/people');
  await head.at('person-row').filter({ hasText: 'Sam Lee' }).waitFor();
  await head.at('people-search').fill('nobody of that name');
  await head.at('people-empty').waitFor();
  await head.at('people-search').fill('sam');
  await head.at('person-row').filter({ hasText: 'Sam Lee' }).getByRole('link').click();
  await head.at('person-name').waitFor();
  await seen(head, 'a person');

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
  const head = await stage.enter('head@test.lectern', '/admin/people/import', phone);
  const rows = Array.from({ length: 40 }, (_, n) => `Pupil ${n},pupil${n}@test.lectern,`);
  await head.at('import-text').fill(['name,e-mail,role', ...rows, 'Known,sam@test.lectern,king'].join('\n'));
  await head.at('import-check').click();
  await head.at('import-summary').filter({ hasText: '40 of 41 rows' }).waitFor();
  await head.at('import-row').filter({ hasText: 'somebody has it already' }).waitFor();
  await head.at('import-row').filter({ hasText: 'There is no such role' }).waitFor();
  await seen(head, 'import, looked at');

  await head.at('import-start').click();
  await head.at('import-count').filter({ hasText: '40 of 40 people added' }).waitFor();
  await head.at('import-status').filter({ hasText: 'Done' }).waitFor();
  await head.at('import-row').filter({ hasText: 'Known' }).waitFor();
  await seen(head, 'import, done');

  const download = head.page.waitForEvent('download');
  await head.at('import-download-problems').click();
  expect((await download).suggestedFilename()).toBe('list-problems.csv');
  expect(head.problems).toEqual([]);
});
