import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SignedInView } from '../../shared/identity/contract.ts';
import type { DeviceView, MemberDeviceView } from '../../shared/identity/sessions.ts';
import { createUser, password, sql } from '../support/factories.ts';
import { mailboxOf } from './mailbox.ts';
import { startServer } from './server.ts';
import type { Reply, TestServer } from './server.ts';

const day = 86_400_000;
const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';
const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';

let server: TestServer;
let count = 0;
let defaultOrganization = '';

beforeAll(async () => {
  server = await startServer();
  defaultOrganization = await organizationId('default');
});
afterAll(() => server.close());
beforeEach(async () => void (await sql(server.databaseUrl, 'delete from system_settings')));

/** The organization with that slug, made if there is none. */
async function organizationId(slug: string): Promise<string> {
  const [row] = await sql<{ id: string }>(
    server.databaseUrl,
    `with made as (insert into organizations (name, slug) select $1, $1
       where not exists (select 1 from organizations where slug = $1) returning id)
     select id from made union all select id from organizations where slug = $1`,
    [slug],
  );
  return (row as { id: string }).id;
}

interface Someone {
  id: string;
  email: string;
}

async function someone(role?: string, organization?: string): Promise<Someone> {
  count += 1;
  const email = `device${count}@test.lectern`;
  const id = await createUser(server.databaseUrl, {
    email,
    displayName: `Person ${count}`,
    ...(role ? { role } : {}),
    ...(organization ? { organization } : {}),
  });
  return { id, email };
}

const signIn = (
  { email }: Someone,
  options: { rememberMe?: boolean; agent?: string } = {},
): Promise<Reply<SignedInView>> =>
  server.ask<SignedInView>('POST', '/auth/sign-in', {
    body: { email, password, ...(options.rememberMe ? { rememberMe: true } : {}) },
    headers: options.agent ? { 'user-agent': options.agent } : {},
  });

const me = async (reply: Reply<SignedInView>) => {
  const { status, body } = await server.ask('GET', '/me', { token: reply.body.accessToken });
  return status === 200 ? 'ok' : body.code;
};
const refresh = (reply: Reply<SignedInView>) =>
  server.ask<SignedInView>('POST', '/auth/refresh', { cookie: reply.cookie as string });

const set = (organization: string | null, name: string, value: string) =>
  sql(
    server.databaseUrl,
    `insert into system_settings (organization_id, category, key_name, value) values ($1, 'auth', $2, $3)`,
    [organization, name, value],
  );

const sessionOf = async (reply: Reply<SignedInView>) =>
  (await server.identity.authenticator.accessToken(reply.body.accessToken)).authSessionId;

describe('what the owner hears', () => {
  it('of a kind of device that is new, and neither of the first one nor of a new version', async () => {
    const ada = await someone();
    const box = mailboxOf(server.url);
    await signIn(ada, { agent: chrome });
    await signIn(ada, { agent: chrome.replace('131', '132') });
    await signIn(ada, { agent: iphone });
    const [mail] = await box.to(ada.email);
    expect(mail?.subject).toBe('A new device signed in to your account');
    expect(mail?.text).toContain('Safari 17, iOS 17.5');
    await signIn(ada, { agent: iphone });
    const ben = await someone();
    await signIn(ben, { agent: chrome });
    await signIn(ben, { agent: iphone });
    await box.to(ben.email);
    expect(await box.to(ada.email)).toHaveLength(1);
  });

  it('of a refresh token that was used twice', async () => {
    const ada = await someone();
    const first = await signIn(ada);
    await refresh(await refresh(first));
    expect((await refresh(first)).body.code).toBe('session_revoked');
    await refresh(first);
    const mails = await mailboxOf(server.url).to(ada.email);
    expect(mails.map(({ subject }) => subject)).toEqual(['A device was signed out for your safety']);
  });
});

describe('how long a sign-in lasts', () => {
  it('ends in any case after so many days, however often it is refreshed', async () => {
    await set(defaultOrganization, 'session_max_days', '10');
    const ada = await someone();
    let last = await signIn(ada, { rememberMe: true });
    for (const days of [4, 4, 1.9]) {
      server.clock.advance(days * day);
      last = await refresh(last);
      expect(last.status).toBe(200);
    }
    server.clock.advance(0.2 * day);
    expect((await refresh(last)).body.code).toBe('session_revoked');
  });

  it('ends at once where that was made shorter than it has lasted', async () => {
    const ada = await someone();
    const one = await signIn(ada, { rememberMe: true });
    server.clock.advance(5 * day);
    await set(defaultOrganization, 'session_max_days', '4');
    expect((await refresh(one)).body.code).toBe('session_revoked');
    expect(await me(one)).not.toBe('ok');
  });
});

describe('how many sign-ins a person may have', () => {
  it('lets many devices stand where nobody has said otherwise', async () => {
    const ada = await someone();
    const [one, two] = [await signIn(ada), await signIn(ada)];
    expect([await me(one), await me(two)]).toEqual(['ok', 'ok']);
  });

  it('ends the others under the policy "single", and says so on requests and on refresh', async () => {
    const ada = await someone();
    const before = await signIn(ada);
    await set(defaultOrganization, 'session_policy', 'single');
    const one = await signIn(ada);
    const two = await signIn(ada);
    expect([await me(before), await me(one), await me(two)]).toEqual([
      'session_superseded',
      'session_superseded',
      'ok',
    ]);
    const refreshed = await refresh(one);
    expect(refreshed).toMatchObject({ status: 401, body: { code: 'session_superseded' }, cookie: '' });
    const rows = await sql(
      server.databaseUrl,
      'select is_exclusive, revoke_reason from auth_sessions where user_id = $1 order by id',
      [ada.id],
    );
    expect(rows).toEqual([
      { is_exclusive: false, revoke_reason: 'superseded' },
      { is_exclusive: true, revoke_reason: 'superseded' },
      { is_exclusive: true, revoke_reason: null },
    ]);
  });

  it('leaves one of ten sign-ins at once under the policy "single"', async () => {
    const ada = await someone();
    await set(defaultOrganization, 'session_policy', 'single');
    const replies = await Promise.all(Array.from({ length: 10 }, () => signIn(ada)));
    expect(replies.map(({ status }) => status)).toEqual(Array(10).fill(200));
    const standing = await Promise.all(replies.map(me));
    expect(standing.filter((one) => one === 'ok')).toHaveLength(1);
  });

  it('takes the strictest of the organizations a person is active in, and an own value before the general one', async () => {
    await set(null, 'session_policy', 'single');
    await set(defaultOrganization, 'session_policy', 'multiple');
    const ada = await someone();
    const one = await signIn(ada);
    await signIn(ada);
    expect(await me(one)).toBe('ok');

    const strict = await organizationId('strict');
    await sql(
      server.databaseUrl,
      `insert into organization_memberships (user_id, organization_id) values ($1, $2)`,
      [ada.id, strict],
    );
    const two = await signIn(ada);
    expect(await me(one)).toBe('session_superseded');
    await sql(
      server.databaseUrl,
      `update organization_memberships set left_at = now(), status = 'inactive' where user_id = $1 and organization_id = $2`,
      [ada.id, strict],
    );
    await signIn(ada);
    expect(await me(two)).toBe('ok');
  });

  it('takes a value that is none for the default', async () => {
    const ada = await someone();
    await set(defaultOrganization, 'session_policy', 'triple');
    const one = await signIn(ada);
    await signIn(ada);
    expect(await me(one)).toBe('ok');
  });
});

describe('how long a sign-in lasts', () => {
  const maxAge = (reply: Reply<SignedInView>) =>
    /Max-Age=(\d+)/.exec(reply.headers.get('set-cookie') ?? '')?.[1];

  it('is 7 days after the last use, and 30 with "stay signed in"', async () => {
    const ada = await someone();
    expect(maxAge(await signIn(ada))).toBe(String(7 * 86_400));
    const long = await signIn(ada, { rememberMe: true });
    expect(maxAge(long)).toBe(String(30 * 86_400));
    server.clock.advance(29 * day);
    const again = await refresh(long);
    expect([again.status, maxAge(again)]).toEqual([200, String(30 * 86_400)]);
    server.clock.advance(30 * day + 1000);
    expect((await refresh(again)).body.code).toBe('session_revoked');
  });

  it('is what the organization has set', async () => {
    const ada = await someone();
    await set(defaultOrganization, 'refresh_ttl_days', '2');
    const one = await signIn(ada);
    expect(maxAge(one)).toBe(String(2 * 86_400));
    server.clock.advance(2 * day + 1000);
    expect((await refresh(one)).body.code).toBe('session_revoked');
  });
});

describe('the devices of a person', () => {
  const list = (reply: Reply<SignedInView>, query = '') =>
    server.ask<{ items: DeviceView[]; nextCursor: string | null }>('GET', `/me/sessions${query}`, {
      token: reply.body.accessToken,
    });

  it('are listed with browser, system, address and the one that asks, and hold no secret', async () => {
    const ada = await someone();
    const desk = await signIn(ada, { agent: chrome });
    server.clock.advance(1000);
    const phone = await signIn(ada, { agent: iphone, rememberMe: true });
    const { body } = await list(phone);
    expect(body.items).toMatchObject([
      { browser: 'Safari 17', deviceType: 'mobile', isMobile: true, current: true, rememberMe: true },
      {
        browser: 'Chrome 131',
        platform: 'Windows 10',
        deviceType: 'desktop',
        isMobile: false,
        current: false,
      },
    ]);
    expect(body.items.map(({ ipAddress }) => ipAddress)).toEqual(['127.0.0.1', '127.0.0.1']);
    expect(body.items.map(({ id }) => id)).toEqual([await sessionOf(phone), await sessionOf(desk)]);
    expect(Object.keys(body.items[0] as object).toSorted()).toEqual(
      [
        'browser',
        'current',
        'deviceType',
        'id',
        'ipAddress',
        'isMobile',
        'lastActivityAt',
        'platform',
        'rememberMe',
        'signedInAt',
      ].toSorted(),
    );
  });

  it('come in pages, and a cursor that is none is refused', async () => {
    const ada = await someone();
    const signedIn = [];
    for (let n = 0; n < 3; n += 1) signedIn.push(await signIn(ada));
    const [one] = signedIn as [Reply<SignedInView>];
    const first = await list(one, '?limit=2');
    const second = await list(one, `?limit=2&cursor=${first.body.nextCursor}`);
    expect(second.body.nextCursor).toBeNull();
    const ids = [...first.body.items, ...second.body.items].map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    for (const cursor of [
      'nonsense',
      Buffer.from(JSON.stringify(['yesterday', ids[0]])).toString('base64url'),
    ])
      expect((await list(one, `?cursor=${cursor}`)).body.code).toBe('invalid_input');
  });

  it('are signed out one by one, at once and once', async () => {
    const ada = await someone();
    const [one, two] = [await signIn(ada), await signIn(ada)];
    const end = async (id: string) =>
      (await server.ask('DELETE', `/me/sessions/${id}`, { token: two.body.accessToken })).status;
    const id = await sessionOf(one);
    expect(await end(id)).toBe(204);
    expect(await me(one)).toBe('session_revoked');
    expect(await end(id)).toBe(404);
    expect(await me(two)).toBe('ok');
  });

  it('of somebody else do not exist', async () => {
    const [ada, ben] = [await signIn(await someone()), await signIn(await someone())];
    const foreign = await server.ask('DELETE', `/me/sessions/${await sessionOf(ben)}`, {
      token: ada.body.accessToken,
    });
    expect(foreign.status).toBe(404);
    expect(await me(ben)).toBe('ok');
  });

  it('are signed out all but this one, or all', async () => {
    const ada = await someone();
    const all = [await signIn(ada), await signIn(ada), await signIn(ada)];
    const [one, two, three] = all as [Reply<SignedInView>, Reply<SignedInView>, Reply<SignedInView>];
    const everywhere = (body: object) =>
      server.ask<{ ended: number }>('POST', '/me/sessions/sign-out-everywhere', {
        token: three.body.accessToken,
        body,
      });
    expect((await everywhere({ includeThis: 'yes' })).status).toBe(400);
    expect((await everywhere({})).body.ended).toBe(2);
    expect([await me(one), await me(two), await me(three)]).toEqual([
      'session_revoked',
      'session_revoked',
      'ok',
    ]);
    expect((await everywhere({ includeThis: true })).body.ended).toBe(1);
    expect(await me(three)).toBe('session_revoked');
  });
});

describe('the last activity', () => {
  it('moves with any request, once a minute', async () => {
    const ada = await someone();
    const reply = await signIn(ada);
    const read = async () => {
      const [row] = await sql<{ s: Date; u: Date }>(
        server.databaseUrl,
        'select s.last_activity_at s, u.last_activity_at u from auth_sessions s join users u on u.id = s.user_id where u.id = $1',
        [ada.id],
      );
      return (row as { s: Date; u: Date }).s.getTime() + (row as { u: Date }).u.getTime();
    };
    const before = await read();
    server.clock.advance(59_000);
    await me(reply);
    expect(await read()).toBe(before);
    server.clock.advance(1_000);
    await me(reply);
    const after = await read();
    expect(after - before).toBeGreaterThanOrEqual(120_000);
    await me(reply);
    expect(await read()).toBe(after);
  });
});

describe('the sign-ins of an organization', () => {
  const list = (reply: Reply<SignedInView>, organization = defaultOrganization) =>
    server.ask<{ items: MemberDeviceView[] }>('GET', `/organizations/${organization}/sessions?limit=100`, {
      token: reply.body.accessToken,
    });
  const end = async (reply: Reply<SignedInView>, id: string, organization = defaultOrganization) => {
    const { status, body } = await server.ask('DELETE', `/organizations/${organization}/sessions/${id}`, {
      token: reply.body.accessToken,
    });
    return status === 204 ? 'ok' : body.code;
  };

  it('are seen and ended by its administrators only', async () => {
    const admin = await signIn(await someone('admin'));
    const ben = await someone();
    const his = await signIn(ben);
    const { body } = await list(admin);
    expect(body.items.find(({ userId }) => userId === ben.id)).toMatchObject({
      userName: expect.stringMatching('Person') as string,
      current: false,
    });
    expect((await list(his)).body.code).toBe('forbidden');
    expect(await end(his, await sessionOf(admin))).toBe('forbidden');
    expect(await end(admin, await sessionOf(his))).toBe('ok');
    expect(await me(his)).toBe('session_revoked');
    const [row] = await sql(
      server.databaseUrl,
      'select revoke_reason, revoked_by = $2 by_admin from auth_sessions where user_id = $1',
      [ben.id, (await list(admin)).body.items.find(({ current }) => current)?.userId],
    );
    expect(row).toEqual({ revoke_reason: 'admin', by_admin: true });
  });

  it('of another organization, or of a guest that another one looks after, do not exist', async () => {
    await organizationId('elsewhere');
    const admin = await signIn(await someone('admin'));
    const foreigner = await someone('student', 'elsewhere');
    await sql(
      server.databaseUrl,
      'insert into organization_memberships (user_id, organization_id) values ($1, $2)',
      [foreigner.id, defaultOrganization],
    );
    const his = await signIn(foreigner);
    expect((await list(admin)).body.items.some(({ userId }) => userId === foreigner.id)).toBe(false);
    expect(await end(admin, await sessionOf(his))).toBe('not_found');
    expect(await me(his)).toBe('ok');
  });

  it('of somebody above are not ended', async () => {
    await set(null, 'two_factor_required_roles', '[]');
    const admin = await signIn(await someone('admin'));
    const above = await signIn(await someone('super_admin'));
    expect(await end(admin, await sessionOf(above))).toBe('role_level');
    expect(await me(above)).toBe('ok');
  });
});

describe('the audit trail', () => {
  it('tells of sign-ins, their ends and failures, without a secret', async () => {
    const ada = await someone();
    await server.ask('POST', '/auth/sign-in', { body: { email: ada.email, password: 'wrong' } });
    const one = await signIn(ada);
    await server.ask('POST', '/auth/sign-out', { cookie: one.cookie as string });
    const rows = await sql<{ action: string; metadata: Record<string, unknown> }>(
      server.databaseUrl,
      `select l.action, d.metadata from audit_logs l join audit_log_details d on d.audit_log_id = l.id
       where l.resource_id = $1 or d.metadata->>'userId' = $1::text order by l.seq`,
      [ada.id],
    );
    expect(rows).toMatchObject([
      { action: 'sign_in.failed', metadata: { method: 'password' } },
      { action: 'session.opened', metadata: { methods: ['password'], mfa: false } },
      { action: 'session.ended', metadata: { reason: 'logout' } },
    ]);
    expect(JSON.stringify(rows)).not.toContain(one.cookie?.split('=')[1]);
  });
});
