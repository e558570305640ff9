import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SignInMethodsView } from '../../shared/identity/sign-in-methods.ts';
import type { SignedInView } from '../../shared/identity/contract.ts';
import { createUser, password, sql } from '../support/factories.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer({
    env: {
      OIDC_PROVIDERS: JSON.stringify([{ id: 'google', type: 'google', clientId: 'c', clientSecret: 's' }]),
    },
  });
});
afterAll(() => server?.close());

async function account(email: string): Promise<{ id: string; token: string }> {
  const id = await createUser(server.databaseUrl, { email, displayName: email });
  const { body } = await server.ask<SignedInView>('POST', '/auth/sign-in', { body: { email, password } });
  return { id, token: body.accessToken };
}

const methodsOf = async (token: string) =>
  (await server.ask<SignInMethodsView>('GET', '/me/sign-in-methods', { token })).body;

const identity = (userId: string, provider: string, issuer: string, subject: string) =>
  sql(
    server.databaseUrl,
    `insert into user_authentication_methods (user_id, provider, issuer, provider_user_id) values ($1, $2, $3, $4)`,
    [userId, provider, issuer, subject],
  );

it('shows one’s own ways and what can be added, and no secret', async () => {
  const { id, token } = await account('ways@test.lectern');
  await account('others@test.lectern');
  await sql(
    server.databaseUrl,
    `update users set password_changed_at = '2026-03-01T10:00:00Z' where id = $1`,
    [id],
  );
  const methods = await methodsOf(token);
  expect(methods).toMatchObject({
    password: { set: true, changedAt: '2026-03-01T10:00:00.000Z' },
    email: { value: 'ways@test.lectern', verified: true },
    phone: { value: null, verified: false, usable: false },
    linked: [],
    passkeys: [],
    available: [{ id: 'google', name: 'Google', type: 'google' }],
  });
  expect(JSON.stringify(methods)).not.toMatch(/argon2|hash/);
});

it('counts only what can be used: an unconfirmed address and a provider that is gone are no ways in', async () => {
  const { id, token } = await account('counting@test.lectern');
  await sql(
    server.databaseUrl,
    'update users set email_verified_at = null, password_hash = null where id = $1',
    [id],
  );
  expect((await methodsOf(token)).usable).toBe(0);
  await identity(id, 'oidc', 'https://gone.example', 'gone');
  const before = await methodsOf(token);
  expect(before.usable).toBe(0);
  expect(before.linked).toMatchObject([{ providerId: null, name: 'gone.example' }]);
  await identity(id, 'google', 'https://accounts.google.com', 'there');
  const after = await methodsOf(token);
  expect(after.usable).toBe(1);
  expect(after.linked[1]).toMatchObject({ providerId: 'google', name: 'Google' });
  const remove = (n: number) => server.ask('DELETE', `/me/sign-in-methods/${after.linked[n]?.id}`, { token });
  expect((await remove(1)).body.code).toBe('last_sign_in_method');
  // What is no way in can go.
  expect((await remove(0)).status).toBe(204);
});

it('does not remove rows of other kinds', async () => {
  const { id, token } = await account('kinds@test.lectern');
  await identity(id, 'email', '', 'kinds@test.lectern');
  const [row] = await sql<{ id: string }>(
    server.databaseUrl,
    'select id from user_authentication_methods where user_id = $1',
    [id],
  );
  expect((await server.ask('DELETE', `/me/sign-in-methods/${row?.id}`, { token })).body.code).toBe(
    'not_found',
  );
});
