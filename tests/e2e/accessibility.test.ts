import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signIn } from '../support/actors.ts';
import { launchBrowser, Person } from '../support/browser.ts';
import { ServerProcess } from '../support/crash.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';

const password = 'lectern-demo';
let database: TestDatabase;
let server: ServerProcess;
let browser: Browser;
let running: { id: string; courseId: string };

beforeAll(async () => {
  database = await createTestDatabase();
  server = await ServerProcess.start({ DATABASE_URL: database.url, LECTERN_DEMO: '1' });
  browser = await launchBrowser();
  const teacher = await signIn(server.url, 'teacher@lectern.test', password);
  const day = 24 * 3_600_000;
  const period = new URLSearchParams({
    from: new Date(Date.now() - day).toISOString(),
    to: new Date(Date.now() + day).toISOString(),
  });
  const { items } = (
    await teacher.rest<{ items: { id: string; courseId: string; status: string }[] }>(
      'GET',
      `/me/live-sessions?${period}`,
    )
  ).body;
  running = items.find((item) => item.status === 'live') as typeof running;
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await database?.drop();
});

/** What axe finds against WCAG 2.2 A and AA, as lines a person can act on. */
async function violations(person: Person): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page: person.page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  return found.flatMap((one) =>
    one.nodes.map(
      (node) => `${one.id}: ${node.target.join(' ')} (${node.failureSummary?.split('\n')[1]?.trim()})`,
    ),
  );
}

describe.each([
  ['light, on a desk', { viewport: { width: 1280, height: 800 }, colorScheme: 'light' as const }],
  ['dark, on a phone', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' as const }],
])('%s', (_, options) => {
  it('every screen of the way into a class passes axe, and so does the room with each panel', async () => {
    const person = await Person.arrive(browser, 'Ada', options);
    const found: Record<string, string[]> = {};
    const check = async (screen: string): Promise<void> => {
      found[screen] = await violations(person);
    };
    await person.page.goto(server.url);
    await person.at('sign-in-submit').waitFor();
    await check('sign-in');
    await person.signIn(server.url, 'teacher@lectern.test', password);
    await person.at('class-row').first().waitFor();
    await check('home');
    await person.page.goto(`${server.url}/courses/${running.courseId}`);
    await person.at('class-row').first().waitFor();
    await check('course');
    await person.page.goto(`${server.url}/classes/${running.id}`);
    await person.at('prejoin-join').waitFor();
    await check('prejoin');
    await person.at('prejoin-join').click();
    await person.at('room').waitFor();
    await person.connected();
    await check('room');
    for (const panel of ['chat', 'people', 'notes']) {
      if (!(await person.at(`open-${panel}`).isVisible())) {
        if (await person.at('close-panel').isVisible()) await person.at('close-panel').click();
        if (!(await person.at(`open-${panel}`).isVisible())) await person.at('open-more').click();
      }
      await person.at(`open-${panel}`).click();
      await person.at(`panel-${panel}`).waitFor();
      await check(panel);
    }
    await person.leave();
    expect(found).toEqual(Object.fromEntries(Object.keys(found).map((screen) => [screen, []])));
  });

  it('the page is not wider than its window', async () => {
    const person = await Person.arrive(browser, 'Ben', options);
    await person.signIn(server.url, 'student1@lectern.test', password);
    for (const path of ['/', `/courses/${running.courseId}`, `/classes/${running.id}`]) {
      await person.page.goto(`${server.url}${path}`);
      await person.page.getByRole('heading').first().waitFor();
      const [content, width] = await person.page.evaluate(() => [
        document.documentElement.scrollWidth,
        window.innerWidth,
      ]);
      expect([path, content]).toEqual([path, width]);
    }
    await person.leave();
  });
});

it('the whole way into a class works by keyboard alone', async () => {
  const person = await Person.arrive(browser, 'Kim');
  const { page } = person;
  const press = async (testId: string): Promise<void> => {
    // Tab until the wanted control has the focus; a control that cannot be reached fails here.
    for (let n = 0; n < 60; n += 1) {
      if (
        await page.evaluate((id) => document.activeElement?.closest(`[data-testid="${id}"]`) !== null, testId)
      )
        return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`${testId} cannot be reached with the Tab key`);
  };
  await page.goto(server.url);
  await press('sign-in-email');
  await page.keyboard.type('student3@lectern.test');
  await press('sign-in-password');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await person.at('course-card').first().waitFor();
  await page.goto(`${server.url}/classes/${running.id}`);
  await person.at('prejoin-join').waitFor();
  await press('prejoin-join');
  await page.keyboard.press('Enter');
  await person.at('room').waitFor();
  await person.connected();
  await page.keyboard.press('c');
  await person.at('panel-chat').waitFor();
  await press('chat-input');
  await page.keyboard.type('Typed without a mouse');
  await page.keyboard.press('Enter');
  await page
    .locator('[data-testid="chat-line"][data-state="sent"]', { hasText: 'Typed without a mouse' })
    .waitFor();
  await page.keyboard.press('Escape');
  await person.leave();
});
