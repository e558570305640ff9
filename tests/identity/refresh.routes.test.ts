import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignedInView } from '../../shared/identity/contract.ts';
import { createUser, password, sql } from '../support/factories.ts';
import { startServer } from './server.ts';
import type { Reply, TestServer } from './server.ts';

let server: TestServer;
let count = 0;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

interface Tab {
  userId: string;
  sessionId: string;
  cookie: string;
}

async function openTab(): Promise<Tab> {
  count += 1;
  const email = `tab${count}@test.lectern`;
  const userId = await createUser(server.databaseUrl, { email, displayName: `Tab ${count}` });
  const { body, cookie } = await server.ask<SignedInView>('POST', '/auth/sign-in', {
    body: { email, password },
  });
  const { authSessionId } = await server.identity.authenticator.accessToken(body.accessToken);
  return { userId, sessionId: authSessionId, cookie: cookie as string };
}

const refresh = (cookie: string, headers = {}): Promise<Reply<SignedInView>> =>
  server.ask<SignedInView>('POST', '/auth/refresh', { cookie, headers });

const stands = (tab: Tab) => server.identity.authenticator.isSignedIn(tab.sessionId);

async function revokedReason(tab: Tab): Promise<string | null> {
  const [row] = await sql<{ revoke_reason: string | null }>(
    server.databaseUrl,
    'select revoke_reason from auth_sessions where id = $1',
    [tab.sessionId],
  );
  return row?.revoke_reason ?? null;
}

const eventsOf = async (tab: Tab) =>
  (await server.events('identity.session.revoked')).filter(
    ({ authSessionId }) => authSessionId === tab.sessionId,
  );

describe('refreshing', () => {
  it('gives a new access token and a new cookie, and slides the end of the sign-in', async () => {
    const tab = await openTab();
    server.clock.advance(86_400_000);
    const reply = await refresh(tab.cookie);
    expect(reply.status).toBe(200);
    expect(reply.body.user.displayName).toBe(`Tab ${count}`);
    expect(reply.cookie).not.toBe(tab.cookie);
    expect((await server.ask('GET', '/me', { token: reply.body.accessToken })).status).toBe(200);
    const [row] = await sql<{ days: number; fresh: boolean }>(
      server.databaseUrl,
      'select extract(epoch from expires_at - last_activity_at)::int / 86400 days, last_activity_at > created_at fresh from auth_sessions where id = $1',
      [tab.sessionId],
    );
    expect(row).toEqual({ days: 7, fresh: true });
    server.clock.advance(6 * 86_400_000);
    expect((await refresh(reply.cookie as string)).status).toBe(200);
  });

  it('stores no token, only its hash', async () => {
    const tab = await openTab();
    const [row] = await sql<{ ok: boolean }>(
      server.databaseUrl,
      'select token_hash = sha256(convert_to($2, $3)) ok from refresh_tokens where session_id = $1',
      [tab.sessionId, tab.cookie.split('=')[1], 'UTF8'],
    );
    expect(row?.ok).toBe(true);
  });

  it('answers a used cookie again while its successor is unused: a reload that never saw the answer', async () => {
    const tab = await openTab();
    const first = await refresh(tab.cookie);
    server.clock.advance(30_000);
    const second = await refresh(tab.cookie);
    const third = await refresh(tab.cookie);
    expect([first.status, second.status, third.status]).toEqual([200, 200, 200]);
    expect((await refresh(third.cookie as string)).status).toBe(200);
    expect(await stands(tab)).toBe(true);
  });

  it('takes a superseded successor for stolen', async () => {
    const tab = await openTab();
    const first = await refresh(tab.cookie);
    await refresh(tab.cookie);
    expect((await refresh(first.cookie as string)).body.code).toBe('session_revoked');
    expect(await revokedReason(tab)).toBe('token_reuse');
  });

  it('ends the sign-in when a used cookie comes back after 60 seconds', async () => {
    const tab = await openTab();
    const first = await refresh(tab.cookie);
    server.clock.advance(61_000);
    const reused = await refresh(tab.cookie);
    expect(reused).toMatchObject({ status: 401, body: { code: 'session_revoked' }, cookie: '' });
    expect(await revokedReason(tab)).toBe('token_reuse');
    expect(await eventsOf(tab)).toEqual([{ authSessionId: tab.sessionId, userId: tab.userId }]);
    expect((await refresh(first.cookie as string)).body.code).toBe('session_revoked');
    expect((await server.ask('GET', '/me', { token: first.body.accessToken })).body.code).toBe(
      'session_revoked',
    );
  });

  it('ends the sign-in when a used cookie comes back and its successor was used', async () => {
    const tab = await openTab();
    const first = await refresh(tab.cookie);
    await refresh(first.cookie as string);
    expect((await refresh(tab.cookie)).body.code).toBe('session_revoked');
    expect(await revokedReason(tab)).toBe('token_reuse');
  });

  it('keeps the sign-in when twenty tabs refresh at once with one cookie', async () => {
    const tab = await openTab();
    const replies = await Promise.all(Array.from({ length: 20 }, () => refresh(tab.cookie)));
    expect(replies.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(await stands(tab)).toBe(true);
    const live = await sql(
      server.databaseUrl,
      'select 1 from refresh_tokens where session_id = $1 and used_at is null and revoked_at is null',
      [tab.sessionId],
    );
    expect(live).toHaveLength(1);
  });

  it('refuses no cookie, an unknown one, an overlong one, and one whose time is over', async () => {
    const tab = await openTab();
    expect((await server.ask('POST', '/auth/refresh')).body.code).toBe('unauthenticated');
    const unknown = await refresh(`lectern_refresh=${'A'.repeat(43)}`);
    expect(unknown).toMatchObject({ status: 401, body: { code: 'unauthenticated' }, cookie: '' });
    expect((await refresh(`lectern_refresh=${'A'.repeat(4000)}`)).body.code).toBe('unauthenticated');
    server.clock.advance(7 * 86_400_000 + 1000);
    expect((await refresh(tab.cookie)).body.code).toBe('session_revoked');
  });

  it('keeps the cookie of an account that is not active: the suspension may end', async () => {
    const tab = await openTab();
    await sql(server.databaseUrl, `update users set status = 'suspended' where id = $1`, [tab.userId]);
    expect(await refresh(tab.cookie)).toMatchObject({
      status: 403,
      body: { code: 'account_suspended' },
      cookie: undefined,
    });
    await sql(server.databaseUrl, `update users set status = 'active' where id = $1`, [tab.userId]);
    expect((await refresh(tab.cookie)).status).toBe(200);
  });

  it('answers pages of this server and programs, and no foreign page', async () => {
    const tab = await openTab();
    for (const origin of ['https://evil.example', 'null', `${server.url}.evil.example`]) {
      const foreign = await refresh(tab.cookie, { origin });
      expect(foreign).toMatchObject({ status: 403, body: { code: 'origin_not_allowed' } });
      expect(
        (await server.ask('POST', '/auth/sign-out', { cookie: tab.cookie, headers: { origin } })).status,
      ).toBe(403);
    }
    expect((await refresh(tab.cookie, { origin: server.url })).status).toBe(200);
  });
});

describe('signing out', () => {
  it('ends the sign-in, takes the cookie away and tells the sockets', async () => {
    const tab = await openTab();
    const reply = await server.ask('POST', '/auth/sign-out', { cookie: tab.cookie });
    expect(reply).toMatchObject({ status: 204, cookie: '' });
    expect(await revokedReason(tab)).toBe('logout');
    expect(await eventsOf(tab)).toHaveLength(1);
    expect((await refresh(tab.cookie)).body.code).toBe('session_revoked');
  });

  it('may be repeated, and needs no cookie that anybody knows', async () => {
    const tab = await openTab();
    for (const cookie of [tab.cookie, tab.cookie, undefined, 'lectern_refresh=unknown']) {
      expect((await server.ask('POST', '/auth/sign-out', { cookie })).status).toBe(204);
    }
    expect(await eventsOf(tab)).toHaveLength(1);
  });

  it('comes with another sign-in in the same browser, and only there', async () => {
    const [tab, elsewhere] = [await openTab(), await openTab()];
    await createUser(server.databaseUrl, { email: 'next@test.lectern', displayName: 'Next' });
    const next = { email: 'next@test.lectern', password };
    const wrong = { ...next, password: 'wrong' };
    await server.ask('POST', '/auth/sign-in', { body: wrong, cookie: tab.cookie });
    expect(await stands(tab)).toBe(true);
    const reply = await server.ask('POST', '/auth/sign-in', { body: next, cookie: tab.cookie });
    expect(reply.cookie).not.toBe(tab.cookie);
    expect([await stands(tab), await stands(elsewhere)]).toEqual([false, true]);
    expect((await refresh(tab.cookie)).body.code).toBe('session_revoked');
    expect((await refresh(reply.cookie as string)).status).toBe(200);
  });

  it('leaves the person’s other devices alone', async () => {
    const tab = await openTab();
    const email = `tab${count}@test.lectern`;
    const other = await server.ask<SignedInView>('POST', '/auth/sign-in', { body: { email, password } });
    await server.ask('POST', '/auth/sign-out', { cookie: tab.cookie });
    expect((await refresh(other.cookie as string)).status).toBe(200);
  });
});

describe('sweeping', () => {
  it('ends what has expired with an event, and deletes old tokens and keys', async () => {
    const old = await openTab();
    await sql(
      server.databaseUrl,
      `insert into idempotency_keys (user_id, idem_key, method, path, request_hash, expires_at) values ($1, 'k', 'SOCKET', 'x', '', now() + interval '1 day')`,
      [old.userId],
    );
    server.clock.advance(8 * 86_400_000);
    const fresh = await openTab();
    await server.identity.sweep();
    await server.identity.sweep();
    expect(await revokedReason(old)).toBe('expired');
    expect(await eventsOf(old)).toHaveLength(1);
    expect(await stands(fresh)).toBe(true);
    expect((await refresh(fresh.cookie)).status).toBe(200);
    expect(
      await sql(server.databaseUrl, 'select 1 from refresh_tokens where session_id = $1', [old.sessionId]),
    ).toHaveLength(0);
    expect(await sql(server.databaseUrl, 'select 1 from idempotency_keys')).toHaveLength(0);
  });
});
