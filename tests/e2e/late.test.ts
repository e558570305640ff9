import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LiveSessionView } from '../../shared/live/contract.ts';
import { signIn } from '../support/actors.ts';
import type { TestActor } from '../support/actors.ts';
import { launchBrowser, Person } from '../support/browser.ts';
import { ServerProcess } from '../support/crash.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { sql } from '../support/factories.ts';

/** The last minutes of a long lesson: somebody comes late and reads back, and the teacher's connection fails. */

const password = 'lectern-demo';
const total = 2000;

let database: TestDatabase;
let server: ServerProcess;
let browser: Browser;
let teacher: TestActor;
let session: LiveSessionView;
let ada: Person;
let eve: Person;
let ben: Person;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await ServerProcess.start({ DATABASE_URL: database.url, LECTERN_DEMO: '1' });
  browser = await launchBrowser();
  teacher = await signIn(server.url, 'teacher@lectern.test', password);
  const course = (await teacher.rest<{ items: { id: string }[] }>('GET', '/me/courses')).body.items[0];
  session = (
    await teacher.rest<LiveSessionView>('POST', `/courses/${course?.id}/live-sessions`, {
      title: 'A long lesson',
      scheduledAt: new Date().toISOString(),
      durationMinutes: 45,
    })
  ).body;
  await teacher.rest('POST', `/live-sessions/${session.id}/start`);
  ada = await Person.arrive(browser, 'Ada');
  ben = await Person.arrive(browser, 'Ben');
  eve = await Person.arrive(browser, 'Eve', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
  await ada.signIn(server.url, 'teacher@lectern.test', password);
  await ben.signIn(server.url, 'student1@lectern.test', password);
  await eve.signIn(server.url, 'student2@lectern.test', password);
  await ada.enterClass(server.url, session.id);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await database?.drop();
});

describe('late in a lesson', () => {
  it('[LV10] who comes late reads back through 2,000 lines by scrolling, without a gap or a double', async () => {
    await sql(
      database.url,
      `insert into live_chat_messages (id, session_id, sender_id, content, created_at)
       select (lpad(to_hex((extract(epoch from now()) * 1000)::bigint - 5000 + n), 12, '0') || '7000800000000000' || lpad(to_hex(n), 4, '0'))::uuid, $1, $2, 'line ' || n, now()
       from generate_series(1, $3::int) n`,
      [session.id, teacher.user.id, total],
    );
    await eve.enterClass(server.url, session.id);
    if (!(await eve.at('open-chat').isVisible())) await eve.at('open-more').click();
    await eve.at('open-chat').click();
    const lines = () =>
      eve
        .at('chat-line')
        .evaluateAll((items) => items.map((item) => /line \d+/.exec(item.textContent ?? '')?.[0]));
    await eve.page.getByText(`line ${total}`, { exact: true }).waitFor();
    const beginning = eve.page.getByText('This is where the chat begins.');
    while (!(await beginning.isVisible())) {
      const known = await eve.at('chat-line').count();
      // To the top, again and again, as somebody does who reads back, until there is more or nothing more.
      await eve.page.waitForFunction((count) => {
        const log = document.querySelector('[data-testid="chat-log"]');
        if (log) log.scrollTop = log.scrollTop === 0 ? 80 : 0;
        const drawn = document.querySelectorAll('[data-testid="chat-line"]').length;
        return drawn > count || log?.textContent?.includes('This is where the chat begins.');
      }, known);
    }
    expect(await lines()).toEqual(Array.from({ length: total }, (_, n) => `line ${n + 1}`));
    await eve.at('close-panel').click();
  });

  it('[LV29] everybody sees when five minutes are left, and puts it away with a press', async () => {
    await sql(
      database.url,
      `update live_sessions set started_at = now() - interval '40 minutes 10 seconds' where id = $1`,
      [session.id],
    );
    for (const who of [ben, eve]) {
      await who.enterClass(server.url, session.id);
      await who.at('time-banner').waitFor();
      expect(await who.at('time-banner').textContent()).toContain('5 minutes until the planned end');
    }
    await ben.screenshot('late-time-desktop');
    await eve.screenshot('late-time-phone');
    await ben.at('time-banner').getByRole('button').click();
    await ben.at('time-banner').waitFor({ state: 'detached' });
  });

  it('[LV28] when the teacher’s connection fails the class locks itself, says so, and opens with the return', async () => {
    const guarded = [ben, eve];
    await ada.page.goto('about:blank');
    for (const who of guarded) await who.at('guard-banner').waitFor({ timeout: 60_000 });
    await ben.at('open-chat').click();
    await ben.at('chat-locked').waitFor();
    expect(await ben.at('chat-locked').textContent()).toContain('until a teacher is back');
    expect(await ben.at('chat-input').count()).toBe(0);
    await ben.screenshot('late-guard-desktop');
    await eve.screenshot('late-guard-phone');
    await ada.enterClass(server.url, session.id);
    for (const who of guarded) await who.at('guard-banner').waitFor({ state: 'detached' });
    await ben.at('chat-input').fill('Welcome back');
    await ben.at('chat-send').click();
    await ben.page.getByText('Welcome back').waitFor();
  });

  it('[LV6] the teacher closes the door from the menu', async () => {
    await ada.at('open-people').click();
    await ada.at('open-locks').click();
    await ada.at('lock-room').waitFor();
    await ada.screenshot('late-locks-desktop');
    await ada.at('lock-room').click();
    const other = await Person.arrive(browser, 'Late');
    await other.signIn(server.url, 'student3@lectern.test', password);
    await other.page.goto(`${server.url}/classes/${session.id}`);
    await other.at('prejoin-join').click();
    await other.page.getByText('nobody new can join').first().waitFor();
    await other.screenshot('late-door-desktop');
    await other.leave();
  });

  it('a hand that goes up is heard by the teacher, unless sounds are off; switched off, the key says so', async () => {
    const notes = () => ada.page.evaluate(() => (window as { lecternNotes?: number }).lecternNotes ?? 0);
    await ada.page.evaluate(() => {
      const create = AudioContext.prototype.createOscillator;
      AudioContext.prototype.createOscillator = function (this: AudioContext) {
        const counted = window as { lecternNotes?: number };
        counted.lecternNotes = (counted.lecternNotes ?? 0) + 1;
        return create.call(this);
      };
    });
    const raise = async (): Promise<void> => {
      await ben.at('toggle-hand').focus();
      await ben.page.keyboard.press('r');
      await ada.at('hand-item').waitFor();
    };
    await raise();
    expect(await notes()).toBe(2);
    await ben.page.keyboard.press('r');
    await ada.at('hand-item').waitFor({ state: 'detached' });
    await ada.page.keyboard.press('Escape');
    await ada.at('open-more').click();
    await ada.at('toggle-sounds').click();
    await raise();
    expect(await notes()).toBe(2);
    await ben.page.keyboard.press('r');
    await ada.at('hand-item').waitFor({ state: 'detached' });
    await ada.at('open-locks').click();
    await ada.at('lock-hands').click();
    await ben.page.locator('[data-testid="toggle-hand"][data-state="locked"]').waitFor();
    await ben.page.keyboard.press('r');
    await ben.page.getByRole('alert').getByText('Raising hands is switched off').waitFor();
    expect(await ada.at('hand-item').count()).toBe(0);
  });

  it('[LV44] the tab asks before it closes while a line is not sent, and keeps the line', async () => {
    const line = (state: string) =>
      ben.page.locator(`[data-testid="chat-line"][data-state="${state}"]`, { hasText: 'Before the bell' });
    // As a server that hangs: the connection stands, and nobody answers.
    process.kill(server.pid, 'SIGSTOP');
    try {
      await ben.at('chat-input').fill('Before the bell');
      await ben.at('chat-send').click();
      await line('sending').waitFor();
      const asked = ben.page.waitForEvent('dialog');
      await ben.page.close({ runBeforeUnload: true });
      const question = await asked;
      expect(question.type()).toBe('beforeunload');
      await question.dismiss();
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    await line('sent').waitFor();
    const closed = ben.page.waitForEvent('close');
    await ben.page.close({ runBeforeUnload: true });
    await closed;
  });

  it('no page had an error of its own', () => {
    expect(
      [ada, ben, eve].flatMap(({ name, problems }) => problems.map((text) => `${name}: ${text}`)),
    ).toEqual([]);
  });
});
