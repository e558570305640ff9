import { beforeAll, expect, it } from 'vitest';
import { phone } from '../support/browser.ts';
import { createCourse, createUser, enroll, sql } from '../support/factories.ts';
import { seen } from '../support/screens.ts';
import { setStage } from '../support/stage.ts';

const stage = setStage();
const ids: Record<string, string> = {};

beforeAll(async () => {
  await sql(stage.databaseUrl, `insert into organizations (name, slug) values ('Elsewhere', 'elsewhere')`);
  const people = [
    ['head', 'Head Mistress', 'admin', 'default'],
    ['tess', 'Tess Teacher', 'instructor', 'default'],
    ['ana', 'Ana Silva', 'student', 'default'],
    ['ben', 'Ben Okri', 'student', 'default'],
    ['stranger', 'Stranger', 'student', 'elsewhere'],
  ] as const;
  for (const [name, displayName, role, organization] of people)
    ids[name] = await createUser(stage.databaseUrl, {
      email: `${name}@test.lectern`,
      displayName,
      role,
      organization,
    });
  const courseId = await createCourse(stage.databaseUrl, ids['tess'] ?? '', 'First aid');
  ids['course'] = courseId;
  await enroll(stage.databaseUrl, ids['ana'] ?? '', courseId);
});

it('what somebody writes about themselves and wants to learn stands on their page', async () => {
  const ana = await stage.enter('ana@test.lectern', '/account/profile', phone);
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
  await seen(ana, 'profile with interests');

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
  await seen(ana, 'a page of one’s own');
  expect(ana.problems).toEqual([]);
});

it('from a course one comes to its teacher, follows them, and stands in their list', async () => {
  const ana = await stage.enter('ana@test.lectern', `/courses/${ids['course']}`, phone);
  await ana.at('person-link').click();
  await ana.at('profile-name').filter({ hasText: 'Tess Teacher' }).waitFor();
  await ana.at('profile-empty').waitFor();
  expect(await ana.at('confidential').count()).toBe(0);
  await seen(ana, 'a page of somebody else');
  await ana.at('follow').click();
  await ana.at('followers-count').filter({ hasText: '1 follower' }).waitFor();
  await ana.at('tab-followers').click();
  await ana.at('follow-row').filter({ hasText: 'Ana Silva' }).waitFor();
  await seen(ana, 'followers');

  const tess = await stage.enter('tess@test.lectern', `/people/${ids['ana']}`);
  await tess.at('follows-me').waitFor();
  await tess.at('follow').click();
  await tess.page.getByRole('button', { name: 'Following Ana Silva' }).waitFor();
  await tess.page.goto(`${stage.url}/people/${ids['tess']}/following`);
  await tess.at('follow-row').filter({ hasText: 'Ana Silva' }).getByTestId('follow').click();
  await tess.at('follow-empty').waitFor();
  await seen(tess, 'following nobody');

  // Whoever hides themselves is not in the list of others any more.
  await sql(stage.databaseUrl, `update user_profiles set visibility = 'private' where user_id = $1`, [
    ids['ana'],
  ]);
  await tess.page.goto(`${stage.url}/people/${ids['tess']}/followers`);
  await tess.at('follow-hidden').waitFor();
  expect(await tess.at('follow-row').count()).toBe(0);
  await sql(stage.databaseUrl, `update user_profiles set visibility = 'organization' where user_id = $1`, [
    ids['ana'],
  ]);
  expect([...ana.problems, ...tess.problems]).toEqual([]);
});

it('people of another organization are nobody here, and a broken connection is told', async () => {
  const ben = await stage.enter('ben@test.lectern', `/people/${ids['stranger']}`, phone);
  await ben.at('profile-nobody').waitFor();
  await seen(ben, 'nobody of that name');
  await ben.page.route('**/api/v1/users/**', (route) => route.abort());
  await ben.page.goto(`${stage.url}/people/${ids['ana']}`);
  await ben.at('problem').waitFor();
  await ben.page.unroute('**/api/v1/users/**');
  await ben.at('problem').getByRole('button').click();
  await ben.at('profile-name').filter({ hasText: 'Ana Silva' }).waitFor();
  expect(ben.problems).toEqual([]);
});

it('an administrator gives somebody a manager, who sees what their people learn', async () => {
  const head = await stage.enter('head@test.lectern', `/admin/people/${ids['ana']}`);
  await head.at('work-jobTitle').fill('Class speaker');
  await head.at('work-department').fill('10B');
  await head.at('work-hireDate').fill('2024-09-01');
  const manager = head.page.getByRole('combobox', { name: 'Manager' });
  await manager.fill('Tess');
  await head.page.getByRole('option', { name: 'Tess Teacher' }).click();
  await head.at('work-save').click();
  await head.page.getByText('Saved.').first().waitFor();
  await seen(head, 'work of a person');

  // The other way round it would be a circle.
  await head.page.goto(`${stage.url}/admin/people/${ids['tess']}`);
  await manager.fill('Ana');
  await head.page.getByRole('option', { name: 'Ana Silva' }).click();
  await head.at('work-save').click();
  await head.at('problem').filter({ hasText: 'their own manager' }).waitFor();

  await head.page.goto(`${stage.url}/admin/people`);
  await head.at('person-row').nth(2).waitFor();
  await head.at('people-department').fill('10b');
  await head.page.waitForURL((url) => url.searchParams.get('department') === '10b');
  await head.page.waitForFunction(() => document.querySelectorAll('[data-testid="person-row"]').length === 1);
  await head.at('person-row').filter({ hasText: 'Ana Silva' }).waitFor();

  await sql(
    stage.databaseUrl,
    `update user_profiles set skills = '{Spanish}', visibility = 'organization' where user_id = $1`,
    [ids['ana']],
  );
  await head.page.goto(`${stage.url}/admin/people`);
  await head.at('person-row').nth(2).waitFor();
  await head.at('people-skill').fill('spanish');
  await head.page.waitForURL((url) => url.searchParams.get('skill') === 'spanish');
  await head.page.waitForFunction(() => document.querySelectorAll('[data-testid="person-row"]').length === 1);
  await head.at('person-row').filter({ hasText: 'Ana Silva' }).waitFor();

  const tess = await stage.enter('tess@test.lectern', '/account/profile', phone);
  await tess.at('account-menu').click();
  await tess.at('to-reports').click();
  const row = tess.at('report').filter({ hasText: 'Ana Silva' });
  await row.filter({ hasText: 'Class speaker · 10B' }).waitFor();
  await row.getByTestId('report-courses').click();
  await row.getByTestId('report-course').filter({ hasText: 'First aid' }).waitFor();
  await seen(tess, 'reports');
  expect([...head.problems, ...tess.problems]).toEqual([]);
});

it('a manager enrols their people in a course, and takes one out again', async () => {
  await createCourse(stage.databaseUrl, ids['tess'] ?? '', 'Fire safety');
  await sql(
    stage.databaseUrl,
    `insert into user_profiles (user_id, manager_id) select unnest($1::uuid[]), $2
     on conflict (user_id) do update set manager_id = excluded.manager_id`,
    [[ids['ana'], ids['ben']], ids['tess']],
  );
  const tess = await stage.enter('tess@test.lectern', '/reports', phone);
  await tess.at('report').nth(1).waitFor();
  await tess.at('reports-enroll').click();
  await tess.at('reports-obstacle').filter({ hasText: 'Select people first.' }).waitFor();
  await tess.page.getByRole('checkbox', { name: 'Select Ana Silva' }).check();
  expect(await tess.at('reports-select-all').isChecked()).toBe(false);
  await tess.at('reports-select-all').check();
  await tess.page.getByText('2 selected').waitFor();
  await seen(tess, 'selected reports');

  // By keyboard from here on.
  await tess.at('reports-enroll').press('Enter');
  await tess.at('team-enroll').press('Enter');
  await tess.page.getByText('Choose a course.').waitFor();
  const course = tess.page.getByRole('combobox', { name: 'Course' });
  await course.fill('no such');
  await tess.page.getByText('No open course is called that.').waitFor();
  await course.fill('fire');
  await tess.page.getByRole('option', { name: 'Fire safety' }).waitFor();
  await course.press('ArrowDown');
  await course.press('Enter');
  await tess.page.route('**/reports', (route) => route.abort());
  await tess.at('team-enroll').press('Enter');
  await tess.at('problem').filter({ hasText: 'Enrolling did not work' }).waitFor();
  expect(await course.inputValue()).toBe('Fire safety');
  await seen(tess, 'enrolling that failed');
  await tess.page.unroute('**/reports');
  await enroll(stage.databaseUrl, ids['ben'] ?? '', await courseCalled('Fire safety'));
  await tess.at('team-enroll').press('Enter');
  const outcomes = tess.at('team-outcomes');
  await outcomes.filter({ hasText: '1 person was enrolled.' }).waitFor();
  expect(await outcomes.getByRole('listitem').allInnerTexts()).toEqual([
    'Ana Silva – enrolled',
    'Ben Okri – was enrolled already',
  ]);
  await seen(tess, 'who was enrolled');
  await tess.at('team-done').press('Enter');
  await outcomes.waitFor({ state: 'detached' });
  expect(await tess.page.getByRole('checkbox', { checked: true }).count()).toBe(0);

  const row = tess.at('report').filter({ hasText: 'Ana Silva' });
  await row.getByTestId('report-courses').press('Enter');
  const place = row.getByTestId('report-course').filter({ hasText: 'enrolled by you' });
  await place.filter({ hasText: 'Fire safety' }).waitFor();
  expect(await row.getByTestId('take-out').count()).toBe(1);
  await seen(tess, 'a report whom one enrolled');
  await place.getByTestId('take-out').press('Enter');
  await tess.page.getByRole('dialog').getByText('will not learn in “Fire safety”').waitFor();
  await seen(tess, 'taking a report out');
  await tess.at('confirm').press('Enter');
  await tess.page.getByText('Ana Silva is out of “Fire safety”.').first().waitFor();
  await place.waitFor({ state: 'detached' });
  // The button is gone; the focus is where its list belongs.
  await tess.page.waitForFunction(
    () => document.activeElement?.getAttribute('data-testid') === 'report-courses',
  );
  expect(tess.problems).toEqual([]);
});

const courseCalled = async (title: string): Promise<string> =>
  (await sql<{ id: string }>(stage.databaseUrl, 'select id from courses where title = $1', [title]))[0]?.id ??
  '';
