import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { NoteClient } from '../notes/support/note-client.ts';
import { signIn } from '../support/actors.ts';
import type { Person } from '../support/browser.ts';
import { createSchool, password } from '../support/factories.ts';
import { tcpCable } from '../support/network.ts';
import type { Cable } from '../support/network.ts';
import { seen } from '../support/screens.ts';
import { setStage } from '../support/stage.ts';

const stage = setStage();
let sessionId: string;
let noteId: string;

beforeAll(async () => {
  ({ sessionId, noteId } = await createSchool(stage.databaseUrl, { students: 2 }));
});

/** Everything that the browser keeps for this site, as one text: names and values. */
const kept = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const databases = (await indexedDB.databases()).map(({ name }) => name);
    return JSON.stringify([
      Object.entries(localStorage),
      Object.entries(sessionStorage),
      databases,
      document.cookie,
    ]);
  });

/** The panel of the notes of a class. */
async function openNotes(person: Person, url = stage.url): Promise<void> {
  await person.enterClass(url, sessionId);
  await showNotes(person);
}

async function showNotes(person: Person): Promise<void> {
  if (!(await person.at('open-notes').isVisible())) await person.at('open-more').click();
  await person.at('open-notes').click();
  await person.at('note-editor').waitFor();
  // Writable, and what is in it is the server's.
  await person.page.locator('[data-testid="note-saved"][data-state="saved"]').waitFor();
}

describe('a field for a password', () => {
  it('hides what is typed, takes what is pasted, and tells password managers what it is', async () => {
    const person = await stage.arrive('Pat');
    await person.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: stage.url });
    const { page } = person;
    const check = async (fields: Record<string, string>): Promise<void> => {
      for (const [testId, autocomplete] of Object.entries(fields)) {
        const field = person.at(testId);
        await field.waitFor();
        await page.evaluate(() => navigator.clipboard.writeText('pasted, with spaces'));
        await field.fill('');
        await field.press('ControlOrMeta+v');
        expect([testId, await field.inputValue()]).toEqual([testId, 'pasted, with spaces']);
        expect(await field.getAttribute('type')).toBe('password');
        expect(await field.getAttribute('autocomplete')).toBe(autocomplete);
      }
    };
    await page.goto(`${stage.url}/sign-in`);
    await check({ 'sign-in-password': 'current-password' });
    await page.goto(`${stage.url}/reset-password?token=${'a'.repeat(43)}`);
    await check({ 'reset-password': 'new-password' });
    await person.signIn(stage.url, 'student1@test.lectern', password);
    await page.goto(`${stage.url}/account/security`);
    await check({ 'current-password': 'current-password', 'new-password': 'new-password' });
    expect(await person.at('phone-risk').isVisible()).toBe(true);
    await person.leave();
  });
});

describe('what somebody writes into a note', () => {
  it('is never markup for others: neither pasted HTML nor what a program writes past the editor', async () => {
    const person = await stage.arrive('Nora');
    const asked: string[] = [];
    person.page.on('request', (request) => asked.push(request.url()));
    await person.signIn(stage.url, 'teacher@test.lectern', password);
    await openNotes(person);
    await person.page.locator('[data-testid="note-editor"][contenteditable="true"]').click();
    await person.at('note-editor').evaluate((editor) => {
      const data = new DataTransfer();
      data.setData(
        'text/html',
        `<p>pasted <b>bold</b></p><script>document.title='taken'</script><img src="/taken.png" onerror="document.title='taken'">
         <a href="javascript:document.title='taken'">link one</a><iframe src="/taken.html"></iframe><p style="position:fixed" onclick="x()">styled</p>`,
      );
      editor.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
      );
    });
    await person.at('note-editor').getByText('styled').waitFor();
    await writeDirectly();
    await person.at('note-editor').getByText('written by a program').waitFor();
    const { html, title } = await person.page.evaluate(() => ({
      html: document.querySelector('[data-testid="note-editor"]')?.innerHTML ?? '',
      title: document.title,
    }));
    expect(html).toContain('<strong>bold</strong>');
    expect(html).not.toMatch(/<(script|iframe|img|style|object)\b|javascript:|data:text|\son\w+=|position/i);
    expect(title).not.toBe('taken');
    expect(asked.filter((url) => url.includes('taken'))).toEqual([]);
    await person.leave();
  });
});

/** The teacher with a program that knows the protocol of notes and no schema. */
async function writeDirectly(): Promise<void> {
  const other = await signIn(stage.url, 'teacher@test.lectern');
  const { body } = await other.rest<{ token: string }>('POST', `/notes/${noteId}/token`);
  const client = new NoteClient();
  await client.connectTo(`${stage.url.replace('http', 'ws')}/notes/${noteId}?token=${body.token}&ack=1`);
  await client.until(() => client.synced);
  const fragment = client.doc.getXmlFragment('default');
  const text = new Y.XmlText();
  text.insert(0, 'written by a program', { link: { href: "javascript:document.title='taken'" } });
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.setAttribute('onclick', "document.title='taken'");
  paragraph.insert(0, [text]);
  const [script, frame] = [new Y.XmlElement('script'), new Y.XmlElement('iframe')];
  script.insert(0, [new Y.XmlText("document.title='taken'")]);
  frame.setAttribute('src', '/taken.html');
  fragment.insert(0, [script, frame, paragraph]);
  await client.saved();
  client.destroy();
}

describe('a browser', () => {
  it('keeps no token, and nothing of a person who has signed out', async () => {
    const person = await stage.arrive('Sol');
    await person.signIn(stage.url, 'student2@test.lectern', password);
    await openNotes(person);
    const inside = await kept(person.page);
    expect(inside).toContain('lectern-note:');
    // Neither the access token (a JWT) nor the refresh token, which is in a cookie that scripts cannot read.
    const [refresh] = (await person.context.cookies()).filter(({ name }) => name.includes('lectern_refresh'));
    expect(refresh?.httpOnly).toBe(true);
    expect(inside).not.toMatch(/eyJ[\w-]+\./);
    expect(inside).not.toContain(refresh?.value ?? 'no cookie');

    await person.page.goto(`${stage.url}/account`);
    await person.at('account-menu').click();
    await person.at('sign-out').click();
    await person.at('sign-in-email').waitFor();
    await expect.poll(() => kept(person.page), { timeout: 10_000 }).not.toContain('lectern-note:');
    expect(await kept(person.page)).not.toMatch(/student2|outbox/i);
    expect((await person.context.cookies()).filter(({ name }) => name.includes('refresh'))).toEqual([]);
    // Neither does the way back show anything.
    await person.page.goBack();
    await person.at('sign-in-email').waitFor();
    expect(await person.page.content()).not.toContain('student2@test.lectern');
    await person.leave();
  });
});

describe('a browser whose network fails', () => {
  let cable: Cable;
  beforeAll(async () => {
    cable = await tcpCable(stage.url);
  });
  afterAll(() => cable.close());

  it('asks before a sign-out that would lose what was written without a network', async () => {
    const person = await stage.arrive('Sol');
    await person.signIn(cable.url, 'student1@test.lectern', password);
    await openNotes(person, cable.url);
    cable.pull();
    await person.at('note-editor').click();
    await person.page.keyboard.type('unsent words');
    await person.at('leave').click();
    await person.at('leave-confirm').click();
    await person.page.locator('a[href="/"]').last().click();
    await person.at('account-menu').click();
    await person.at('sign-out').click();
    await seen(person, 'a question before the sign-out');
    await person.at('confirm-keep').click();

    cable.plug();
    await openNotes(person, cable.url);
    await person.page.getByText('unsent words').waitFor();
    await person.leave();
  });

  it('sends nothing of who has signed out in the name of who signs in after them, in the same tab', async () => {
    const person = await stage.arrive('Sol');
    const { page } = person;
    await person.signIn(cable.url, 'student1@test.lectern', password);
    await openNotes(person, cable.url);
    cable.pull();
    await person.at('note-editor').click();
    await page.keyboard.type('words of the first');
    await person.at('leave').click();
    await person.at('leave-confirm').click();
    await page.locator('a[href="/"]').last().click();
    await person.at('account-menu').click();
    await person.at('sign-out').click();
    await person.at('confirm').click();
    await person.at('sign-in-email').waitFor();
    cable.plug();

    const { loads } = person;
    await person.submitSignIn('student2@test.lectern', password);
    await person.at('course-card').first().click();
    await page.locator(`a[href="/classes/${sessionId}"]`).first().click();
    await person.at('prejoin-join').click();
    await showNotes(person);
    expect(await person.at('note-editor').textContent()).not.toContain('words of the first');
    // What the first one's note would have been sent with is this page: it was never loaded anew.
    expect(person.loads).toBe(loads);
    await person.leave();
  });

  it('keeps what was written without a network over the end of a sign-in, for the same person', async () => {
    const person = await stage.arrive('Sol');
    await person.signIn(cable.url, 'student1@test.lectern', password);
    await openNotes(person, cable.url);
    cable.pull();
    await person.at('note-editor').click();
    await person.page.keyboard.type('late words ');
    await expect.poll(() => person.at('note-editor').textContent()).toContain('late words');
    await person.page.goto('about:blank');
    // As when a browser is closed that was not asked to remember anybody.
    await person.context.clearCookies();
    cable.plug();

    await person.page.goto(cable.url);
    await person.at('sign-in-email').waitFor();
    await person.signIn(cable.url, 'student1@test.lectern', password);
    await openNotes(person, cable.url);
    await person.page.getByText('late words').waitFor();
    await person.leave();
  });
});
