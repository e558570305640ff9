import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { mailboxOf } from '../identity/mailbox.ts';
import type { Mailbox } from '../identity/mailbox.ts';
import { launchBrowser, Person } from '../support/browser.ts';
import { ServerProcess } from '../support/crash.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { createUser, sql } from '../support/factories.ts';
import { seen } from '../support/screens.ts';

let database: TestDatabase;
let server: ServerProcess;
let browser: Browser;
let mail: Mailbox;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await ServerProcess.start({ DATABASE_URL: database.url });
  mail = mailboxOf(server.url);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await database?.drop();
});

/** Types into the fields for six digits. */
async function typeCode(person: Person, code: string): Promise<void> {
  await person.at('account-code').locator('input').first().click();
  await person.page.keyboard.type(code);
}

async function signIn(person: Person, email: string, secret: string): Promise<void> {
  await person.at('sign-in-email').fill(email);
  await person.at('sign-in-password').fill(secret);
  await person.at('sign-in-submit').click();
}

const wish = '/account/devices?from=mail#list';
const hasArrived = (person: Person): Promise<void> =>
  person.page.waitForURL((url) => url.pathname + url.search + url.hash === wish);

describe('somebody who does not know the password', () => {
  it('chooses a new one by the link of a mail, which works once', async () => {
    const email = 'cleo@test.lectern';
    await createUser(database.url, { email, displayName: 'Cleo' });
    const cleo = await Person.arrive(browser, 'Cleo');
    await cleo.page.goto(`${server.url}/sign-in`);
    await seen(cleo, 'sign-in');
    await cleo.at('to-forgot').click();
    await cleo.at('account-email').fill(email);
    await seen(cleo, 'forgot');
    await cleo.at('forgot-submit').click();
    await cleo.page.getByRole('heading', { name: 'Look at your messages' }).waitFor();
    await seen(cleo, 'forgot, sent');
    const link = `${server.url}/reset-password?token=${await mail.token(email)}`;
    await cleo.page.goto(link);
    await cleo.at('reset-password').fill('password123');
    await cleo.at('reset-submit').click();
    await cleo.page.getByText('that many people use').waitFor();
    await seen(cleo, 'reset, a weak password');
    await cleo.at('reset-password').fill('words she made up herself');
    await cleo.at('reset-submit').click();
    await cleo.at('reset-done').click();
    await signIn(cleo, email, 'words she made up herself');
    await cleo.at('account-menu').waitFor();
    await cleo.page.goto(link);
    await cleo.at('reset-password').fill('other words she made up');
    await cleo.at('reset-submit').click();
    await cleo.at('reset-again').waitFor();
    await seen(cleo, 'reset, a used link');
    await cleo.leave();
  });

  it('signs in with a code, sent once more, and comes to where they wanted to go', async () => {
    const email = 'dora@test.lectern';
    await createUser(database.url, { email, displayName: 'Dora' });
    const dora = await Person.arrive(browser, 'Dora');
    await dora.page.goto(server.url + wish);
    await dora.at('to-code').click();
    await dora.at('account-email').fill(email);
    await dora.at('code-send').click();
    await dora.at('code-submit').waitFor();
    const code = await mail.code(email);
    // Not twice within a minute: it says when.
    await dora.at('code-resend').click();
    await dora.at('problem').filter({ hasText: 'seconds' }).waitFor();
    await seen(dora, 'sign-in code');
    await typeCode(dora, code);
    await dora.at('code-submit').click();
    await hasArrived(dora);
    await dora.leave();
  });

  it('is told until when an account is locked', async () => {
    const email = 'egon@test.lectern';
    const id = await createUser(database.url, { email, displayName: 'Egon' });
    const egon = await Person.arrive(browser, 'Egon');
    await egon.page.goto(`${server.url}/sign-in/code`);
    await egon.at('account-email').fill(email);
    await egon.at('code-send').click();
    await egon.at('code-submit').waitFor();
    const code = await mail.code(email);
    await sql(
      database.url,
      `update users set locked_until = now() + interval '10 minutes', failed_login_attempts = 5 where id = $1`,
      [id],
    );
    await typeCode(egon, code);
    await egon.at('code-submit').click();
    await egon
      .at('problem')
      .filter({ hasText: /Try again at \d/ })
      .waitFor();
    await egon.leave();
  });
});
