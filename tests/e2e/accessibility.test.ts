import { beforeAll, describe, expect, it } from 'vitest';
import { signIn } from '../support/actors.ts';
import { desk, phone } from '../support/browser.ts';
import { setStage } from '../support/stage.ts';

const password = 'lectern-demo';
const stage = setStage({ LECTERN_DEMO: '1' });
let running: { id: string; courseId: string };

beforeAll(async () => {
  const teacher = await signIn(stage.url, 'teacher@lectern.test', password);
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

describe.each([
  ['light, on a desk', desk],
  ['dark, on a phone', phone],
])('%s', (_, options) => {
  it('every screen of the way into a class passes axe, and so does the room with each panel', async () => {
    const person = await stage.arrive('Ada', options);
    const found: Record<string, { violations: string[]; overflow: number }> = {};
    const fine: typeof found = {};
    const check = async (screen: string): Promise<void> => {
      found[screen] = { violations: await person.violations(), overflow: await person.overflow() };
      fine[screen] = { violations: [], overflow: 0 };
    };
    await person.page.goto(stage.url);
    await person.at('sign-in-submit').waitFor();
    await check('sign-in');
    await person.signIn(stage.url, 'teacher@lectern.test', password);
    await person.at('class-row').first().waitFor();
    await check('home');
    await person.page.goto(`${stage.url}/courses/${running.courseId}`);
    await person.at('class-row').first().waitFor();
    await check('course');
    await person.page.goto(`${stage.url}/classes/${running.id}`);
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
    expect(found).toEqual(fine);
  });

  it('the page is not wider than its window', async () => {
    const person = await stage.arrive('Ben', options);
    await person.signIn(stage.url, 'student1@lectern.test', password);
    for (const path of ['/', `/courses/${running.courseId}`, `/classes/${running.id}`]) {
      await person.page.goto(`${stage.url}${path}`);
      await person.page.getByRole('heading').first().waitFor();
      expect([path, await person.overflow()]).toEqual([path, 0]);
    }
    await person.leave();
  });
});

it('the whole way into a class works by keyboard alone', async () => {
  const person = await stage.arrive('Kim');
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
  await page.goto(stage.url);
  await press('sign-in-email');
  await page.keyboard.type('student3@lectern.test');
  await press('sign-in-password');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await person.at('course-card').first().waitFor();
  await page.goto(`${stage.url}/classes/${running.id}`);
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
