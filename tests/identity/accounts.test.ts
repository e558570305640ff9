import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignedInView } from '../../shared/identity/contract.ts';
import { createUser, password, sql } from '../support/factories.ts';
import { mailboxOf } from './mailbox.ts';
import type { Mailbox } from './mailbox.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

const minute = 60_000;
const good = 'blue giraffe 77 sings';
const other = 'seven quiet owls at noon';

let server: TestServer;
let box: Mailbox;
let count = 0;

beforeAll(async () => {
  server = await startServer();
  box = mailboxOf(server.url);
});
afterAll(() => server.close());

const post = <T = Record<string, unknown>>(path: string, body: unknown, token?: string) =>
  server.ask<T>('POST', path, { body, token });
const signIn = (email: string, secret = good) =>
  post<SignedInView>('/auth/sign-in', { email, password: secret });
const rows = <T extends object>(statement: string, values: unknown[] = []) =>
  sql<T>(server.databaseUrl, statement, values);

/** An address that nobody has. */
function freshEmail(): string {
  count += 1;
  return `new${count}@accounts.test`;
}

async function registered(name = 'Grace Hopper'): Promise<string> {
  const email = freshEmail();
  expect((await post('/auth/register', { email, name, password: good })).status).toBe(202);
  return email;
}

/** An active account. @returns its address and an access token */
async function member(): Promise<{ email: string; token: string; id: string; cookie: string }> {
  const email = freshEmail();
  const id = await createUser(server.databaseUrl, { email, displayName: `Member ${count}` });
  const reply = await signIn(email, password);
  expect(reply.status).toBe(200);
  return { email, id, token: reply.body.accessToken, cookie: reply.cookie ?? '' };
}

interface Stored {
  code: string;
  first_name: string;
  last_name: string;
  display_name: string;
  status: string;
  role: string;
  roles: string;
  organization: string;
  is_primary: boolean;
  email_verified_at: string | null;
  phone_verified_at: string | null;
}

const stored = async (field: 'email' | 'phone', value: string): Promise<Stored | undefined> => {
  const [row] = await rows<Stored>(
    `select u.code, u.first_name, u.last_name, u.display_name, u.status, r.slug as role, u.email_verified_at, u.phone_verified_at,
       (select string_agg(g.slug, ',') from user_roles x join roles g on g.id = x.role_id where x.user_id = u.id) as roles,
       o.slug as organization, m.is_primary
     from users u join roles r on r.id = u.primary_role_id
     join organization_memberships m on m.user_id = u.id join organizations o on o.id = m.organization_id
     where u.${field} = $1`,
    [value],
  );
  return row;
};

describe('registering', () => {
  it('with an e-mail address makes a student of the default organization, whose address is still to be confirmed', async () => {
    const email = freshEmail();
    const reply = await post('/auth/register', {
      email: ` ${email.toUpperCase()} `,
      name: 'Ada King Lovelace',
      password: good,
    });
    expect(reply).toMatchObject({ status: 202, body: { channel: 'email' } });
    expect(await stored('email', email)).toMatchObject({
      code: expect.stringMatching(/^STU\d{5}$/) as string,
      first_name: 'Ada',
      last_name: 'King Lovelace',
      display_name: 'Ada King Lovelace',
      status: 'pending_verification',
      role: 'student',
      roles: 'student',
      organization: 'default',
      is_primary: true,
      email_verified_at: null,
    });
    const [hash] = await rows<{ password_hash: string }>('select password_hash from users where email = $1', [
      email,
    ]);
    expect(hash?.password_hash).toMatch(/^\$argon2id\$/);
    expect(JSON.stringify(reply.body)).not.toContain('argon2');
  });

  it('with a phone number stores it as E.164, however it is written, and confirms it by a code', async () => {
    const body = { name: 'Konrad Zuse', password: good };
    expect((await post('/auth/register', { ...body, phone: '+49 (1512) 345 67 89' })).body).toEqual({
      channel: 'sms',
    });
    const phone = '+4915123456789';
    expect(await stored('phone', phone)).toMatchObject({ status: 'pending_verification' });
    expect((await signIn('+49 1512 3456789')).body.code).toBe('verification_required');
    const code = await box.code(phone);
    const verified = await post('/auth/verification/code', { phone: '+49 1512/3456789', code });
    expect(verified.status).toBe(204);
    expect(await stored('phone', phone)).toMatchObject({
      status: 'active',
      phone_verified_at: expect.anything() as unknown,
      email_verified_at: null,
    });
    expect((await signIn('+49 1512 3456789')).status).toBe(200);
    await post('/auth/register', { ...body, phone: '+491512-3456789' });
    expect(await rows('select 1 from users where phone = $1', [phone])).toHaveLength(1);
  });

  it('answers the same for an address that has an account, makes no second one and tells the owner', async () => {
    const { email } = await member();
    const known = await post('/auth/register', { email, name: 'Somebody Else', password: good });
    const unknown = await post('/auth/register', {
      email: freshEmail(),
      name: 'Somebody Else',
      password: good,
    });
    expect({ status: known.status, body: known.body }).toEqual({
      status: unknown.status,
      body: unknown.body,
    });
    const [mail] = await box.to(email);
    expect(mail?.subject).toBe('You already have an account');
    expect(await rows('select 1 from users where email = $1', [email])).toHaveLength(1);
    expect((await signIn(email, good)).body.code).toBe('invalid_credentials');
    // What follows tells no more: a code cannot be had again at once, and a wrong one is counted.
    const again = await post('/auth/verification', { email });
    expect(again).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect((await post('/auth/verification/code', { email, code: '000000' })).body).toMatchObject({
      code: 'wrong_code',
      data: { attemptsLeft: 4 },
    });
  });

  it('gives parallel registrations different codes, and one address one account', async () => {
    const emails = [freshEmail(), freshEmail(), freshEmail(), freshEmail()];
    const same = freshEmail();
    const replies = await Promise.all(
      [...emails, same, same].map((email) => post('/auth/register', { email, name: 'P', password: good })),
    );
    expect(replies.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202, 202]);
    const made = await rows<{ code: string }>('select code from users where email = any($1)', [
      [...emails, same],
    ]);
    expect(new Set(made.map(({ code }) => code)).size).toBe(5);
    expect(made).toHaveLength(5);
  });

  it('again before the confirmation lets only the link choose the password', async () => {
    const email = await registered();
    await post('/auth/register', { email, name: 'The owner', password: other });
    const token = await box.token(email, 2);
    expect((await signIn(email, other)).body.code).toBe('invalid_credentials');
    expect((await post('/auth/password-reset/confirm', { token, password: other })).status).toBe(204);
    expect((await signIn(email, good)).body.code).toBe('invalid_credentials');
    expect((await signIn(email, other)).status).toBe(200);
  });

  it.each([
    ['no address', { name: 'A', password: good }],
    ['both', { email: 'a@b.test', phone: '+4915123456789', name: 'A', password: good }],
    ['no name', { email: 'a@b.test', password: good }],
    ['a name that is too long', { email: 'a@b.test', name: 'x'.repeat(201), password: good }],
    ['a name with a line break', { email: 'a@b.test', name: 'A\r\nBcc: eve@evil.test', password: good }],
    ['an address with a line break', { email: 'a@b.test\r\nBcc: eve@evil.test', name: 'A', password: good }],
    ['a phone number without country', { phone: '0151 23456789', name: 'A', password: good }],
    ['a phone number nobody can have', { phone: '+49 1', name: 'A', password: good }],
    ['a role', { email: 'a@b.test', name: 'A', password: good, role: 'admin' }],
    ['a status', { email: 'a@b.test', name: 'A', password: good, status: 'active' }],
    ['an organization', { email: 'a@b.test', name: 'A', password: good, organizationId: 'x' }],
    ['a password of the wrong type', { email: 'a@b.test', name: 'A', password: 12 }],
    ['a language nobody speaks', { email: 'a@b.test', name: 'A', password: good, locale: 'xx-nonsense' }],
  ])('is refused with %s, and nothing is stored', async (_what, body) => {
    const before = await rows('select 1 from users');
    const reply = await post('/auth/register', body);
    expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_input' } });
    expect(await rows('select 1 from users')).toHaveLength(before.length);
  });

  it('is refused where it is closed', async () => {
    await rows(
      `insert into system_settings (category, key_name, value, data_type) values ('auth', 'registration_open', 'false', 'boolean')`,
    );
    const reply = await post('/auth/register', { email: freshEmail(), name: 'A', password: good });
    expect(reply).toMatchObject({ status: 403, body: { code: 'registration_closed' } });
    await rows(`delete from system_settings where key_name = 'registration_open'`);
  });
});

describe('confirming an address', () => {
  it('by the link opens the account, once', async () => {
    const email = await registered();
    expect((await signIn(email)).body).toMatchObject({ code: 'verification_required' });
    expect((await signIn(email, 'wrong')).body).toMatchObject({ code: 'invalid_credentials' });
    const token = await box.token(email);
    expect((await post('/auth/verification/link', { token })).status).toBe(204);
    expect((await signIn(email)).status).toBe(200);
    expect((await post('/auth/verification/link', { token })).body.code).toBe('already_used');
  });

  it('by the code opens the account, and ends the link that came with it', async () => {
    const email = await registered();
    const [code, token] = [await box.code(email), await box.token(email)];
    expect((await post('/auth/verification/code', { email, code })).status).toBe(204);
    expect((await post('/auth/verification/code', { email, code })).body.code).toBe('already_used');
    expect((await post('/auth/verification/link', { token })).body.code).toBe('proof_invalid');
    expect((await signIn(email)).status).toBe(200);
  });

  it('by a link works for 48 hours', async () => {
    const email = await registered();
    const token = await box.token(email);
    server.clock.advance(48 * 60 * minute - minute);
    const late = await registered();
    const lateToken = await box.token(late);
    expect((await post('/auth/verification/link', { token })).status).toBe(204);
    server.clock.advance(48 * 60 * minute + 1);
    expect((await post('/auth/verification/link', { token: lateToken })).body).toMatchObject({
      status: 410,
      code: 'proof_expired',
    });
    expect(await stored('email', late)).toMatchObject({ status: 'pending_verification' });
  });

  it('by a code works for 10 minutes', async () => {
    const email = await registered();
    const code = await box.code(email);
    server.clock.advance(10 * minute);
    expect((await post('/auth/verification/code', { email, code })).body.code).toBe('proof_expired');
  });

  it('sends a new code after a minute, which ends the old one', async () => {
    const email = await registered();
    const first = await box.code(email);
    const early = await post('/auth/verification', { email });
    expect(early.body).toMatchObject({
      code: 'rate_limited',
      data: { retryAfterSeconds: expect.any(Number) },
    });
    server.clock.advance(minute);
    expect((await post('/auth/verification', { email })).status).toBe(202);
    const second = await box.code(email, 2);
    // One in a million: the same digits again.
    const old = first === second ? '' : first;
    const refused = await post('/auth/verification/code', { email, code: old });
    expect(refused.body.code).toBe(old === '' ? 'invalid_input' : 'wrong_code');
    expect((await post('/auth/verification/code', { email, code: second })).status).toBe(204);
  });

  it('refuses the sixth try, even with the right code, and the attempts outlive their refusals', async () => {
    const email = await registered();
    const code = await box.code(email);
    const wrong = code === '111111' ? '222222' : '111111';
    const left: unknown[] = [];
    for (let n = 0; n < 5; n += 1) {
      const { body } = await post('/auth/verification/code', { email, code: wrong });
      expect(body.code).toBe('wrong_code');
      left.push((body.data as { attemptsLeft: number }).attemptsLeft);
    }
    expect(left).toEqual([4, 3, 2, 1, 0]);
    expect((await post('/auth/verification/code', { email, code })).body).toMatchObject({
      status: 429,
      code: 'too_many_attempts',
    });
    expect(await stored('email', email)).toMatchObject({ status: 'pending_verification' });
  });

  it('answers the same for an address that nobody has, to the last attempt', async () => {
    const known = await registered();
    const unknown = freshEmail();
    server.clock.advance(minute);
    const answers = async (email: string): Promise<unknown[]> => {
      const all = [await post('/auth/verification', { email }), await post('/auth/verification', { email })];
      for (let n = 0; n < 6; n += 1)
        all.push(await post('/auth/verification/code', { email, code: '000000' }));
      return all.map(({ status, body }) => ({
        status,
        code: body.code,
        data: body.data,
        channel: body['channel'],
      }));
    };
    expect(await answers(unknown)).toEqual(await answers(known));
  });

  it('keeps apart what a code is for: that of another purpose is a wrong one, and counts as one', async () => {
    const { email, token } = await member();
    await post('/auth/sign-in/code', { email });
    const code = await box.code(email);
    expect((await post('/me/email', { email: freshEmail() }, token)).status).toBe(202);
    expect((await post('/me/email/confirm', { code }, token)).body).toMatchObject({
      code: 'wrong_code',
      data: { attemptsLeft: 4 },
    });
    expect((await post<SignedInView>('/auth/sign-in/code/confirm', { email, code })).status).toBe(200);
  });

  it('keeps apart what a link is for', async () => {
    const { email } = await member();
    await post('/auth/password-reset', { email });
    const link = await box.token(email);
    expect((await post('/auth/verification/link', { token: link })).body.code).toBe('wrong_purpose');
    expect((await post('/auth/password-reset/confirm', { token: link, password: other })).status).toBe(204);
  });
});

describe('a forgotten password', () => {
  it('is set anew with a link; every sign-in and every token ends, and the owner is told', async () => {
    const { email, token, cookie } = await member();
    expect((await post('/auth/password-reset', { email })).status).toBe(202);
    const link = await box.token(email);
    expect((await post('/auth/password-reset/confirm', { token: link, password: other })).status).toBe(204);
    expect((await server.ask('GET', '/me', { token })).status).toBe(401);
    expect((await server.ask('POST', '/auth/refresh', { cookie })).status).toBe(401);
    expect((await signIn(email, password)).body.code).toBe('invalid_credentials');
    expect((await signIn(email, other)).status).toBe(200);
    expect((await box.to(email, 2))[0]?.subject).toBe('Your password was changed');
    expect((await post('/auth/password-reset/confirm', { token: link, password: good })).body.code).toBe(
      'already_used',
    );
    const revoked = await rows<{ revoke_reason: string; token_version: number }>(
      'select s.revoke_reason, u.token_version from auth_sessions s join users u on u.id = s.user_id where u.email = $1 and s.revoked_at is not null',
      [email],
    );
    expect(revoked).toEqual([{ revoke_reason: 'password_changed', token_version: 1 }]);
  });

  it('answers the same for an address that nobody has, and sends nothing twice in a minute', async () => {
    const { email } = await member();
    const known = await post('/auth/password-reset', { email });
    const again = await post('/auth/password-reset', { email });
    const unknown = await post('/auth/password-reset', { email: freshEmail() });
    expect(
      new Set([known, again, unknown].map(({ status, body }) => JSON.stringify([status, body]))).size,
    ).toBe(1);
    await box.to(email);
    const marker = await registered();
    await box.to(marker);
    expect(await box.to(email)).toHaveLength(1);
  });

  it('has a link that is good for 30 minutes, and is not used up by a password that is refused', async () => {
    const { email } = await member();
    await post('/auth/password-reset', { email });
    const token = await box.token(email);
    server.clock.advance(30 * minute - 1000);
    const weak = await post('/auth/password-reset/confirm', { token, password: 'password1234' });
    expect(weak.body).toMatchObject({ code: 'weak_password', data: { reasons: ['common'] } });
    server.clock.advance(1000);
    const late = await post('/auth/password-reset/confirm', { token, password: other });
    expect(late.body).toMatchObject({ status: 410, code: 'proof_expired' });
    expect((await signIn(email, password)).status).toBe(200);
  });

  it.each(['x', '', 'a'.repeat(43), 'a'.repeat(4000), 7])('is refused with the token %j', async (token) => {
    const reply = await post('/auth/password-reset/confirm', { token, password: other });
    expect(reply.status).toBe(400);
    expect(['invalid_input', 'proof_invalid']).toContain(reply.body.code);
  });

  it('sends nothing to a suspended account', async () => {
    const { email, id } = await member();
    await rows(`update users set status = 'suspended' where id = $1`, [id]);
    expect((await post('/auth/password-reset', { email })).status).toBe(202);
    expect(await rows('select 1 from verification_tokens where user_id = $1', [id])).toEqual([]);
  });

  it('is in the audit trail when it is asked for, also in vain', async () => {
    const { email, id } = await member();
    await post('/auth/password-reset', { email });
    await post('/auth/password-reset', { email: freshEmail() });
    const entries = await rows<{ resource_id: string | null; sent: boolean }>(
      `select l.resource_id, (d.metadata->>'sent')::boolean as sent
       from audit_logs l join audit_log_details d on d.audit_log_id = l.id
       where l.action = 'password.reset_requested' order by l.seq desc limit 2`,
    );
    expect(entries).toEqual([
      { resource_id: null, sent: false },
      { resource_id: id, sent: true },
    ]);
  });

  it('does not skip the second factor', async () => {
    const { email, id } = await member();
    await rows(`update users set two_factor_enabled = true, two_factor_secret_enc = 'sealed' where id = $1`, [
      id,
    ]);
    await post('/auth/password-reset', { email });
    const token = await box.token(email);
    expect((await post('/auth/password-reset/confirm', { token, password: other })).status).toBe(204);
    const reply = await signIn(email, other);
    expect(reply.status).toBe(202);
    expect(reply.body).toMatchObject({ mfa: { methods: ['totp'] } });
  });

  it('asks the owner afterwards to look at keys, passkeys and providers, which it leaves alone', async () => {
    const { email } = await member();
    await post('/auth/password-reset', { email });
    const token = await box.token(email);
    await post('/auth/password-reset/confirm', { token, password: other });
    const [mail] = await box.to(email, 2);
    expect(mail?.text).toContain(`${server.url}/account/api-keys`);
    expect(mail?.text).toContain(`${server.url}/account/ways-to-sign-in`);
  });
});

describe('changing the password', () => {
  it('needs the old one, ends the other sign-ins and keeps this one', async () => {
    const { email, token } = await member();
    const elsewhere = (await signIn(email, password)).body.accessToken;
    const wrong = await post('/me/password', { currentPassword: 'wrong', newPassword: other }, token);
    expect(wrong).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
    expect((await post('/me/password', { newPassword: other }, token)).body.code).toBe('invalid_credentials');
    const same = await post('/me/password', { currentPassword: password, newPassword: password }, token);
    expect(same.body).toMatchObject({ code: 'weak_password', data: { reasons: ['unchanged'] } });
    const done = await post('/me/password', { currentPassword: password, newPassword: other }, token);
    expect(done.status).toBe(204);
    expect((await server.ask('GET', '/me', { token })).status).toBe(200);
    expect((await server.ask('GET', '/me', { token: elsewhere })).status).toBe(401);
    expect((await signIn(email, other)).status).toBe(200);
  });

  it('counts wrong passwords as the sign-in does, and tells the owner when that locks the account', async () => {
    const { email, token } = await member();
    for (let n = 0; n < 5; n += 1)
      await post('/me/password', { currentPassword: 'wrong', newPassword: other }, token);
    const locked = await post('/me/password', { currentPassword: password, newPassword: other }, token);
    expect(locked).toMatchObject({ status: 423, body: { code: 'account_locked' } });
    expect((await signIn(email, password)).status).toBe(423);
    expect((await box.to(email))[0]?.subject).toBe('Your account is locked for a while');
  });

  it('is all that is answered while it is demanded, besides who one is and the way out', async () => {
    const { id, token, cookie } = await member();
    await rows('update users set must_change_password = true where id = $1', [id]);
    for (const [method, path] of [
      ['GET', '/me/profile'],
      ['PATCH', '/me'],
      ['POST', '/me/email'],
      ['GET', '/me/courses'],
    ] as const) {
      const reply = await server.ask(method, path, { token, body: method === 'GET' ? undefined : {} });
      expect({ path, status: reply.status, code: reply.body.code }).toEqual({
        path,
        status: 403,
        code: 'must_change_password',
      });
    }
    expect((await server.ask('GET', '/me', { token })).body).toMatchObject({ mustChangePassword: true });
    expect((await server.ask('POST', '/auth/refresh', { cookie })).status).toBe(200);
    expect(
      (await post('/me/password', { currentPassword: password, newPassword: other }, token)).status,
    ).toBe(204);
    expect((await server.ask('GET', '/me/profile', { token })).status).toBe(200);
  });
});

describe('signing in with a code', () => {
  it('opens a sign-in once, by e-mail', async () => {
    const { email } = await member();
    expect((await post('/auth/sign-in/code', { email })).body).toEqual({ channel: 'email' });
    const code = await box.code(email);
    const reply = await post<SignedInView>('/auth/sign-in/code/confirm', { email, code });
    expect(reply.status).toBe(200);
    expect(reply.body.user).toMatchObject({ email });
    expect(reply.cookie).toMatch(/^lectern_refresh=/);
    expect((await post('/auth/sign-in/code/confirm', { email, code })).body.code).toBe('already_used');
  });

  it('opens a sign-in by phone', async () => {
    const { id } = await member();
    const phone = '+4915123456701';
    await rows('update users set phone = $1, phone_verified_at = now() where id = $2', [phone, id]);
    await post('/auth/sign-in/code', { phone });
    const code = await box.code(phone);
    const reply = await post<SignedInView>('/auth/sign-in/code/confirm', { phone: '+49 1512 3456701', code });
    expect(reply.body.user).toMatchObject({ id });
  });

  it('is good for ten minutes and five tries; wrong ones lock the account as wrong passwords do', async () => {
    const late = await member();
    await post('/auth/sign-in/code', { email: late.email });
    const expired = await box.code(late.email);
    server.clock.advance(10 * minute);
    expect((await post('/auth/sign-in/code/confirm', { email: late.email, code: expired })).body.code).toBe(
      'proof_expired',
    );
    const { email } = await member();
    await post('/auth/sign-in/code', { email });
    const code = await box.code(email);
    const wrong = code === '111111' ? '222222' : '111111';
    for (let n = 0; n < 5; n += 1) {
      expect((await post('/auth/sign-in/code/confirm', { email, code: wrong })).body.code).toBe('wrong_code');
    }
    expect((await post('/auth/sign-in/code/confirm', { email, code })).body.code).toBe('too_many_attempts');
    expect((await signIn(email, password)).body.code).toBe('account_locked');
  });

  it('answers the same for nobody, for an unconfirmed address and for a suspended account', async () => {
    const pending = await registered();
    const { email: suspended, id } = await member();
    await rows(`update users set status = 'suspended' where id = $1`, [id]);
    const { email: known } = await member();
    const answers = async (email: string): Promise<unknown> => {
      const all = [await post('/auth/sign-in/code', { email }), await post('/auth/sign-in/code', { email })];
      for (let n = 0; n < 6; n += 1)
        all.push(await post('/auth/sign-in/code/confirm', { email, code: '000000' }));
      all.push(await signIn(email, 'wrong'));
      return all.map(({ status, body }) => ({ status, code: body.code }));
    };
    const expected = await answers(known);
    for (const email of [freshEmail(), pending, suspended]) expect(await answers(email)).toEqual(expected);
  });
});

describe('a password', () => {
  it.each([
    ['short', ['too_short']],
    ['x'.repeat(129), ['too_long']],
    ['password1234', ['common']],
    ['gracehopper12', ['personal']],
    ['lectern12345', ['personal']],
    ['aaaaaaaaaaaa', ['repeats']],
    ['abcdefghijklm', ['sequence']],
  ])('%j is refused with a reason', async (secret, reasons) => {
    const reply = await post('/auth/register', {
      email: freshEmail(),
      name: 'Grace Hopper',
      password: secret,
    });
    expect(reply).toMatchObject({ status: 422, body: { code: 'weak_password', data: { reasons } } });
  });

  it('holding the own address is refused', async () => {
    const reply = await post('/auth/register', {
      email: 'zebrafinch@accounts.test',
      name: 'G',
      password: 'Zebrafinch@2',
    });
    expect(reply.body).toMatchObject({ code: 'weak_password', data: { reasons: ['personal'] } });
  });

  it('may hold any characters, and is taken as it is', async () => {
    const email = freshEmail();
    const strange = ' ünïcode 🦒 passwörter ';
    expect((await post('/auth/register', { email, name: 'G', password: strange })).status).toBe(202);
    expect((await signIn(email, strange.trim())).body.code).toBe('invalid_credentials');
    expect((await signIn(email, strange)).body.code).toBe('verification_required');
  });

  it('may have 64 characters and more, and every one of them counts', async () => {
    const email = freshEmail();
    const long = `${'many small owls '.repeat(7)}At Noon`;
    expect(long.length).toBeGreaterThan(110);
    expect((await post('/auth/register', { email, name: 'G', password: long })).status).toBe(202);
    for (const changed of [long.slice(0, -1), long.toLowerCase(), long.slice(0, 72)])
      expect((await signIn(email, changed)).body.code).toBe('invalid_credentials');
    expect((await signIn(email, long)).body.code).toBe('verification_required');
  });

  it('has no end: it is good as long as nobody changes it', async () => {
    const patient = await startServer();
    const email = 'patient@accounts.test';
    await createUser(patient.databaseUrl, { email, displayName: 'Patient' });
    patient.clock.advance(5 * 365 * 24 * 60 * minute);
    const reply = await patient.ask<SignedInView>('POST', '/auth/sign-in', { body: { email, password } });
    expect(reply.status).toBe(200);
    expect(reply.body.pending).toBeUndefined();
    await patient.close();
  });

  it('from a list of leaks is refused; only five characters of its hash leave the server; an outage locks nobody out', async () => {
    const asked: string[] = [];
    let broken = false;
    const leaked = createHash('sha1').update(other).digest('hex').toUpperCase();
    const list = createServer((req, res) => {
      asked.push(req.url ?? '');
      if (broken) res.writeHead(500).end();
      else res.end(`${'0'.repeat(35)}:3\r\n${leaked.slice(5)}:12\r\n${'F'.repeat(35)}:0`);
    });
    await new Promise<void>((resolve) => list.listen(0, '127.0.0.1', () => resolve()));
    const url = `http://127.0.0.1:${(list.address() as AddressInfo).port}/range/`;
    const guarded = await startServer({ env: { PASSWORD_BREACH_URL: url } });
    const register = (email: string, secret: string) =>
      guarded.ask('POST', '/auth/register', { body: { email, name: 'G', password: secret } });
    expect((await register('a@leak.test', other)).body.code).toBe('breached_password');
    expect((await register('b@leak.test', good)).status).toBe(202);
    expect(asked).toEqual([
      `/range/${leaked.slice(0, 5)}`,
      `/range/${createHash('sha1').update(good).digest('hex').toUpperCase().slice(0, 5)}`,
    ]);
    broken = true;
    expect((await register('c@leak.test', other)).status).toBe(202);
    await guarded.close();
    await new Promise((resolve) => list.close(resolve));
  });
});

describe('the own profile', () => {
  it('keeps what is changed and leaves the rest', async () => {
    const { token, id } = await member();
    const changes = {
      firstName: 'Ann',
      middleName: 'B.',
      lastName: 'Cole',
      displayName: 'Ann Cole',
      username: 'Ann.Cole',
      bio: 'Reads.\nWrites.',
      dateOfBirth: '2001-02-28',
      gender: 'prefer_not_to_say',
      alternatePhone: '+49 30 901820',
      country: 'DE',
      city: 'Berlin',
      emergencyContactName: 'Bob Cole',
      skills: ['Maths', 'Chess'],
      socialLinks: { website: 'https://ann.example' },
      visibility: 'private',
    };
    const saved = await server.ask('PATCH', '/me/profile', { token, body: changes });
    const expected = { ...changes, username: 'ann.cole', alternatePhone: '+4930901820' };
    expect(saved).toMatchObject({ status: 200, body: expected });
    await server.ask('PATCH', '/me/profile', { token, body: { bio: '', gender: null } });
    const read = await server.ask('GET', '/me/profile', { token });
    expect(read.body).toMatchObject({ ...expected, bio: null, gender: null });
    expect(JSON.stringify(read.body)).not.toMatch(/argon2|password_hash/);
    expect((await signIn('ann.cole', password)).status).toBe(200);
    const audited = await rows('select 1 from audit_logs where resource_id = $1 and action = $2', [
      id,
      'user.profile_changed',
    ]);
    expect(audited).toHaveLength(2);
  });

  it.each([
    ['a role', { role: 'admin' }],
    ['a status', { status: 'active' }],
    ['an employee number', { employeeId: '1' }],
    ['an e-mail address', { email: 'x@y.test' }],
    ['a link that is no web address', { socialLinks: { website: 'javascript:alert(1)' } }],
    ['a network that is unknown', { socialLinks: { evil: 'https://x.test' } }],
    ['a birthday to come', { dateOfBirth: '2999-01-01' }],
    ['a day that is none', { dateOfBirth: '2001-02-30' }],
    ['a name with a line break', { displayName: 'A\nB' }],
    ['no name', { displayName: '  ' }],
    ['a bio that is too long', { bio: 'x'.repeat(2001) }],
    ['an unknown gender', { gender: 'x' }],
    ['an unknown visibility', { visibility: 'all' }],
    ['a number nobody can have', { alternatePhone: '+49 1 1' }],
  ])('refuses %s, and nothing is changed', async (_what, changes) => {
    const { token } = await member();
    const before = (await server.ask('GET', '/me/profile', { token })).body;
    const reply = await server.ask('PATCH', '/me/profile', {
      token,
      body: { lastName: 'Changed', ...changes },
    });
    expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_input' } });
    expect((await server.ask('GET', '/me/profile', { token })).body).toEqual(before);
  });

  it('has a username that nobody else has, in whatever case', async () => {
    const [one, two] = [await member(), await member()];
    await server.ask('PATCH', '/me/profile', { token: one.token, body: { username: 'taken.name' } });
    const reply = await server.ask('PATCH', '/me/profile', {
      token: two.token,
      body: { username: 'Taken.Name' },
    });
    expect(reply).toMatchObject({
      status: 409,
      body: { code: 'already_exists', data: { field: 'username' } },
    });
  });
});

describe('preferences', () => {
  it('are a language and a time zone that exist', async () => {
    const { token } = await member();
    const body = { locale: 'de-at', timezone: 'Europe/Paris', displayName: 'New Name' };
    const saved = await server.ask('PATCH', '/me', { token, body });
    expect(saved).toMatchObject({
      status: 200,
      body: { locale: 'de-AT', timezone: 'Europe/Paris', displayName: 'New Name' },
    });
    for (const wrong of [
      { timezone: 'Mars/Base' },
      { timezone: '+05:00' },
      { locale: 'xx-nonsense' },
      { locale: '' },
      { role: 'super_admin' },
      { mustChangePassword: false },
      { emailVerified: true },
    ]) {
      const reply = await server.ask('PATCH', '/me', { token, body: wrong });
      expect({ wrong, status: reply.status, code: reply.body.code }).toEqual({
        wrong,
        status: 400,
        code: 'invalid_input',
      });
    }
    expect((await server.ask('GET', '/me', { token })).body).toMatchObject(saved.body);
  });
});

describe('changing an address', () => {
  it('takes the new e-mail address with the code that was sent there, and tells the old one', async () => {
    const { email, token } = await member();
    const fresh = freshEmail();
    expect((await post('/me/email', { email: fresh }, token)).status).toBe(202);
    expect((await server.ask('GET', '/me', { token })).body).toMatchObject({ email });
    const code = await box.code(fresh);
    const done = await post('/me/email/confirm', { code }, token);
    expect(done).toMatchObject({ status: 200, body: { email: fresh, emailVerified: true } });
    expect((await box.to(email))[0]?.subject).toBe('Your e-mail address was changed');
    expect((await signIn(email, password)).body.code).toBe('invalid_credentials');
    expect((await signIn(fresh, password)).status).toBe(200);
  });

  it('takes a phone number', async () => {
    const { token } = await member();
    await post('/me/phone', { phone: '+49 1512 3456702' }, token);
    const code = await box.code('+4915123456702');
    const done = await post('/me/phone/confirm', { code }, token);
    expect(done.body).toMatchObject({ phone: '+4915123456702', phoneVerified: true });
  });

  it('answers the same for an address that is somebody else’s, who is told; nothing is changed', async () => {
    const [one, two] = [await member(), await member()];
    const taken = await post('/me/email', { email: two.email }, one.token);
    expect(taken).toMatchObject({ status: 202, body: { channel: 'email' } });
    const [mail] = await box.to(two.email);
    expect(mail?.text).not.toMatch(/\d{6}/);
    expect((await post('/me/email/confirm', { code: '000000' }, one.token)).body.code).toBe('wrong_code');
    expect((await server.ask('GET', '/me', { token: one.token })).body).toMatchObject({ email: one.email });
  });

  it('that two people confirm at the same moment becomes the one’s, and the other one is told that it is not valid', async () => {
    const wanted = freshEmail();
    const [one, two] = [await member(), await member()];
    const codes: string[] = [];
    for (const [n, { token }] of [one, two].entries()) {
      await post('/me/email', { email: wanted }, token);
      codes.push(await box.code(wanted, n + 1));
    }
    const replies = await Promise.all(
      [one, two].map(({ token }, n) => post('/me/email/confirm', { code: codes[n] }, token)),
    );
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400]);
    expect(replies.find(({ status }) => status === 400)?.body.code).toBe('proof_invalid');
  });

  it('does not take somebody else’s code', async () => {
    const [one, two] = [await member(), await member()];
    const fresh = freshEmail();
    await post('/me/email', { email: fresh }, one.token);
    const code = await box.code(fresh);
    expect((await post('/me/email/confirm', { code }, two.token)).body.code).toBe('proof_invalid');
  });

  it('needs a fresh proof of who asks', async () => {
    const { token } = await member();
    server.clock.advance(14 * minute);
    const reply = await post('/me/email', { email: freshEmail() }, token);
    expect(reply).toMatchObject({ status: 403, body: { code: 'step_up_required' } });
  });
});
