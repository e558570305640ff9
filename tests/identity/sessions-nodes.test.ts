import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { signIn } from '../support/actors.ts';
import type { TestActor } from '../support/actors.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { createClass, createSchool, sql } from '../support/factories.ts';
import type { School } from '../support/factories.ts';
import { LiveSocket } from '../support/socket.ts';

let a: TestApp;
let b: TestApp;
let school: School;
let sessionId: string;
let noteId: string;

beforeAll(async () => {
  // One secret for both, as two nodes of one installation have.
  const env = { LECTERN_JWT_KEYS: 'k1:a-secret-that-both-nodes-of-this-test-know-well' };
  a = await startTestApp({ env });
  b = await startTestApp({ env, databaseUrl: a.databaseUrl });
  school = await createSchool(a.databaseUrl, { students: 1 });
  ({ sessionId, noteId } = await createClass(a.databaseUrl, school));
});
afterAll(async () => {
  await b?.destroy();
  await a?.destroy();
});

/** Signed in on A, in the class and its note on B. */
async function inClassOnB(): Promise<{ who: TestActor; socket: LiveSocket; note: WebSocket }> {
  const who = await signIn(a.url, 'student1@test.lectern');
  const socket = await LiveSocket.connect(b.url, who.accessToken);
  await socket.join(sessionId);
  const ticket = await fetch(`${b.url}/api/v1/notes/${noteId}/token`, {
    method: 'POST',
    headers: { authorization: `Bearer ${who.accessToken}` },
  });
  const { token } = (await ticket.json()) as { token: string };
  const note = new WebSocket(`${b.url.replace('http', 'ws')}/notes/${noteId}?token=${token}`);
  await once(note, 'message');
  return { who, socket, note };
}

const meOn = async (app: TestApp, who: TestActor) =>
  (
    (await (
      await fetch(`${app.url}/api/v1/me`, { headers: { authorization: `Bearer ${who.accessToken}` } })
    ).json()) as { code?: string }
  ).code;

describe('two nodes', () => {
  it('signing out on one closes the class and the note on the other within a second, and its tokens at once', async () => {
    const { who, socket, note } = await inClassOnB();
    const closed = once(note, 'close');
    const began = performance.now();
    await fetch(`${a.url}/api/v1/auth/sign-out`, { method: 'POST', headers: { cookie: who.cookie } });
    expect(await meOn(b, who)).toBe('session_revoked');
    expect(await socket.fact('room.closed')).toMatchObject({ code: 'session_revoked' });
    await socket.closed();
    await closed;
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it('a sign-in that supersedes another one hangs it up everywhere and says why', async () => {
    await sql(
      a.databaseUrl,
      `insert into system_settings (organization_id, category, key_name, value)
       select id, 'auth', 'session_policy', 'single' from organizations where slug = 'default'`,
    );
    const { who, socket, note } = await inClassOnB();
    const closed = once(note, 'close');
    const began = performance.now();
    await signIn(a.url, 'student1@test.lectern');
    expect(await socket.fact('room.closed')).toMatchObject({ code: 'session_superseded' });
    await closed;
    expect(performance.now() - began).toBeLessThan(1000);
    expect(await meOn(b, who)).toBe('session_superseded');
    await expect(LiveSocket.connect(b.url, who.accessToken)).rejects.toMatchObject({
      code: 'session_superseded',
    });
    await sql(a.databaseUrl, 'delete from system_settings');
  });

  it('a node that could not listen checks every sign-in when it can again', async () => {
    const { who, socket } = await inClassOnB();
    // Both nodes lose their ear; what ends meanwhile is told to nobody.
    await sql(
      a.databaseUrl,
      `select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen lectern' and datname = current_database()`,
    );
    await sql(
      a.databaseUrl,
      `update auth_sessions set revoked_at = now(), revoke_reason = 'superseded' where user_id = $1 and revoked_at is null`,
      [who.user.id],
    );
    expect(await socket.fact('room.closed')).toMatchObject({ code: 'session_superseded' });
  });

  it('a role that must set up its second factor is kept out of classes too', async () => {
    await sql(
      a.databaseUrl,
      `insert into system_settings (category, key_name, value) values ('auth', 'two_factor_required_roles', '["student"]')`,
    );
    const who = await signIn(a.url, 'student1@test.lectern');
    await expect(LiveSocket.connect(b.url, who.accessToken)).rejects.toMatchObject({
      code: 'two_factor_setup_required',
    });
    await sql(a.databaseUrl, 'delete from system_settings');
  });
});
