import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailboxOf } from '../identity/mailbox.ts';
import type { Mailbox } from '../identity/mailbox.ts';
import { launchBrowser, Person } from '../support/browser.ts';
import { ServerProcess } from '../support/crash.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { createUser, password, sql } from '../support/factories.ts';
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

describe('registering', () => {
  it('goes from the form over the code of the mail to the sign-in, and on to where one wanted to go', async () => {
    const ada = await Person.arrive(browser, 'Ada');
    const email = 'ada@test.lectern';
    await ada.page.goto(server.url + wish);
    await ada.at('to-register').click();
    await ada.at('register-submit').click();
    await ada.page.getByText('This is needed.').first().waitFor();
    await seen(ada, 'register, nothing filled in');

    await ada.at('account-name').fill('Ada Ohm');
    await ada.at('account-email').fill(email);
    await ada.at('account-password').fill('12345');
    await ada.at('register-submit').click();
    await ada.page.getByText('It is too short.').waitFor();
    await ada.at('account-password').fill('four words of hers');
    await ada.at('register-submit').click();

    await ada.at('verify-submit').waitFor();
    const code = await mail.code(email);
    await typeCode(ada, code === '000000' ? '000001' : '000000');
    await ada.at('verify-submit').click();
    await ada.page.getByText('This code is not right.').first().waitFor();
    await seen(ada, 'verify, a wrong code');
    await typeCode(ada, code);
    await ada.at('verify-submit').click();
    await ada.at('verified').waitFor();
    await seen(ada, 'verified');
    await ada.at('verified').click();
    await signIn(ada, email, 'four words of hers');
    await hasArrived(ada);
    expect(ada.problems).toEqual([]);
    await ada.leave();
  });

  it('works by the link of the mail, which does nothing until it is asked to, and once', async () => {
    const ben = await Person.arrive(browser, 'Ben');
    const email = 'ben@test.lectern';
    await ben.page.goto(`${server.url}/register`);
    await ben.at('account-name').fill('Ben Volt');
    await ben.at('account-email').fill(email);
    await ben.at('account-password').fill('four words of his');
    await ben.at('register-submit').click();
    const link = `${server.url}/verify-email?token=${await mail.token(email)}`;
    await ben.page.goto(link);
    await ben.at('verify-by-link').waitFor();
    await seen(ben, 'verify by link');
    await ben.at('verify-by-link').click();
    await ben.at('verified').waitFor();
    await ben.page.goto(link);
    await ben.at('verify-by-link').click();
    await ben.at('problem').waitFor();
    await seen(ben, 'verify, a used link');
    await ben.leave();
  });

  it('is not offered where accounts are made by the school', async () => {
    await sql(
      database.url,
      `insert into system_settings (category, key_name, value, data_type) values ('auth', 'registration_open', 'false', 'boolean')`,
    );
    const eve = await Person.arrive(browser, 'Eve');
    const answered = eve.page.waitForResponse('**/auth/registration');
    await eve.page.goto(`${server.url}/sign-in`);
    await answered;
    await eve.at('sign-in-submit').waitFor();
    expect(await eve.at('to-register').count()).toBe(0);
    await eve.page.goto(`${server.url}/register`);
    await eve.page.getByRole('heading', { name: 'Accounts are made by the school' }).waitFor();
    await seen(eve, 'register, closed');
    await eve.leave();
    await sql(database.url, `delete from system_settings where key_name = 'registration_open'`);
  });
});

it('whoever was given a password chooses their own before anything else', async () => {
  const email = 'fritz@test.lectern';
  const id = await createUser(database.url, { email, displayName: 'Fritz' });
  await sql(database.url, 'update users set must_change_password = true where id = $1', [id]);
  const fritz = await Person.arrive(browser, 'Fritz');
  await fritz.page.goto(server.url + wish);
  await signIn(fritz, email, password);
  await fritz.at('change-password').waitFor();
  await seen(fritz, 'forced password');
  await fritz.at('current-password').fill(password);
  await fritz.at('new-password').fill(password);
  await fritz.at('change-password').click();
  await fritz.page.getByText('It is the password that you have.').waitFor();
  await fritz.at('new-password').fill('words that are his own');
  await fritz.at('change-password').click();
  await hasArrived(fritz);
  expect(fritz.problems).toEqual([]);
  await fritz.leave();
});
