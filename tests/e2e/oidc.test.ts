import { afterAll, beforeAll, expect, it } from 'vitest';
import { startIssuer } from '../identity/issuer.ts';
import type { TestIssuer } from '../identity/issuer.ts';
import { createUser, password } from '../support/factories.ts';
import { setStage } from '../support/stage.ts';

let issuer: TestIssuer;
const client = { id: 'lectern', secret: 'a client secret of a test' };

beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer?.close());

const stage = setStage(() => ({
  OIDC_PROVIDERS: JSON.stringify([
    {
      id: 'school',
      type: 'oidc',
      name: 'Green School',
      issuer: issuer.url,
      clientId: client.id,
      clientSecret: client.secret,
    },
  ]),
}));

beforeAll(async () => {
  issuer.open([{ ...client, redirectUri: `${stage.url}/sign-in/oidc/school` }]);
  issuer.accounts.set('grace', { email: 'not-here@test.lectern', email_verified: false });
  await createUser(stage.databaseUrl, { email: 'grace@test.lectern', displayName: 'Grace' });
});

it('a provider is added on the account page, signs in, and is removed', async () => {
  const grace = await stage.arrive('Grace');
  const { page } = grace;
  const atIssuer = async (): Promise<void> => {
    await page.getByPlaceholder('Enter any login').fill('grace');
    await page.getByPlaceholder('and password').fill('any');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
  };

  // Nobody knows this person yet: a sentence, and the way back.
  await page.goto(`${stage.url}/sign-in`);
  await grace.at('sign-in-with-school').click();
  await atIssuer();
  await page.getByText('has not confirmed your e-mail address').waitFor();
  await grace.at('finish-back').click();

  await grace.signIn(stage.url, 'grace@test.lectern', password, '/account/ways-to-sign-in');
  // The issuer remembers who is there, and that they agreed.
  await grace.at('link-school').click();
  await grace.at('linked-row').filter({ hasText: 'Green School' }).waitFor();

  await grace.at('account-menu').click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.goto(`${stage.url}/sign-in?next=/account/ways-to-sign-in`);
  await grace.at('sign-in-with-school').click();
  await grace.at('linked-row').filter({ hasText: 'Last used' }).waitFor();
  // Neither code nor state stay in the address.
  expect(page.url()).toBe(`${stage.url}/account/ways-to-sign-in`);

  await grace.at('linked-remove').click();
  await grace.at('confirm').click();
  await grace.at('linked-row').waitFor({ state: 'detached' });
  expect(grace.problems).toEqual([]);
  await grace.leave();
});

it('cancelling at the provider says so, and an answer that was not asked for is refused', async () => {
  const kim = await stage.arrive('Kim');
  await kim.page.goto(`${stage.url}/sign-in`);
  await kim.at('sign-in-with-school').click();
  await kim.page.getByRole('link', { name: 'Cancel' }).click();
  await kim.page.getByText('was cancelled').waitFor();
  await kim.page.goto(`${stage.url}/sign-in/oidc/school?code=somebody-elses&state=forged`);
  await kim.page.getByText('does not belong to a sign-in that was begun in this browser').waitFor();
  await kim.leave();
});
