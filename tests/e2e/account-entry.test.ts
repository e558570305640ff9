import { beforeAll, describe, expect, it } from 'vitest';
import { mailboxOf } from '../identity/mailbox.ts';
import type { Mailbox } from '../identity/mailbox.ts';
import type { Person } from '../support/browser.ts';
import { createUser, password, sql } from '../support/factories.ts';
import { seen } from '../support/screens.ts';
import { setStage } from '../support/stage.ts';

const stage = setStage();
let mail: Mailbox;

beforeAll(() => {
  mail = mailboxOf(stage.url);
});

const wish = '/account/devices?from=mail#list';
const hasArrived = (person: Person): Promise<void> =>
  person.page.waitForURL((url) => url.pathname + url.search + url.hash === wish);

describe('registering', () => {
  it('goes from the form over the code of the mail to the sign-in, and on to where one wanted to go', async () => {
    const ada = await stage.arrive('Ada');
    const email = 'ada@test.lectern';
    await ada.page.goto(stage.url + wish);
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
    await ada.typeCode(code === '000000' ? '000001' : '000000');
    await ada.at('verify-submit').click();
    await ada.page.getByText('This code is not right.').first().waitFor();
    await seen(ada, 'verify, a wrong code');
    await ada.typeCode(code);
    await ada.at('verify-submit').click();
    await ada.at('verified').waitFor();
    await seen(ada, 'verified');
    await ada.at('verified').click();
    await ada.submitSignIn(email, 'four words of hers');
    await hasArrived(ada);
    expect(ada.problems).toEqual([]);
    await ada.leave();
  });

  it('works by the link of the mail, which does nothing until it is asked to, and once', async () => {
    const ben = await stage.arrive('Ben');
    const email = 'ben@test.lectern';
    await ben.page.goto(`${stage.url}/register`);
    await ben.at('account-name').fill('Ben Volt');
    await ben.at('account-email').fill(email);
    await ben.at('account-password').fill('four words of his');
    await ben.at('register-submit').click();
    const link = `${stage.url}/verify-email?token=${await mail.token(email)}`;
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
      stage.databaseUrl,
      `insert into system_settings (category, key_name, value, data_type) values ('auth', 'registration_open', 'false', 'boolean')`,
    );
    const eve = await stage.arrive('Eve');
    const answered = eve.page.waitForResponse('**/auth/registration');
    await eve.page.goto(`${stage.url}/sign-in`);
    await answered;
    await eve.at('sign-in-submit').waitFor();
    expect(await eve.at('to-register').count()).toBe(0);
    await eve.page.goto(`${stage.url}/register`);
    await eve.page.getByRole('heading', { name: 'Accounts are made by the school' }).waitFor();
    await seen(eve, 'register, closed');
    await eve.leave();
    await sql(stage.databaseUrl, `delete from system_settings where key_name = 'registration_open'`);
  });
});

it('whoever was given a password chooses their own before anything else', async () => {
  const email = 'fritz@test.lectern';
  const id = await createUser(stage.databaseUrl, { email, displayName: 'Fritz' });
  await sql(stage.databaseUrl, 'update users set must_change_password = true where id = $1', [id]);
  const fritz = await stage.arrive('Fritz');
  await fritz.page.goto(stage.url + wish);
  await fritz.submitSignIn(email, password);
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
