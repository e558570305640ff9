import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, Person } from '../support/browser.ts';
import { ServerProcess } from '../support/crash.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';

const password = 'lectern-demo';
let database: TestDatabase;
let server: ServerProcess;
let browser: Browser;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await ServerProcess.start({ DATABASE_URL: database.url, LECTERN_DEMO: '1' });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await database?.drop();
});

/** Every page that the navigation of `/account` or `/admin` offers, as that person sees it: a new page is among them. */
async function pagesOf(person: Person, root: string): Promise<string[]> {
  await person.page.goto(`${server.url}${root}`);
  await person.page.locator(`nav a[href^="${root}/"]`).first().waitFor();
  return person.page
    .locator(`nav a[href^="${root}/"]`)
    .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
}

/** Everything that was asked for is there. */
async function settled({ page }: Person): Promise<void> {
  await page.getByRole('heading', { level: 2 }).first().waitFor();
  await page.waitForLoadState('networkidle');
}

describe.each([
  ['light, on a desk', { viewport: { width: 1280, height: 800 }, colorScheme: 'light' as const }],
  ['dark, on a phone', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' as const }],
])('%s', (looks, options) => {
  it.each([
    ['student', 'student1@lectern.test', ['/account']],
    ['parent', 'parent@lectern.test', ['/account']],
    ['administrator', 'admin@lectern.test', ['/account', '/admin']],
  ])('every page of the %s’s account and administration passes axe and fits', async (who, email, roots) => {
    const person = await Person.arrive(browser, who, options);
    await person.page.goto(`${server.url}/sign-in?next=/account`);
    await person.at('sign-in-email').fill(email);
    await person.at('sign-in-password').fill(password);
    await person.at('sign-in-submit').click();
    await person.page.waitForURL(({ pathname }) => pathname.startsWith('/account'));
    const found: Record<string, { violations: string[]; overflow: number }> = {};
    const fine: typeof found = {};
    for (const root of roots) {
      const pages = await pagesOf(person, root);
      expect(pages.length).toBeGreaterThan(4);
      for (const path of pages) {
        await person.page.goto(`${server.url}${path}`);
        await settled(person);
        const name = `${who}${path.replaceAll('/', '-')}-${looks.split(',')[0]}`;
        if (process.env['LECTERN_LOOK'])
          await person.page.screenshot({
            path: `${process.env['LECTERN_LOOK']}/${name}.png`,
            fullPage: true,
          });
        found[path] = { violations: await person.violations(), overflow: await person.overflow() };
        fine[path] = { violations: [], overflow: 0 };
      }
    }
    expect(found).toEqual(fine);
    expect(person.problems).toEqual([]);
    await person.leave();
  });
});
