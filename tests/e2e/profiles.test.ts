import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, Person } from '../support/browser.ts';
import { ServerProcess } from '../support/crash.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { createCourse, createUser, enroll, password, sql } from '../support/factories.ts';

let database: TestDatabase;
let server: ServerProcess;
let browser: Browser;
const ids: Record<string, string> = {};

beforeAll(async () => {
  database = await createTestDatabase();
  server = await ServerProcess.start({ DATABASE_URL: database.url });
  await sql(database.url, `insert into organizations (name, slug) values ('Elsewhere', 'elsewhere')`);
  const people = [
    ['head', 'Head Mistress', 'admin', 'default'],
    ['tess', 'Tess Teacher', 'instructor', 'default'],
    ['ana', 'Ana Silva', 'student', 'default'],
    ['ben', 'Ben Okri', 'student', 'default'],
    ['stranger', 'Stranger', 'student', 'elsewhere'],
  ] as const;
  for (const [name, displayName, role, organization] of people)
    ids[name] = await createUser(database.url, {
      email: `${name}@test.lectern`,
      displayName,
      role,
      organization,
    });
  const courseId = await createCourse(database.url, ids['tess'] ?? '', 'First aid');
  ids['course'] = courseId;
  await enroll(database.url, ids['ana'] ?? '', courseId);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await database?.drop();
});

const desk = { viewport: { width: 1280, height: 800 }, colorScheme: 'light' as const };
const phone = { viewport: { width: 390, height: 844 }, colorScheme: 'dark' as const };

/** Signs in and goes where the address says. */
async function arrive(name: string, path: string, options: typeof desk | typeof phone): Promise<Person> {
  const person = await Person.arrive(browser, name, options);
  await person.page.goto(`${server.url}/sign-in?next=${path}`);
  await person.at('sign-in-email').fill(`${name}@test.lectern`);
  await person.at('sign-in-password').fill(password);
  await person.at('sign-in-submit').click();
  await person.page.waitForURL((url) => url.pathname === path);
  return person;
}

/** What axe finds, and whether the page is wider than its window. */
async function check({ page }: Person): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  return [
    ...violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`)),
    ...(wider > 0 ? [`${wider} pixels too wide`] : []),
  ];
}

it('what somebody writes about themselves and wants to learn stands on their page', async () => {
  const ana = await arrive('ana', '/account/profile', phone);
  await ana.at('profile-bio').fill('I sail.\n\nAnd I read.');
  await ana.at('profile-website').fill('https://ana.example/');
  await ana.at('profile-save').click();
  for (const interest of ['Marine Biology', 'chess', 'CHESS', 'opera']) {
    await ana.at('interest-new').fill(interest);
    await ana.at('interest-add').click();
  }
  // Said twice it is refused beside the field, and can be corrected.
  await ana.at('interest-new').fill('Opera');
  await ana.at('interest-add').click();
  await ana.page.getByText('You have this one already.').waitFor();
  await ana.at('interest-new').fill('');
  await ana.page.getByRole('button', { name: 'Move chess up' }).click();
  await ana.page.getByRole('button', { name: 'Remove opera' }).click();
  expect(await ana.at('interest').allInnerTexts()).toEqual([
    expect.stringContaining('chess'),
    expect.stringContaining('marine biology'),
  ]);
  await ana.at('interests-save').click();
  await ana.page.getByText('Your interests are saved.').first().waitFor();
  expect(await check(ana)).toEqual([]);

  await ana.at('account-menu').click();
  expect(await ana.at('to-reports').count()).toBe(0);
  await ana.at('to-profile').click();
  await ana.at('profile-name').filter({ hasText: 'Ana Silva' }).waitFor();
  expect(await ana.at('profile-interest').allInnerTexts()).toEqual(['chess', 'marine biology']);
  expect(await ana.page.getByRole('link', { name: 'ana.example' }).getAttribute('href')).toBe(
    'https://ana.example/',
  );
  await ana.at('confidential').filter({ hasText: 'ana@test.lectern' }).waitFor();
  await ana.at('profile-edit').waitFor();
  expect(await check(ana)).toEqual([]);
  expect(ana.problems).toEqual([]);
});

it('from a course one comes to its teacher, follows them, and stands in their list', async () => {
  const ana = await arrive('ana', `/courses/${ids['course']}`, phone);
  await ana.at('person-link').click();
  await ana.at('profile-name').filter({ hasText: 'Tess Teacher' }).waitFor();
  await ana.at('profile-empty').waitFor();
  expect(await ana.at('confidential').count()).toBe(0);
  expect(await check(ana)).toEqual([]);
  await ana.at('follow').click();
  await ana.at('followers-count').filter({ hasText: '1 follower' }).waitFor();
  await ana.at('tab-followers').click();
  await ana.at('follow-row').filter({ hasText: 'Ana Silva' }).waitFor();
  expect(await check(ana)).toEqual([]);

  const tess = await arrive('tess', `/people/${ids['ana']}`, desk);
  await tess.at('follows-me').waitFor();
  await tess.at('follow').click();
  await tess.page.getByRole('button', { name: 'Following Ana Silva' }).waitFor();
  await tess.page.goto(`${server.url}/people/${ids['tess']}/following`);
  await tess.at('follow-row').filter({ hasText: 'Ana Silva' }).getByTestId('follow').click();
  await tess.at('follow-empty').waitFor();
  expect(await check(tess)).toEqual([]);

  // Whoever hides themselves is not in the list of others any more.
  await sql(database.url, `update user_profiles set visibility = 'private' where user_id = $1`, [ids['ana']]);
  await tess.page.goto(`${server.url}/people/${ids['tess']}/followers`);
  await tess.at('follow-hidden').waitFor();
  expect(await tess.at('follow-row').count()).toBe(0);
  await sql(database.url, `update user_profiles set visibility = 'organization' where user_id = $1`, [
    ids['ana'],
  ]);
  expect([...ana.problems, ...tess.problems]).toEqual([]);
});

it('people of another organization are nobody here, and a broken connection is told', async () => {
  const ben = await arrive('ben', `/people/${ids['stranger']}`, phone);
  await ben.at('profile-nobody').waitFor();
  expect(await check(ben)).toEqual([]);
  await ben.page.route('**/api/v1/users/**', (route) => route.abort());
  await ben.page.goto(`${server.url}/people/${ids['ana']}`);
  await ben.at('problem').waitFor();
  await ben.page.unroute('**/api/v1/users/**');
  await ben.at('problem').getByRole('button').click();
  await ben.at('profile-name').filter({ hasText: 'Ana Silva' }).waitFor();
  expect(ben.problems).toEqual([]);
});

it('an administrator gives somebody a manager, who sees what their people learn', async () => {
  const head = await arrive('head', `/admin/people/${ids['ana']}`, desk);
  await head.at('work-jobTitle').fill('Class speaker');
  await head.at('work-department').fill('10B');
  await head.at('work-hireDate').fill('2024-09-01');
  const manager = head.page.getByRole('combobox', { name: 'Manager' });
  await manager.fill('Tess');
  await head.page.getByRole('option', { name: 'Tess Teacher' }).click();
  await head.at('work-save').click();
  await head.page.getByText('Saved.').first().waitFor();
  expect(await check(head)).toEqual([]);

  // The other way round it would be a circle.
  await head.page.goto(`${server.url}/admin/people/${ids['tess']}`);
  await manager.fill('Ana');
  await head.page.getByRole('option', { name: 'Ana Silva' }).click();
  await head.at('work-save').click();
  await head.at('problem').filter({ hasText: 'their own manager' }).waitFor();

  await head.page.goto(`${server.url}/admin/people`);
  await head.at('person-row').nth(2).waitFor();
  await head.at('people-department').fill('10b');
  await head.page.waitForURL((url) => url.searchParams.get('department') === '10b');
  await head.page.waitForFunction(() => document.querySelectorAll('[data-testid="person-row"]').length === 1);
  await head.at('person-row').filter({ hasText: 'Ana Silva' }).waitFor();
  expect(await check(head)).toEqual([]);

  const tess = await arrive('tess', '/account/profile', phone);
  await tess.at('account-menu').click();
  await tess.at('to-reports').click();
  const row = tess.at('report').filter({ hasText: 'Ana Silva' });
  await row.filter({ hasText: 'Class speaker · 10B' }).waitFor();
  await row.getByTestId('report-courses').click();
  await row.getByTestId('report-course').filter({ hasText: 'First aid' }).waitFor();
  expect(await check(tess)).toEqual([]);
  expect([...head.problems, ...tess.problems]).toEqual([]);
});
