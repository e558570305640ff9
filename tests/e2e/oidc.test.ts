import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startIssuer } from '../identity/issuer.ts';
import type { TestIssuer } from '../identity/issuer.ts';
import { launchBrowser, Person } from '../support/browser.ts';
import { ServerProcess } from '../support/crash.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { createUser, password } from '../support/factories.ts';

let database: TestDatabase;
let issuer: TestIssuer;
let server: ServerProcess;
let browser: Browser;

beforeAll(async () => {
  database = await createTestDatabase();
  issuer = await startIssuer();
  const client = { id: 'lectern', secret: 'a client secret of a test' };
  const provider = {
    id: 'school',
    type: 'oidc',
    name: 'Green School',
    issuer: issuer.url,
    clientId: client.id,
    clientSecret: client.secret,
  };
  server = await ServerProcess.start({
    DATABASE_URL: database.url,
    OIDC_PROVIDERS: JSON.stringify([provider]),
  });
  issuer.open([{ ...client, redirectUri: `${server.url}/sign-in/oidc/school` }]);
  issuer.accounts.set('grace', { email: 'not-here@test.lectern', email_verified: false });
  await createUser(database.url, { email: 'grace@test.lectern', displayName: 'Grace' });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await issuer?.close();
  await database?.drop();
});

it('a provider is added on the account page, signs in, and is removed', async () => {
  const grace = await Person.arrive(browser, 'Grace');
  const { page } = grace;
  const atIssuer = async (): Promise<void> => {
    await page.getByPlaceholder('Enter any login').fill('grace');
    await page.getByPlaceholder('and password').fill('any');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
  };

  // Nobody knows this person yet: a sentence, and the way back.
  await page.goto(`${server.url}/sign-in`);
  await grace.at('sign-in-with-school').click();
  await atIssuer();
  await page.getByText('has not confirmed your e-mail address').waitFor();
  await grace.at('finish-back').click();

  await page.goto(`${server.url}/sign-in?next=/account/ways-to-sign-in`);
  await grace.at('sign-in-email').fill('grace@test.lectern');
  await grace.at('sign-in-password').fill(password);
  await grace.at('sign-in-submit').click();
  // The issuer remembers who is there, and that they agreed.
  await grace.at('link-school').click();
  await grace.at('linked-row').filter({ hasText: 'Green School' }).waitFor();

  await grace.at('account-menu').click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.goto(`${server.url}/sign-in?next=/account/ways-to-sign-in`);
  await grace.at('sign-in-with-school').click();
  await grace.at('linked-row').filter({ hasText: 'Last used' }).waitFor();
  // Neither code nor state stay in the address.
  expect(page.url()).toBe(`${server.url}/account/ways-to-sign-in`);

  await grace.at('linked-remove').click();
  await grace.at('remove-confirm').click();
  await grace.at('linked-row').waitFor({ state: 'detached' });
  expect(grace.problems).toEqual([]);
  await grace.leave();
});

it('cancelling at the provider says so, and an answer that was not asked for is refused', async () => {
  const kim = await Person.arrive(browser, 'Kim');
  await kim.page.goto(`${server.url}/sign-in`);
  await kim.at('sign-in-with-school').click();
  await kim.page.getByRole('link', { name: 'Cancel' }).click();
  await kim.page.getByText('was cancelled').waitFor();
  await kim.page.goto(`${server.url}/sign-in/oidc/school?code=somebody-elses&state=forged`);
  await kim.page.getByText('does not belong to a sign-in that was begun in this browser').waitFor();
  await kim.leave();
});
