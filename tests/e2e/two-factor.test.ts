import { generateSync } from 'otplib';
import { beforeAll, expect, it } from 'vitest';
import type { Person } from '../support/browser.ts';
import { createUser, password, sql } from '../support/factories.ts';
import { seen } from '../support/screens.ts';
import { setStage } from '../support/stage.ts';

const stage = setStage();

beforeAll(async () => {
  await createUser(stage.databaseUrl, { email: 'ada@test.lectern', displayName: 'Ada' });
});

/** Signs in up to where the second factor is asked for. */
async function begin(person: Person, email: string, path: string): Promise<void> {
  await person.page.goto(`${stage.url}/sign-in?next=${path}`);
  await person.submitSignIn(email, password);
}

/** What the app on the phone shows, `steps` of 30 seconds from now. */
const codeOf = (secret: string, steps = 0): string =>
  generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + 30 * steps });

/** Sets it up from the button to the recovery codes. @returns what the app on the phone keeps, and the codes */
async function setUp(person: Person, screen: string): Promise<{ secret: string; recovery: string[] }> {
  await person.at('two-factor-begin').click();
  await person.at('two-factor-secret').waitFor();
  const secret = ((await person.at('two-factor-secret').textContent()) ?? '').replaceAll(' ', '');
  await person.at('two-factor-confirm').click();
  await person.page.getByText('Enter the six digits that the app shows.').waitFor();
  await seen(person, `${screen}, set-up`);
  await person.at('second-factor-code').fill(codeOf(secret));
  await person.at('two-factor-confirm').click();
  await person.at('recovery-codes').waitFor();
  const recovery = await person.at('recovery-code').allTextContents();
  expect(recovery).toHaveLength(10);
  await seen(person, `${screen}, recovery codes`);
  await person.at('recovery-codes-done').click();
  return { secret, recovery };
}

it('is set up, asked for at the next sign-in, answered by the app or a recovery code, and turned off', async () => {
  const path = '/account/two-factor';
  const ada = await stage.enter('ada@test.lectern', path);
  const { secret, recovery } = await setUp(ada, 'two-factor');
  await ada.at('two-factor-state').filter({ hasText: 'On' }).waitFor();
  await ada.at('recovery-codes-left').filter({ hasText: '10' }).waitFor();
  await seen(ada, 'two-factor, on');
  await ada.leave();

  const app = await stage.arrive('Ada, with the app');
  await begin(app, 'ada@test.lectern', path);
  await app.at('second-factor-submit').waitFor();
  await app.at('second-factor-code').fill('12345');
  await app.at('second-factor-submit').click();
  await app.page.getByText('Enter the six digits that the app shows.').waitFor();
  await seen(app, 'the question');
  // A code works once: this is the next one.
  await app.at('second-factor-code').fill(codeOf(secret, 1));
  await app.at('second-factor-submit').click();
  await app.at('recovery-codes-left').waitFor();
  await app.leave();

  const lost = await stage.arrive('Ada, without the phone');
  await begin(lost, 'ada@test.lectern', path);
  await lost.at('second-factor-other').click();
  await lost.at('second-factor-code').fill(recovery[0] ?? '');
  await seen(lost, 'the question, recovery');
  await lost.at('second-factor-submit').click();
  await lost.at('recovery-codes-left').filter({ hasText: '9' }).waitFor();
  await lost.at('two-factor-disable').click();
  await lost.at('second-factor-code').fill(recovery[0] ?? '');
  await lost.at('two-factor-disable-confirm').click();
  await lost.at('problem').waitFor();
  await seen(lost, 'turning it off, a used code');
  await lost.at('second-factor-code').fill(recovery[1] ?? '');
  await lost.at('two-factor-disable-confirm').click();
  await lost.at('two-factor-begin').waitFor();
  expect(lost.problems).toEqual([]);
  await lost.leave();
});

it('is set up before anything else by whom the school demands it of', async () => {
  await sql(
    stage.databaseUrl,
    `insert into system_settings (category, key_name, value, data_type) values ('auth', 'two_factor_required_roles', '["admin"]', 'array')`,
  );
  await createUser(stage.databaseUrl, { email: 'head@test.lectern', displayName: 'Head', role: 'admin' });
  const head = await stage.arrive('Head');
  await begin(head, 'head@test.lectern', '/admin/people');
  await head.at('two-factor-begin').waitFor();
  await seen(head, 'required');
  await setUp(head, 'required');
  await head.at('person-row').first().waitFor();
  expect(head.problems).toEqual([]);
  await head.leave();
});
