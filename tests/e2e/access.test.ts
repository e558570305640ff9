import { beforeAll, expect, it } from 'vitest';
import { phone } from '../support/browser.ts';
import type { Look, Person } from '../support/browser.ts';
import { createSchool, createUser } from '../support/factories.ts';
import type { School } from '../support/factories.ts';
import { seen } from '../support/screens.ts';
import { setStage } from '../support/stage.ts';

const stage = setStage();
let school: School;
let samId: string;

beforeAll(async () => {
  school = await createSchool(stage.databaseUrl, { status: 'scheduled' });
  await createUser(stage.databaseUrl, { email: 'head@test.lectern', displayName: 'Head', role: 'admin' });
  samId = await createUser(stage.databaseUrl, { email: 'sam@test.lectern', displayName: 'Sam Lee' });
});

/** The head of the school, signed in and at a page. */
const enter = (path: string, look?: Look) => stage.enter('head@test.lectern', path, look);

/** Goes somewhere as whoever has signed in already. */
const visit = (person: Person, path: string) => person.page.goto(`${stage.url}${path}`);

/** Opens one of the fields that search, and takes what it finds. */
async function pick(person: Person, field: string, text: string, option = text): Promise<void> {
  await person.at(field).fill(text);
  await person.page.getByRole('option', { name: option }).first().click();
}

/** Says something to a permission in the form of a role. */
async function say(person: Person, slug: string, what: 'Not said' | 'Allow' | 'Deny'): Promise<void> {
  await person.at('rules-search').fill(slug);
  await person.at(`rule-${slug}`).getByText(what, { exact: true }).click();
}

const explorer = (over: Record<string, string> = {}): string =>
  `/admin/access?${new URLSearchParams({ permission: 'live.host', in: 'course', course: school.courseId, ...over })}`;

const tomorrow = (): string => new Date(Date.now() + 24 * 3_600_000).toISOString().slice(0, 10);

it('a role is made, given in a course, seen in the explorer, beaten by a denial, taken back and removed', async () => {
  const head = await enter('/admin/roles');
  const { page } = head;
  await head.at('roles-empty').waitFor();

  // What was typed stays after a refusal, and the sentence is at the field.
  await head.at('role-new').click();
  await head.at('role-name').fill('Student');
  expect(await head.at('role-slug').inputValue()).toBe('student');
  await head.at('role-slug').fill('class_helper');
  await head.at('role-level').fill('90');
  await head.at('role-parent').selectOption({ label: 'Student' });
  await say(head, 'live.host', 'Allow');
  await say(head, 'course.read', 'Allow');
  await say(head, 'assessment.grade', 'Deny');
  await head.at('rules-search').fill('message.send');
  await head.at('rule-inherited').filter({ hasText: 'Student allows it' }).waitFor();
  await head.at('role-save').click();
  await head.at('problem').waitFor();
  await page.getByText('Another role has this already.').waitFor();
  await head.at('role-name').fill('Class helper');
  await head.at('role-save').click();
  await page.getByText('This is above your own level (80).').waitFor();
  await head.at('role-level').fill('30');
  await head.at('role-save').click();
  const row = head.at('role-row').filter({ hasText: 'Class helper' });
  await row.filter({ hasText: 'Nobody has it' }).waitFor();
  await row.filter({ hasText: 'Inherits from Student' }).waitFor();

  // Given from the person's page, for a course and a time.
  await visit(head, `/admin/people/${samId}`);
  await head.at('person-access').click();
  await head.at('give-role').click();
  await head.at('give-role-select').selectOption({ label: 'Class helper' });
  await head.at('place-type').selectOption('course');
  await head.at('give-role-submit').click();
  await page.getByText('This is needed.').waitFor();
  await pick(head, 'place-course', 'Bio', 'Biology');
  await head.at('expiry-until').click();
  await head.at('expiry-date').fill('2020-01-01');
  await head.at('give-role-submit').click();
  await page.getByText('This is in the past.').waitFor();
  await head.at('expiry-date').fill(tomorrow());
  await head.at('give-role-submit').click();
  const assignment = head.at('assignment-row').filter({ hasText: 'Class helper' });
  await assignment.filter({ hasText: 'In the course Biology' }).filter({ hasText: 'until' }).waitFor();

  // Who may lead the classes of the course, and why Sam may.
  await visit(head, '/admin/access');
  await head.at('explorer-start').waitFor();
  await pick(head, 'permission-field', 'live.host', 'Start, lead and end');
  await head.at('place-type').selectOption('course');
  await pick(head, 'place-course', 'Bio', 'Biology');
  const who = head.at('who-row').filter({ hasText: 'Sam Lee' });
  await who.filter({ hasText: 'Class helper, in this course' }).waitFor();
  await head
    .at('who-row')
    .filter({ hasText: 'Ada Teacher' })
    .filter({ hasText: 'Teaches the course' })
    .waitFor();
  await who.getByRole('link').click();
  await page.locator('[data-testid="verdict"][data-allowed="true"]').waitFor();
  const decisive = page.locator('[data-testid="step"][data-decisive="true"]');
  await decisive.filter({ hasText: 'Has the role Class helper in this course' }).waitFor();
  // The focus is on the answer, and the address holds the question.
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Yes, Sam Lee may.');
  await page.reload();
  await decisive.filter({ hasText: 'Class helper' }).waitFor();

  // A denial by name beats the role.
  await head.at('to-person-access').click();
  await head.at('grant-open').click();
  await pick(head, 'permission-field', 'lead and end', 'Start, lead and end');
  await head.at('grant-deny').click();
  await head.at('grant-submit').click();
  const denial = head.at('grant-row').filter({ hasText: 'live.host' });
  await denial.filter({ hasText: 'Denied' }).waitFor();
  await visit(head, explorer({ person: samId }));
  await page.locator('[data-testid="verdict"][data-allowed="false"]').waitFor();
  await decisive.filter({ hasText: 'Denied by name in the organization' }).waitFor();
  await expect.poll(() => decisive.count()).toBe(1);
  await head.at('to-who').click();
  await head.at('who-row').filter({ hasText: 'Ada Teacher' }).waitFor();
  await expect.poll(() => who.count()).toBe(0);

  // While Sam has the role it cannot be removed.
  await visit(head, '/admin/roles');
  await row.filter({ hasText: '1 person has it' }).getByRole('link').click();
  await head.at('role-remove').click();
  await head.at('confirm').click();
  await head.at('problem').filter({ hasText: 'somebody has it, or another role inherits from it' }).waitFor();

  // Everything is taken back.
  await visit(head, `/admin/people/${samId}/access`);
  await head.at('grant-take').click();
  await head.at('confirm').click();
  await head.at('single-permissions-empty').waitFor();
  await head.at('assignment-take').click();
  await head.at('confirm').click();
  await head.at('more-roles-empty').waitFor();
  await visit(head, explorer({ person: samId }));
  await decisive.filter({ hasText: 'Nothing allows it' }).waitFor();

  await visit(head, '/admin/roles');
  await row.getByRole('link').click();
  await head.at('role-remove').click();
  await head.at('confirm').click();
  await head.at('roles-empty').waitFor();
  expect(head.problems).toEqual([]);
});

it('the role of an account is changed, and one’s own is not', async () => {
  const head = await enter(`/admin/people/${school.studentIds[0]}/access`);
  await head.at('primary-role').filter({ hasText: 'Student' }).waitFor();
  await head.at('primary-change').click();
  await head.at('primary-select').selectOption('moderator');
  await head.at('primary-save').click();
  await head.at('primary-role').filter({ hasText: 'Moderator' }).waitFor();
  await visit(head, '/admin/people?q=head');
  await head.at('person-row').filter({ hasText: 'head@test.lectern' }).getByRole('link').click();
  await head.at('person-access').click();
  await head.page.getByText('These are your own roles.').waitFor();
  expect(await head.at('primary-change').count()).toBe(0);
  expect(await head.at('give-role').count()).toBe(0);
});

it('who may not see roles finds no way to them', async () => {
  const sam = await stage.enter('sam@test.lectern', '/account');
  await visit(sam, '/admin/roles');
  await sam.page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
  await visit(sam, explorer());
  await sam.page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
});

it('the pages of roles pass axe and are not wider than their window', async () => {
  const head = await enter('/admin/roles');
  await head.at('role-row').filter({ hasText: 'Administrator' }).first().getByRole('link').click();
  await head.at('says-role.manage').waitFor();
  await seen(head, 'a role of the system');
  await visit(head, '/admin/roles/new');
  await head.at('area-classes').getByRole('button').click();
  await head.at('rule-live.host').getByText('Deny', { exact: true }).click();
  await head.at('role-save').click();
  await head.page.getByText('This is needed.').first().waitFor();
  await seen(head, 'a new role');
  await head.leave();
});

it('so do the roles of a person and the explorer', async () => {
  const head = await enter(`/admin/people/${samId}/access`, phone);
  await head.at('give-role').click();
  await head.at('place-type').selectOption('live_session');
  // It comes above what is clicked next, and moves it.
  await head.at('place-course').waitFor();
  await head.at('expiry-until').click();
  await head.at('expiry-date').waitFor();
  await head.at('give-role-submit').click();
  await head.page.getByText('Choose a day and a time.').waitFor();
  await seen(head, 'giving a role');
  await head.page.keyboard.press('Escape');
  await head.at('give-role-submit').waitFor({ state: 'detached' });
  await seen(head, 'the roles of a person');
  await visit(head, explorer());
  await head.at('who-row').first().waitFor();
  await seen(head, 'who');
  await visit(head, explorer({ person: samId }));
  await head.at('decisive').waitFor();
  await seen(head, 'why');
  await head.leave();
});
