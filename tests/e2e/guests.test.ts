import { beforeAll, expect, it } from 'vitest';
import { mailboxOf } from '../identity/mailbox.ts';
import { phone } from '../support/browser.ts';
import type { Person } from '../support/browser.ts';
import { createSchool, createUser, sql } from '../support/factories.ts';
import type { School } from '../support/factories.ts';
import { seen } from '../support/screens.ts';
import { setStage } from '../support/stage.ts';

const stage = setStage();
let school: School;

beforeAll(async () => {
  school = await createSchool(stage.databaseUrl, { students: 1 });
  await sql(stage.databaseUrl, `insert into organizations (name, slug) values ('Elsewhere', 'elsewhere')`);
  await createUser(stage.databaseUrl, { email: 'gil@test.lectern', displayName: 'Gil' });
  await createUser(stage.databaseUrl, {
    email: 'far@test.lectern',
    displayName: 'Fara',
    organization: 'elsewhere',
  });
});

const classUrl = (): string => `${stage.url}/classes/${school.sessionId}`;
const row = (person: Person, test: string, name: string) => person.at(test).filter({ hasText: name });

it('guests come into one class by its code and by mail; who is taken out is let in again', async () => {
  const ada = await stage.enter('teacher@test.lectern', `/classes/${school.sessionId}`);
  await ada.at('guests-open').click();
  await ada.at('code-open').click();
  const code = (await ada.at('join-code').textContent())?.trim() ?? '';
  expect(code).toMatch(/^[2-9A-Z]{4}-[2-9A-Z]{4}$/);
  await seen(ada, 'the code of a class');

  const gil = await stage.enter('gil@test.lectern', '/account', phone);
  await gil.page.goto(stage.url);
  await gil.at('join-with-code').click();
  await gil.at('join-code-submit').click();
  await gil.page.getByText('A code has eight letters and digits').waitFor();
  await gil.at('join-code-input').fill('AAAA-AAAA');
  await gil.at('join-code-submit').click();
  await gil.page.getByText('There is no class with this code.').waitFor();
  expect(await gil.at('join-code-input').inputValue()).toBe('AAAA-AAAA');
  await seen(gil, 'a code that is wrong');
  await gil.page.goto(`${stage.url}/join/${code.toLowerCase()}`);
  expect(await gil.at('join-code-input').inputValue()).toBe(code.toLowerCase());
  await gil.at('join-code-submit').click();
  await gil.page.waitForURL(classUrl());
  await gil.page.getByText('You are here as a guest').waitFor();
  await seen(gil, 'the door of a class as a guest');
  await gil.at('prejoin-join').click();
  await gil.at('room').waitFor();

  // By mail comes somebody of another organization.
  await ada.at('guests-tab-mail').click();
  await ada.at('invite').click();
  await ada.at('invite-emails').fill('far@test.lectern');
  await ada.at('invite-send').click();
  await ada.at('invite-outcomes').waitFor();
  await ada.at('invite-done').click();
  await row(ada, 'invitation-row', 'far@test.lectern').filter({ hasText: 'Open' }).waitFor();
  await seen(ada, 'invitations to a class');
  const token = await mailboxOf(stage.url).token('far@test.lectern');
  const fara = await stage.enter('far@test.lectern', '/account');
  await fara.page.goto(`${stage.url}/invitation?token=${token}`);
  await fara.page.getByRole('heading', { name: 'You are invited to Photosynthesis' }).waitFor();
  await seen(fara, 'an invitation to a class');
  await fara.at('invitation-accept').click();
  await fara.page.waitForURL(classUrl());
  await fara.page.goto(stage.url);
  await fara.at('class-row').filter({ hasText: 'Photosynthesis' }).waitFor();

  // In the class everybody sees who is a guest.
  await ada.page.reload();
  await ada.at('prejoin-join').click();
  await ada.at('room').waitFor();
  await ada.at('open-people').click();
  await row(ada, 'person-row', 'Gil').filter({ hasText: 'Guest' }).waitFor();
  await ada.at('guests-open').click();
  await ada.at('guests-tab-list').click();
  await row(ada, 'guest-row', 'Fara').waitFor();
  await seen(ada, 'guests of a class');
  await row(ada, 'guest-row', 'Gil').getByTestId('guest-take-out').click();
  await gil.page.getByText('You are out of the class').waitFor();
  await gil.page.goto(`${stage.url}/join/${code}`);
  await gil.at('join-code-submit').click();
  await gil.page.getByText('You were removed from this class.').waitFor();
  await row(ada, 'guest-row', 'Gil').getByTestId('guest-let-in').click();
  await gil.at('join-code-submit').click();
  await gil.page.waitForURL(classUrl());
  await gil.at('prejoin-join').click();
  await gil.at('room').waitFor();

  for (const one of [ada, gil, fara]) {
    expect([one.name, one.problems]).toEqual([one.name, []]);
    await one.leave();
  }
});
