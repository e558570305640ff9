import { beforeAll, expect, it } from 'vitest';
import { createSchool, createUser } from '../support/factories.ts';
import { seen } from '../support/screens.ts';
import { setStage } from '../support/stage.ts';

const stage = setStage();

beforeAll(async () => {
  await createSchool(stage.databaseUrl);
  await createUser(stage.databaseUrl, { email: 'mum@test.lectern', displayName: 'Mum', role: 'parent' });
  await createUser(stage.databaseUrl, { email: 'uncle@test.lectern', displayName: 'Uncle', role: 'parent' });
  await createUser(stage.databaseUrl, { email: 'head@test.lectern', displayName: 'Head', role: 'admin' });
});

it('a child gives a code, a parent sees courses and attendance, and the child ends it', async () => {
  const child = await stage.enter('student1@test.lectern', '/account/family');
  await child.at('guardians-empty').waitFor();
  await child.at('make-code').click();
  const code = (await child.at('link-code').textContent()) ?? '';
  await seen(child, 'family, a code');

  const mum = await stage.enter('mum@test.lectern', '/account/family');
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
  const child = await stage.enter('student2@test.lectern', '/account/family');
  const text = await child.page.getByText('The code of your account is').textContent();
  const [accountCode = ''] = /TST\d+/.exec(text ?? '') ?? [];
  const uncle = await stage.enter('uncle@test.lectern', '/account/family');
  await uncle.page.getByText('Ask for it', { exact: true }).first().click();
  await uncle.at('add-code').fill(accountCode);
  await uncle.at('add-relationship').click();
  await uncle.page.getByRole('option', { name: 'Other', exact: true }).click();
  await uncle.at('add-note').fill('Uncle');
  await uncle.at('add-submit').click();
  await uncle.at('add-done').waitFor();

  const head = await stage.enter('head@test.lectern', '/admin/families');
  await head.at('guardianship-row').filter({ hasText: 'Uncle' }).waitFor();
  await seen(head, 'families of the school');

  await child.page.reload();
  await child.at('guardian-row').filter({ hasText: 'asks for a link' }).waitFor();
  await seen(child, 'family, a request');
  await child.at('guardian-reject').click();
  await child.at('guardians-empty').waitFor();
  for (const one of [child, uncle, head]) await one.leave();
});
