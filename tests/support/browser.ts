import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { MediaStats } from '../../client/media/support-tool.ts';
import { violations } from './axe.ts';

const evidence = fileURLToPath(new URL('../../docs/evidence', import.meta.url));

/** Chromium with a fake camera and microphone. `npm test` finds it or installs it and names it in LECTERN_CHROMIUM. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = process.env['LECTERN_CHROMIUM'];
  if (!executablePath) throw new Error('LECTERN_CHROMIUM names no browser; run this through npm test');
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      '--auto-select-desktop-capture-source=Entire screen',
      '--autoplay-policy=no-user-gesture-required',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** How somebody's browser shows pages. */
export interface Look {
  viewport: { width: number; height: number };
  colorScheme: 'light' | 'dark';
}
export const desk: Look = { viewport: { width: 1280, height: 800 }, colorScheme: 'light' };
export const phone: Look = { viewport: { width: 390, height: 844 }, colorScheme: 'dark' };

/** One person at one browser. */
export class Person {
  readonly name: string;
  readonly look: Look;
  readonly page: Page;
  readonly context: BrowserContext;
  /** How often the page was loaded: recoveries must not add to it. */
  loads = 0;
  readonly problems: string[] = [];

  private constructor(name: string, look: Look, context: BrowserContext, page: Page) {
    this.name = name;
    this.look = look;
    this.context = context;
    this.page = page;
    page.on('load', () => (this.loads += 1));
    page.on('pageerror', (error) => this.problems.push(String(error)));
    page.on('console', (message) => {
      // Chromium reports every failed request of an outage as an error of its own; what the page does about it is what counts.
      if (
        message.type() === 'error' &&
        !/Failed to load resource|WebSocket connection|ERR_|favicon/.test(message.text())
      )
        this.problems.push(message.text());
    });
  }

  static async arrive(browser: Browser, name: string, options: Partial<Look> = {}): Promise<Person> {
    const look = {
      viewport: options.viewport ?? desk.viewport,
      colorScheme: options.colorScheme ?? desk.colorScheme,
    };
    const context = await browser.newContext({ ...look, permissions: ['camera', 'microphone'] });
    return new Person(name, look, context, await context.newPage());
  }

  /** The element with that test id. */
  at(testId: string) {
    return this.page.getByTestId(testId);
  }

  /** Opens the sign-in page, signs in, and is at home afterwards, or where `next` says (`/account` leads on to its first page). */
  async signIn(url: string, email: string, password: string, next?: string): Promise<void> {
    await this.page.goto(next === undefined ? url : `${url}/sign-in?next=${encodeURIComponent(next)}`);
    await this.submitSignIn(email, password);
    if (next === undefined) await this.at('course-card').first().waitFor();
    else await this.page.waitForURL(({ pathname }) => pathname.startsWith(next));
  }

  /** Types e-mail and password into the sign-in page that is there; what comes then is for the story to say. */
  async submitSignIn(email: string, password: string): Promise<void> {
    await this.at('sign-in-email').fill(email);
    await this.at('sign-in-password').fill(password);
    await this.at('sign-in-submit').click();
  }

  /** Types into the fields for six digits. */
  async typeCode(code: string): Promise<void> {
    await this.at('account-code').locator('input').first().click();
    await this.page.keyboard.type(code);
  }

  /** From the class's page through the prejoin into the room. */
  async enterClass(url: string, sessionId: string): Promise<void> {
    await this.page.goto(`${url}/classes/${sessionId}`);
    await this.at('prejoin-join').click();
    await this.at('room').waitFor();
    await this.connected();
  }

  connected(): Promise<void> {
    return this.page
      .locator('[data-testid="connection-state"][data-state="connected"]')
      .waitFor({ state: 'attached', timeout: 60_000 });
  }

  stats(): Promise<MediaStats> {
    return this.page.evaluate(() => window.__lecternMedia?.stats() ?? { inbound: [], outbound: [] });
  }

  /** Waits until `look` says yes to what this browser receives. */
  async until<T>(
    what: string,
    look: (stats: MediaStats) => T | false | undefined,
    milliseconds = 45_000,
  ): Promise<T> {
    const deadline = performance.now() + milliseconds;
    for (;;) {
      const stats = await this.stats();
      const found = look(stats);
      if (found !== false && found !== undefined) return found;
      if (performance.now() > deadline)
        throw new Error(`${this.name}: ${what} did not happen; ${JSON.stringify(stats)}`);
      // The browser's own next frame is the clock: statistics change no faster.
      await this.page.evaluate(
        () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
      );
    }
  }

  /** The picture a tile shows now: its mean brightness, its contrast, and its pixels at 16 x 9. */
  async frameOf(
    userId: string,
    source = 'camera',
  ): Promise<{ mean: number; deviation: number; pixels: number[] }> {
    const selector = `[data-testid="tile"][data-user-id="${userId}"][data-source="${source}"] video`;
    return this.page
      .locator(selector)
      .first()
      .evaluate((element) => {
        const video = element as HTMLVideoElement;
        const canvas = document.createElement('canvas');
        canvas.width = 16;
        canvas.height = 9;
        const context = canvas.getContext('2d') as CanvasRenderingContext2D;
        context.drawImage(video, 0, 0, 16, 9);
        const { data } = context.getImageData(0, 0, 16, 9);
        const pixels = Array.from(
          { length: 144 },
          (_, n) => ((data[n * 4] ?? 0) + (data[n * 4 + 1] ?? 0) + (data[n * 4 + 2] ?? 0)) / 3,
        );
        const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
        const deviation = Math.sqrt(
          pixels.reduce((sum, value) => sum + (value - mean) ** 2, 0) / pixels.length,
        );
        return { mean, deviation, pixels };
      });
  }

  /** What axe finds against WCAG 2.2 A and AA, as lines a person can act on. */
  violations(): Promise<string[]> {
    return violations(this.page);
  }

  /** By how many pixels the page is wider than its window. */
  overflow(): Promise<number> {
    return this.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  }

  /** Evidence for the documentation, written where LECTERN_EVIDENCE asks for it. */
  async screenshot(name: string): Promise<void> {
    if (!process.env['LECTERN_EVIDENCE']) return;
    mkdirSync(evidence, { recursive: true });
    await this.page.screenshot({ path: join(evidence, `${name}.png`) });
  }

  async leave(): Promise<void> {
    await this.context.close();
  }
}
