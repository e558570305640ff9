import type { Browser, Page } from 'playwright-core';
import { launchBrowser, Person } from '../../support/browser.ts';
import { password } from '../../support/factories.ts';
import type { ScenarioResult } from '../measure/figures.ts';
import { spread } from '../measure/figures.ts';
import type { Scenario } from '../scenario.ts';
import { LecternServer } from '../servers/lectern.ts';
import { mediaReady } from '../servers/media-ready.ts';

const patienceMs = 30_000;

/** Clicks inside the page, so that no round trip of the remote control is in the time. */
function joinAndWait(page: Page): Promise<number> {
  return page.evaluate(async (patience) => {
    const button = document.querySelector<HTMLElement>('[data-testid="prejoin-join"]');
    if (!button) throw new Error('there is no join button');
    const clickedAt = performance.now();
    button.click();
    while (performance.now() - clickedAt < patience) {
      const stats = await window.__lecternMedia?.stats();
      if (stats?.inbound.some((one) => one.kind === 'video' && one.framesDecoded > 0))
        return performance.now() - clickedAt;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error('no picture came');
  }, patienceMs);
}

async function joinOnce(browser: Browser, url: string, email: string, sessionId: string): Promise<number> {
  const student = await Person.arrive(browser, email);
  try {
    await student.signIn(url, email, password);
    await student.page.goto(`${url}/classes/${sessionId}`);
    await student.at('prejoin-join').waitFor();
    return await joinAndWait(student.page);
  } finally {
    await student.leave();
  }
}

export const firstFrame: Scenario = {
  name: 'first-frame',
  title: 'a student clicks “join” in Chromium: how long until the teacher’s picture moves',
  async run({ database, school, quick, say }): Promise<ScenarioResult> {
    const times: number[] = [];
    const { sessionId } = await school.openClass();
    const server = await LecternServer.start(database);
    const browser = await launchBrowser();
    try {
      await mediaReady(server.url);
      const teacher = await Person.arrive(browser, 'teacher');
      await teacher.signIn(server.url, school.teacher.email, password);
      await teacher.enterClass(server.url, sessionId);
      await teacher.at('toggle-camera').click();
      await teacher.until('sends', (stats) =>
        stats.outbound.some((one) => one.source === 'camera' && one.packets > 50),
      );
      // The first join fills caches of browser and server, and is dropped.
      for (let join = 0; join <= (quick ? 2 : 9); join += 1) {
        const time = await joinOnce(browser, server.url, school.students[join]!.email, sessionId);
        say(`${join === 0 ? 'warm-up' : `join ${join}`}: ${time.toFixed(0)} ms`);
        if (join > 0) times.push(time);
      }
    } finally {
      await browser.close();
      await server.stop();
    }
    const found = spread(times);
    return {
      columns: ['lectern'],
      rows: [
        { label: 'joins', unit: '', cells: [found.count] },
        { label: 'click to first decoded frame: median', unit: 'ms', cells: [found.p50] },
        { label: 'click to first decoded frame: slowest', unit: 'ms', cells: [found.max] },
      ],
      verdicts: [
        { target: 'median below 2 s', value: `${(found.p50 / 1000).toFixed(2)} s`, met: found.p50 < 2000 },
      ],
      notes: [
        'teacher and student run in one browser on this machine: encoding, decoding and serving share its cores',
      ],
      lost: false,
      rounds: times.map((milliseconds, index) => ({ join: index + 1, milliseconds })),
    };
  },
};
