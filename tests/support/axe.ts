import axe from 'axe-core';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

declare global {
  interface Window {
    axe?: { run(context: Document, options: RunOptions): Promise<AxeResults> };
  }
}

/** WCAG 2.2 A and AA. */
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** A page that shows something else at every look is not waited for longer than that. */
const mostLooks = 5;

/**
 * What axe finds in a page, as lines a person can act on. It may look while a page is on its way from one state to the next, and see the
 * text of the one on the ground of the other: so what it finds counts when a second look, after the page has settled again, finds the same.
 */
export async function violations(page: Page): Promise<string[]> {
  let before: string[] = [];
  for (let look = 1; ; look += 1) {
    await settled(page);
    const found = await find(page);
    if (found.length === 0 || look === mostLooks || found.join('\n') === before.join('\n')) return found;
    before = found;
  }
}

/** Two frames have been drawn, and no movement that has an end is still on its way to it; a movement may set off another. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const drawn = () => new Promise((resolve) => requestAnimationFrame(resolve));
    // In a class there is always something that moves: after so many rounds it is no transition.
    for (let round = 0; round < 10; round += 1) {
      await drawn();
      await drawn();
      const moving = document
        .getAnimations()
        .filter(
          ({ effect, playState }) =>
            playState === 'running' && effect?.getComputedTiming().endTime !== Infinity,
        );
      if (moving.length === 0) return;
      // One that is cut off by another rejects.
      await Promise.allSettled(moving.map(({ finished }) => finished));
    }
  });
}

/**
 * One look. Axe runs in the page itself and tells violations only: its bridge to Playwright reads it in anew for every look, carries all
 * that passes to a second page and back, and takes six times as long. There are no frames that would need it.
 */
async function find(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => window.axe !== undefined))) await page.evaluate(axe.source);
  return page.evaluate(async (values) => {
    const results = await window.axe?.run(document, {
      runOnly: { type: 'tag', values },
      resultTypes: ['violations'],
    });
    if (!results) throw new Error('axe is not in the page');
    return results.violations.flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary }) =>
          `${id}: ${target.join(' ')} (${failureSummary?.split('\n')[1]?.trim()})`,
      ),
    );
  }, rules);
}
