import type { Route } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import type { Person } from '../support/browser.ts';
import { createUser, sql } from '../support/factories.ts';
import { seen } from '../support/screens.ts';
import { setStage } from '../support/stage.ts';

/** The server's size of a page. */
const onePage = 50;

const stage = setStage();
let headId: string;

beforeAll(async () => {
  headId = await createUser(stage.databaseUrl, {
    email: 'head@test.lectern',
    displayName: 'Head',
    role: 'admin',
  });
  for (let n = 1; n <= onePage; n += 1)
    await createUser(stage.databaseUrl, { email: `student${n}@test.lectern`, displayName: `Student ${n}` });
});

/** From now on the server refuses the list, or gives it again. */
const mayRead = (yes: boolean) =>
  sql(stage.databaseUrl, 'update organization_memberships set status = $1 where user_id = $2', [
    yes ? 'active' : 'inactive',
    headId,
  ]);

/** Holds the next request for members on its way; the function returned lets it go on to the server. */
async function hold({ page }: Person): Promise<() => Promise<void>> {
  const held = Promise.withResolvers<Route>();
  await page.route(/\/api\/.*\/members\b/, held.resolve, { times: 1 });
  return async () => (await held.promise).continue();
}

it('a list says that it loads, that it is empty, how much is shown, and what failed, and keeps what it has', async () => {
  const head = await stage.enter('head@test.lectern', '/account');
  const [rows, status, more] = [head.at('member-row'), head.at('list-status'), head.at('show-more')];
  const loading = head.page.getByRole('status', { name: 'Loading' });
  const search = head.at('members-search');

  let release = await hold(head);
  await head.page.goto(`${stage.url}/admin/members`);
  await loading.waitFor();
  expect(await status.textContent()).toBe('');
  await release();
  await status.getByText('50 members').waitFor();
  expect([await loading.count(), await rows.count()]).toEqual([0, onePage]);

  // A page that is refused leaves those before it, and is asked for again.
  await mayRead(false);
  await more.click();
  await head.at('problem').getByText('More could not be loaded').waitFor();
  expect(await rows.count()).toBe(onePage);
  await mayRead(true);
  release = await hold(head);
  await more.click();
  await head.at('problem').waitFor({ state: 'detached' });
  expect(await more.getAttribute('data-loading')).toBe('true');
  await release();
  await status.getByText('51 members').waitFor();
  expect([await rows.count(), await more.count()]).toEqual([onePage + 1, 0]);

  await search.fill('nobody of that name');
  await status.getByText('Nobody').waitFor();
  expect(await rows.count()).toBe(0);

  // A list that is refused from the start is asked for again.
  await mayRead(false);
  await search.fill('Student 17');
  await head.at('problem').waitFor();
  expect([await rows.count(), await loading.count(), await more.count()]).toEqual([0, 0, 0]);
  await seen(head, 'a list that could not be loaded');
  await mayRead(true);
  await head.at('problem').getByRole('button').click();
  await rows.waitFor();
  expect([await rows.count(), await head.at('problem').count()]).toEqual([1, 0]);
  expect(head.problems).toEqual([]);
  await head.leave();
});
