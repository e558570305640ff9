import { generateSync } from 'otplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MfaRequiredView, SignedInView } from '../../shared/identity/contract.ts';
import type { TwoFactorView } from '../../shared/identity/two-factor.ts';
import { createUser, password, sql } from '../support/factories.ts';
import { mailboxOf } from './mailbox.ts';
import { startServer } from './server.ts';
import type { Reply, TestServer } from './server.ts';

const minute = 60_000;
let server: TestServer;
let count = 0;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

interface Someone {
  id: string;
  email: string;
  /** Base32, once there is a second factor. */
  secret: string;
  recoveryCodes: string[];
}

async function someone(role = 'student'): Promise<Someone> {
  count += 1;
  const email = `factor${count}@test.lectern`;
  const id = await createUser(server.databaseUrl, { email, displayName: `Person ${count}`, role });
  return { id, email, secret: '', recoveryCodes: [] };
}

const begin = <T = SignedInView>(who: Someone, options: { rememberMe?: boolean } = {}): Promise<Reply<T>> =>
  server.ask<T>('POST', '/auth/sign-in', { body: { email: who.email, password, ...options } });

const totp = (secret: string, offsetSeconds = 0): string =>
  generateSync({ secret, epoch: Math.floor(server.clock.now().getTime() / 1000) + offsetSeconds });

/** A code of six digits that is wrong now and in the steps around. */
function wrongCode(secret: string): string {
  const right = [-60, -30, 0, 30, 60].map((offset) => totp(secret, offset));
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find(
    (code) => !right.includes(code),
  ) as string;
}

const setUp = (token: string) =>
  server.ask<{ secret: string; address: string }>('POST', '/me/two-factor/setup', { token, body: {} });
const confirm = (token: string, code: string) =>
  server.ask<{ recoveryCodes: string[] }>('POST', '/me/two-factor/confirm', { token, body: { code } });
const answer = (challengeId: string, code: string) =>
  server.ask<SignedInView>('POST', '/auth/second-factor', { body: { challengeId, code } });
const stepUp = (token: string, body: object) =>
  server.ask<{ until: string }>('POST', '/auth/step-up', { token, body });
const look = (token: string) => server.ask<TwoFactorView>('GET', '/me/two-factor', { token });

/** Somebody with a second factor, in a later time step than the one that confirmed it. */
async function protectedOne(role?: string): Promise<Someone & { token: string }> {
  const who = await someone(role);
  const token = (await begin(who)).body.accessToken;
  who.secret = (await setUp(token)).body.secret;
  who.recoveryCodes = (await confirm(token, totp(who.secret))).body.recoveryCodes;
  server.clock.advance(minute);
  return { ...who, token };
}

async function challenge(who: Someone, options: { rememberMe?: boolean } = {}): Promise<string> {
  const reply = await begin<MfaRequiredView>(who, options);
  expect(reply.status).toBe(202);
  return reply.body.mfa.challengeId;
}

describe('setting up a second factor', () => {
  it('gives a secret for the app, and counts after a code of it', async () => {
    const ada = await someone();
    const { accessToken: token } = (await begin(ada)).body;
    const { secret, address } = (await setUp(token)).body;
    expect(address).toContain('otpauth://totp/');
    expect(new URL(address).searchParams.get('secret')).toBe(secret);
    expect((await look(token)).body).toMatchObject({ enabled: false, required: false });
    expect((await begin(ada)).status).toBe(200);
    expect((await confirm(token, wrongCode(secret))).body.code).toBe('proof_invalid');
    expect((await look(token)).body.enabled).toBe(false);
    const { recoveryCodes } = (await confirm(token, totp(secret))).body;
    expect(new Set(recoveryCodes).size).toBe(10);
    expect((await look(token)).body).toMatchObject({ enabled: true, recoveryCodesLeft: 10 });
    expect((await begin(ada)).status).toBe(202);
  });

  it('keeps the secret and the recovery codes where nobody can read them', async () => {
    const ada = await protectedOne();
    const [row] = await sql<{ sealed: Buffer; hashes: Buffer[] }>(
      server.databaseUrl,
      `select two_factor_secret_enc sealed, array(select code_hash from two_factor_recovery_codes where user_id = u.id) hashes
       from users u where id = $1`,
      [ada.id],
    );
    const stored = Buffer.concat([row?.sealed ?? Buffer.of(), ...(row?.hashes ?? [])]).toString('latin1');
    for (const secret of [ada.secret, ...ada.recoveryCodes]) expect(stored).not.toContain(secret);
    expect(row?.hashes.map(({ length }) => length)).toEqual(Array(10).fill(32));
  });

  it('is done once: nothing to confirm before, nothing to begin after', async () => {
    const ada = await someone();
    const { accessToken: token } = (await begin(ada)).body;
    expect((await confirm(token, '123456')).body.code).toBe('conflict');
    const one = await protectedOne();
    expect((await setUp(one.token)).body.code).toBe('conflict');
    expect((await confirm(one.token, totp(one.secret))).body.code).toBe('conflict');
  });

  it('asks who it is when the sign-in is older than ten minutes', async () => {
    const ada = await someone();
    const { accessToken: token } = (await begin(ada)).body;
    server.clock.advance(10 * minute + 1000);
    const refused = await setUp(token);
    expect(refused).toMatchObject({ status: 403, body: { code: 'step_up_required' } });
    expect(refused.body.data).toEqual({ methods: ['password'] });
    expect((await stepUp(token, { password: 'wrong' })).body.code).toBe('invalid_credentials');
    expect((await setUp(token)).body.code).toBe('step_up_required');
    expect((await stepUp(token, { password })).status).toBe(200);
    expect((await setUp(token)).status).toBe(200);
  });
});

describe('signing in with a second factor', () => {
  it('opens the sign-in after the code, with what was wished for at the first factor', async () => {
    const ada = await protectedOne();
    const first = await begin<MfaRequiredView>(ada, { rememberMe: true });
    expect(first).toMatchObject({
      status: 202,
      cookie: undefined,
      body: { mfa: { methods: ['totp', 'recovery_code'] } },
    });
    const reply = await answer(first.body.mfa.challengeId, totp(ada.secret));
    expect(reply.status).toBe(200);
    expect(reply.headers.get('set-cookie')).toContain(`Max-Age=${30 * 86_400}`);
    const { authSessionId } = await server.identity.authenticator.accessToken(reply.body.accessToken);
    const [row] = await sql(
      server.databaseUrl,
      'select mfa_verified_at is not null mfa, remember_me from auth_sessions where id = $1',
      [authSessionId],
    );
    expect(row).toEqual({ mfa: true, remember_me: true });
  });

  it('takes a code once, and none of a step before it', async () => {
    const ada = await protectedOne();
    const code = totp(ada.secret);
    expect((await answer(await challenge(ada), code)).status).toBe(200);
    const again = await challenge(ada);
    expect(await answer(again, code)).toMatchObject({
      status: 400,
      body: { code: 'wrong_code', data: { attemptsLeft: 4 } },
    });
    expect((await answer(again, totp(ada.secret, -30))).body.code).toBe('wrong_code');
    server.clock.advance(minute);
    expect((await answer(again, totp(ada.secret))).status).toBe(200);
  });

  it('takes a code once of many at the same moment', async () => {
    const ada = await protectedOne();
    const challenges = [await challenge(ada), await challenge(ada), await challenge(ada)];
    const code = totp(ada.secret);
    const replies = await Promise.all(challenges.map((one) => answer(one, code)));
    expect(replies.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
      200, 400, 400,
    ]);
  });

  it('forgives a clock that is one step off, and no more', async () => {
    const ada = await protectedOne();
    server.clock.advance(5 * minute);
    const one = await challenge(ada);
    expect((await answer(one, totp(ada.secret, 60))).body.code).toBe('wrong_code');
    expect((await answer(one, totp(ada.secret, -60))).body.code).toBe('wrong_code');
    expect((await answer(one, totp(ada.secret, 30))).status).toBe(200);
  });

  it('takes a recovery code once, however it is written', async () => {
    const ada = await protectedOne();
    const [code = ''] = ada.recoveryCodes;
    expect((await answer(await challenge(ada), ` ${code.toLowerCase().replace('-', ' ')} `)).status).toBe(
      200,
    );
    expect((await look(ada.token)).body.recoveryCodesLeft).toBe(9);
    expect((await answer(await challenge(ada), code)).body.code).toBe('wrong_code');
  });

  it('does not take the recovery code of somebody else', async () => {
    const [ada, ben] = [await protectedOne(), await protectedOne()];
    expect((await answer(await challenge(ada), ben.recoveryCodes[0] ?? '')).body.code).toBe('wrong_code');
    expect((await answer(await challenge(ben), ben.recoveryCodes[0] ?? '')).status).toBe(200);
  });

  it('refuses a question that is unknown, used, too old, or of another purpose', async () => {
    const ada = await protectedOne();
    const used = await challenge(ada);
    await answer(used, totp(ada.secret));
    expect((await answer(used, ada.recoveryCodes[0] ?? '')).body.code).toBe('already_used');
    const old = await challenge(ada);
    server.clock.advance(5 * minute);
    expect(await answer(old, totp(ada.secret))).toMatchObject({
      status: 410,
      body: { code: 'proof_expired' },
    });
    const unknown = await answer('0190a000-0000-7000-8000-000000000000', totp(ada.secret));
    expect(unknown.body.code).toBe('proof_invalid');
    const [other] = await sql<{ id: string }>(
      server.databaseUrl,
      `insert into auth_challenges (purpose, user_id, expires_at) values ('step_up', $1, now() + interval '1 day') returning id`,
      [ada.id],
    );
    expect((await answer(other?.id ?? '', totp(ada.secret))).body.code).toBe('proof_invalid');
  });

  it('ends the question after five wrong codes and locks the account, also against the right one', async () => {
    const ada = await protectedOne();
    const [one, two] = [await challenge(ada), await challenge(ada)];
    const wrong = wrongCode(ada.secret);
    const codes = [];
    for (let n = 0; n < 5; n += 1) codes.push((await answer(one, wrong)).body.code);
    expect(codes).toEqual(['wrong_code', 'wrong_code', 'wrong_code', 'wrong_code', 'too_many_attempts']);
    expect((await answer(one, totp(ada.secret))).body.code).toBe('too_many_attempts');
    expect((await answer(two, totp(ada.secret))).body.code).toBe('account_locked');
    expect((await begin(ada)).body.code).toBe('account_locked');
    server.clock.advance(15 * minute);
    expect((await answer(await challenge(ada), totp(ada.secret))).status).toBe(200);
  });

  it('does not let the right password reset the count of wrong codes', async () => {
    const ada = await protectedOne();
    const wrong = wrongCode(ada.secret);
    for (let n = 0; n < 5; n += 1) await answer(await challenge(ada), wrong);
    expect((await begin(ada)).body.code).toBe('account_locked');
    server.clock.advance(15 * minute);
  });

  it('is over when the account is suspended, or the factor was taken away meanwhile', async () => {
    const ada = await protectedOne();
    const one = await challenge(ada);
    await sql(server.databaseUrl, `update users set status = 'suspended' where id = $1`, [ada.id]);
    expect((await answer(one, totp(ada.secret))).body.code).toBe('account_suspended');
    await sql(
      server.databaseUrl,
      `update users set status = 'active', two_factor_enabled = false where id = $1`,
      [ada.id],
    );
    expect((await answer(one, totp(ada.secret))).body.code).toBe('proof_invalid');
  });

  it('is over when the password was changed, or all sign-ins were ended, since the first step', async () => {
    const ada = await protectedOne();
    const before = await challenge(ada);
    const change = { currentPassword: password, newPassword: 'seven quiet owls at noon' };
    expect((await server.ask('POST', '/me/password', { token: ada.token, body: change })).status).toBe(204);
    expect((await answer(before, totp(ada.secret))).body.code).toBe('proof_invalid');
    const ben = await protectedOne();
    const other = await challenge(ben);
    await server.ask('POST', '/me/sessions/sign-out-everywhere', {
      token: ben.token,
      body: { includeThis: false },
    });
    expect((await answer(other, totp(ben.secret))).body.code).toBe('proof_invalid');
  });

  it('tells the owner, and the audit trail, that wrong codes have locked the account', async () => {
    const ada = await protectedOne();
    const one = await challenge(ada);
    for (let n = 0; n < 5; n += 1) await answer(one, wrongCode(ada.secret));
    const mails = await mailboxOf(server.url).to(ada.email, 2);
    const lock = mails.find(({ subject }) => subject === 'Your account is locked for a while');
    expect(lock?.text).toContain('somebody knows your password');
    expect(
      await sql(
        server.databaseUrl,
        `select l.action, d.metadata->>'method' as method from audit_logs l join audit_log_details d on d.audit_log_id = l.id
         where l.resource_id = $1 and l.action in ('user.locked', 'two_factor.refused') order by l.seq`,
        [ada.id],
      ),
    ).toEqual([
      ...Array.from({ length: 4 }, () => ({ action: 'two_factor.refused', method: 'second_factor' })),
      { action: 'user.locked', method: 'second_factor' },
    ]);
  });

  it('refuses what is no answer', async () => {
    const challengeId = '0190a000-0000-7000-8000-000000000000';
    for (const body of [
      {},
      { challengeId },
      { challengeId: 'x', code: '123456' },
      { challengeId, code: '1' },
      { challengeId, code: 'A'.repeat(41) },
      { challengeId, code: 123456 },
      { challengeId, code: '123456', userId: challengeId },
    ])
      expect((await server.ask('POST', '/auth/second-factor', { body })).body.code).toBe('invalid_input');
  });
});

describe('changing the second factor', () => {
  it('is turned off with a code, and not without', async () => {
    const ada = await protectedOne();
    const off = (code: string) =>
      server.ask('POST', '/me/two-factor/disable', { token: ada.token, body: { code } });
    expect((await off(wrongCode(ada.secret))).body.code).toBe('proof_invalid');
    expect((await off(totp(ada.secret))).status).toBe(204);
    expect((await begin(ada)).status).toBe(200);
    expect((await off(totp(ada.secret))).body.code).toBe('conflict');
    expect(
      await sql(server.databaseUrl, 'select 1 from two_factor_recovery_codes where user_id = $1', [ada.id]),
    ).toEqual([]);
  });

  it('replaces the recovery codes: the old ones end', async () => {
    const ada = await protectedOne();
    const renewed = await server.ask<{ recoveryCodes: string[] }>('POST', '/me/two-factor/recovery-codes', {
      token: ada.token,
      body: {},
    });
    const [fresh = ''] = renewed.body.recoveryCodes;
    const one = await challenge(ada);
    expect((await answer(one, ada.recoveryCodes[0] ?? '')).body.code).toBe('wrong_code');
    expect((await answer(one, fresh)).status).toBe(200);
  });

  it('asks who it is after ten minutes, and takes the second factor for an answer, not the password', async () => {
    const ada = await protectedOne();
    server.clock.advance(10 * minute);
    const token = ada.token;
    const renew = () => server.ask('POST', '/me/two-factor/recovery-codes', { token, body: {} });
    const refused = await renew();
    expect(refused.body).toMatchObject({
      code: 'step_up_required',
      data: { methods: ['totp', 'recovery_code'] },
    });
    expect((await stepUp(token, { password })).body).toMatchObject({
      code: 'step_up_required',
      data: { methods: ['totp', 'recovery_code'] },
    });
    expect((await renew()).body.code).toBe('step_up_required');
    expect((await stepUp(token, { code: wrongCode(ada.secret) })).body.code).toBe('invalid_credentials');
    expect((await stepUp(token, { code: totp(ada.secret) })).status).toBe(200);
    expect((await renew()).status).toBe(200);
  });

  it('counts wrong proofs towards the lock of the account', async () => {
    const ada = await someone();
    const { accessToken: token } = (await begin(ada)).body;
    for (let n = 0; n < 5; n += 1) await stepUp(token, { password: 'wrong' });
    expect((await mailboxOf(server.url).to(ada.email))[0]?.subject).toBe(
      'Your account is locked for a while',
    );
    expect((await stepUp(token, { password })).body.code).toBe('account_locked');
    for (const body of [{}, { password: '' }, { password, code: '123456' }, { code: '1' }])
      expect((await stepUp(token, body)).body.code).toBe('invalid_input');
  });
});

describe('a role that needs a second factor', () => {
  it('answers nothing but the set-up until there is one', async () => {
    const root = await someone('super_admin');
    await sql(server.databaseUrl, 'delete from system_settings');
    const signedIn = await begin(root);
    expect(signedIn.body.pending).toBe('two_factor_setup_required');
    const token = signedIn.body.accessToken;
    for (const path of ['/me/sessions', '/me/courses'])
      expect(await server.ask('GET', path, { token })).toMatchObject({
        status: 403,
        body: { code: 'two_factor_setup_required' },
      });
    expect((await server.ask('GET', '/me', { token })).status).toBe(200);
    expect((await look(token)).body).toMatchObject({ enabled: false, required: true });
    const { secret } = (await setUp(token)).body;
    await confirm(token, totp(secret));
    expect((await server.ask('GET', '/me/sessions', { token })).status).toBe(200);
    const refreshed = await server.ask<SignedInView>('POST', '/auth/refresh', {
      cookie: signedIn.cookie as string,
    });
    expect(refreshed.body.pending).toBeUndefined();
  });

  it('is what an organization has set, wherever the person has it', async () => {
    const ben = await someone('instructor');
    const token = (await begin(ben)).body.accessToken;
    const courses = async () => (await server.ask('GET', '/me/sessions', { token })).status;
    expect(await courses()).toBe(200);
    await sql(
      server.databaseUrl,
      `insert into system_settings (organization_id, category, key_name, value)
       select id, 'auth', 'two_factor_required_roles', '["instructor"]' from organizations where slug = 'default'`,
    );
    expect(await courses()).toBe(403);
    await sql(server.databaseUrl, 'delete from system_settings');
    expect(await courses()).toBe(200);
  });

  it('lets a password that must be changed come first', async () => {
    const ada = await someone();
    const token = (await begin(ada)).body.accessToken;
    await sql(server.databaseUrl, 'update users set must_change_password = true where id = $1', [ada.id]);
    expect((await server.ask('GET', '/me/sessions', { token })).body.code).toBe('must_change_password');
    expect((await look(token)).body.code).toBe('must_change_password');
    expect((await begin(ada)).body.pending).toBe('must_change_password');
  });
});
