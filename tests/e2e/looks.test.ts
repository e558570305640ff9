import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, Person } from '../support/browser.ts';

/** What the other stories trust in when they look at a screen with axe. */

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

/** A page of one sentence, which can hardly be read in the colour `pale`. */
async function sentence(color: string, style = ''): Promise<Person> {
  const person = await Person.arrive(browser, 'Reader');
  await person.page.setContent(
    `<!doctype html><html lang="en"><title>A page</title><style>${style}</style><p id="text" style="color: ${color}">Some words</p></html>`,
  );
  return person;
}

const pale = '#ddd';
const told = [expect.stringMatching(/^color-contrast: #text \(.*#dddddd/)];

it('what cannot be read is told', async () => {
  const person = await sentence(pale);
  expect(await person.violations()).toEqual(told);
  await person.leave();
});

it('what cannot be read while colours change is not, however many changes follow each other', async () => {
  const person = await sentence(pale, 'p { transition: color 1s }');
  await person.page.evaluate((before) => {
    const text = document.querySelector('p') as HTMLElement;
    text.addEventListener('transitionend', () => (text.style.color = '#000'));
    text.style.color = before;
  }, '#eee');
  expect(await person.violations()).toEqual([]);
  await person.leave();
});

it('nor is what only the first look finds', async () => {
  const person = await sentence(pale);
  // The words change their colour when axe has looked at them once.
  await person.page.evaluate(() => {
    let axe: NonNullable<Window['axe']> | undefined;
    const run: NonNullable<Window['axe']>['run'] = async (...asked) => {
      const results = await (axe as NonNullable<typeof axe>).run(...asked);
      (document.querySelector('p') as HTMLElement).style.color = '#000';
      return results;
    };
    Object.defineProperty(window, 'axe', {
      get: () => axe && Object.create(axe, { run: { value: run } }),
      set(loaded: NonNullable<typeof axe>) {
        axe = loaded;
      },
    });
  });
  expect(await person.violations()).toEqual([]);
  await person.leave();
});

it('a page that is too wide is told by how much', async () => {
  const person = await sentence('#000', 'p { position: absolute; left: 0; width: 1300px; margin: 0 }');
  expect(await person.overflow()).toBe(20);
  await person.leave();
});
