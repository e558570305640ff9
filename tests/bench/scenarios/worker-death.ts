import { execFileSync } from 'node:child_process';
import type { Browser } from 'playwright-core';
import { launchBrowser, Person } from '../../support/browser.ts';
import { password } from '../../support/factories.ts';
import type { ScenarioResult } from '../measure/figures.ts';
import { spread } from '../measure/figures.ts';
import type { Scenario } from '../scenario.ts';
import { LecternServer } from '../servers/lectern.ts';
import { mediaReady } from '../servers/media-ready.ts';

const boundMs = 5000;
const patienceMs = 60_000;
/** So much has to have arrived of a new stream before it counts: the first packet alone is no conversation. */
const enough = { packets: 10, frames: 3 };

/** Resolves in the page, where no round trip of the remote control is in the time. */
function backSince(person: Person, old: readonly string[]): Promise<number> {
  return person.page.evaluate(
    async ({ before, wanted, patience }) => {
      const began = performance.now();
      while (performance.now() - began < patience) {
        const fresh = ((await window.__lecternMedia?.stats())?.inbound ?? []).filter(
          ({ producerId }) => !before.includes(producerId),
        );
        const heard = fresh.some(
          ({ source, packets }) => source === 'microphone' && packets >= wanted.packets,
        );
        const seen = fresh.some(
          ({ source, framesDecoded }) => source === 'camera' && framesDecoded >= wanted.frames,
        );
        if (heard && seen) return performance.now() - began;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error('media did not come back');
    },
    { before: old, wanted: enough, patience: patienceMs },
  );
}

async function speak(browser: Browser, url: string, email: string, sessionId: string): Promise<Person> {
  const person = await Person.arrive(browser, email);
  await person.signIn(url, email, password);
  await person.enterClass(url, sessionId);
  for (const toggle of ['toggle-microphone', 'toggle-camera']) await person.at(toggle).click();
  await person.until('sends', (stats) => stats.outbound.length === 2);
  return person;
}

const workerOf = (pid: number): number =>
  Number(execFileSync('pgrep', ['-P', String(pid), '-f', 'mediasoup-worker'], { encoding: 'utf8' }).trim());

/** Kills the worker under two people who see and hear each other. Answers when the later of them does so again. */
async function killOnce(server: LecternServer, people: readonly Person[]): Promise<number> {
  const old: string[] = [];
  for (const person of people) {
    await person.until('sees and hears the other one', ({ inbound }) => {
      const flowing = inbound.filter(
        ({ packets, framesDecoded }) => packets >= enough.packets || framesDecoded > 0,
      );
      return flowing.length >= 2;
    });
    old.push(...(await person.stats()).inbound.map(({ producerId }) => producerId));
  }
  const back = people.map((person) => backSince(person, old));
  process.kill(workerOf(server.pid), 'SIGKILL');
  return Math.max(...(await Promise.all(back)));
}

/** A worker that dies more often within a minute is started after pauses, which is another question. */
const deathsPerServer = 3;

async function killSeries(
  { database, school, quick, say }: Parameters<Scenario['run']>[0],
  browser: Browser,
): Promise<{ times: number[]; loads: number }> {
  const { sessionId } = await school.openClass();
  const server = await LecternServer.start(database);
  try {
    await mediaReady(server.url);
    const people = [
      await speak(browser, server.url, school.teacher.email, sessionId),
      await speak(browser, server.url, school.students[0]!.email, sessionId),
    ];
    const loads = (): number => people.reduce((sum, person) => sum + person.loads, 0);
    const before = loads();
    const times: number[] = [];
    for (let death = 1; death <= (quick ? 1 : deathsPerServer); death += 1) {
      const time = await killOnce(server, people);
      say(`death ${death}: ${time.toFixed(0)} ms`);
      times.push(time);
    }
    const loaded = loads() - before;
    for (const person of people) await person.leave();
    return { times, loads: loaded };
  } finally {
    await server.stop();
  }
}

export const workerDeath: Scenario = {
  name: 'worker-death',
  title:
    'the media worker is killed with SIGKILL under two people in Chromium: how long until both see and hear again',
  async run(bench): Promise<ScenarioResult> {
    const times: number[] = [];
    let loads = 0;
    const browser = await launchBrowser();
    try {
      for (let series = 1; series <= (bench.quick ? 1 : 2); series += 1) {
        const found = await killSeries(bench, browser);
        times.push(...found.times);
        loads += found.loads;
      }
    } finally {
      await browser.close();
    }
    const found = spread(times);
    return {
      columns: ['lectern'],
      rows: [
        { label: 'deaths', unit: '', cells: [found.count] },
        { label: 'death to sound and picture for both: median', unit: 'ms', cells: [found.p50] },
        { label: 'death to sound and picture for both: slowest', unit: 'ms', cells: [found.max] },
        { label: 'pages loaded anew', unit: '', cells: [loads] },
      ],
      verdicts: [
        { target: 'each within 5 s', value: `${(found.max / 1000).toFixed(2)} s`, met: found.max < boundMs },
        { target: 'no page is loaded anew', value: String(loads), met: loads === 0 },
      ],
      notes: [
        'both people run in one browser on this machine: encoding, decoding and serving share its cores',
      ],
      lost: false,
      rounds: times.map((milliseconds, index) => ({ death: index + 1, milliseconds })),
    };
  },
};
