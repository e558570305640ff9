import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeyLimiter } from '../../server/identity/api-keys/key-limits.ts';
import { canonicalNetwork, isAllowed } from '../../server/identity/api-keys/networks.ts';
import type { ApiKeyView, NewApiKeyView, OwnedApiKeyView } from '../../shared/identity/api-keys.ts';
import type { SignedInView } from '../../shared/identity/contract.ts';
import { createUser, password, sql } from '../support/factories.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

let server: TestServer;
let count = 0;
let organizationId: string;
let otherId: string;

interface Person {
  id: string;
  email: string;
  token: string;
}

beforeAll(async () => {
  server = await startServer();
  const rows = await sql<{ id: string; slug: string }>(
    server.databaseUrl,
    `with made as (insert into organizations (name, slug) values ('Other School', 'other') returning id, slug)
     select id, slug from made union all select id, slug from organizations where slug = 'default'`,
  );
  organizationId = rows.find(({ slug }) => slug === 'default')?.id as string;
  otherId = rows.find(({ slug }) => slug === 'other')?.id as string;
});
afterAll(() => server?.close());

async function person(role = 'admin', organization?: string): Promise<Person> {
  count += 1;
  const email = `keys${count}@test.lectern`;
  const id = await createUser(server.databaseUrl, { email, displayName: `Key ${count}`, role, organization });
  return signIn({ id, email, token: '' });
}

async function signIn(who: Person): Promise<Person> {
  const { email } = who;
  const { body } = await server.ask<SignedInView>('POST', '/auth/sign-in', { body: { email, password } });
  return { ...who, token: body.accessToken };
}

const create = (who: Person, body: object = {}) =>
  server.ask<NewApiKeyView>('POST', '/me/api-keys', {
    token: who.token,
    body: { name: 'Timetable', permissions: ['user.read'], ...body },
  });

const people = (key: string, organization = organizationId) =>
  server.ask('GET', `/organizations/${organization}/people`, { token: key });

const update = (statement: string, values: unknown[]) => sql(server.databaseUrl, statement, values);

describe('making a key', () => {
  it('shows it once and stores a hash of it', async () => {
    const owner = await person();
    const { status, body } = await create(owner);
    expect(status).toBe(201);
    expect(body.key).toMatch(/^lk_[0-9a-f]{8}_[\w-]{43}$/);
    expect(body.key.startsWith(`${body.prefix}_`)).toBe(true);
    const list = await server.ask<{ items: ApiKeyView[] }>('GET', '/me/api-keys', { token: owner.token });
    expect(list.body.items.map(({ id }) => id)).toEqual([body.id]);
    expect(JSON.stringify(list.body)).not.toContain(body.key.slice(12));
    const [row] = await sql<{ all: string; length: number }>(
      server.databaseUrl,
      'select to_jsonb(k)::text as all, octet_length(key_hash) as length from api_keys k where id = $1',
      [body.id],
    );
    expect(row?.length).toBe(32);
    expect(row?.all).not.toContain(body.key.slice(12));
  });

  it('refuses a permission that its owner does not have', async () => {
    const student = await person('student');
    const reply = await create(student, { permissions: ['user.read'] });
    expect(reply).toMatchObject({ status: 403, body: { code: 'role_level' } });
    expect((await create(student, { permissions: ['file.upload'] })).status).toBe(201);
  });

  it.each([
    ['no name', { name: '' }],
    ['a name that is too long', { name: 'x'.repeat(81) }],
    ['a name with a line break', { name: 'a\r\nBcc: b' }],
    ['no permission', { permissions: [] }],
    ['a permission that is none', { permissions: ['everything'] }],
    ['an end in the past', { expiresAt: '2020-01-01T00:00:00.000Z' }],
    ['an address that is none', { allowedIps: ['300.1.1.1'] }],
    ['a network that is none', { allowedIps: ['10.0.0.0/40'] }],
    ['a limit of none', { rateLimitPerMinute: 0 }],
    ['a limit without limit', { rateLimitPerMinute: 1_000_000 }],
    ['somebody else as the owner', { userId: '0190a000-0000-7000-8000-000000000000' }],
  ])('refuses %s', async (_, body) => {
    const owner = await person();
    expect(await create(owner, body)).toMatchObject({ status: 400, body: { code: 'invalid_input' } });
    const list = await server.ask<{ items: ApiKeyView[] }>('GET', '/me/api-keys', { token: owner.token });
    expect(list.body.items).toEqual([]);
  });

  it('has an end at twenty keys', async () => {
    const owner = await person();
    await update(
      `insert into api_keys (organization_id, user_id, name, key_hash, key_prefix, created_by)
       select $2::uuid, $1::uuid, 'Key ' || n, sha256((n || $1::text)::bytea), 'lk_' || n, $1::uuid from generate_series(1, 20) n`,
      [owner.id, organizationId],
    );
    expect(await create(owner)).toMatchObject({ status: 409, body: { code: 'api_key_limit' } });
  });

  it('is noted in the audit trail without the key', async () => {
    const owner = await person();
    const { body } = await create(owner);
    await server.ask('DELETE', `/me/api-keys/${body.id}`, { token: owner.token });
    const rows = await sql<{ action: string; details: string }>(
      server.databaseUrl,
      `select l.action, to_jsonb(d)::text as details from audit_logs l join audit_log_details d on d.audit_log_id = l.id
       where l.resource_id = $1 order by l.seq`,
      [body.id],
    );
    expect(rows.map(({ action }) => action)).toEqual(['api_key.created', 'api_key.revoked']);
    for (const { details } of rows) expect(details).not.toContain(body.key.slice(12));
  });
});

describe('using a key', () => {
  it('does what the key names, and nothing else that its owner may do', async () => {
    const owner = await person();
    const { body } = await create(owner);
    expect((await people(body.key)).status).toBe(200);
    const invented = { displayName: 'Eve', email: 'eve@keys.test', role: 'student' };
    const made = await server.ask('POST', `/organizations/${organizationId}/people`, {
      token: body.key,
      body: invented,
    });
    expect(made).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    const refused = await sql(
      server.databaseUrl,
      `select 1 from audit_logs where user_id = $1 and action = 'permission.refused'`,
      [owner.id],
    );
    expect(refused).toHaveLength(1);
  });

  it('gives nobody more than it could do itself, whatever its owner may', async () => {
    const owner = await person();
    const pupil = await person('student');
    const key = async (...permissions: string[]): Promise<string> =>
      (await create(owner, { permissions })).body.key;
    const at = (path: string) => `/organizations/${organizationId}${path}`;
    const post = async (path: string, token: string, body: object) =>
      server.ask('POST', at(path), { token, body });
    const [role] = await sql<{ id: string }>(
      server.databaseUrl,
      `select id from roles where slug = 'admin' and organization_id is null`,
    );
    const given = { userId: pupil.id, roleId: role?.id, context: null, expiresAt: null };
    expect((await post('/role-assignments', await key('role.assign'), given)).body.code).toBe('role_level');
    const primary = await server.ask('PUT', at(`/people/${pupil.id}/role`), {
      token: await key('role.assign'),
      body: { role: 'instructor' },
    });
    expect(primary.body.code).toBe('role_level');

    const inviting = await key('organization.invite');
    const invited = { emails: ['accomplice@keys.test'], grantRole: 'student', membershipRole: 'member' };
    for (const more of [{ membershipRole: 'owner' }, { membershipRole: 'manager' }, { grantRole: 'admin' }])
      expect((await post('/invitations', inviting, { ...invited, ...more })).body.code).toBe('role_level');
    expect((await post('/invitations', inviting, invited)).status).toBe(201);

    const creating = await key('user.create');
    const somebody = { displayName: 'Eve', email: 'eve2@keys.test', role: 'admin' };
    expect((await post('/people', creating, somebody)).body.code).toBe('role_level');
    const text = 'name,email,role\nEve,eve3@keys.test,admin\nSam,sam3@keys.test,student\n';
    const { body } = await server.ask<{ valid: number; invalid: number }>('POST', at('/imports/preview'), {
      token: creating,
      body: { text },
    });
    expect(body).toMatchObject({ valid: 1, invalid: 1 });
    expect((await post('/people', creating, { ...somebody, role: 'student' })).status).toBe(201);
  });

  it('touches no account that may more than it', async () => {
    const owner = await person();
    const [other, pupil] = [await person('admin'), await person('student')];
    const { body } = await create(owner, { permissions: ['user.update', 'user.read'] });
    const rename = (who: Person) =>
      server.ask('PATCH', `/organizations/${organizationId}/people/${who.id}`, {
        token: body.key,
        body: { email: `taken.${who.id}@keys.test` },
      });
    for (const who of [other, owner])
      expect(await rename(who)).toMatchObject({ status: 403, body: { code: 'role_level' } });
    expect((await rename(pupil)).status).toBe(200);
  });

  it('leaves nothing in the trail of an organization that it has no business with, however it is refused', async () => {
    const owner = await person('admin', 'other');
    const { body } = await create(owner);
    const refusedIn = async (organization: string): Promise<number> => {
      const [row] = await sql<{ n: number }>(
        server.databaseUrl,
        `select count(*)::int as n from audit_logs where organization_id = $1 and action = 'permission.refused'`,
        [organization],
      );
      return row?.n ?? 0;
    };
    const before = await refusedIn(organizationId);
    for (const id of [organizationId, 'no-uuid'])
      expect((await server.ask('GET', `/organizations/${id}/audit`, { token: body.key })).status).toBe(403);
    expect(await refusedIn(organizationId)).toBe(before);
    expect(await refusedIn(otherId)).toBe(2);
    const [entry] = await sql<{ resource_id: string | null }>(
      server.databaseUrl,
      `select resource_id from audit_logs where user_id = $1 and action = 'permission.refused' limit 1`,
      [owner.id],
    );
    expect(entry).toEqual({ resource_id: null });
  });

  it('loses what its owner loses, at once', async () => {
    const owner = await person();
    const { body } = await create(owner);
    expect((await people(body.key)).status).toBe(200);
    await update(
      `insert into user_permissions (user_id, permission_id, granted, organization_id, assigned_by)
       select $1, id, false, $2, $1 from permissions where slug = 'user.read'`,
      [owner.id, organizationId],
    );
    expect((await people(body.key)).status).toBe(403);
  });

  it('never widens: a permission written into the row gives no more than the owner has', async () => {
    const owner = await person('student');
    const { body } = await create(owner, { permissions: ['file.upload'] });
    await update(`update api_keys set permissions = '{user.read,user.create}' where id = $1`, [body.id]);
    expect((await people(body.key)).status).toBe(403);
  });

  it('works where it was made, and not in another organization of its owner', async () => {
    const owner = await person();
    await update(
      `with m as (insert into organization_memberships (user_id, organization_id) values ($1, $2))
       insert into user_roles (user_id, role_id, organization_id)
       select $1, id, $2 from roles where slug = 'admin' and organization_id is null`,
      [owner.id, otherId],
    );
    const { body } = await create(owner);
    expect((await people(body.key)).status).toBe(200);
    expect((await people(owner.token, otherId)).status).toBe(200);
    expect((await people(body.key, otherId)).status).toBe(403);
    const foreigner = await create(await person('admin', 'other'));
    expect((await people(foreigner.body.key, otherId)).status).toBe(200);
    expect((await people(foreigner.body.key)).status).toBe(404);
  });

  it('is refused by what is about the owner’s own account, and by cookie operations', async () => {
    const owner = await person();
    const { body } = await create(owner);
    for (const [method, path] of [
      ['GET', '/me'],
      ['GET', '/me/api-keys'],
      ['POST', '/me/api-keys'],
      ['DELETE', `/me/api-keys/${body.id}`],
      ['GET', '/me/children'],
    ] as const) {
      const reply = await server.ask(method, path, {
        token: body.key,
        body: method === 'POST' ? {} : undefined,
      });
      expect(reply).toMatchObject({ status: 403, body: { code: 'api_key_refused' } });
    }
    const refresh = await server.ask('POST', '/auth/refresh', { token: body.key });
    expect(refresh.status).toBe(401);
    expect(refresh.cookie).toBeFalsy();
  });

  it('counts: twenty calls are twenty uses', async () => {
    const { body } = await create(await person());
    await Promise.all(Array.from({ length: 20 }, () => people(body.key)));
    await server.identity.stop();
    const [row] = await sql<{ usage_count: string; last_used_at: Date }>(
      server.databaseUrl,
      'select usage_count, last_used_at from api_keys where id = $1',
      [body.id],
    );
    expect(Number(row?.usage_count)).toBe(20);
    expect(row?.last_used_at).not.toBeNull();
  });

  it('is written by itself within ten seconds', async () => {
    const { body } = await create(await person());
    await people(body.key);
    const used = async () =>
      (
        await sql<{ usage_count: string }>(
          server.databaseUrl,
          'select usage_count from api_keys where id = $1',
          [body.id],
        )
      )[0]?.usage_count;
    await expect.poll(used, { timeout: 10_000, interval: 200 }).toBe('1');
  });

  it('is limited for each key: the 61st call in a minute is refused and says when to come back', async () => {
    const owner = await person();
    const { body } = await create(owner);
    const other = await create(owner);
    const replies = await Promise.all(Array.from({ length: 60 }, () => people(body.key)));
    expect(replies.every(({ status }) => status === 200)).toBe(true);
    const left = replies.map(({ headers }) => Number(headers.get('ratelimit-remaining')));
    expect(Math.min(...left)).toBe(0);
    expect(replies[0]?.headers.get('ratelimit-limit')).toBe('60');
    const refused = await people(body.key);
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
    expect(refused.headers.get('ratelimit-limit')).toBe('60');
    expect(refused.headers.get('ratelimit-remaining')).toBe('0');
    expect((await people(other.body.key)).status).toBe(200);
  });
});

describe('the end of a key', () => {
  it('is at once when its owner revokes it', async () => {
    const owner = await person();
    const { body } = await create(owner);
    expect((await people(body.key)).status).toBe(200);
    const path = `/me/api-keys/${body.id}`;
    expect((await server.ask('DELETE', path, { token: owner.token })).status).toBe(204);
    expect(await people(body.key)).toMatchObject({ status: 401, body: { code: 'token_invalid' } });
    expect((await server.ask('DELETE', path, { token: owner.token })).status).toBe(404);
  });

  it('is at once when the organization revokes it', async () => {
    const { body } = await create(await person());
    const admin = await person();
    const list = await server.ask<{ items: OwnedApiKeyView[] }>(
      'GET',
      `/organizations/${organizationId}/api-keys`,
      { token: admin.token },
    );
    expect(list.body.items.map(({ id }) => id)).toContain(body.id);
    expect(JSON.stringify(list.body)).not.toContain(body.key.slice(12));
    const path = `/organizations/${organizationId}/api-keys/${body.id}`;
    expect((await server.ask('DELETE', path, { token: admin.token })).status).toBe(204);
    expect((await people(body.key)).status).toBe(401);
  });

  it('is not for others: not for who has no right to, not for other organizations', async () => {
    const { body } = await create(await person());
    const student = await person('student');
    const foreign = await person('admin', 'other');
    const path = `/organizations/${organizationId}/api-keys/${body.id}`;
    expect((await server.ask('DELETE', path, { token: student.token })).status).toBe(403);
    expect((await server.ask('DELETE', path, { token: foreign.token })).status).toBe(404);
    const mine = `/organizations/${otherId}/api-keys/${body.id}`;
    expect((await server.ask('DELETE', mine, { token: foreign.token })).status).toBe(404);
    for (const who of [student, foreign, await person()])
      expect((await server.ask('DELETE', `/me/api-keys/${body.id}`, { token: who.token })).status).toBe(404);
    const list = `/organizations/${organizationId}/api-keys`;
    expect((await server.ask('GET', list, { token: student.token })).status).toBe(403);
    expect((await server.ask('GET', list, { token: foreign.token })).status).toBe(404);
    expect((await people(body.key)).status).toBe(200);
  });

  it('comes with the end of the account', async () => {
    const owner = await person();
    const { body } = await create(owner);
    await update(`update users set status = 'suspended' where id = $1`, [owner.id]);
    expect(await people(body.key)).toMatchObject({ status: 403, body: { code: 'account_suspended' } });
    await update(`update users set status = 'active', deleted_at = now() where id = $1`, [owner.id]);
    expect((await people(body.key)).status).toBe(403);
  });

  it('comes for keys that nobody made', async () => {
    for (const key of ['lk_', 'lk_00000000_abc', `lk_00000000_${'A'.repeat(43)}`])
      expect(await people(key)).toMatchObject({ status: 401, body: { code: 'token_invalid' } });
  });
});

describe('addresses', () => {
  it.each([
    ['127.0.0.1', 200],
    ['127.0.0.0/8', 200],
    ['::ffff:127.0.0.1', 200],
    ['::ffff:127.0.0.0/104', 200],
    ['10.0.0.0/8', 403],
    ['::1', 403],
    ['2001:db8::/32', 403],
  ])('a key for %s answers %i at 127.0.0.1', async (network, status) => {
    const { body } = await create(await person(), { allowedIps: [network] });
    const reply = await people(body.key);
    expect({ status: reply.status, code: reply.body.code }).toEqual({
      status,
      code: status === 403 ? 'ip_not_allowed' : undefined,
    });
  });

  it.each([
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['192.0.2.7', '192.0.2.7/32'],
    ['::ffff:10.0.0.1/104', '10.0.0.0/8'],
    ['2001:db8:1::1/32', '2001:db8::/32'],
    ['2001:db8::1', '2001:db8::1/128'],
  ])('writes %s as %s', (given, stored) => expect(canonicalNetwork(given)).toBe(stored));

  it('takes IPv4 in IPv6 clothes for IPv4, and nobody without an address', () => {
    expect(isAllowed('::ffff:10.9.9.9', ['10.0.0.0/8'])).toBe(true);
    expect(isAllowed('11.0.0.1', ['10.0.0.0/8'])).toBe(false);
    expect(isAllowed('2001:db8:ffff::1', ['2001:db8::/32'])).toBe(true);
    expect(isAllowed('2001:db9::1', ['2001:db8::/32'])).toBe(false);
    expect(isAllowed('10.0.0.1', ['::/0'])).toBe(false);
    expect(isAllowed(null, ['0.0.0.0/0', '::/0'])).toBe(false);
    expect(isAllowed(null, [])).toBe(true);
  });
});

describe('the limits of hour and day', () => {
  it('refuse too, and a refusal in the minute does not use them up', async () => {
    const limiter = createKeyLimiter();
    const byHour = { perMinute: 100, perHour: 3, perDay: 100 };
    for (let n = 0; n < 3; n += 1) await limiter.take('hour', byHour);
    await expect(limiter.take('hour', byHour)).rejects.toMatchObject({
      code: 'rate_limited',
      data: { limit: 3 },
    });
    const byDay = { perMinute: 100, perHour: 100, perDay: 2 };
    for (let n = 0; n < 2; n += 1) await limiter.take('day', byDay);
    await expect(limiter.take('day', byDay)).rejects.toMatchObject({ data: { limit: 2 } });
    const byMinute = { perMinute: 1, perHour: 3, perDay: 100 };
    await limiter.take('minute', byMinute);
    for (let n = 0; n < 5; n += 1)
      await expect(limiter.take('minute', byMinute)).rejects.toMatchObject({ data: { limit: 1 } });
    expect(await limiter.take('minute', { ...byMinute, perMinute: 100 })).toMatchObject({ remaining: 1 });
  });
});

// The last ones: they turn the clock.
describe('in time', () => {
  it('a key expires', async () => {
    const owner = await person();
    const expiresAt = new Date(server.clock.now().getTime() + 60_000).toISOString();
    const { body } = await create(owner, { expiresAt });
    expect((await people(body.key)).status).toBe(200);
    server.clock.advance(60_000);
    expect(await people(body.key)).toMatchObject({ status: 401, body: { code: 'token_invalid' } });
  });

  it('making one needs a fresh proof of who one is', async () => {
    const owner = await person();
    server.clock.advance(11 * 60_000);
    expect(await create(owner)).toMatchObject({ status: 403, body: { code: 'step_up_required' } });
    expect((await create(await signIn(owner))).status).toBe(201);
  });
});
