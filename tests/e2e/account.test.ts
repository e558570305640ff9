import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { mailboxOf } from '../identity/mailbox.ts';
import type { Person } from '../support/browser.ts';
import { createUser, password, sql } from '../support/factories.ts';
import { seen } from '../support/screens.ts';
import { setStage } from '../support/stage.ts';

const stage = setStage();

/** Somebody new, signed in and at a page of their account. */
async function at(path: string, name: string): Promise<Person> {
  const email = `${name.toLowerCase()}@test.lectern`;
  await createUser(stage.databaseUrl, { email, displayName: name });
  return again(path, name);
}

/** At one more browser. */
function again(path: string, name: string): Promise<Person> {
  return stage.enter(`${name.toLowerCase()}@test.lectern`, path);
}

it('the profile is filled in, refused where something is wrong, and saved', async () => {
  const ada = await at('/account/profile', 'Ada');
  await ada.at('profile-website').fill('no address');
  await ada.at('profile-bio').fill('I like circuits.');
  await ada.at('profile-save').click();
  await ada.page.getByText('https://').first().waitFor();
  await seen(ada, 'profile, a wrong address');
  await ada.at('profile-website').fill('https://ada.example');
  await ada.at('profile-save').click();
  await ada.page.getByText('Your profile is saved.').first().waitFor();
  await ada.page.reload();
  await ada.at('profile-bio').waitFor();
  expect(await ada.at('profile-bio').inputValue()).toBe('I like circuits.');
  expect(ada.problems).toEqual([]);
  await ada.leave();
});

it('a chosen time zone and way to write hold at once, in the other tabs too', async () => {
  const kim = await at('/account/profile', 'Kim');
  await sql(
    stage.databaseUrl,
    `update auth_sessions set created_at = date_trunc('day', now(), 'UTC') - interval '1 minute' where user_id = (select id from users where email = 'kim@test.lectern')`,
  );
  const devices = await kim.context.newPage();
  await devices.goto(`${stage.url}/account/devices`);
  await devices.getByTestId('device').waitFor();
  expect(await devices.getByTestId('device').textContent()).not.toMatch(/0?5:29/);

  await kim.at('preferences-locale').selectOption('en-IN');
  await kim.at('preferences-timezone').selectOption('Asia/Kolkata');
  await kim.at('preferences-example').filter({ hasText: '12,34,567.89' }).waitFor();
  await kim.at('preferences-save').click();
  const today = new Intl.DateTimeFormat('en-IN', { day: 'numeric', month: 'long', timeZone: 'UTC' });
  // No reload: the page that was open already tells the time of Kolkata, where it is the next day.
  await devices
    .getByTestId('device')
    .filter({ hasText: new RegExp(`Signed in .*${today.format(new Date())}.* 0?5:29`) })
    .waitFor();
  await kim.leave();
});

it('a new address is confirmed by a code that goes to it', async () => {
  const bo = await at('/account/security', 'Bo');
  await bo.at('new-email').fill('bo.new@test.lectern');
  await bo.at('send-email').click();
  await bo.at('take-email').waitFor();
  await seen(bo, 'security, a new address');
  await bo.typeCode(await mailboxOf(stage.url).code('bo.new@test.lectern'));
  await bo.at('take-email').click();
  await bo.at('my-email').filter({ hasText: 'bo.new@test.lectern' }).waitFor();
  await bo.at('current-password').fill('not it');
  await bo.at('new-password').fill('words that are his own');
  await bo.at('change-password').click();
  await bo.page.getByText('This is not your password.').waitFor();
  await bo.at('current-password').fill(password);
  await bo.at('change-password').click();
  await bo.page.getByText('Your password is changed.').first().waitFor();
  expect(bo.problems).toEqual([]);
  await bo.leave();
});

it('a picture is taken, and one that lies about what it is is refused with a sentence', async () => {
  const pia = await at('/account/data', 'Pia');
  await pia.at('avatar-file').setInputFiles({
    name: 'me.png',
    mimeType: 'image/png',
    buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
  });
  await pia.at('problem').filter({ hasText: 'PNG' }).waitFor();
  await seen(pia, 'data, a lying picture');
  const buffer = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#c96' } })
    .jpeg()
    .toBuffer();
  await pia.at('avatar-file').setInputFiles({ name: 'me.jpg', mimeType: 'image/jpeg', buffer });
  await pia.at('avatar-remove').waitFor();
  expect(await pia.at('account-menu').locator('img').count()).toBe(1);
  await seen(pia, 'data, with a picture');
  await pia.at('avatar-remove').click();
  await pia.at('account-menu').locator('img').waitFor({ state: 'detached' });
  expect(pia.problems).toEqual([]);
  await pia.leave();
});

it('everything is downloaded, and then erased for ever', async () => {
  const ella = await at('/account/data', 'Ella');
  const [download] = await Promise.all([ella.page.waitForEvent('download'), ella.at('export').click()]);
  const copy = JSON.parse(await readFile(await download.path(), 'utf8')) as {
    sections: { account: { email: string }[] };
  };
  expect(copy.sections.account[0]?.email).toBe('ella@test.lectern');

  await ella.at('erase').click();
  await ella.at('end-confirm').fill('not it');
  await ella.at('end-submit').click();
  await ella.at('problem').waitFor();
  await seen(ella, 'erase');
  await ella.at('end-confirm').fill(password);
  await ella.at('end-submit').click();
  await ella.at('sign-in-submit').waitFor();
  await ella.submitSignIn('ella@test.lectern', password);
  await ella.at('problem').waitFor();
  expect(ella.problems).toEqual([]);
  await ella.leave();
});

it('an account is put to rest', async () => {
  const rex = await at('/account/data', 'Rex');
  await rex.at('deactivate').click();
  await rex.at('end-confirm').fill(password);
  await seen(rex, 'deactivate');
  await rex.at('end-submit').click();
  await rex.at('sign-in-submit').waitFor();
  await rex.leave();
});

it('devices are signed out one by one, all others, and everywhere', async () => {
  const here = await at('/account/devices', 'Devi');
  const [phone, library] = [await again('/account/devices', 'Devi'), await again('/account/devices', 'Devi')];
  await here.page.reload();
  await here.at('device-end').nth(1).waitFor();
  await seen(here, 'devices');
  await here.at('device-end').first().click();
  await seen(here, 'devices, a question');
  await here.at('confirm').click();
  await here.at('device-end').nth(1).waitFor({ state: 'detached' });
  await here.at('devices-end-others').click();
  await here.at('confirm').click();
  await here.at('device-end').waitFor({ state: 'detached' });
  for (const other of [phone, library]) {
    await other.page.reload();
    await other.at('sign-in-again').waitFor();
  }
  await here.at('devices-end-all').click();
  await here.at('confirm').click();
  await here.at('sign-in-submit').waitFor();
  await here.page.reload();
  await here.at('sign-in-submit').waitFor();
  expect(here.problems).toEqual([]);
  for (const one of [here, phone, library]) await one.leave();
});
