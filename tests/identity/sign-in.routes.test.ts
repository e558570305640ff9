import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignedInView } from '../../shared/identity/contract.ts';
import { createUser, password, sql } from '../support/factories.ts';
import { startServer, statementsOf } from './server.ts';
import type { TestServer } from './server.ts';

let server: TestServer;
let count = 0;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

/** A new account. @returns its e-mail address */
async function account(): Promise<string> {
  count += 1;
  const email = `person${count}@test.lectern`;
  await createUser(server.databaseUrl, { email, displayName: `Person ${count}` });
  return email;
}

const signIn = (email: string, secret = password, headers = {}) =>
  server.ask<SignedInView>('POST', '/auth/sign-in', { body: { email, password: secret }, headers });

describe('signing in', () => {
  it('answers an access token of 15 minutes, the person, and a cookie that scripts cannot read', async () => {
    const email = await account();
    const reply = await signIn(email, password, { 'user-agent': 'x'.repeat(2000) });
    expect(reply.status).toBe(200);
    expect(reply.body.user).toMatchObject({ email, role: 'student', displayName: `Person ${count}` });
    const left = Date.parse(reply.body.expiresAt) - server.clock.now().getTime();
    expect(left / 60_000).toBeCloseTo(15, 0);
    const attributes = (reply.headers.get('set-cookie') ?? '').split('; ');
    expect(attributes).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/api/v1/auth']));
    // Seven days, less what the answer took.
    const maxAge = Number(/Max-Age=(\d+)/.exec(attributes.join())?.[1]);
    expect(maxAge).toBeGreaterThan(604_800 - 60);
    expect(maxAge).toBeLessThanOrEqual(604_800);
    expect(attributes).not.toContain('Secure');
    expect(reply.cookie).toMatch(/^lectern_refresh=[\w-]{43}$/);
    const [session] = await sql<{ n: number; ip_address: string; is_exclusive: boolean }>(
      server.databaseUrl,
      `select length(user_agent) n, host(ip_address) ip_address, is_exclusive from auth_sessions s join users u on u.id = s.user_id where email = $1`,
      [email],
    );
    expect(session).toEqual({ n: 512, ip_address: '127.0.0.1', is_exclusive: false });
  });

  it('takes the address in any case and with spaces around it', async () => {
    const email = await account();
    expect((await signIn(`  ${email.toUpperCase()} `)).status).toBe(200);
  });

  it('behind TLS gives the cookie to this very host only, and takes no other', async () => {
    const secure = await startServer({ secureCookies: true });
    await createUser(secure.databaseUrl, { email: 'a@test.lectern', displayName: 'A' });
    const reply = await secure.ask('POST', '/auth/sign-in', { body: { email: 'a@test.lectern', password } });
    const [pair, ...attributes] = (reply.headers.get('set-cookie') ?? '').split('; ');
    // The prefix keeps neighbouring hosts from planting one; it demands the whole host.
    expect(pair).toMatch(/^__Host-lectern_refresh=[\w-]{43}$/);
    expect(attributes).toEqual(expect.arrayContaining(['Secure', 'HttpOnly', 'SameSite=Strict', 'Path=/']));
    expect(attributes.join()).not.toContain('Domain');
    const value = pair?.split('=')[1] ?? '';
    const planted = await secure.ask('POST', '/auth/refresh', { cookie: `lectern_refresh=${value}` });
    expect(planted.body.code).toBe('unauthenticated');
    expect((await secure.ask('POST', '/auth/refresh', { cookie: pair })).status).toBe(200);
    await secure.close();
  });

  it('answers a wrong password and an unknown address alike, and both take a hash', async () => {
    const email = await account();
    const timed = async (address: string) => {
      let best = Infinity;
      let answer: unknown;
      for (let n = 0; n < 3; n += 1) {
        const start = performance.now();
        const { status, body } = await signIn(address, 'wrong');
        best = Math.min(best, performance.now() - start);
        answer = { status, code: body.code, title: body.title, detail: body.detail };
      }
      return { best, answer };
    };
    const known = await timed(email);
    const unknown = await timed('nobody@test.lectern');
    const system = await timed('system@lectern.invalid');
    expect(known.answer).toMatchObject({ status: 401, code: 'invalid_credentials' });
    expect(unknown.answer).toEqual(known.answer);
    expect(system.answer).toEqual(known.answer);
    // Without the hash it would be a small fraction.
    expect(unknown.best).toBeGreaterThan(known.best / 4);
  });

  it.each([
    ['inactive', 'account_inactive'],
    ['pending_verification', 'verification_required'],
    ['suspended', 'account_suspended'],
  ])('tells a %s account so, but only after the right password', async (status, code) => {
    const email = await account();
    await sql(server.databaseUrl, 'update users set status = $2 where email = $1', [email, status]);
    expect((await signIn(email, 'wrong')).body.code).toBe('invalid_credentials');
    expect((await signIn(email)).body.code).toBe(code);
  });

  it('tells until when an account is suspended: at the sign-in, on requests and on refresh', async () => {
    const email = await account();
    const { body, cookie } = await signIn(email);
    const until = '2099-03-02T09:30:00.000Z';
    await sql(
      server.databaseUrl,
      `update users set status = 'suspended', suspended_until = $2 where email = $1`,
      [email, until],
    );
    const refusal = { status: 403, body: { code: 'account_suspended', data: { until } } };
    expect(await signIn(email)).toMatchObject(refusal);
    expect(await server.ask('GET', '/me', { token: body.accessToken })).toMatchObject(refusal);
    expect(await server.ask('POST', '/auth/refresh', { cookie: cookie as string })).toMatchObject(refusal);
    await sql(server.databaseUrl, 'update users set suspended_until = null where email = $1', [email]);
    expect(await signIn(email)).toMatchObject({ body: { code: 'account_suspended', data: { until: null } } });
  });

  it('lets a suspension lift by itself', async () => {
    const email = await account();
    await sql(
      server.databaseUrl,
      `update users set status = 'suspended', suspended_until = now() - interval '1 second' where email = $1`,
      [email],
    );
    expect((await signIn(email)).status).toBe(200);
  });

  it('does not know a deleted account', async () => {
    const email = await account();
    await sql(server.databaseUrl, 'update users set deleted_at = now() where email = $1', [email]);
    expect((await signIn(email)).body.code).toBe('invalid_credentials');
  });

  it('lets fifty sign in at once, on one account and on many', async () => {
    const emails = await Promise.all(Array.from({ length: 25 }, account));
    const shared = await account();
    const replies = await Promise.all(
      [...emails, ...Array<string>(25).fill(shared)].map((email) => signIn(email)),
    );
    expect(replies.map(({ status }) => status)).toEqual(Array(50).fill(200));
  });
});

describe('locking', () => {
  const minutes = (n: number) => server.clock.advance(n * 60_000);

  async function failFive(email: string): Promise<void> {
    for (let n = 0; n < 5; n += 1)
      expect((await signIn(email, 'wrong')).body.code).toBe('invalid_credentials');
  }

  it('locks after five wrong passwords, for 15 minutes and then twice as long, also against the right one', async () => {
    const email = await account();
    await failFive(email);
    const locked = await signIn(email);
    expect(locked).toMatchObject({ status: 423, body: { code: 'account_locked' } });
    const until = Date.parse((locked.body.data as { until: string }).until);
    expect((until - server.clock.now().getTime()) / 60_000).toBeCloseTo(15, 0);
    minutes(14);
    expect((await signIn(email)).status).toBe(423);
    minutes(2);
    await failFive(email);
    minutes(29);
    expect((await signIn(email)).status).toBe(423);
    minutes(2);
    expect((await signIn(email)).status).toBe(200);
    await failFive(email);
    minutes(16);
    expect((await signIn(email)).status).toBe(200);
  });

  it('locks an address without an account in the same way', async () => {
    await failFive('ghost@test.lectern');
    expect((await signIn('ghost@test.lectern')).status).toBe(423);
    minutes(16);
    expect((await signIn('ghost@test.lectern')).status).toBe(401);
  });

  it('counts at most five of many guesses at once', async () => {
    const email = await account();
    // Without the right one among them: it would begin the count anew wherever it happens to come.
    const guesses = await Promise.all(Array.from({ length: 12 }, () => signIn(email, 'wrong')));
    const wrong = guesses.filter(({ body }) => body.code === 'invalid_credentials');
    expect(wrong.length).toBeLessThanOrEqual(5);
    const [row] = await sql<{ n: number }>(
      server.databaseUrl,
      'select failed_login_attempts n from users where email = $1',
      [email],
    );
    expect(row?.n).toBeLessThanOrEqual(5);
    expect((await signIn(email, password)).status).toBe(423);
  });

  it('limits the failures of one address on one account, whether there is such an account or not', async () => {
    const answers: (string | undefined)[] = [];
    for (let n = 0; n < 21; n += 1) answers.push((await signIn('flood@test.lectern', 'wrong')).body.code);
    expect(answers.at(-1)).toBe('rate_limited');
    const refused = await signIn('flood@test.lectern');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    minutes(16);
    expect((await signIn('flood@test.lectern')).status).toBe(401);
  });
});

describe('what is refused before it is looked at', () => {
  const good = { email: 'a@test.lectern', password: 'x' };
  it.each([
    ['no e-mail', { password: 'x' }, 'email'],
    ['an e-mail that is none', { ...good, email: 'no body' }, 'email'],
    ['an e-mail that is a number', { ...good, email: 7 }, 'email'],
    ['an e-mail that is too long', { ...good, email: `${'a'.repeat(260)}@test.lectern` }, 'email'],
    ['no password', { email: 'a@test.lectern' }, 'password'],
    ['an empty password', { ...good, password: '' }, 'password'],
    ['a password that is too long', { ...good, password: 'x'.repeat(1025) }, 'password'],
    ['a password that is an object', { ...good, password: { $ne: '' } }, 'password'],
    ['a field that does not belong', { ...good, role: 'admin' }, 'role'],
  ])('%s', async (_, body, path) => {
    const reply = await server.ask('POST', '/auth/sign-in', { body });
    expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_input' } });
    expect(reply.body.errors?.map((error) => error.path)).toContain(path);
    expect(reply.headers.get('content-type')).toContain('application/problem+json');
  });

  it('a body that is no JSON, too large, or of another type', async () => {
    const asks = [
      { raw: '{', status: 400 },
      { raw: JSON.stringify({ ...good, password: 'x'.repeat(70_000) }), status: 413 },
      {
        raw: 'email=a&password=b',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        status: 415,
      },
      { raw: '[]', status: 400 },
      { status: 400 },
    ];
    for (const { status, ...options } of asks) {
      expect((await server.ask('POST', '/auth/sign-in', options)).status).toBe(status);
    }
  });

  it('a query that no contract names', async () => {
    expect((await server.ask('POST', '/auth/sign-in?next=/', { body: good })).status).toBe(400);
  });
});

describe('access tokens', () => {
  async function signedIn() {
    const email = await account();
    const { body, cookie } = await signIn(email);
    return { email, token: body.accessToken, cookie: cookie ?? '' };
  }
  const me = (token?: string) => server.ask('GET', '/me', { token });

  it('open what is for signed-in people, at one query of identity for each request', async () => {
    const { token } = await signedIn();
    expect((await me(token)).status).toBe(200);
    expect(await statementsOf(() => server.identity.authenticator.accessToken(token))).toHaveLength(1);
    const statements = await statementsOf(() => server.ask('GET', '/me/courses', { token }));
    expect(statements.filter((text) => text.includes('auth_sessions'))).toHaveLength(1);
    expect(statements.length).toBeLessThanOrEqual(2);
  });

  it('are refused when absent, forged, of another purpose, of an unknown key, or over', async () => {
    const { token } = await signedIn();
    const [head, body] = token.split('.');
    expect((await me()).body.code).toBe('unauthenticated');
    expect((await server.ask('GET', '/me', { headers: { authorization: 'Basic eDp5' } })).body.code).toBe(
      'unauthenticated',
    );
    for (const bad of [
      'x',
      `${head}.${body}.AAAA`,
      `${head}.${body}.`,
      server.tokens.sign('note', { sub: 'a', sid: 'b' }, 60).token,
    ]) {
      expect((await me(bad)).body.code).toBe('token_invalid');
    }
    const unknown = `${Buffer.from('{"alg":"HS256","kid":"k9"}').toString('base64url')}.${body}.AAAA`;
    expect((await me(unknown)).body.code).toBe('token_invalid');
    const none = `${Buffer.from('{"alg":"none","kid":"k1"}').toString('base64url')}.${body}.`;
    expect((await me(none)).body.code).toBe('token_invalid');
    server.clock.advance(15 * 60_000 + 1000);
    expect((await me(token)).body.code).toBe('token_expired');
  });

  it('of a key that no longer signs go on until it is taken away', async () => {
    const { createTokens } = await import('../../server/kernel/tokens.ts');
    const { signingKeys } = await import('./server.ts');
    const { token } = await signedIn();
    const next = { kid: 'k2', secret: 'the second secret of a test, long enough' };
    const both = createTokens([next, ...signingKeys], server.clock);
    expect(both.verify('access', token)).toMatchObject({ iss: 'lectern' });
    expect(() => createTokens([next], server.clock).verify('access', token)).toThrow(/not valid/);
  });

  it('end with the sign-in, the account, and the person’s token version', async () => {
    const one = await signedIn();
    await server.ask('POST', '/auth/sign-out', { cookie: one.cookie });
    expect((await me(one.token)).body.code).toBe('session_revoked');
    const two = await signedIn();
    await sql(server.databaseUrl, `update users set status = 'inactive' where email = $1`, [two.email]);
    expect((await me(two.token)).body.code).toBe('account_inactive');
    const three = await signedIn();
    await sql(server.databaseUrl, 'update users set token_version = token_version + 1 where email = $1', [
      three.email,
    ]);
    expect((await me(three.token)).body.code).toBe('session_revoked');
    const four = await signedIn();
    await sql(
      server.databaseUrl,
      `update auth_sessions set expires_at = '2020-01-01' where user_id = (select id from users where email = $1)`,
      [four.email],
    );
    expect((await me(four.token)).body.code).toBe('session_revoked');
  });

  it('isSignedIn follows the sign-in', async () => {
    const { token, cookie } = await signedIn();
    const actor = await server.identity.authenticator.accessToken(token);
    const stands = () => server.identity.authenticator.isSignedIn(actor.authSessionId);
    expect(await stands()).toBe(true);
    await server.ask('POST', '/auth/sign-out', { cookie });
    expect(await stands()).toBe(false);
    expect(await server.identity.authenticator.isSignedIn('0190a000-0000-7000-8000-000000000000')).toBe(
      false,
    );
  });
});
