import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, Person } from '../support/browser.ts';
import { ServerProcess } from '../support/crash.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { createClass, createSchool, password, sql } from '../support/factories.ts';
import type { School } from '../support/factories.ts';

const email = 'student1@test.lectern';
let database: TestDatabase;
let server: ServerProcess;
let browser: Browser;
let school: School;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await ServerProcess.start({ DATABASE_URL: database.url });
  school = await createSchool(database.url, { students: 1 });
  await sql(
    database.url,
    `insert into system_settings (organization_id, category, key_name, value)
     select id, 'auth', 'session_policy', 'single' from organizations where slug = 'default'`,
  );
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await database?.drop();
});

describe('one sign-in at a time', () => {
  it('a second sign-in takes the first one out of the class within a second, and it says why', async () => {
    const { sessionId } = await createClass(database.url, school);
    const first = await Person.arrive(browser, 'Ben at school');
    await first.signIn(server.url, email, password);
    await first.enterClass(server.url, sessionId);
    const second = await Person.arrive(browser, 'Ben at home');
    await second.page.goto(server.url);
    await second.at('sign-in-email').fill(email);
    await second.at('sign-in-password').fill(password);
    // From the moment at which the second one is signed in, as the first one's page sees it.
    const signedIn = second.page
      .waitForResponse((response) => response.url().endsWith('/auth/sign-in'))
      .then(() => performance.now());
    const told = first
      .at('sign-in-again')
      .waitFor()
      .then(() => performance.now());
    await second.at('sign-in-submit').click();
    const milliseconds = Math.max(0, (await told) - (await signedIn));
    process.stdout.write(`  measured: told and out of the class after ${milliseconds.toFixed(0)} ms\n`);
    expect(milliseconds).toBeLessThan(1000);
    expect(await first.page.locator('main').textContent()).toContain('You signed in on another device.');
    expect(await first.at('room').count()).toBe(0);
    await second.at('course-card').first().waitFor();
    await second.enterClass(server.url, sessionId);
    // The first one stays out by itself: nothing signs it in again.
    await first.page.reload();
    await first.at('sign-in-email').waitFor();
    await first.leave();
    await second.leave();
  });
});
