import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignedInView } from '../../shared/identity/contract.ts';
import type { PasskeyView } from '../../shared/identity/passkeys.ts';
import { createUser, password, sql } from '../support/factories.ts';
import { Authenticator } from './authenticator.ts';
import type { Twist } from './authenticator.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

const origin = 'https://class.example.org';
let server: TestServer;
let count = 0;

beforeAll(async () => {
  server = await startServer({ env: { PUBLIC_URL: origin } });
});
afterAll(() => server?.close());

interface Person {
  id: string;
  email: string;
  token: string;
}

interface Begun {
  challengeId: string;
  expiresAt: string;
  options: {
    challenge: string;
    excludeCredentials?: { id: string }[];
    authenticatorSelection?: object;
    allowCredentials?: unknown;
    userVerification?: string;
    rpId?: string;
    rp?: object;
    user?: { name: string };
  };
}

async function person(): Promise<Person> {
  count += 1;
  const email = `passkey${count}@test.lectern`;
  const id = await createUser(server.databaseUrl, { email, displayName: `Passkey ${count}` });
  const { body } = await server.ask<SignedInView>('POST', '/auth/sign-in', { body: { email, password } });
  return { id, email, token: body.accessToken };
}

const beginRegistration = async ({ token }: Person) =>
  (await server.ask<Begun>('POST', '/me/passkeys/options', { token })).body;

const beginSignIn = async () => (await server.ask<Begun>('POST', '/auth/passkeys/options')).body;

const register = ({ token }: Person, body: object) =>
  server.ask<PasskeyView>('POST', '/me/passkeys', { token, body });

const signIn = (body: object) => server.ask<SignedInView>('POST', '/auth/passkeys/sign-in', { body });

/** A person with a passkey. */
async function withPasskey(owner?: Person) {
  const me = owner ?? (await person());
  const authenticator = new Authenticator(origin);
  const { challengeId, options } = await beginRegistration(me);
  const response = authenticator.create(options);
  const { status, body } = await register(me, { challengeId, name: 'Laptop', response });
  expect(status).toBe(201);
  return { me, authenticator, passkey: body };
}

async function signInWith(authenticator: Authenticator, twist?: Twist) {
  const { challengeId, options } = await beginSignIn();
  return signIn({ challengeId, response: authenticator.get(options, twist) });
}

const passkeysOf = async ({ token }: Person) =>
  (await server.ask<{ items: PasskeyView[] }>('GET', '/me/passkeys', { token })).body.items;

/** Subjects of the mails to an address, the newest first. */
async function mailsTo(address: string): Promise<string[]> {
  const response = await fetch(`${server.url}/dev/mail.json`);
  const { items } = (await response.json()) as { items: { to: string; subject: string }[] };
  return items.filter(({ to }) => to === address).map(({ subject }) => subject);
}

const unknownId = '0190a000-0000-7000-8000-000000000000';

describe('making a passkey', () => {
  it('asks for one that is discoverable, verifies its user, and is not there yet', async () => {
    const { me, authenticator } = await withPasskey();
    const { options, expiresAt } = await beginRegistration(me);
    expect(options).toMatchObject({
      rp: { id: 'class.example.org', name: 'Lectern' },
      user: { name: me.email },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      excludeCredentials: [{ id: authenticator.credentialId.toString('base64url') }],
    });
    const left = Date.parse(expiresAt) - server.clock.now().getTime();
    expect(left / 60_000).toBeCloseTo(5, 0);
  });

  it('stores it, and shows neither key nor credential', async () => {
    const { me, passkey } = await withPasskey();
    const items = await passkeysOf(me);
    expect(items).toEqual([passkey]);
    expect(Object.keys(passkey).toSorted()).toEqual(['backedUp', 'createdAt', 'id', 'lastUsedAt', 'name']);
    expect(passkey).toMatchObject({ name: 'Laptop', backedUp: false, lastUsedAt: null });
  });

  const wrong: [string, Twist][] = [
    ['another challenge', { challenge: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['another relying party', { rpId: 'evil.example' }],
    ['no verification of the user', { userVerified: false }],
    ['the answer to a sign-in', { type: 'webauthn.get' }],
  ];
  it.each(wrong)('refuses %s, and the challenge is used up', async (_, twist) => {
    const me = await person();
    const authenticator = new Authenticator(origin);
    const { challengeId, options } = await beginRegistration(me);
    const attempt = (response: object) => register(me, { challengeId, name: 'A', response });
    expect((await attempt(authenticator.create(options, twist))).body.code).toBe('passkey_invalid');
    expect((await attempt(authenticator.create(options))).body.code).toBe('already_used');
    expect(await passkeysOf(me)).toEqual([]);
  });

  it('refuses a challenge that has expired, is used, is somebody else’s, or is for signing in', async () => {
    const [me, other] = [await person(), await person()];
    const authenticator = new Authenticator(origin);
    const attempt = async (challengeId: string, options: unknown) =>
      (await register(me, { challengeId, name: 'A', response: authenticator.create(options) })).body.code;
    const foreign = await beginRegistration(other);
    expect(await attempt(foreign.challengeId, foreign.options)).toBe('proof_invalid');
    const signingIn = await beginSignIn();
    const { options } = await beginRegistration(me);
    expect(await attempt(signingIn.challengeId, { ...options, challenge: signingIn.options.challenge })).toBe(
      'proof_invalid',
    );
    expect(await attempt(unknownId, options)).toBe('proof_invalid');
    const late = await beginRegistration(me);
    server.clock.advance(5 * 60_000);
    expect(await attempt(late.challengeId, late.options)).toBe('proof_expired');
    const once = await beginRegistration(me);
    expect(await attempt(once.challengeId, once.options)).toBeUndefined();
    expect(await attempt(once.challengeId, once.options)).toBe('already_used');
    expect(await passkeysOf(me)).toHaveLength(1);
  });

  it('refuses a credential that is stored already, also for somebody else', async () => {
    const { me, authenticator } = await withPasskey();
    for (const one of [me, await person()]) {
      const { challengeId, options } = await beginRegistration(one);
      const reply = await register(one, { challengeId, name: 'A', response: authenticator.create(options) });
      expect([reply.status, reply.body.code]).toEqual([409, 'already_exists']);
    }
    expect(await passkeysOf(me)).toHaveLength(1);
  });

  it('asks who it is when the last proof is more than ten minutes old, and so does a removal', async () => {
    const { me, passkey } = await withPasskey();
    server.clock.advance(11 * 60_000);
    const begun = await server.ask('POST', '/me/passkeys/options', { token: me.token });
    expect([begun.status, begun.body.code]).toEqual([403, 'step_up_required']);
    const removed = await server.ask('DELETE', `/me/passkeys/${passkey.id}`, { token: me.token });
    expect(removed.body.code).toBe('step_up_required');
    expect(await passkeysOf(me)).toEqual([passkey]);
  });

  it('refuses more than 20', async () => {
    const { me } = await withPasskey();
    const begun = await beginRegistration(me);
    await sql(
      server.databaseUrl,
      `insert into passkeys (user_id, credential_id, public_key, device_type, name)
       select $1, decode(md5(random()::text || n), 'hex'), ''::bytea, 'singleDevice', 'P' from generate_series(1, 19) n`,
      [me.id],
    );
    const reply = await server.ask('POST', '/me/passkeys/options', { token: me.token });
    expect(reply.body.code).toBe('passkey_limit');
    const response = new Authenticator(origin).create(begun.options);
    const late = await register(me, { challengeId: begun.challengeId, name: 'A', response });
    expect(late.body.code).toBe('passkey_limit');
  });

  it('refuses what is missing, too long or of the wrong type', async () => {
    const me = await person();
    const { challengeId, options } = await beginRegistration(me);
    const response = new Authenticator(origin).create(options);
    const bodies = [
      {},
      { challengeId, response },
      { challengeId, response, name: '   ' },
      { challengeId, response, name: 'x'.repeat(81) },
      { challengeId, response, name: 'A', userId: unknownId },
      { challengeId: 'no uuid', response, name: 'A' },
      { challengeId, name: 'A', response: { ...response, id: 'x'.repeat(1401) } },
      { challengeId, name: 'A', response: { ...response, type: 'password' } },
      { challengeId, name: 'A', response: 'none' },
    ];
    for (const body of bodies) expect((await register(me, body)).body.code).toBe('invalid_input');
    expect((await server.ask('POST', '/me/passkeys/options')).status).toBe(401);
    // None of them has cost the challenge.
    expect((await register(me, { challengeId, name: 'A', response })).status).toBe(201);
  });
});

describe('looking after passkeys', () => {
  it('renames and removes one’s own, and tells the owner what was added and removed', async () => {
    const { me, passkey } = await withPasskey();
    const path = `/me/passkeys/${passkey.id}`;
    const renamed = await server.ask('PATCH', path, { token: me.token, body: { name: ' Phone ' } });
    expect(renamed.body).toMatchObject({ id: passkey.id, name: 'Phone' });
    for (const body of [{}, { name: '' }, { name: 'x'.repeat(81) }, { name: 'A', counter: 0 }])
      expect((await server.ask('PATCH', path, { token: me.token, body })).body.code).toBe('invalid_input');
    expect((await server.ask('DELETE', path, { token: me.token })).status).toBe(204);
    expect(await passkeysOf(me)).toEqual([]);
    expect((await server.ask('DELETE', path, { token: me.token })).body.code).toBe('not_found');
    await expect
      .poll(() => mailsTo(me.email))
      .toEqual(['A passkey was removed from your account', 'A passkey was added to your account']);
  });

  it('neither shows nor changes somebody else’s', async () => {
    const { me, passkey } = await withPasskey();
    const other = await person();
    const path = `/me/passkeys/${passkey.id}`;
    const ask = (method: string, body?: object) => server.ask(method, path, { token: other.token, body });
    expect((await ask('PATCH', { name: 'Mine' })).body.code).toBe('not_found');
    expect((await ask('DELETE')).body.code).toBe('not_found');
    expect(await passkeysOf(other)).toEqual([]);
    expect(await passkeysOf(me)).toEqual([passkey]);
  });

  it('does not remove the last way to sign in', async () => {
    const { me, passkey } = await withPasskey();
    await sql(
      server.databaseUrl,
      'update users set password_hash = null, email_verified_at = null where id = $1',
      [me.id],
    );
    const path = `/me/passkeys/${passkey.id}`;
    const reply = await server.ask('DELETE', path, { token: me.token });
    expect([reply.status, reply.body.code]).toEqual([409, 'last_sign_in_method']);
    const second = await withPasskey(me);
    expect((await server.ask('DELETE', path, { token: me.token })).status).toBe(204);
    expect(await passkeysOf(me)).toEqual([second.passkey]);
  });
});

describe('signing in with a passkey', () => {
  it('asks without naming anybody', async () => {
    const { options } = await beginSignIn();
    expect(options).toMatchObject({ rpId: 'class.example.org', userVerification: 'required' });
    expect(options.allowCredentials).toBeUndefined();
  });

  it('opens a sign-in, notes the use, and a removed passkey opens none', async () => {
    const { me, authenticator, passkey } = await withPasskey();
    const reply = await signInWith(authenticator);
    expect(reply.status).toBe(200);
    expect(reply.body.user.id).toBe(me.id);
    expect(reply.cookie).toMatch(/^lectern_refresh=/);
    expect((await passkeysOf(me))[0]?.lastUsedAt).not.toBeNull();
    await server.ask('DELETE', `/me/passkeys/${passkey.id}`, { token: me.token });
    expect((await signInWith(authenticator)).body.code).toBe('passkey_invalid');
  });

  const wrong: [string, Twist][] = [
    ['another challenge', { challenge: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['another relying party', { rpId: 'evil.example' }],
    ['no verification of the user', { userVerified: false }],
    ['the answer to a registration', { type: 'webauthn.create' }],
    ['the handle of another account', { userHandle: 'AAAAAAAAAAAAAAAAAAAAAA' }],
  ];
  it.each(wrong)('refuses %s', async (_, twist) => {
    const { authenticator } = await withPasskey();
    const reply = await signInWith(authenticator, twist);
    expect([reply.status, reply.body.code]).toEqual([400, 'passkey_invalid']);
    expect(reply.cookie).toBeUndefined();
  });

  it('refuses the signature of another key', async () => {
    const { authenticator } = await withPasskey();
    const { challengeId, options } = await beginSignIn();
    const honest = authenticator.get(options);
    const forged = new Authenticator(origin).get(options).response.signature;
    const response = { ...honest, response: { ...honest.response, signature: forged } };
    expect((await signIn({ challengeId, response })).body.code).toBe('passkey_invalid');
  });

  it('refuses a counter that has not grown: somebody has a copy of the key', async () => {
    const { authenticator } = await withPasskey();
    expect((await signInWith(authenticator, { counter: 7 })).status).toBe(200);
    for (const counter of [7, 6, 0])
      expect((await signInWith(authenticator, { counter })).body.code).toBe('passkey_invalid');
    expect((await signInWith(authenticator, { counter: 8 })).status).toBe(200);
  });

  it('takes a counter that stays at zero: such authenticators keep none', async () => {
    const { authenticator } = await withPasskey();
    for (let n = 0; n < 2; n += 1) expect((await signInWith(authenticator, { counter: 0 })).status).toBe(200);
  });

  it('refuses a challenge that has expired, was answered before, or was made for a new passkey', async () => {
    const { me, authenticator } = await withPasskey();
    const late = await beginSignIn();
    server.clock.advance(5 * 60_000);
    const tooLate = { challengeId: late.challengeId, response: authenticator.get(late.options) };
    const expired = await signIn(tooLate);
    expect([expired.status, expired.body.code]).toEqual([410, 'proof_expired']);
    const { challengeId, options } = await beginSignIn();
    const answer = { challengeId, response: authenticator.get(options) };
    const both = await Promise.all([signIn(answer), signIn(answer)]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 410]);
    expect((await signIn(answer)).body.code).toBe('already_used');
    const { body } = both.find(({ status }) => status === 200) ?? both[0];
    const other = await beginRegistration({ ...me, token: body.accessToken });
    const response = authenticator.get({ rpId: 'class.example.org', challenge: other.options.challenge });
    expect((await signIn({ challengeId: other.challengeId, response })).body.code).toBe('proof_invalid');
  });

  it('is both factors in one: who has a second factor is not asked for it', async () => {
    const { me, authenticator } = await withPasskey();
    await sql(
      server.databaseUrl,
      `update users set two_factor_enabled = true, two_factor_secret_enc = 'sealed' where id = $1`,
      [me.id],
    );
    const reply = await signInWith(authenticator);
    expect(reply.status).toBe(200);
    expect(reply.body.user.id).toBe(me.id);
  });

  it('refuses an account that is not active', async () => {
    const { me, authenticator } = await withPasskey();
    await sql(server.databaseUrl, `update users set status = 'inactive' where id = $1`, [me.id]);
    const reply = await signInWith(authenticator);
    expect([reply.status, reply.body.code]).toEqual([403, 'account_inactive']);
  });

  it('refuses what is missing, too long or of the wrong type', async () => {
    const { authenticator } = await withPasskey();
    const { challengeId, options } = await beginSignIn();
    const response = authenticator.get(options);
    for (const body of [
      {},
      { challengeId },
      { challengeId, response, email: 'a@b.example' },
      { challengeId, response, rememberMe: 'yes' },
      { challengeId, response: { ...response, id: '../../etc' } },
      { challengeId, response: { ...response, response: {} } },
    ])
      expect((await signIn(body)).body.code).toBe('invalid_input');
  });
});

it('challenges are deleted a day after they ended', async () => {
  await beginSignIn();
  server.clock.advance(25 * 3_600_000);
  await server.identity.sweep();
  const [row] = await sql<{ n: number }>(server.databaseUrl, 'select count(*)::int n from auth_challenges');
  expect(row?.n).toBe(0);
});
