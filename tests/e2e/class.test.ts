import { execFileSync } from 'node:child_process';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LiveSessionView } from '../../shared/live/contract.ts';
import { signIn } from '../support/actors.ts';
import type { TestActor } from '../support/actors.ts';
import { launchBrowser, Person } from '../support/browser.ts';
import { freePort, ServerProcess } from '../support/crash.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { sql } from '../support/factories.ts';
import { mediaCable, tcpCable } from '../support/network.ts';
import type { Cable, MediaCable } from '../support/network.ts';

/** The story of a first lesson, told by one teacher and two students in three browsers, with every plug pulled once. */

const password = 'lectern-demo';
const relayAddress = '127.0.0.2';

let database: TestDatabase;
let server: ServerProcess;
let media: MediaCable;
let benCable: Cable;
let browser: Browser;
let session: LiveSessionView;
let actors: { ada: TestActor; ben: TestActor; eve: TestActor };
/** Ada teaches; Ben's network will fail; Eve is the second student. */
let ada: Person;
let ben: Person;
let eve: Person;

const figures: Record<string, unknown> = {};
const measured = (name: string, value: unknown): void => {
  figures[name] = value;
  process.stdout.write(`  measured: ${name} = ${JSON.stringify(value)}\n`);
};

beforeAll(async () => {
  const mediaPort = await freePort();
  database = await createTestDatabase();
  media = await mediaCable(relayAddress, mediaPort);
  server = await ServerProcess.start({
    DATABASE_URL: database.url,
    LECTERN_DEMO: '1',
    MEDIA_LISTEN_PORT: String(mediaPort),
    MEDIA_ANNOUNCED_ADDRESS: relayAddress,
  });
  benCable = await tcpCable(server.url);
  browser = await launchBrowser();
  const [a, b, e] = await Promise.all(
    ['teacher', 'student1', 'student2'].map((name) => signIn(server.url, `${name}@lectern.test`, password)),
  );
  actors = { ada: a as TestActor, ben: b as TestActor, eve: e as TestActor };
  ada = await Person.arrive(browser, 'Ada');
  ben = await Person.arrive(browser, 'Ben');
  eve = await Person.arrive(browser, 'Eve', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
});

afterAll(async () => {
  await browser?.close();
  await benCable?.close();
  await server?.stop();
  media?.close();
  await database?.drop();
});

const idOf = (who: keyof typeof actors): string => actors[who].user.id;
const tile = (viewer: Person, who: keyof typeof actors, source = 'camera') =>
  viewer.page.locator(`[data-testid="tile"][data-user-id="${idOf(who)}"][data-source="${source}"]`);
const row = (viewer: Person, who: keyof typeof actors) =>
  viewer.page.locator(`[data-testid="person-row"][data-user-id="${idOf(who)}"]`);
const chatLine = (viewer: Person, text: string) =>
  viewer.page.locator('[data-testid="chat-line"]', { hasText: text });

async function openPanel(viewer: Person, panel: 'chat' | 'people' | 'notes'): Promise<void> {
  if (await viewer.at(`panel-${panel}`).isVisible()) return;
  if (!(await viewer.at(`open-${panel}`).isVisible())) await viewer.at('open-more').click();
  await viewer.at(`open-${panel}`).click();
  await viewer.at(`panel-${panel}`).waitFor();
}

async function say(who: Person, text: string): Promise<void> {
  await openPanel(who, 'chat');
  await who.at('chat-input').fill(text);
  await who.at('chat-send').click();
}

/** Packets of one person's stream as `viewer` receives it. */
const packets = (viewer: Person, who: keyof typeof actors, source: string): Promise<number> =>
  viewer.until(
    `${source} of ${who}`,
    (stats) =>
      stats.inbound.find((one) => one.userId === idOf(who) && one.source === source && one.packets > 0)
        ?.packets,
  );

/** What is on its way when a stream is paused still arrives: the counter once it has stood still for ten frames of the picture. */
async function settledPackets(viewer: Person, who: keyof typeof actors): Promise<number> {
  for (let before = -1; ;) {
    const now = await packets(viewer, who, 'microphone');
    if (now === before) return now;
    before = now;
    await moreFrames(viewer, who, 10);
  }
}

/** Waits for so many more pictures of somebody: a clock that stands when nothing arrives at all. */
async function moreFrames(viewer: Person, who: keyof typeof actors, count: number): Promise<void> {
  const frames = (stats: Awaited<ReturnType<Person['stats']>>): number =>
    stats.inbound.find((one) => one.userId === idOf(who) && one.source === 'camera')?.framesDecoded ?? 0;
  const from = frames(await viewer.stats());
  await viewer.until(`${count} more frames of ${who}`, (stats) => frames(stats) > from + count);
}

/** Both directions of audio and video between Ada and Ben are moving now: counters grow from what they are. */
async function flowing(what: string): Promise<void> {
  const growing = async (viewer: Person, who: keyof typeof actors): Promise<void> => {
    for (const source of ['microphone', 'camera'] as const) {
      const key = source === 'camera' ? 'framesDecoded' : 'packets';
      const now = await viewer.until(`${source} of ${who} ${what}`, (stats) => {
        const found = stats.inbound.find((one) => one.userId === idOf(who) && one.source === source);
        return found ? { value: found[key], producerId: found.producerId } : false;
      });
      await viewer.until(`${source} of ${who} growing ${what}`, (stats) => {
        const found = stats.inbound.find((one) => one.userId === idOf(who) && one.source === source);
        if (found === undefined) return false;
        // A new stream has to carry something too: it grows from nothing.
        return found[key] > (found.producerId === now.producerId ? now.value : 0) + 5;
      });
    }
  };
  await Promise.all([growing(ada, 'ben'), growing(ben, 'ada')]);
}

/** The first frame that differs visibly from an earlier one. */
async function differentFrame(viewer: Person, who: keyof typeof actors, earlier: readonly number[]) {
  for (let look = 0; look < 200; look += 1) {
    const second = await viewer.frameOf(idOf(who));
    const difference =
      second.pixels.reduce((sum, value, n) => sum + Math.abs(value - (earlier[n] ?? 0)), 0) / earlier.length;
    if (difference > 0.5) return { second, difference };
  }
  throw new Error(`${viewer.name} sees a still picture of ${who}`);
}

const participants = async (): Promise<number> =>
  (await sql(database.url, 'select 1 from live_session_participants where session_id = $1', [session.id]))
    .length;

describe('a live class', () => {
  it('1-2. a wrong password is told, then the home page shows courses and today’s classes, and the teacher starts one', async () => {
    await ada.page.goto(server.url);
    await ada.at('demo-hint').waitFor();
    await ada.screenshot('01-sign-in');
    await ada.at('sign-in-email').fill('teacher@lectern.test');
    await ada.at('sign-in-password').fill('not it');
    await ada.at('sign-in-submit').click();
    await ada.at('problem').waitFor();
    expect(await ada.at('sign-in-email').inputValue()).toBe('teacher@lectern.test');
    await ada.signIn(server.url, 'teacher@lectern.test', password);
    await ada.at('class-row').first().waitFor();
    await ada.screenshot('02-home');
    const course = (await actors.ada.rest<{ items: { id: string; title: string }[] }>('GET', '/me/courses'))
      .body.items[0];
    const made = await actors.ada.rest<LiveSessionView>('POST', `/courses/${course?.id}/live-sessions`, {
      title: 'How plants breathe',
      scheduledAt: new Date(Date.now() + 60_000).toISOString(),
      durationMinutes: 45,
    });
    session = made.body;
    await ada.page.goto(`${server.url}/courses/${course?.id}`);
    const mine = ada.page.locator('[data-testid="class-row"]', { hasText: 'How plants breathe' });
    await mine.getByTestId('class-start').click();
    await ada.at('prejoin-join').or(ada.at('room')).first().waitFor();
    expect((await actors.ben.rest<LiveSessionView>('GET', `/live-sessions/${session.id}`)).body.status).toBe(
      'live',
    );
  });

  it('2. everybody comes in through the prejoin page, silent and dark', async () => {
    media.nextIs('ada');
    if (!(await ada.at('room').isVisible())) await ada.enterClass(server.url, session.id);
    await ben.signIn(benCable.url, 'student1@lectern.test', password);
    await eve.signIn(server.url, 'student2@lectern.test', password);
    await ben.page.goto(`${benCable.url}/classes/${session.id}`);
    await ben.at('prejoin-join').waitFor();
    await ben.screenshot('03-prejoin');
    media.nextIs('ben');
    await ben.at('prejoin-join').click();
    await ben.at('room').waitFor();
    await ben.connected();
    media.nextIs('ada');
    await eve.enterClass(server.url, session.id);
    await openPanel(ada, 'people');
    for (const who of ['ada', 'ben', 'eve'] as const) await row(ada, who).waitFor();
    const sources = await ada.stats();
    expect([...sources.inbound, ...sources.outbound]).toEqual([]);
  });

  it('3. two people see and hear each other: decoded frames that move, and sound above silence', async () => {
    media.nextIs('ada');
    await ada.at('toggle-microphone').click();
    await ada.at('toggle-camera').click();
    await ada.until('sends three layers', (stats) =>
      stats.outbound.some((one) => one.source === 'camera' && one.layers >= 2),
    );
    media.nextIs('ben');
    await ben.at('toggle-microphone').click();
    await ben.at('toggle-camera').click();
    await ben.until('sends', (stats) => stats.outbound.length >= 2);
    media.nextIs('ada');
    await flowing('at the start');
    for (const [viewer, who] of [
      [ada, 'ben'],
      [ben, 'ada'],
    ] as const) {
      await viewer.until('twenty frames', (stats) =>
        stats.inbound.some(
          (one) => one.userId === idOf(who) && one.kind === 'video' && one.framesDecoded > 20,
        ),
      );
      const seen = await viewer.until('frames', (stats) => {
        const video = stats.inbound.find((one) => one.userId === idOf(who) && one.kind === 'video');
        return video && video.framesDecoded > 45 ? video : false;
      });
      const first = await viewer.frameOf(idOf(who));
      // A still picture would be a frozen one: look until it is another one.
      const { second, difference } = await differentFrame(viewer, who, first.pixels);
      const sound = await viewer.until('sound', (stats) =>
        stats.inbound.find(
          (one) =>
            one.userId === idOf(who) &&
            one.kind === 'audio' &&
            one.totalAudioEnergy > 0 &&
            one.audioLevel > 0.001,
        ),
      );
      measured(`${viewer.name} sees and hears ${who}`, {
        framesDecoded: seen.framesDecoded,
        size: `${seen.width}x${seen.height}`,
        brightness: Math.round(second.mean),
        contrast: Math.round(second.deviation),
        difference: Number(difference.toFixed(2)),
        audioLevel: Number(sound.audioLevel.toFixed(3)),
      });
      expect(second.mean).toBeGreaterThan(8);
      expect(second.deviation).toBeGreaterThan(3);
      expect(difference).toBeGreaterThan(0.5);
    }
    await ada.screenshot('04-classroom-grid');
    await eve.screenshot('08-phone');
  });

  it('3. the teacher’s lock mutes on the server, and nobody can undo it alone', async () => {
    await openPanel(ada, 'people');
    await row(ada, 'ben').getByTestId('lock-microphone').click();
    await tile(ada, 'ben').and(ada.page.locator('[data-microphone="off"]')).waitFor();
    const silent = await settledPackets(ada, 'ben');
    // The key does nothing while the lock holds, and the counter on the other side stands still while his picture goes on.
    await ben.page.keyboard.press('m');
    await row(ada, 'ben').locator('[data-testid="lock-microphone"][data-state="locked"]').waitFor();
    await tile(ada, 'ben').and(ada.page.locator('[data-microphone="off"]')).waitFor();
    await moreFrames(ada, 'ben', 30);
    const later = await packets(ada, 'ben', 'microphone');
    measured('audio packets of a muted student, then and later', [silent, later]);
    expect(later).toBe(silent);
    await row(ada, 'ben').getByTestId('lock-microphone').click();
    await row(ada, 'ben').locator('[data-testid="lock-microphone"][data-state="open"]').waitFor();
    await ben.at('toggle-microphone').click();
    await tile(ada, 'ben').and(ada.page.locator('[data-microphone="on"]')).waitFor();
  });

  it('3. one press mutes everyone, and nobody is heard until it is undone', async () => {
    await openPanel(ada, 'people');
    await ada.at('mute-everyone').click();
    await ada.page.locator('[data-testid="mute-everyone"][data-state="locked"]').waitFor();
    await tile(ada, 'ben').and(ada.page.locator('[data-microphone="off"]')).waitFor();
    const silent = await settledPackets(ada, 'ben');
    for (const who of [ben, eve]) await who.page.keyboard.press('m');
    await moreFrames(ada, 'ben', 30);
    expect(await packets(ada, 'ben', 'microphone')).toBe(silent);
    expect((await ada.stats()).inbound.some((one) => one.userId === idOf('eve') && one.packets > 0)).toBe(
      false,
    );
    await ada.at('mute-everyone').click();
    await ada.page.locator('[data-testid="mute-everyone"][data-state="open"]').waitFor();
    if ((await ben.at('toggle-microphone').getAttribute('aria-pressed')) !== 'true')
      await ben.at('toggle-microphone').click();
    await tile(ada, 'ben').and(ada.page.locator('[data-microphone="on"]')).waitFor();
  });

  it('4. hands are a queue, the floor opens exactly one microphone', async () => {
    await eve.at('toggle-hand').click();
    await ada.page.locator(`[data-testid="hand-item"][data-user-id="${idOf('eve')}"]`).waitFor();
    await ben.page.keyboard.press('r');
    await ada.page.locator(`[data-testid="hand-item"][data-user-id="${idOf('ben')}"]`).waitFor();
    expect(
      await ada
        .at('hand-item')
        .evaluateAll((items) => items.map((item) => (item as HTMLElement).dataset['userId'])),
    ).toEqual([idOf('eve'), idOf('ben')]);
    await ada.screenshot('05-roster-hands');
    await ada.page
      .locator(`[data-testid="hand-item"][data-user-id="${idOf('eve')}"]`)
      .getByTestId('give-floor')
      .click();
    await ada.page.locator(`[data-testid="floor-holder"][data-user-id="${idOf('eve')}"]`).waitFor();
    await tile(ada, 'eve').and(ada.page.locator('[data-microphone="on"]')).waitFor({ state: 'attached' });
    await ada.at('take-floor').click();
    await ben.page.keyboard.press('r');
    await ada.at('hand-item').first().waitFor({ state: 'detached' });
  });

  it('4. chat reaches everybody, and reactions fade', async () => {
    await say(ada, 'Good morning, everyone');
    await say(ben, 'Morning! 👋');
    for (const viewer of [ada, ben]) {
      await chatLine(viewer, 'Good morning, everyone').waitFor();
      await chatLine(viewer, 'Morning! 👋').waitFor();
    }
    await ben.at('open-reactions').click();
    await ben.page.getByRole('button', { name: 'React with 👏' }).click();
    for (const viewer of [ada, ben, eve])
      await viewer.page.locator('[data-testid="reaction"]', { hasText: '👏' }).waitFor({ state: 'attached' });
    for (const viewer of [ada, ben, eve]) await viewer.at('reaction').waitFor({ state: 'detached' });
  });

  it('3. a shared screen takes the stage', async () => {
    await ada.at('toggle-screen').click();
    await tile(ben, 'ada', 'screen').waitFor();
    const shown = await ben.until('the screen', (stats) =>
      stats.inbound.find((one) => one.source === 'screen' && one.framesDecoded > 2),
    );
    measured('shared screen', `${shown.width}x${shown.height}`);
    await ada.at('toggle-screen').click();
    await tile(ben, 'ada', 'screen').waitFor({ state: 'detached' });
  });

  it('5. notes are written together and saved', async () => {
    for (const who of [ada, ben]) {
      await openPanel(who, 'notes');
      await who.page.locator(editable).waitFor();
    }
    await write(ada, 'Stomata open by day. ');
    await ben.at('note-editor').getByText('Stomata open by day.').waitFor();
    await write(ben, 'And close at night.');
    await ada.at('note-editor').getByText('And close at night.').waitFor();
    for (const who of [ada, ben]) await saved(who);
    await ada.screenshot('06-notes');
  });

  it('6. a reloaded tab comes back as the same person, with everything there', async () => {
    const before = await participants();
    await ben.page.reload();
    media.nextIs('ben');
    await ben.at('prejoin-join').or(ben.at('room')).first().waitFor();
    if (await ben.at('prejoin-join').isVisible()) await ben.at('prejoin-join').click();
    await ben.at('room').waitFor();
    await ben.connected();
    for (const toggle of ['toggle-microphone', 'toggle-camera']) {
      if ((await ben.at(toggle).getAttribute('aria-pressed')) !== 'true') await ben.at(toggle).click();
    }
    await ben.until('sends again', (stats) => stats.outbound.length >= 2);
    media.nextIs('ada');
    await flowing('after the reload');
    await openPanel(ben, 'chat');
    await chatLine(ben, 'Good morning, everyone').first().waitFor();
    expect(await chatLine(ben, 'Good morning, everyone').count()).toBe(1);
    await openPanel(ben, 'notes');
    await ben.at('note-editor').getByText('Stomata open by day.').waitFor();
    // What the browser kept is shown at once; whether he may still write is for the server to say.
    await ben.page.locator(editable).waitFor();
    expect(await participants()).toBe(before);
    expect(await tile(ada, 'ben').count()).toBe(1);
  });

  it('6. twenty seconds without a network: back without a reload, a ghost or a gap', async () => {
    const before = { loads: ben.loads, people: await participants() };
    media.nextIs('ben');
    media.pull('ben');
    benCable.pull();
    const cutAt = performance.now();
    await openPanel(ada, 'people');
    await row(ada, 'ben')
      .and(ada.page.locator('[data-presence="reconnecting"]'))
      .waitFor({ timeout: 20_000 });
    await ben.page
      .locator('[data-testid="connection-state"][data-state="reconnecting"]')
      .waitFor({ state: 'attached' });
    await say(ada, 'Ben cannot read this yet');
    await write(ben, ' Written without a network.', 'notes');
    await ben.page.locator('[data-testid="note-saved"]:not([data-state="saved"])').waitFor();
    // Twenty seconds of outage is what is tested, so this one wait is the test's subject.
    await ben.page.waitForFunction(
      (until) => performance.timeOrigin + performance.now() > until,
      performance.timeOrigin + cutAt + 20_000,
      { timeout: 30_000 },
    );
    const backAt = performance.now();
    media.plug('ben');
    benCable.plug();
    await ben.connected();
    measured('seconds from plug to connected', Number(((performance.now() - backAt) / 1000).toFixed(1)));
    await flowing('after the outage');
    media.nextIs('ada');
    measured(
      'seconds from plug to media in both directions',
      Number(((performance.now() - backAt) / 1000).toFixed(1)),
    );
    await openPanel(ben, 'chat');
    await chatLine(ben, 'Ben cannot read this yet').waitFor();
    expect(await chatLine(ben, 'Ben cannot read this yet').count()).toBe(1);
    await openPanel(ada, 'notes');
    await ada.at('note-editor').getByText('Written without a network.').waitFor();
    await openPanel(ben, 'notes');
    await saved(ben);
    expect({ loads: ben.loads, people: await participants() }).toEqual(before);
    expect(await tile(ada, 'ben').count()).toBe(1);
  });

  it('6. kill -9 of the server: everybody is back by themselves, nothing is lost or doubled', async () => {
    const before = { loads: [ada.loads, ben.loads, eve.loads], people: await participants() };
    await say(ada, 'Acknowledged before the crash');
    await ada.page
      .locator('[data-testid="chat-line"][data-state="sent"]', { hasText: 'Acknowledged before the crash' })
      .waitFor();
    await openPanel(ben, 'notes');
    await write(ben, ' Kept through a crash.');
    await saved(ben);
    await server.kill();
    for (const who of [ada, ben])
      await who.page
        .locator('[data-testid="connection-state"][data-state="reconnecting"]')
        .waitFor({ state: 'attached' });
    await say(ada, 'Sent while the server was down');
    media.nextIs('ada');
    await server.start();
    const upAt = performance.now();
    for (const who of [ada, ben, eve]) await who.connected();
    measured('seconds from ready to connected', Number(((performance.now() - upAt) / 1000).toFixed(1)));
    await flowing('after the crash');
    measured(
      'seconds from ready to media in both directions',
      Number(((performance.now() - upAt) / 1000).toFixed(1)),
    );
    await openPanel(ben, 'chat');
    for (const viewer of [ada, ben]) {
      for (const text of [
        'Good morning, everyone',
        'Acknowledged before the crash',
        'Sent while the server was down',
      ]) {
        await chatLine(viewer, text).first().waitFor();
        expect([viewer.name, text, await chatLine(viewer, text).count()]).toEqual([viewer.name, text, 1]);
      }
    }
    const rows = await sql(
      database.url,
      `select content from live_chat_messages where session_id = $1 and content like '%while the server was down'`,
      [session.id],
    );
    expect(rows).toHaveLength(1);
    await openPanel(ada, 'notes');
    await ada.at('note-editor').getByText('Kept through a crash.').waitFor();
    expect({ loads: [ada.loads, ben.loads, eve.loads], people: await participants() }).toEqual(before);
    await ada.screenshot('07-recovered');
  });

  it('6. kill -9 of a media worker: sound and picture are back by themselves, without a reload', async () => {
    const before = { loads: [ada.loads, ben.loads], people: await participants() };
    const workers = execFileSync('pgrep', ['-P', String(server.pid), '-f', 'mediasoup-worker'], {
      encoding: 'utf8',
    })
      .trim()
      .split('\n');
    expect(workers).toHaveLength(1);
    const old = (await ada.stats()).inbound.map((one) => one.producerId);
    const factsOf = async (type: string): Promise<number> =>
      (
        await sql(database.url, 'select 1 from room_log where room = $1 and type = $2', [
          `live:${session.id}`,
          type,
        ])
      ).length;
    const told = { resets: await factsOf('media.reset'), removed: await factsOf('media.producer.removed') };
    process.kill(Number(workers[0]), 'SIGKILL');
    const killedAt = performance.now();
    const fresh = (viewer: Person, who: keyof typeof actors) =>
      viewer.until(`new streams of ${who}`, (stats) => {
        const streams = stats.inbound.filter(
          (one) => one.userId === idOf(who) && !old.includes(one.producerId),
        );
        return (
          streams.some((one) => one.source === 'microphone' && one.packets > 5) &&
          streams.some((one) => one.source === 'camera' && one.framesDecoded > 0)
        );
      });
    await Promise.all([fresh(ada, 'ben'), fresh(ben, 'ada')]);
    const seconds = (performance.now() - killedAt) / 1000;
    measured('seconds from a worker’s death to media in both directions', Number(seconds.toFixed(1)));
    // The target, five seconds, is the verdict of the bench's scenario `worker-death`; three times that is slow on any machine.
    expect(seconds).toBeLessThan(15);
    await flowing('after the worker died');
    // One fact tells it all, and it is over with one new start.
    expect({
      resets: await factsOf('media.reset'),
      removed: await factsOf('media.producer.removed'),
    }).toEqual({
      resets: told.resets + 1,
      removed: told.removed,
    });
    expect({ loads: [ada.loads, ben.loads], people: await participants() }).toEqual(before);
  });

  it('5. the class ends for all; notes and chat stay, and are there again when a host reopens it', async () => {
    await ada.at('leave').click();
    await ada.at('leave-end-for-all').click();
    await ada.at('confirm').click();
    for (const who of [ada, ben]) await who.at('class-ended').waitFor();
    await ada.at('reopen-class').click();
    await ada.at('prejoin-join').or(ada.at('room')).first().waitFor();
    if (await ada.at('prejoin-join').isVisible()) await ada.at('prejoin-join').click();
    await ada.at('room').waitFor();
    await openPanel(ada, 'chat');
    await chatLine(ada, 'Good morning, everyone').waitFor();
    await openPanel(ada, 'notes');
    await ada.at('note-editor').getByText('Stomata open by day.').waitFor();
  });

  it('no page had an error of its own', () => {
    expect(
      [ada, ben, eve].flatMap((person) => person.problems.map((problem) => `${person.name}: ${problem}`)),
    ).toEqual([]);
  });
});

const editable = '[data-testid="note-editor"][contenteditable="true"]';

async function write(who: Person, text: string, open?: 'notes'): Promise<void> {
  if (open) await openPanel(who, open);
  const editor = who.page.locator(editable);
  await editor.click();
  await editor.press('Control+End');
  await editor.pressSequentially(text);
}

const saved = (who: Person): Promise<void> =>
  who.page
    .locator('[data-testid="note-saved"][data-state="saved"]')
    .waitFor({ state: 'attached', timeout: 30_000 });
