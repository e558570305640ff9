import { beforeAll, expect, it } from 'vitest';
import { phone } from '../support/browser.ts';
import type { Person } from '../support/browser.ts';
import { createCourse, createUser, enroll, password } from '../support/factories.ts';
import { seen } from '../support/screens.ts';
import { setStage } from '../support/stage.ts';

const stage = setStage();
let courseId: string;

beforeAll(async () => {
  const people = [
    ['head', 'Head Mistress', 'admin'],
    ['keeper', 'Keeper', 'super_admin'],
    ['tess', 'Tess Teacher', 'instructor'],
    ['ana', 'Ana Silva', 'student'],
  ] as const;
  const ids = new Map<string, string>();
  for (const [name, displayName, role] of people) {
    const email = `${name}@test.lectern`;
    ids.set(name, await createUser(stage.databaseUrl, { email, displayName, role }));
  }
  courseId = await createCourse(stage.databaseUrl, ids.get('tess') ?? '', 'Tide pools');
  await enroll(stage.databaseUrl, ids.get('ana') ?? '', courseId);
});

const names = (person: Person): Promise<string[]> => person.at('category-name').allTextContents();

const row = (person: Person, name: string) =>
  person.at('category-row').filter({ has: person.page.getByText(name, { exact: true }) });

/** What a field offers below itself. */
const suggested = (person: Person) => person.page.locator('div[role="option"]:visible');

/** Fills the form that is open, and sends it. */
async function send(person: Person, name: string, parent?: string): Promise<void> {
  await person.at('category-form-name').fill(name);
  if (parent !== undefined) await person.at('category-form-parent').selectOption({ label: parent });
  await person.at('category-form-submit').click();
}

async function add(person: Person, name: string, parent?: string): Promise<void> {
  await person.at('category-add').click();
  await send(person, name, parent);
  await person.at('category-form-name').waitFor({ state: 'detached' });
}

it('whoever runs the server adds what all have, and an administrator what is their own, in order, by keyboard', async () => {
  const keeper = await stage.enter('keeper@test.lectern', '/admin/categories');
  await keeper.at('categories-empty').waitFor();
  await seen(keeper, 'no categories');
  await keeper.at('category-add').click();
  await keeper.at('category-form-everywhere').check();
  await send(keeper, 'Science');
  await row(keeper, 'Science').filter({ hasText: 'On all of this server' }).waitFor();
  expect(keeper.problems).toEqual([]);
  await keeper.leave();

  const head = await stage.enter('head@test.lectern', '/admin/categories');
  await row(head, 'Science').waitFor();
  // What all have is for others to change.
  expect(await row(head, 'Science').getByRole('button').count()).toBe(0);
  await head.at('category-add').click();
  expect(await head.at('category-form-everywhere').count()).toBe(0);
  await head.at('category-form-color').fill('#zzz');
  await head.at('category-form-submit').click();
  await head.page.getByText('This is needed.').waitFor();
  await head.page.getByText('Use a number sign and six digits or letters from a to f.').waitFor();
  expect(await head.at('category-form-color').inputValue()).toBe('#zzz');
  await seen(head, 'a category that does not fit');
  await head.at('category-form-color').fill('#0c8599');
  await head.at('category-form-icon').selectOption('leaf');
  await send(head, 'Biology', 'Science');
  await row(head, 'Biology').waitFor();
  await add(head, 'Marine biology', '\u2003Biology');
  await add(head, 'Chemistry', 'Science');
  await add(head, 'Languages');
  expect(await names(head)).toEqual(['Science', 'Biology', 'Marine biology', 'Chemistry', 'Languages']);

  // What the server refuses stands beside the field, and the form keeps what was typed.
  await head.at('category-add').click();
  await send(head, 'languages');
  await head.page.getByText('Another category has this name.').waitFor();
  expect(await head.at('category-form-name').inputValue()).toBe('languages');
  await head.page.keyboard.press('Escape');
  await head.at('category-form-name').waitFor({ state: 'detached' });

  // With the keyboard alone: the focus stays where one goes on.
  await row(head, 'Biology').getByTestId('category-down').focus();
  await head.page.keyboard.press('Enter');
  await head.at('announcer').filter({ hasText: '“Biology” is now number 2 of 2.' }).waitFor();
  await head.page.waitForFunction(
    () => document.activeElement?.getAttribute('aria-label') === 'Move “Biology” up',
  );
  expect(await names(head)).toEqual(['Science', 'Chemistry', 'Biology', 'Marine biology', 'Languages']);
  await row(head, 'Chemistry').getByTestId('category-switch').click();
  await row(head, 'Chemistry').filter({ hasText: 'Not offered' }).waitFor();
  await seen(head, 'categories');

  // Below itself it cannot even be put.
  await row(head, 'Biology').getByTestId('category-edit').click();
  const parents = await head.at('category-form-parent').locator('option').allTextContents();
  expect(parents.map((name) => name.trim())).toEqual([
    'Nothing: at the top',
    'Science',
    'Chemistry',
    'Languages',
  ]);
  await send(head, 'Life science');
  await row(head, 'Life science').waitFor();
  expect(head.problems).toEqual([]);
  await head.leave();
});

it('a teacher puts a course into categories, and those who learn there see them', async () => {
  const tess = await stage.enter('tess@test.lectern', `/courses/${courseId}`, phone);
  await tess.at('course-categories-edit').click();
  await tess.at('course-categories-choose').click();
  const choices = await suggested(tess).allTextContents();
  expect(choices).toEqual([
    'Science',
    'Science › Life science',
    'Science › Life science › Marine biology',
    'Languages',
  ]);
  // Found and chosen by keyboard.
  for (const name of ['marine', 'langu']) {
    await tess.page.keyboard.type(name);
    await tess.page.keyboard.press('ArrowDown');
    await tess.page.keyboard.press('Enter');
  }
  await tess.at('course-categories-main').selectOption({ label: 'Languages' });
  await tess.page.keyboard.press('Escape');
  if ((await tess.at('course-categories-save').count()) === 0) throw new Error('Escape closed the dialog');
  await seen(tess, 'categories of a course');
  await tess.at('course-categories-save').click();
  await tess.at('course-category').first().waitFor();
  expect(await tess.at('course-category').allInnerTexts()).toEqual([
    expect.stringContaining('Languages'),
    expect.stringContaining('Marine biology'),
  ]);
  expect(await tess.page.locator('[data-primary]').count()).toBe(1);
  await seen(tess, 'a course in categories');
  expect(tess.problems).toEqual([]);
  await tess.leave();

  const ana = await stage.enter('ana@test.lectern', `/courses/${courseId}`, phone);
  await ana.at('course-category').first().waitFor();
  expect(await ana.at('course-categories-edit').count()).toBe(0);
  expect(ana.problems).toEqual([]);
  await ana.leave();
});

it('a student chooses categories beside words of their own; a category that is deleted goes, and the rest stays', async () => {
  const ana = await stage.enter('ana@test.lectern', '/account/profile', phone);
  await ana.at('interest-new').fill('chess');
  await ana.at('interest-new').press('Enter');
  await ana.at('interest').filter({ hasText: 'chess' }).waitFor();
  // A suggestion is chosen with the arrows; what is called like a category is that category.
  await ana.at('interest-new').fill('marine');
  await suggested(ana).filter({ hasText: 'Marine biology' }).waitFor();
  await ana.page.keyboard.press('ArrowDown');
  await ana.page.keyboard.press('Enter');
  await ana.page.keyboard.press('Enter');
  await ana.at('interest').filter({ hasText: 'Marine biology' }).filter({ hasText: 'Category' }).waitFor();
  await ana.at('interest-new').fill('LANGUAGES');
  await ana.at('interest-add').click();
  await ana.at('interest').filter({ hasText: 'Languages' }).filter({ hasText: 'Category' }).waitFor();
  // What is chosen already, and what nobody is offered, is none of the suggestions.
  await ana.at('interest-new').click();
  await suggested(ana).first().waitFor();
  expect(await suggested(ana).allTextContents()).toEqual(['Science', 'Life science']);
  await ana.page.getByRole('button', { name: 'Move Languages up' }).click();
  await ana.at('interests-save').click();
  await ana.page.getByText('Your interests are saved.').first().waitFor();
  await ana.page.reload();
  await ana.at('interest').first().waitFor();
  const kept = () => ana.at('interest').allInnerTexts();
  expect((await kept()).map((text) => text.split('\n')[1])).toEqual(['chess', 'Languages', 'Marine biology']);
  await seen(ana, 'interests of both kinds');

  const head = await stage.enter('head@test.lectern', '/admin/categories', phone);
  await row(head, 'Languages').filter({ hasText: '1 open course' }).getByTestId('category-remove').click();
  await head.page.getByText('1 open course is in it.').waitFor();
  await seen(head, 'deleting a category');
  await head.at('confirm-keep').click();
  await head.page.waitForFunction(
    () => document.activeElement?.getAttribute('aria-label') === 'Delete “Languages”',
  );
  await head.page.keyboard.press('Enter');
  await head.at('confirm').click();
  await row(head, 'Languages').waitFor({ state: 'detached' });
  // A network that fails leaves the form as it was.
  await row(head, 'Chemistry').getByTestId('category-edit').click();
  await head.page.route('**/api/v1/categories/*', (route) => route.abort());
  await send(head, 'Alchemy');
  await head.at('problem').waitFor();
  expect(await head.at('category-form-name').inputValue()).toBe('Alchemy');
  await head.page.unroute('**/api/v1/categories/*');
  await head.at('category-form-submit').click();
  await row(head, 'Alchemy').waitFor();
  await head.leave();

  await ana.page.reload();
  await ana.at('interest').first().waitFor();
  expect((await kept()).map((text) => text.split('\n')[1])).toEqual(['chess', 'Marine biology']);
  expect(ana.problems).toEqual([]);
  await ana.leave();
});

it('a list that cannot be loaded says so, and can be tried again', async () => {
  const head = await stage.arrive('head@test.lectern');
  await head.page.route('**/api/v1/organizations/*/categories', (route) =>
    route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"code":"unavailable"}' }),
  );
  await head.signIn(stage.url, 'head@test.lectern', password, '/admin/categories');
  await head.at('problem').waitFor();
  await seen(head, 'categories that cannot be loaded');
  await head.page.unroute('**/api/v1/organizations/*/categories');
  await head.page.getByRole('button', { name: 'Try again' }).click();
  await row(head, 'Science').waitFor();
  await head.leave();
});
