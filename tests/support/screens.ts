import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { settled } from './axe.ts';
import { desk, phone } from './browser.ts';
import type { Look, Person } from './browser.ts';

/**
 * Looks at what a person has before them in the light on a desk and in the dark on a phone, last as they have it themselves: axe has nothing
 * to say against it, and it is no wider than its window. A story goes on after a screen that is not so, and fails at its end.
 * `LECTERN_PICTURES` names a folder that pictures go to, for looking at them oneself.
 */
export async function seen(person: Person, screen: string): Promise<void> {
  const found: string[] = [];
  for (const look of [person.look.colorScheme === 'dark' ? desk : phone, person.look]) {
    await show(person, look);
    const name = `${look.colorScheme}, ${look.viewport.width} pixels wide`;
    const overflow = await person.overflow();
    if (overflow > 0) found.push(`${name}: ${overflow} pixels too wide`);
    found.push(...(await person.violations()).map((line) => `${name}: ${line}`));
    await picture(person, `${screen}, ${name}`);
  }
  expect.soft({ screen, found }).toEqual({ screen, found: [] });
}

/** Returns when the page has taken the size and the colours. */
async function show({ page }: Person, { viewport, colorScheme }: Look): Promise<void> {
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor({ state: 'attached' });
  await settled(page);
}

async function picture({ page }: Person, name: string): Promise<void> {
  const folder = process.env['LECTERN_PICTURES'];
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name.replaceAll('/', '-')}.png`), fullPage: true });
}
