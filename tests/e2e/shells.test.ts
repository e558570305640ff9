import { expect, it } from 'vitest';
import { desk, phone } from '../support/browser.ts';
import type { Person } from '../support/browser.ts';
import { seen } from '../support/screens.ts';
import { setStage } from '../support/stage.ts';

const password = 'lectern-demo';
const stage = setStage({ LECTERN_DEMO: '1' });

/** Every page that the navigation of `/account` or `/admin` offers, as that person sees it: a new page is among them. */
async function pagesOf(person: Person, root: string): Promise<string[]> {
  await person.page.goto(`${stage.url}${root}`);
  await person.page.locator(`nav a[href^="${root}/"]`).first().waitFor();
  return person.page
    .locator(`nav a[href^="${root}/"]`)
    .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
}

/** Goes there and waits until everything that was asked for is there. */
async function visit({ page }: Person, path: string): Promise<void> {
  await page.goto(`${stage.url}${path}`);
  await page.getByRole('heading', { level: 2 }).first().waitFor();
  await page.waitForLoadState('networkidle');
}

it.each([
  ['student', 'student1@lectern.test', phone, ['/account']],
  ['parent', 'parent@lectern.test', desk, ['/account']],
  ['administrator', 'admin@lectern.test', desk, ['/account', '/admin']],
])(
  'every page of the %s’s account and administration passes axe, fits, and has the way out',
  async (who, email, look, roots) => {
    const person = await stage.enter(email, '/account', { ...look, password });
    for (const root of roots) {
      const pages = await pagesOf(person, root);
      expect(pages.length).toBeGreaterThan(4);
      for (const path of pages) {
        await visit(person, path);
        await seen(person, `${who}${path}`);
        await person.at('account-menu').click();
        await person.at('sign-out').waitFor();
      }
    }
    expect(person.problems).toEqual([]);
    await person.leave();
  },
);
