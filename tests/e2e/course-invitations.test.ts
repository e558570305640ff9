import { beforeAll, expect, it } from 'vitest';
import { mailboxOf } from '../identity/mailbox.ts';
import { phone } from '../support/browser.ts';
import type { Person } from '../support/browser.ts';
import { createCourse, createUser, enroll, password, sql } from '../support/factories.ts';
import { seen } from '../support/screens.ts';
import { setStage } from '../support/stage.ts';

const stage = setStage();
let biology: string;

beforeAll(async () => {
  await sql(stage.databaseUrl, `insert into organizations (name, slug) values ('Elsewhere', 'elsewhere')`);
  const ada = await createUser(stage.databaseUrl, {
    email: 'ada@test.lectern',
    displayName: 'Ada',
    role: 'instructor',
  });
  biology = await createCourse(stage.databaseUrl, ada);
  const ben = await createUser(stage.databaseUrl, { email: 'ben@test.lectern', displayName: 'Ben' });
  await enroll(stage.databaseUrl, ben, await createCourse(stage.databaseUrl, ada, 'Physics'));
  for (const name of ['guest', 'far'])
    await createUser(stage.databaseUrl, {
      email: `${name}@test.lectern`,
      displayName: name,
      organization: 'elsewhere',
    });
});

const linkOf = async (email: string): Promise<string> =>
  `${stage.url}/invitation?token=${await mailboxOf(stage.url).token(email)}`;
const row = (person: Person, email: string) => person.at('invitation-row').filter({ hasText: email });

it('a teacher invites to a course; people new, known and of elsewhere come with the links of their mails', async () => {
  const ada = await stage.arrive('Ada');
  await ada.signIn(stage.url, 'ada@test.lectern', password);
  await ada.page.goto(`${stage.url}/courses/${biology}`);
  await ada.at('invitations-empty').waitFor();
  await ada.at('invite').click();
  await ada
    .at('invite-emails')
    .fill('nora@test.lectern, guest@test.lectern\nben@test.lectern late@test.lectern');
  await ada.at('invite-message').fill('See you on Monday');
  await ada.at('invite-send').click();
  await ada.at('invite-outcomes').waitFor();
  await ada.at('invite-done').click();
  await row(ada, 'nora@test.lectern').filter({ hasText: 'Open' }).waitFor();
  expect(await ada.at('invitation-row').count()).toBe(4);
  await seen(ada, 'invitations of a course');

  // What is taken back is asked about before, and its link ends.
  await row(ada, 'late@test.lectern').getByTestId('invitation-revoke').click();
  await ada.at('confirm').click();
  await row(ada, 'late@test.lectern').waitFor({ state: 'detached' });
  const late = await stage.arrive('Late');
  await late.page.goto(await linkOf('late@test.lectern'));
  await late.at('invitation-invalid').waitFor();
  await late.leave();

  const nora = await stage.arrive('Nora', phone);
  const norasLink = await linkOf('nora@test.lectern');
  await nora.page.goto(norasLink);
  await nora.page.getByRole('heading', { name: 'You are invited to Biology' }).waitFor();
  await nora.page.getByText('See you on Monday').waitFor();
  await seen(nora, 'an invitation to a course');
  await nora.at('invitation-name').fill('Nora Berg');
  await nora.at('invitation-password').fill('seven green bicycles');
  await nora.at('invitation-register').click();
  await nora.page.waitForURL(`${stage.url}/courses/${biology}`);
  await nora.page.getByRole('heading', { name: 'Biology', level: 1 }).waitFor();
  // Who learns invites nobody.
  expect(await nora.at('invite').count()).toBe(0);
  // Her link leads there from now on.
  await nora.page.goto(norasLink);
  await nora.at('invitation-go').click();
  await nora.page.waitForURL(`${stage.url}/courses/${biology}`);

  // Somebody of another organization signs in with the link, and works in this one from then on.
  const guest = await stage.arrive('Guest');
  await guest.page.goto(await linkOf('guest@test.lectern'));
  await guest.at('invitation-sign-in').click();
  await guest.at('sign-in-email').fill('guest@test.lectern');
  await guest.at('sign-in-password').fill(password);
  await guest.at('sign-in-submit').click();
  await guest.at('invitation-accept').click();
  await guest.page.getByRole('heading', { name: 'Biology', level: 1 }).waitFor();

  // Who works there already has one course more.
  const ben = await stage.arrive('Ben');
  await ben.signIn(stage.url, 'ben@test.lectern', password);
  await ben.page.goto(await linkOf('ben@test.lectern'));
  await ben.at('invitation-accept').click();
  await ben.page.getByRole('heading', { name: 'Biology', level: 1 }).waitFor();
  await ben.page.goto(stage.url);
  await ben.at('course-card').filter({ hasText: 'Biology' }).waitFor();

  await ada.page.reload();
  await ada.at('invitations-empty').waitFor();
  await ada.at('invitations-status').selectOption('accepted');
  await row(ada, 'nora@test.lectern').waitFor();
  expect(await ada.at('invitation-row').count()).toBe(3);
  for (const one of [ada, nora, guest, ben]) {
    expect([one.name, one.problems]).toEqual([one.name, []]);
    await one.leave();
  }
});

it('whoever did not hear that they are in tries again, and is in', async () => {
  const ada = await stage.arrive('Ada');
  await ada.signIn(stage.url, 'ada@test.lectern', password);
  await ada.page.goto(`${stage.url}/courses/${biology}`);
  await ada.at('invite').click();
  await ada.at('invite-emails').fill('lost@test.lectern, far@test.lectern');
  await ada.at('invite-send').click();
  await ada.at('invite-outcomes').waitFor();
  await ada.leave();
  /** The next answer to such a request gets lost, after the server has given it. */
  const lose = ({ page }: Person, operation: string) =>
    page.route(
      `**/invitations/${operation}`,
      async (route) => {
        await route.fetch();
        await route.abort();
      },
      { times: 1 },
    );

  const far = await stage.arrive('Far');
  await far.page.goto(await linkOf('far@test.lectern'));
  await far.at('invitation-sign-in').click();
  await far.submitSignIn('far@test.lectern', password);
  await lose(far, 'accept');
  await far.at('invitation-accept').click();
  await far.at('problem').waitFor();
  await far.at('invitation-accept').click();
  await far.page.getByRole('heading', { name: 'Biology', level: 1 }).waitFor();

  // Who registered signs in with the account that there is by now.
  const lost = await stage.arrive('Lost');
  await lost.page.goto(await linkOf('lost@test.lectern'));
  await lost.at('invitation-name').fill('Lo Stanley');
  await lost.at('invitation-password').fill('seven green bicycles');
  await lose(lost, 'register');
  await lost.at('invitation-register').click();
  await lost.at('problem').waitFor();
  await lost.at('invitation-register').click();
  await lost.at('invitation-used-sign-in').waitFor();
  await seen(lost, 'an invitation that is used up');
  await lost.at('invitation-used-sign-in').click();
  await lost.submitSignIn('lost@test.lectern', 'seven green bicycles');
  await lost.at('invitation-go').waitFor();
  await seen(lost, 'an invitation that was accepted');
  await lost.at('invitation-go').click();
  await lost.page.getByRole('heading', { name: 'Biology', level: 1 }).waitFor();
  for (const one of [far, lost]) {
    expect([one.name, one.problems]).toEqual([one.name, []]);
    await one.leave();
  }
});

it('a course that was closed meanwhile says so to who comes with a link', async () => {
  const ada = await stage.arrive('Ada');
  await ada.signIn(stage.url, 'ada@test.lectern', password);
  await ada.page.goto(`${stage.url}/courses/${biology}`);
  await ada.at('invite').click();
  await ada.at('invite-emails').fill('ben@test.lectern, tardy@test.lectern');
  await ada.at('invite-send').click();
  await ada.at('invite-outcomes').getByText('Is in the course already').waitFor();
  await ada.at('invite-done').click();
  await sql(stage.databaseUrl, `update courses set status = 'archived' where id = $1`, [biology]);
  const tardy = await stage.arrive('Tardy');
  await tardy.page.goto(await linkOf('tardy@test.lectern'));
  await tardy.at('invitation-closed').waitFor();
  // Who invited sees what is open still, and takes it back; nobody else is invited.
  await ada.page.reload();
  await row(ada, 'tardy@test.lectern').getByTestId('invitation-revoke').click();
  await ada.at('confirm').click();
  await ada.at('invitations-empty').waitFor();
  expect(await ada.at('invite').count()).toBe(0);
  await tardy.leave();
  await ada.leave();
});
