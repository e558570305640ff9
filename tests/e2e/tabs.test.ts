import { createServer } from 'node:net';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signIn } from '../support/actors.ts';
import type { TestActor } from '../support/actors.ts';
import { launchBrowser, Person } from '../support/browser.ts';
import { freePort, ServerProcess } from '../support/crash.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { createClass, createSchool, password, sql } from '../support/factories.ts';
import type { School } from '../support/factories.ts';

/** Announced, but nobody listens there for UDP: only the TCP relay below leads to the server. */
const relayAddress = '127.0.0.3';
let database: TestDatabase;
let server: ServerProcess;
let browser: Browser;
let school: School;
let teacher: TestActor;
let student: TestActor;
let relay: ReturnType<typeof createServer>;

beforeAll(async () => {
  const port = await freePort();
  database = await createTestDatabase();
  server = await ServerProcess.start({
    DATABASE_URL: database.url,
    MEDIA_LISTEN_PORT: String(port),
    MEDIA_ANNOUNCED_ADDRESS: relayAddress,
  });
  relay = createServer((socket) => {
    const upstream = connect(port, '127.0.0.1');
    socket.pipe(upstream).pipe(socket);
    socket.on('error', () => upstream.destroy());
    upstream.on('error', () => socket.destroy());
  }).listen(port, relayAddress);
  await once(relay, 'listening');
  school = await createSchool(database.url, { students: 1 });
  teacher = await signIn(server.url, 'teacher@test.lectern');
  student = await signIn(server.url, 'student1@test.lectern');
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  relay?.close();
  await server?.stop();
  await database?.drop();
});

describe('unusual ways in', () => {
  it('one student with two tabs is one person; media reaches them over TCP where UDP does not', async () => {
    const { sessionId } = await createClass(database.url, school);
    const ada = await Person.arrive(browser, 'Ada');
    await ada.signIn(server.url, 'teacher@test.lectern', password);
    await ada.enterClass(server.url, sessionId);
    await ada.at('toggle-microphone').click();
    await ada.until('sends', (stats) => stats.outbound.length > 0);
    const tabOne = await Person.arrive(browser, 'Ben');
    await tabOne.signIn(server.url, 'student1@test.lectern', password);
    await tabOne.enterClass(server.url, sessionId);
    const second = await tabOne.context.newPage();
    await second.goto(`${server.url}/classes/${sessionId}`);
    await second.getByTestId('prejoin-join').click();
    await second.getByTestId('room').waitFor();
    const rows = await sql(database.url, 'select 1 from live_session_participants where session_id = $1', [
      sessionId,
    ]);
    expect(rows).toHaveLength(2);
    await ada.at('open-people').click();
    expect(
      await ada.page.locator(`[data-testid="person-row"][data-user-id="${student.user.id}"]`).count(),
    ).toBe(1);
    const heard = await tabOne.until('the teacher’s voice over TCP', (stats) =>
      stats.inbound.find(
        (one) => one.userId === teacher.user.id && one.packets > 20 && one.totalAudioEnergy > 0,
      ),
    );
    process.stdout.write(
      `  measured: audio over ICE-TCP, ${heard.packets} packets, level ${heard.audioLevel.toFixed(3)}\n`,
    );
    await second.close();
    await ada.page
      .locator(`[data-testid="person-row"][data-user-id="${student.user.id}"][data-presence="present"]`)
      .waitFor();
    await ada.leave();
    await tabOne.leave();
  });

  it('two tabs that reload again and again sign nobody out', async () => {
    const ben = await Person.arrive(browser, 'Ben');
    await ben.signIn(server.url, 'student1@test.lectern', password);
    const other = await ben.context.newPage();
    for (let n = 0; n < 4; n += 1) {
      await Promise.all([ben.page.goto(server.url), other.goto(server.url)]);
      await Promise.all([
        ben.at('course-card').first().waitFor(),
        other.getByTestId('course-card').first().waitFor(),
      ]);
    }
    const revoked = await sql(
      database.url,
      `select 1 from auth_sessions where revoke_reason = 'token_reuse'`,
    );
    expect(revoked).toEqual([]);
    await ben.leave();
  });
});
