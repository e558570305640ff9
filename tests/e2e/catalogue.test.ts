import { beforeAll, expect, it } from 'vitest';
import { phone } from '../support/browser.ts';
import type { Person } from '../support/browser.ts';
import { createCourse, createUser, sql } from '../support/factories.ts';
import { seen } from '../support/screens.ts';
import { setStage } from '../support/stage.ts';

const stage = setStage();
let firstAid: string;
let surgery: string;
let ben: string;

beforeAll(async () => {
  const url = stage.databaseUrl;
  const ada = await createUser(url, {
    email: 'ada@test.lectern',
    displayName: 'Ada Teacher',
    role: 'instructor',
  });
  firstAid = await createCourse(url, ada, 'First aid');
  surgery = await createCourse(url, ada, 'Surgery for beginners');
  await createCourse(url, ada, 'Knitting');
  await sql(
    url,
    `update courses set code = 'AID-1', subtitle = 'Until the doctor comes', description = 'Bandages, breath and calm.',
       max_enrollments = 20 where id = $1`,
    [firstAid],
  );
  await sql(
    url,
    `update courses set requires_approval = true, difficulty_level = 'expert', description = 'For those who have seen blood before.' where id = $1`,
    [surgery],
  );
  await sql(
    url,
    `with made as (insert into course_categories (organization_id, name, slug) select id, 'Health', 'health' from organizations where slug = 'default' returning id)
     insert into course_category_links (course_id, category_id) select c.id, made.id from made, courses c where c.id = any($1)`,
    [[firstAid, surgery]],
  );
  ben = await createUser(url, { email: 'ben@test.lectern', displayName: 'Ben Student' });
  await createUser(url, { email: 'cleo@test.lectern', displayName: 'Cleo Student' });
});

const card = (person: Person, title: string) =>
  person.at('offers').getByTestId('offer-card').filter({ hasText: title });

it('a student finds a course by what they want to learn, enters it, and has it on their first page', async () => {
  const student = await stage.enter('ben@test.lectern', '/', phone);
  await student.page.getByText('You are in no course yet.').waitFor();
  await seen(student, 'home without courses');
  await student.at('to-catalogue').click();
  await student.at('no-interests').waitFor();
  await card(student, 'First aid').waitFor();
  await seen(student, 'catalogue without interests');

  await sql(
    stage.databaseUrl,
    `insert into user_interests (user_id, category_id, priority) select $1, id, 1 from course_categories`,
    [ben],
  );
  await student.page.reload();
  const recommended = student.at('for-you').getByTestId('offer-card');
  await recommended.first().waitFor();
  expect(await recommended.count()).toBe(2);
  expect(await student.at('for-you').getByText('Because you are interested in “Health”').count()).toBe(2);
  await seen(student, 'catalogue with recommendations');

  await recommended
    .filter({ hasText: 'First aid' })
    .getByRole('link', { name: 'First aid', exact: true })
    .click();
  await student.page.getByText('Bandages, breath and calm.').waitFor();
  await student.page.getByText('20 places left').waitFor();
  await seen(student, 'a course that is open');
  await student.at('offer-enter').focus();
  await student.page.keyboard.press('Enter');
  await student.at('offer-standing').filter({ hasText: 'You are in this course.' }).waitFor();
  // What was pressed is gone; who uses a keyboard goes on at the title.
  await student.page.locator('h1:focus').waitFor();
  await student.page.getByRole('link', { name: 'Lectern, to the start page' }).click();
  await student.at('course-card').filter({ hasText: 'First aid' }).waitFor();

  // Leaving asks first; then the course is gone from there as well.
  await student.page.goto(`${stage.url}/catalogue/${firstAid}`);
  await student.at('offer-leave').click();
  await student.at('confirm-keep').waitFor();
  await seen(student, 'leaving a course');
  await student.at('confirm').click();
  await student.at('offer-enter').waitFor();
  await student.page.locator('h1:focus').waitFor();
  await student.page.getByRole('link', { name: 'Lectern, to the start page' }).click();
  await student.page.getByText('You are in no course yet.').waitFor();
  expect(student.problems).toEqual([]);
  await student.leave();
});

it('a student searches, asks, and the teacher answers: one gets a place, the other reads why not', async () => {
  const [student, other] = [
    await stage.enter('ben@test.lectern', '/catalogue'),
    await stage.enter('cleo@test.lectern', `/catalogue/${surgery}`, phone),
  ];
  await student.at('offers-search').fill('surg');
  await card(student, 'Knitting').waitFor({ state: 'detached' });
  expect(await student.at('offers').getByTestId('offer-card').count()).toBe(1);
  await student.at('offers-category').selectOption({ label: 'Health' });
  await student.at('offers-difficulty').selectOption('beginner');
  await student.at('offers-empty').waitFor();
  await seen(student, 'nothing found in the catalogue');
  // The search is in the address: it is still there after a reload.
  await student.page.reload();
  await student.at('offers-empty').waitFor();
  await student.at('offers-clear').click();
  await card(student, 'Knitting').waitFor();
  await student.at('offers-difficulty').selectOption('expert');
  await card(student, 'Knitting').waitFor({ state: 'detached' });
  await card(student, 'Surgery').getByTestId('offer-enter').click();
  await card(student, 'Surgery').getByTestId('offer-mark').filter({ hasText: 'Waiting' }).waitFor();
  await other.at('offer-enter').click();
  await other.at('offer-standing').filter({ hasText: 'You have asked for a place' }).waitFor();
  await seen(other, 'a request that waits');

  // Her own day says that somebody waits.
  const teacher = await stage.enter('ada@test.lectern', '/account');
  await teacher.page.goto(stage.url);
  await teacher.at('course-requests').filter({ hasText: '2 requests' }).click();
  await teacher.page.waitForURL(`${stage.url}/courses/${surgery}`);
  const row = (name: string) => teacher.at('request-row').filter({ hasText: name });
  await teacher.at('requests-count').filter({ hasText: '2' }).waitFor();
  await seen(teacher, 'requests for a place');
  await row('Ben Student').getByTestId('request-approve').click();
  await row('Ben Student').waitFor({ state: 'detached' });
  const title = teacher.page
    .getByRole('heading', { name: 'Requests for a place' })
    .and(teacher.page.locator(':focus'));
  await title.waitFor();
  await row('Cleo Student').getByTestId('request-reject').click();
  await teacher.at('reject-reason').fill('Take “First aid” first, please.');
  await seen(teacher, 'declining a request');
  // What was typed stays when the dialog is closed by mistake.
  await teacher.page.keyboard.press('Escape');
  await row('Cleo Student').getByTestId('request-reject').click();
  expect(await teacher.at('reject-reason').inputValue()).toBe('Take “First aid” first, please.');
  await teacher.at('reject-confirm').click();
  await teacher.at('requests-empty').waitFor();
  await title.waitFor();
  await teacher.page.getByText('1 person enrolled').waitFor();

  await student.page.goto(`${stage.url}/catalogue/${surgery}`);
  await student.at('offer-open').click();
  await student.page.waitForURL(`${stage.url}/courses/${surgery}`);
  await student.page.getByRole('heading', { name: 'Surgery for beginners', level: 1 }).waitFor();
  expect(await student.at('requests').count()).toBe(0);
  await other.page.reload();
  await other.page.getByText('Take “First aid” first, please.').waitFor();
  expect(await other.at('offer-enter').count()).toBe(0);
  await seen(other, 'a request that was declined');
  for (const person of [student, other, teacher]) {
    expect(person.problems).toEqual([]);
    await person.leave();
  }
});
