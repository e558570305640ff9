import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SignedInView } from '../../shared/identity/contract.ts';
import type { OidcFinishView } from '../../shared/identity/oidc.ts';
import type { SignInMethodsView } from '../../shared/identity/sign-in-methods.ts';
import { createUser, password, sql } from '../support/factories.ts';
import { startIssuer } from './issuer.ts';
import type { TestIssuer } from './issuer.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

const client = { id: 'lectern', secret: 'a client secret of a test' };
let issuer: TestIssuer;
let secondIssuer: TestIssuer;
let server: TestServer;
let count = 0;

beforeAll(async () => {
  issuer = await startIssuer();
  secondIssuer = await startIssuer();
  server = await startServer({
    env: {
      OIDC_PROVIDERS: JSON.stringify([
        {
          id: 'school',
          type: 'oidc',
          name: 'School account',
          issuer: issuer.url,
          clientId: client.id,
          clientSecret: client.secret,
        },
        {
          id: 'apple',
          type: 'apple',
          issuer: issuer.url,
          clientId: 'lectern-form',
          clientSecret: client.secret,
        },
        {
          id: 'second',
          type: 'oidc',
          issuer: secondIssuer.url,
          clientId: client.id,
          clientSecret: client.secret,
        },
        // The same server by another name, which its metadata do not know.
        {
          id: 'disguised',
          type: 'oidc',
          issuer: issuer.url.replace('127.0.0.1', 'localhost'),
          clientId: client.id,
          clientSecret: client.secret,
        },
        { id: 'down', type: 'oidc', issuer: 'http://127.0.0.1:1', clientId: 'lectern' },
      ]),
    },
  });
  issuer.open([
    { ...client, redirectUri: `${server.url}/sign-in/oidc/school` },
    { ...client, id: 'lectern-form', redirectUri: `${server.url}/api/v1/auth/oidc/apple/callback` },
  ]);
  secondIssuer.open([{ ...client, redirectUri: `${server.url}/sign-in/oidc/second` }]);
});
afterAll(async () => {
  await server?.close();
  await issuer?.close();
  await secondIssuer?.close();
});
beforeEach(() => {
  issuer.broken = false;
  issuer.flaw = null;
  count += 1;
});

interface Begun {
  url: string;
  cookie: string;
}

async function start(input: object = {}): Promise<Begun> {
  const reply = await server.ask<{ url: string }>('POST', '/auth/oidc/school/start', { body: input });
  expect(reply.status).toBe(200);
  return { url: reply.body.url, cookie: reply.cookie ?? '' };
}

const finish = (query: string, cookie: string | undefined, provider = 'school') =>
  server.ask<OidcFinishView>('POST', `/auth/oidc/${provider}/finish`, { body: { query }, cookie });

/** The whole way. */
async function signInAs(subject: string) {
  const begun = await start();
  return finish(await issuer.visit(begun.url, subject), begun.cookie);
}

const userOf = (reply: { body: OidcFinishView }) => (reply.body.signIn as SignedInView).user;

/** An account with a password. @returns its id and e-mail address */
async function account(): Promise<{ id: string; email: string; token: string }> {
  count += 1;
  const email = `linked${count}@test.lectern`;
  const id = await createUser(server.databaseUrl, { email, displayName: `Linked ${count}` });
  const { body } = await server.ask<SignedInView>('POST', '/auth/sign-in', { body: { email, password } });
  return { id, email, token: body.accessToken };
}

const methodsOf = async (token: string) =>
  (await server.ask<SignInMethodsView>('GET', '/me/sign-in-methods', { token })).body;

async function link(token: string, subject: string) {
  const begun = await server.ask<{ url: string }>('POST', '/me/sign-in-methods/oidc/school/start', { token });
  expect(begun.status).toBe(200);
  return finish(await issuer.visit(begun.body.url, subject), begun.cookie);
}

/** Subjects of the mails to an address, the newest first. */
async function mailsTo(address: string): Promise<string[]> {
  const response = await fetch(`${server.url}/dev/mail.json`);
  const { items } = (await response.json()) as { items: { to: string; subject: string }[] };
  return items.filter(({ to }) => to === address).map(({ subject }) => subject);
}

const identities = (subject: string) =>
  sql<{ user_id: string }>(
    server.databaseUrl,
    'select user_id from user_authentication_methods where issuer = $1 and provider_user_id = $2',
    [issuer.url, subject],
  );

describe('starting', () => {
  it('names the providers and nothing else about them', async () => {
    const { body } = await server.ask('GET', '/auth/oidc/providers');
    expect(body).toEqual({
      items: [
        { id: 'school', name: 'School account', type: 'oidc' },
        { id: 'apple', name: 'Apple', type: 'apple' },
        { id: 'second', name: 'OpenID Connect', type: 'oidc' },
        { id: 'disguised', name: 'OpenID Connect', type: 'oidc' },
        { id: 'down', name: 'OpenID Connect', type: 'oidc' },
      ],
      nextCursor: null,
    });
  });

  it('asks with PKCE, state and nonce, and binds the request to the browser', async () => {
    const reply = await server.ask<{ url: string }>('POST', '/auth/oidc/school/start', { body: {} });
    const asked = new URL(reply.body.url).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      client_id: 'lectern',
      redirect_uri: `${server.url}/sign-in/oidc/school`,
      scope: 'openid email profile',
      code_challenge_method: 'S256',
    });
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked.get(name)).toMatch(/^[\w-]{43}$/);
    const attributes = (reply.headers.get('set-cookie') ?? '').split('; ');
    expect(attributes[0]).toMatch(/^lectern_oidc=[\w-]{43}$/);
    expect(attributes).toEqual(
      expect.arrayContaining(['HttpOnly', 'SameSite=Lax', 'Path=/api/v1/auth/oidc', 'Max-Age=600']),
    );
  });

  it('keeps neither the cookie nor the verifier in the clear', async () => {
    const { url, cookie } = await start();
    const rows = await sql<{ row: string }>(
      server.databaseUrl,
      `select row_to_json(c)::text as row from auth_challenges c where purpose = 'oidc'`,
    );
    const all = rows.map(({ row }) => row).join();
    expect(all).toContain('sealed');
    expect(all).not.toContain(cookie.split('=')[1]);
    expect(all).not.toContain(new URL(url).searchParams.get('state'));
  });

  it('refuses an unknown provider, a foreign page to go on to, and fields that it does not know', async () => {
    const ask = (provider: string, body: object) =>
      server.ask('POST', `/auth/oidc/${provider}/start`, { body });
    expect((await ask('nobody', {})).body.code).toBe('not_found');
    for (const next of ['https://evil.example', '//evil.example', '/\\evil.example', 'x'.repeat(2001)])
      expect((await ask('school', { next })).body.code).toBe('invalid_input');
    expect((await ask('school', { redirectUri: 'https://evil.example' })).body.code).toBe('invalid_input');
  });

  it('answers provider_failed when the issuer is down', async () => {
    const reply = await server.ask('POST', '/auth/oidc/down/start', { body: {} });
    expect([reply.status, reply.body.code]).toEqual([502, 'provider_failed']);
  });
});

describe('signing in', () => {
  it('is not begun with a provider that gives itself out for another', async () => {
    const { origin } = new URL(issuer.url.replace('127.0.0.1', 'localhost'));
    // It is there, so that it is the name and not the way that is refused.
    expect((await fetch(`${origin}/.well-known/openid-configuration`)).status).toBe(200);
    const reply = await server.ask('POST', '/auth/oidc/disguised/start', { body: {} });
    expect(reply.body.code).toBe('provider_failed');
  });

  it('joins a confirmed address to the account that has confirmed it too, and tells its owner', async () => {
    const { id, email } = await account();
    issuer.accounts.set('joined', { email: email.toUpperCase(), email_verified: true });
    const begun = await start({ next: '/courses' });
    const reply = await finish(await issuer.visit(begun.url, 'joined'), begun.cookie);
    expect(reply.status).toBe(200);
    expect(userOf(reply).id).toBe(id);
    expect(reply.body).toMatchObject({ linked: false, next: '/courses' });
    const set = reply.headers.getSetCookie().join('\n');
    expect(set).toMatch(/lectern_refresh=[\w-]{43};/);
    expect(set).toMatch(/lectern_oidc=;/);
    expect(await identities('joined')).toEqual([{ user_id: id }]);
    await expect.poll(() => mailsTo(email)).toEqual(['School account was added to your account']);
  });

  it('knows the subject again after the address has changed, even to that of somebody else', async () => {
    const { id, email } = await account();
    const other = await account();
    issuer.accounts.set('moved', { email, email_verified: true });
    await signInAs('moved');
    issuer.accounts.set('moved', { email: other.email, email_verified: true });
    const again = await signInAs('moved');
    expect(userOf(again).id).toBe(id);
    // Nor does the account here change its address.
    expect(userOf(again).email).toBe(email);
    expect(await identities('moved')).toHaveLength(1);
  });

  it('never joins an address that the provider has not confirmed, and does not tell whether it has an account', async () => {
    const { email } = await account();
    const answers = [];
    for (const claimed of [email, 'nobody-at-all@test.lectern']) {
      for (const email_verified of [false, undefined]) {
        issuer.accounts.set('liar', { email: claimed, email_verified });
        const { status, body } = await signInAs('liar');
        answers.push(`${status} ${body.code}`);
      }
    }
    expect(new Set(answers)).toEqual(new Set(['403 identity_unverified']));
    expect(await identities('liar')).toEqual([]);
  });

  it('does not take the subject of one issuer for the same subject of another', async () => {
    const { email } = await account();
    issuer.accounts.set('namesake', { email, email_verified: true });
    expect((await signInAs('namesake')).status).toBe(200);
    secondIssuer.accounts.set('namesake', { email: 'namesake@second.example', email_verified: true });
    const begun = await server.ask<{ url: string }>('POST', '/auth/oidc/second/start', { body: {} });
    const query = await secondIssuer.visit(begun.body.url, 'namesake');
    expect(userOf(await finish(query, begun.cookie, 'second')).email).toBe('namesake@second.example');
  });

  it('never joins an account whose own address is not confirmed', async () => {
    const { id, email } = await account();
    await sql(server.databaseUrl, 'update users set email_verified_at = null where id = $1', [id]);
    issuer.accounts.set('owner', { email, email_verified: true });
    expect((await signInAs('owner')).body.code).toBe('identity_in_use');
    expect(await identities('owner')).toEqual([]);
  });

  it('asks for the second factor of an account that has one', async () => {
    const { id, email } = await account();
    issuer.accounts.set('careful', { email, email_verified: true });
    await sql(
      server.databaseUrl,
      `update users set two_factor_enabled = true, two_factor_secret_enc = 'sealed' where id = $1`,
      [id],
    );
    const reply = await signInAs('careful');
    expect(reply.status).toBe(202);
    expect(reply.body.signIn).toMatchObject({ mfa: { methods: ['totp'] } });
    expect(reply.headers.getSetCookie().join()).not.toContain('lectern_refresh');
  });

  it('refuses an account that is not active, and joins nothing to it', async () => {
    const { id, email } = await account();
    await sql(server.databaseUrl, `update users set status = 'suspended' where id = $1`, [id]);
    issuer.accounts.set('suspended', { email, email_verified: true });
    expect((await signInAs('suspended')).body.code).toBe('account_suspended');
    expect(await identities('suspended')).toEqual([]);
  });
});

describe('somebody who has no account', () => {
  const newcomer = {
    email: 'Grace@Newcomers.example',
    email_verified: true,
    name: 'Grace Hopper',
    given_name: 'Grace',
    family_name: 'Hopper',
  };

  const registration = (open: boolean) =>
    sql(
      server.databaseUrl,
      open
        ? `delete from system_settings where category = 'auth' and key_name = 'registration_open'`
        : `insert into system_settings (category, key_name, value, data_type) values ('auth', 'registration_open', 'false', 'boolean')`,
    );

  it('is refused where registration is by invitation only, and nothing is kept', async () => {
    issuer.accounts.set('newcomer', newcomer);
    await registration(false);
    try {
      const reply = await signInAs('newcomer');
      expect([reply.status, reply.body.code]).toEqual([403, 'registration_closed']);
    } finally {
      await registration(true);
    }
    expect(await identities('newcomer')).toEqual([]);
    const made = await sql(server.databaseUrl, 'select 1 from users where email = $1', [
      newcomer.email.toLowerCase(),
    ]);
    expect(made).toEqual([]);
  });

  it('gets one at once, with a confirmed address and no password, and the same one the next time', async () => {
    issuer.accounts.set('newcomer', newcomer);
    const first = userOf(await signInAs('newcomer'));
    expect(first).toMatchObject({
      email: 'grace@newcomers.example',
      emailVerified: true,
      displayName: 'Grace Hopper',
      role: 'student',
      mustChangePassword: false,
    });
    expect(first.code).toMatch(/^STU\d{5,}$/);
    expect(first.organizations).toHaveLength(1);
    const [row] = await sql(
      server.databaseUrl,
      'select first_name, last_name, password_hash, status from users where id = $1',
      [first.id],
    );
    expect(row).toEqual({
      first_name: 'Grace',
      last_name: 'Hopper',
      password_hash: null,
      status: 'active',
    });
    expect(userOf(await signInAs('newcomer')).id).toBe(first.id);
    const nobody = { email: 'grace@newcomers.example', password: 'anything at all' };
    expect((await server.ask('POST', '/auth/sign-in', { body: nobody })).body.code).toBe(
      'invalid_credentials',
    );
  });

  it('gets one account, not two, from two first sign-ins at once', async () => {
    issuer.accounts.set('twins', { email: 'twins@newcomers.example', email_verified: true });
    const ways = [await start(), await start()];
    const queries = [];
    for (const { url } of ways) queries.push(await issuer.visit(url, 'twins'));
    const replies = await Promise.all(queries.map((query, n) => finish(query, ways[n]?.cookie)));
    const [one, two] = replies.map((reply) => userOf(reply).id);
    expect(one).toBe(two);
    expect(await identities('twins')).toEqual([{ user_id: one }]);
  });

  it('is refused without a confirmed address: an account needs one', async () => {
    issuer.accounts.set('silent', { name: 'Silent' });
    expect((await signInAs('silent')).body.code).toBe('identity_unverified');
    expect(await identities('silent')).toEqual([]);
  });

  it('cannot become more than a student by what the provider says', async () => {
    const climber = { ...newcomer, email: 'climber@newcomers.example', role: 'super_admin' };
    issuer.accounts.set('climber', climber);
    expect(userOf(await signInAs('climber')).role).toBe('student');
  });
});

describe('what comes back', () => {
  /** A request with its answer, ready to be finished. */
  async function answered(subject = `back${count}`): Promise<{ query: string; cookie: string }> {
    const { email } = await account();
    issuer.accounts.set(subject, { email, email_verified: true });
    const begun = await start();
    return { query: await issuer.visit(begun.url, subject), cookie: begun.cookie };
  }

  it('is refused without the cookie of the browser that began it, or with another one', async () => {
    const { query, cookie } = await answered();
    const stranger = await start();
    for (const other of [undefined, stranger.cookie, 'lectern_oidc=guessed'])
      expect((await finish(query, other)).body.code).toBe('proof_invalid');
    // None of it has cost the browser its request.
    expect((await finish(query, cookie)).status).toBe(200);
  });

  it('is refused with another state, without one, and at another provider', async () => {
    const { query, cookie } = await answered();
    const params = new URLSearchParams(query);
    params.set('state', 'x'.repeat(43));
    expect((await finish(`${params}`, cookie)).body.code).toBe('proof_invalid');
    params.delete('state');
    expect((await finish(`${params}`, cookie)).body.code).toBe('proof_invalid');
    expect((await finish(query, cookie, 'down')).body.code).toBe('proof_invalid');
    expect((await finish(query, cookie)).status).toBe(200);
  });

  it('works once, also of two at the same time', async () => {
    const { query, cookie } = await answered();
    const both = await Promise.all([finish(query, cookie), finish(query, cookie)]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 410]);
    expect((await finish(query, cookie)).body.code).toBe('already_used');
  });

  it('comes too late after ten minutes', async () => {
    const { query, cookie } = await answered();
    server.clock.advance(10 * 60_000);
    expect((await finish(query, cookie)).body.code).toBe('proof_expired');
  });

  it.each(['nonce', 'code_challenge'])('is refused when the %s is not that of the request', async (name) => {
    const { url, cookie } = await start();
    const tampered = new URL(url);
    tampered.searchParams.set(name, 'x'.repeat(43));
    const subject = `tampered-${name}`;
    const { email } = await account();
    issuer.accounts.set(subject, { email, email_verified: true });
    const reply = await finish(await issuer.visit(tampered.href, subject), cookie);
    expect(reply.body.code).toBe('provider_failed');
    expect(await identities(subject)).toEqual([]);
  });

  it.each(['audience', 'key', 'unsigned'] as const)(
    'is refused when the ID token is for another client, signed by somebody else or not signed (%s)',
    async (flaw) => {
      const subject = `flawed-${flaw}`;
      const { email } = await account();
      issuer.accounts.set(subject, { email, email_verified: true });
      const { url, cookie } = await start();
      const query = await issuer.visit(url, subject);
      issuer.flaw = flaw;
      expect((await finish(query, cookie)).body.code).toBe('provider_failed');
      expect(await identities(subject)).toEqual([]);
      issuer.flaw = null;
      expect((await signInAs(subject)).status).toBe(200);
    },
  );

  it('stays on the server: neither the page nor the database gets a token of the provider', async () => {
    const { query, cookie } = await answered('kept');
    const reply = await finish(query, cookie);
    expect(Object.keys(reply.body.signIn as object).toSorted()).toEqual(['accessToken', 'expiresAt', 'user']);
    const { header } = jwt.decode((reply.body.signIn as SignedInView).accessToken, { complete: true }) ?? {};
    expect(header?.alg).toBe('HS256');
    const columns = await sql<{ name: string }>(
      server.databaseUrl,
      `select column_name as name from information_schema.columns
       where table_name = 'user_authentication_methods' and column_name ~ 'token|scope'`,
    );
    expect(columns).toEqual([]);
  });

  it('with a code that the issuer does not know, or when the issuer fails, is provider_failed and used up', async () => {
    const { query, cookie } = await answered();
    const params = new URLSearchParams(query);
    params.set('code', 'stolen');
    expect((await finish(`${params}`, cookie)).body.code).toBe('provider_failed');
    expect((await finish(query, cookie)).body.code).toBe('already_used');
    const next = await answered('broken');
    issuer.broken = true;
    expect((await finish(next.query, next.cookie)).body.code).toBe('provider_failed');
  });

  it('says so when the person has cancelled, and when the provider reports an error', async () => {
    const { url, cookie } = await start();
    const query = await issuer.cancel(url);
    expect(query).toContain('error=access_denied');
    expect((await finish(query, cookie)).body.code).toBe('provider_denied');
    const second = await start();
    const state = new URL(second.url).searchParams.get('state') ?? '';
    expect((await finish(`error=server_error&state=${state}`, second.cookie)).body.code).toBe(
      'provider_failed',
    );
  });

  it('is taken from our own pages only', async () => {
    const { query, cookie } = await answered();
    const reply = await server.ask('POST', '/auth/oidc/school/finish', {
      body: { query },
      cookie,
      headers: { origin: 'https://evil.example' },
    });
    expect(reply.body.code).toBe('origin_not_allowed');
  });

  it('is refused when it is missing, too long or of the wrong type', async () => {
    for (const body of [{}, { query: '' }, { query: 'x'.repeat(8193) }, { query: 1 }, { query: 'a', b: 1 }]) {
      const reply = await server.ask('POST', '/auth/oidc/school/finish', { body });
      expect(reply.body.code).toBe('invalid_input');
    }
  });
});

describe('an answer by form (Apple)', () => {
  const post = (provider: string, body: string, type = 'application/x-www-form-urlencoded') =>
    fetch(`${server.url}/api/v1/auth/oidc/${provider}/callback`, {
      method: 'POST',
      body,
      redirect: 'manual',
      headers: { 'content-type': type, origin: 'https://appleid.apple.com' },
    });

  it('goes the whole way', async () => {
    const { id, email } = await account();
    issuer.accounts.set('by-form', { email, email_verified: true });
    const begun = await server.ask<{ url: string }>('POST', '/auth/oidc/apple/start', { body: {} });
    expect(new URL(begun.body.url).searchParams.get('response_mode')).toBe('form_post');
    const form = await issuer.visit(begun.body.url, 'by-form');
    const location = (await post('apple', form)).headers.get('location') ?? '';
    expect(location).toMatch(/^\/sign-in\/oidc\/apple\?/);
    const reply = await finish(location.split('?')[1] ?? '', begun.cookie, 'apple');
    expect(reply.body.code).toBeUndefined();
    expect(userOf(reply).id).toBe(id);
  });

  it('sends the browser on to the page that finishes, with what that needs', async () => {
    const reply = await post('school', 'code=a%26b&state=s&user=%7B%22name%22%3A1%7D&id_token=t');
    expect(reply.status).toBe(303);
    expect(reply.headers.get('location')).toBe('/sign-in/oidc/school?code=a%26b&state=s');
    expect(reply.headers.getSetCookie()).toEqual([]);
  });

  it('refuses unknown providers and other types', async () => {
    expect((await post('nobody', 'code=a')).status).toBe(404);
    expect((await post('school', '{}', 'application/json')).status).toBe(415);
  });
});

describe('adding and removing a provider', () => {
  it('adds one whatever its address is, shows it, signs in with it, and removes it', async () => {
    const me = await account();
    issuer.accounts.set('added', { email: 'private@elsewhere.example', email_verified: false });
    const reply = await link(me.token, 'added');
    expect(reply.body).toEqual({ signIn: null, linked: true, next: '/account/ways-to-sign-in' });
    expect(reply.headers.getSetCookie().join()).not.toContain('lectern_refresh');
    const [identity] = (await methodsOf(me.token)).linked;
    expect(identity).toMatchObject({
      providerId: 'school',
      name: 'School account',
      email: 'private@elsewhere.example',
      lastUsedAt: null,
    });
    expect(userOf(await signInAs('added')).id).toBe(me.id);
    const after = await methodsOf(me.token);
    expect(after.linked[0]?.lastUsedAt).not.toBeNull();
    const gone = await server.ask('DELETE', `/me/sign-in-methods/${identity?.id}`, { token: me.token });
    expect(gone.status).toBe(204);
    expect((await methodsOf(me.token)).linked).toEqual([]);
    expect((await signInAs('added')).body.code).toBe('identity_unverified');
    await expect
      .poll(() => mailsTo(me.email))
      .toEqual(['School account was removed from your account', 'School account was added to your account']);
  });

  it('asks who it is when the last proof is more than ten minutes old, and so does a removal', async () => {
    const me = await account();
    issuer.accounts.set('stale', {});
    await link(me.token, 'stale');
    const [identity] = (await methodsOf(me.token)).linked;
    server.clock.advance(11 * 60_000);
    for (const [method, path] of [
      ['POST', '/me/sign-in-methods/oidc/school/start'],
      ['DELETE', `/me/sign-in-methods/${identity?.id}`],
    ] as const)
      expect((await server.ask(method, path, { token: me.token })).body.code).toBe('step_up_required');
    expect((await methodsOf(me.token)).linked).toEqual([identity]);
  });

  it('adding it twice changes nothing', async () => {
    const me = await account();
    issuer.accounts.set('twice', {});
    await link(me.token, 'twice');
    expect((await link(me.token, 'twice')).body.linked).toBe(true);
    expect((await methodsOf(me.token)).linked).toHaveLength(1);
  });

  it('refuses an identity of somebody else', async () => {
    const [me, other] = [await account(), await account()];
    issuer.accounts.set('taken', {});
    await link(other.token, 'taken');
    expect((await link(me.token, 'taken')).body.code).toBe('identity_in_use');
    expect(await identities('taken')).toEqual([{ user_id: other.id }]);
  });

  it('refuses when the sign-in that began it has ended meanwhile', async () => {
    const me = await account();
    const begun = await server.ask<{ url: string }>('POST', '/me/sign-in-methods/oidc/school/start', {
      token: me.token,
    });
    issuer.accounts.set('late', {});
    const query = await issuer.visit(begun.body.url, 'late');
    await sql(
      server.databaseUrl,
      `update auth_sessions set revoked_at = now(), revoke_reason = 'logout' where user_id = $1`,
      [me.id],
    );
    expect((await finish(query, begun.cookie)).body.code).toBe('session_revoked');
    expect(await identities('late')).toEqual([]);
  });

  it('does not remove what is somebody else’s, or nothing', async () => {
    const [me, other] = [await account(), await account()];
    issuer.accounts.set('foreign', {});
    await link(other.token, 'foreign');
    const [identity] = (await methodsOf(other.token)).linked;
    for (const id of [identity?.id, '0190a000-0000-7000-8000-000000000000', 'no-uuid']) {
      const reply = await server.ask('DELETE', `/me/sign-in-methods/${id}`, { token: me.token });
      expect(reply.body.code).toBe('not_found');
    }
    expect((await methodsOf(other.token)).linked).toHaveLength(1);
    expect((await server.ask('GET', '/me/sign-in-methods')).status).toBe(401);
  });

  it('keeps the last way to sign in, also against two removals at once', async () => {
    const me = await account();
    for (const subject of ['last-1', 'last-2']) {
      issuer.accounts.set(subject, {});
      await link(me.token, subject);
    }
    // Neither password nor confirmed address: what a provider's account may be.
    await sql(
      server.databaseUrl,
      'update users set password_hash = null, email_verified_at = null where id = $1',
      [me.id],
    );
    const { linked, usable } = await methodsOf(me.token);
    expect(usable).toBe(2);
    const replies = await Promise.all(
      linked.map(({ id }) => server.ask('DELETE', `/me/sign-in-methods/${id}`, { token: me.token })),
    );
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 409]);
    expect(replies.find(({ status }) => status === 409)?.body.code).toBe('last_sign_in_method');
    expect((await methodsOf(me.token)).linked).toHaveLength(1);
  });
});
