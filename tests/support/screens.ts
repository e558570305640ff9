import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect } from 'vitest';
import type { Person } from './browser.ts';

const desk = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };
const looks = [
  { name: 'phone, dark', viewport: phone, colorScheme: 'dark' },
  { name: 'desk, light', viewport: desk, colorScheme: 'light' },
] as const;

/** What axe finds against WCAG 2.2 A and AA, as lines a person can act on. */
async function violations({ page }: Person): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} (${failureSummary})`),
  );
}

/**
 * Looks at what a person has before them, in the dark on a phone and in the light on a desk: axe has nothing to say against it, and it is no
 * wider than its window. `LECTERN_PICTURES` names a folder that pictures of it go to, for looking at them oneself.
 */
export async function seen(person: Person, screen: string): Promise<void> {
  const { page } = person;
  const found: string[] = [];
  for (const { name, viewport, colorScheme } of looks) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // The page has taken the colours, and what comes in with a movement has come.
    await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor({ state: 'attached' });
    await page.evaluate(async () => {
      await Promise.all(
        document.getAnimations().map((animation) => animation.finished.catch(() => undefined)),
      );
    });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > viewport.width) found.push(`${name}: ${width} pixels wide`);
    found.push(...(await violations(person)).map((line) => `${name}: ${line}`));
    await picture(person, `${screen}, ${name}`);
  }
  expect([screen, found]).toEqual([screen, []]);
}

async function picture({ page }: Person, name: string): Promise<void> {
  const folder = process.env['LECTERN_PICTURES'];
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
