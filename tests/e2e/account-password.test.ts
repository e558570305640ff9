import { beforeAll, describe, it } from 'vitest';
import { mailboxOf } from '../identity/mailbox.ts';
import type { Mailbox } from '../identity/mailbox.ts';
import type { Person } from '../support/browser.ts';
import { createUser, sql } from '../support/factories.ts';
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

describe('somebody who does not know the password', () => {
  it('chooses a new one by the link of a mail, which works once', async () => {
    const email = 'cleo@test.lectern';
    await createUser(stage.databaseUrl, { email, displayName: 'Cleo' });
    const cleo = await stage.arrive('Cleo');
    await cleo.page.goto(`${stage.url}/sign-in`);
    await cleo.at('to-forgot').click();
    await cleo.at('account-email').fill(email);
    await seen(cleo, 'forgot');
    await cleo.at('forgot-submit').click();
    await cleo.page.getByRole('heading', { name: 'Look at your messages' }).waitFor();
    await seen(cleo, 'forgot, sent');
    const link = `${stage.url}/reset-password?token=${await mail.token(email)}`;
    await cleo.page.goto(link);
    await cleo.at('reset-password').fill('password123');
    await cleo.at('reset-submit').click();
    await cleo.page.getByText('that many people use').waitFor();
    await seen(cleo, 'reset, a weak password');
    await cleo.at('reset-password').fill('words she made up herself');
    await cleo.at('reset-submit').click();
    await cleo.at('reset-done').click();
    await cleo.submitSignIn(email, 'words she made up herself');
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
    await createUser(stage.databaseUrl, { email, displayName: 'Dora' });
    const dora = await stage.arrive('Dora');
    await dora.page.goto(stage.url + wish);
    await dora.at('to-code').click();
    await dora.at('account-email').fill(email);
    await dora.at('code-send').click();
    await dora.at('code-submit').waitFor();
    const code = await mail.code(email);
    // Not twice within a minute: it says when.
    await dora.at('code-resend').click();
    await dora.at('problem').filter({ hasText: 'seconds' }).waitFor();
    await seen(dora, 'sign-in code');
    await dora.typeCode(code);
    await dora.at('code-submit').click();
    await hasArrived(dora);
    await dora.leave();
  });

  it('is told until when an account is locked', async () => {
    const email = 'egon@test.lectern';
    const id = await createUser(stage.databaseUrl, { email, displayName: 'Egon' });
    const egon = await stage.arrive('Egon');
    await egon.page.goto(`${stage.url}/sign-in/code`);
    await egon.at('account-email').fill(email);
    await egon.at('code-send').click();
    await egon.at('code-submit').waitFor();
    const code = await mail.code(email);
    await sql(
      stage.databaseUrl,
      `update users set locked_until = now() + interval '10 minutes', failed_login_attempts = 5 where id = $1`,
      [id],
    );
    await egon.typeCode(code);
    await egon.at('code-submit').click();
    await egon
      .at('problem')
      .filter({ hasText: /Try again at \d/ })
      .waitFor();
    await egon.leave();
  });
});
