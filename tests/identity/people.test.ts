import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignedInView } from '../../shared/identity/contract.ts';
import type { PersonDetailView, PersonView } from '../../shared/identity/people.ts';
import { handsOff } from '../../server/identity/people/people.policy.ts';
import { prefixQuery } from '../../server/identity/people/people.repository.ts';
import { createUser, password, sql } from '../support/factories.ts';
import { startServer, statementsOf } from './server.ts';
import type { TestServer } from './server.ts';

/** A reply or a problem. */
interface Answer<T> {
  status: number;
  body: T & { code?: string; data?: unknown };
}

const day = 24 * 60 * 60_000;
const minute = 60_000;
let server: TestServer;
let organizationId: string;
let otherOrganizationId: string;
let adminId: string;
const ids: Record<string, string> = {};

interface People {
  items: PersonView[];
  nextCursor: string | null;
}

async function signIn(email: string): Promise<string> {
  const reply = await server.ask<SignedInView>('POST', '/auth/sign-in', { body: { email, password } });
  expect(reply.status).toBe(200);
  return reply.body.accessToken;
}

/** A person of the default organization, or of another. */
async function person(name: string, role = 'student', organization = 'default'): Promise<string> {
  const id = await createUser(server.databaseUrl, {
    email: `${name.toLowerCase().replaceAll(' ', '.')}@people.test`,
    displayName: name,
    role,
    organization,
  });
  ids[name] = id;
  return id;
}

async function asAdmin<T = PersonDetailView>(
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer<T>> {
  const reply = await server.ask(method, `/organizations/${organizationId}/people${path}`, {
    token: await signIn('admin@people.test'),
    body,
  });
  return reply as unknown as Answer<T>;
}

const row = async <T extends object>(statement: string, values: unknown[]): Promise<T> =>
  (await sql<T>(server.databaseUrl, statement, values))[0] as T;

const auditActions = async (userId: string): Promise<string[]> =>
  (
    await sql<{ action: string }>(
      server.databaseUrl,
      'select action from audit_logs where resource_id = $1 order by seq',
      [userId],
    )
  ).map(({ action }) => action);

beforeAll(async () => {
  server = await startServer();
  const [other] = await sql<{ id: string }>(
    server.databaseUrl,
    `insert into organizations (name, slug) values ('Elsewhere', 'elsewhere') returning id`,
  );
  otherOrganizationId = (other as { id: string }).id;
  const [own] = await sql<{ id: string }>(
    server.databaseUrl,
    `select id from organizations where slug = 'default'`,
  );
  organizationId = (own as { id: string }).id;
  adminId = await person('admin', 'admin');
  await person('second-admin', 'admin');
  await person('root', 'super_admin');
  await person('teacher', 'instructor');
  await person('stranger', 'student', 'elsewhere');
  await person('strange-admin', 'admin', 'elsewhere');
});
afterAll(() => server.close());

describe('the list', () => {
  it('finds by beginnings of names, codes and addresses, filters, and shows nobody of another organization', async () => {
    await person('Grace Hopper');
    await person('Grace Kelly', 'parent');
    const found = async (query: string) =>
      (await asAdmin<People>('GET', `?${query}`)).body.items.map(({ displayName }) => displayName);
    expect(await found('q=gra+hop')).toEqual(['Grace Hopper']);
    expect(await found('q=Grace')).toEqual(['Grace Hopper', 'Grace Kelly']);
    expect(await found('q=grace&role=parent')).toEqual(['Grace Kelly']);
    expect(await found('q=strange-admin@people')).toEqual([]);
    expect(await found('q=second-admin@people')).toEqual(['second-admin']);
    const { body } = await asAdmin<People>('GET', '?q=Grace+Hopper');
    expect(await found(`q=${body.items[0]?.code.toLowerCase()}`)).toEqual(['Grace Hopper']);
    // Neither wildcards nor operators of the search are anything but text.
    expect(await found('q=%25')).toEqual([]);
    expect(await found(`q=${encodeURIComponent(`!:*&|'()<->`)}`)).toEqual([]);
    expect(await found('status=deleted')).toEqual([]);
    expect(await found('')).not.toContain('stranger');
  });

  it('finds by a whole skill, in the index, and not what somebody shows to nobody', async () => {
    const [ada, bea] = [await person('Skilled Ada'), await person('Skilled Bea')];
    const shy = await person('Skilled Shy');
    const has = (id: string, skills: string[], visibility = 'organization') =>
      sql(server.databaseUrl, 'insert into user_profiles (user_id, skills, visibility) values ($1, $2, $3)', [
        id,
        skills,
        visibility,
      ]);
    await has(ada, ['Field biology', 'Spanish']);
    await has(bea, ['SPANISH']);
    await has(shy, ['Spanish'], 'private');
    await has(ids['stranger'] ?? '', ['Spanish']);
    const found = async (skill: string) =>
      (await asAdmin<People>('GET', `?skill=${encodeURIComponent(skill)}`)).body.items.map(
        ({ displayName }) => displayName,
      );
    expect(await found(' spanish ')).toEqual(['Skilled Ada', 'Skilled Bea']);
    expect(await found('field BIOLOGY')).toEqual(['Skilled Ada']);
    expect(await found('biology')).toEqual([]);
    expect(await found('%')).toEqual([]);
    const names = await asAdmin<People>('GET', '?skill=Spanish&q=bea');
    expect(names.body.items.map(({ id }) => id)).toEqual([bea]);

    const sent = await statementsOf(() => asAdmin('GET', '?skill=Spanish'));
    const statement = sent.find((one) => one.includes('lectern_folded')) ?? '';
    const condition = /lectern_folded\(p\.skills\) @> array\[lower\([^)]*\)\]/.exec(statement)?.[0] ?? '';
    // The tables of a test are too small for an index to be worth it: whether there is one that could be used.
    const plan = await server.db.transaction(async ({ em }) => {
      await em.execute('set local enable_seqscan = off');
      return em.execute(
        `explain select 1 from user_profiles p where ${condition.replace(/lower\(.*\)/, `lower('x')`)}`,
      );
    });
    expect(JSON.stringify(plan)).toContain('user_profiles_skills_index');
  });

  it('knows who has never signed in, and who has not for 90 days', async () => {
    const asleep = await person('Sleeper');
    const names = async (query: string) =>
      (await asAdmin<People>('GET', `?limit=100&${query}`)).body.items.map(({ displayName }) => displayName);
    expect(await names('signIn=never')).toContain('Sleeper');
    await sql(
      server.databaseUrl,
      `update users set last_login_at = now() - interval '89 days' where id = $1`,
      [asleep],
    );
    expect(await names('signIn=never')).not.toContain('Sleeper');
    expect(await names('signIn=inactive')).not.toContain('Sleeper');
    await sql(
      server.databaseUrl,
      `update users set last_login_at = now() - interval '91 days' where id = $1`,
      [asleep],
    );
    expect(await names('signIn=inactive')).toContain('Sleeper');
  });

  it.each(['name', 'last_sign_in', 'created'])('pages through everybody once, sorted by %s', async (sort) => {
    const all = await asAdmin<People>('GET', `?limit=100&sort=${sort}`);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Answer<People> = await asAdmin<People>(
        'GET',
        `?limit=3&sort=${sort}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
      );
      expect(page.status).toBe(200);
      expect(page.body.items.length).toBeLessThanOrEqual(3);
      seen.push(...page.body.items.map(({ id }) => id));
      cursor = page.body.nextCursor;
    }
    // Each request signs the administrator in, which moves them in one of the orders while we turn the pages.
    const others = (list: string[]) => list.filter((id) => id !== adminId);
    expect(others(seen)).toEqual(others(all.body.items.map(({ id }) => id)));
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('refuses filters and cursors that it does not know', async () => {
    for (const query of [
      'role=king',
      'status=gone',
      'sort=shoe',
      'limit=0',
      'limit=101',
      'x=1',
      `q=${'a'.repeat(201)}`,
    ])
      expect((await asAdmin('GET', `?${query}`)).body.code).toBe('invalid_input');
    const wrong = Buffer.from(JSON.stringify(['no time', adminId])).toString('base64url');
    expect((await asAdmin('GET', `?cursor=!`)).body.code).toBe('invalid_input');
    expect((await asAdmin('GET', `?sort=created&cursor=${wrong}`)).body.code).toBe('invalid_input');
  });
});

describe('rights', () => {
  it('lets nobody in without the right, and strangers see nothing at all', async () => {
    const student = await person('Curious');
    const path = `/organizations/${organizationId}/people`;
    const asStudent = { token: await signIn('curious@people.test') };
    expect((await server.ask('GET', path)).body.code).toBe('unauthenticated');
    expect((await server.ask('GET', path, asStudent)).body.code).toBe('forbidden');
    expect((await server.ask('GET', `${path}/${student}`, asStudent)).body.code).toBe('forbidden');
    const asStrangeAdmin = { token: await signIn('strange-admin@people.test') };
    for (const [method, tail] of [
      ['GET', ''],
      ['GET', `/${student}`],
      ['DELETE', `/${student}`],
      ['POST', `/${student}/deactivate`],
      ['POST', `/${student}/reset-second-factor`],
    ] as const)
      expect((await server.ask(method, path + tail, asStrangeAdmin)).body.code).toBe('not_found');
    // Nor through one's own organization.
    const mine = `/organizations/${otherOrganizationId}/people/${student}`;
    expect((await server.ask('GET', mine, asStrangeAdmin)).body.code).toBe('not_found');
    expect((await server.ask('DELETE', mine, asStrangeAdmin)).body.code).toBe('not_found');
    expect((await server.ask('POST', `${mine}/sign-out`, asStrangeAdmin)).body.code).toBe('not_found');
  });

  it('shows teachers the people, and not how their accounts are secured', async () => {
    const id = await person('Shown');
    const seen = await server.ask<{ displayName: string }>(
      'GET',
      `/organizations/${organizationId}/people/${id}`,
      {
        token: await signIn('teacher@people.test'),
      },
    );
    expect(seen.status).toBe(200);
    expect(seen.body).toMatchObject({ displayName: 'Shown', security: null });
    expect(JSON.stringify(seen.body)).not.toMatch(/argon2|hash/i);
    const refused = await server.ask('PATCH', `/organizations/${organizationId}/people/${id}`, {
      token: await signIn('teacher@people.test'),
      body: { displayName: 'Changed' },
    });
    expect(refused.body.code).toBe('forbidden');
  });

  it('protects who is above the caller', async () => {
    const root = ids['root'] ?? '';
    for (const [method, tail, body] of [
      ['PATCH', '', { displayName: 'Fallen' }],
      ['POST', '/suspend', { reason: 'no more' }],
      ['POST', '/deactivate', undefined],
      ['DELETE', '', undefined],
      ['POST', '/sign-out', undefined],
      ['POST', '/password-link', undefined],
      ['POST', '/require-password-change', undefined],
      ['POST', '/reset-second-factor', undefined],
    ] as const) {
      const reply = await asAdmin(method, `/${root}${tail}`, body);
      expect({ tail, code: reply.body.code }).toEqual({ tail, code: 'role_level' });
    }
    expect((await asAdmin('GET', `/${root}`)).body).toMatchObject({
      handsOff: 'higher_level',
      status: 'active',
      displayName: 'root',
    });
  });

  it('leaves accounts alone that another organization looks after', async () => {
    const guest = await person('Guest', 'student', 'elsewhere');
    await sql(
      server.databaseUrl,
      'insert into organization_memberships (user_id, organization_id) values ($1, $2)',
      [guest, organizationId],
    );
    const seen = await asAdmin('GET', `/${guest}`);
    expect(seen.body).toMatchObject({ handsOff: 'other_organization', security: null });
    // The name of an organization that is none of the caller's business is not told.
    expect(seen.body.memberships.map((one) => one.organizationId)).toEqual([organizationId]);
    expect((await asAdmin('POST', `/${guest}/deactivate`)).body.code).toBe('managed_elsewhere');
    expect((await asAdmin('PATCH', `/${guest}`, { displayName: 'Ours' })).body.code).toBe(
      'managed_elsewhere',
    );
  });

  it('knows that an account is a way into its other organizations', () => {
    const here = { organizationId: 'here', mine: 80, theirs: 10 };
    const there = (mine: number, theirs: number) => [{ organizationId: 'there', mine, theirs }];
    expect(handsOff(true, here, [])).toBeNull();
    expect(handsOff(true, here, there(0, 80))).toBe('higher_level');
    expect(handsOff(true, here, there(80, 80))).toBeNull();
    expect(handsOff(true, here, there(0, 10))).toBeNull();
    expect(handsOff(true, { ...here, theirs: 81 }, [])).toBe('higher_level');
    expect(handsOff(false, here, [])).toBe('other_organization');
  });

  it('keeps everybody from locking themselves out', async () => {
    for (const [method, tail, body] of [
      ['POST', '/suspend', { reason: 'tired' }],
      ['POST', '/deactivate', undefined],
      ['POST', '/sign-out', undefined],
      ['POST', '/reset-second-factor', undefined],
      ['DELETE', '', undefined],
      ['PATCH', '', { email: 'other@people.test' }],
    ] as const) {
      const reply = await asAdmin(method, `/${adminId}${tail}`, body);
      expect({ tail, code: reply.body.code }).toEqual({ tail, code: 'own_account' });
    }
    expect((await asAdmin('PATCH', `/${adminId}`, { jobTitle: 'Head' })).body.jobTitle).toBe('Head');
  });
});

describe('adding', () => {
  it('adds somebody with a password that they have to change', async () => {
    const made = await asAdmin('POST', '', {
      displayName: 'New Person',
      email: 'NEW@people.test',
      role: 'student',
      password: 'a fine long passphrase 7',
      department: 'Class 5b',
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      email: 'new@people.test',
      role: 'student',
      status: 'active',
      department: 'Class 5b',
      security: { hasPassword: true, mustChangePassword: true },
    });
    expect(made.body.memberships).toMatchObject([{ organizationId, isPrimary: true, role: 'member' }]);
    expect(await auditActions(made.body.id)).toContain('user.created');
    const again = await asAdmin('POST', '', {
      displayName: 'Twin',
      email: 'new@people.test',
      role: 'student',
      password: 'a fine long passphrase 7',
    });
    expect(again.body).toMatchObject({ code: 'already_exists', data: { field: 'email' } });
  });

  it('gives no role above the own level', async () => {
    const base = {
      displayName: 'Climber',
      email: 'climber@people.test',
      password: 'a fine long passphrase 7',
    };
    expect((await asAdmin('POST', '', { ...base, role: 'super_admin' })).body.code).toBe('role_level');
    expect((await asAdmin<People>('GET', '?q=climber')).body.items).toEqual([]);
    expect((await asAdmin('POST', '', { ...base, role: 'admin' })).status).toBe(201);
  });

  it.each([
    ['no name', { email: 'a@b.test', role: 'student' }],
    ['a line break in the name', { displayName: 'A\r\nBcc: x', email: 'a@b.test', role: 'student' }],
    ['no address', { displayName: 'A', role: 'student' }],
    ['an address that is none', { displayName: 'A', email: 'nobody', role: 'student' }],
    ['a role that is none', { displayName: 'A', email: 'a@b.test', role: 'king' }],
    ['a level of its own', { displayName: 'A', email: 'a@b.test', role: 'student', level: 100 }],
    ['a name too long', { displayName: 'x'.repeat(201), email: 'a@b.test', role: 'student' }],
  ])('refuses %s', async (_, body) => {
    expect((await asAdmin('POST', '', body)).body.code).toBe('invalid_input');
    expect((await asAdmin<People>('GET', '?q=a%40b.test')).body.items).toEqual([]);
  });
});

describe('mail', () => {
  interface Mail {
    to: string;
    subject: string;
    text: string;
  }
  /** What was sent to somebody: mails leave after the commit, when a job takes them. */
  async function mailTo(to: string, subject: RegExp): Promise<Mail> {
    const endsAt = performance.now() + 10_000;
    for (;;) {
      const { items } = (await (await fetch(`${server.url}/dev/mail.json`)).json()) as { items: Mail[] };
      const found = items.find((mail) => mail.to === to && subject.test(mail.subject));
      if (found) return found;
      if (performance.now() > endsAt) throw new Error(`no mail to ${to}`);
    }
  }
  const linkIn = ({ text }: Mail): string => /reset-password\?token=([\w-]+)/.exec(text)?.[1] ?? '';

  it('lets somebody who was added without a password choose one, once', async () => {
    const made = await asAdmin('POST', '', {
      displayName: 'By Mail',
      email: 'by-mail@people.test',
      role: 'student',
    });
    expect(made.body).toMatchObject({ security: { hasPassword: false, mustChangePassword: false } });
    const token = linkIn(await mailTo('by-mail@people.test', /choose a password/));
    const confirm = () =>
      server.ask('POST', '/auth/password-reset/confirm', {
        body: { token, password: 'a fine long passphrase 7' },
      });
    expect((await confirm()).status).toBe(204);
    expect((await confirm()).body.code).toBe('already_used');
    const signedIn = await server.ask('POST', '/auth/sign-in', {
      body: { email: 'by-mail@people.test', password: 'a fine long passphrase 7' },
    });
    expect(signedIn.status).toBe(200);
  });

  it('leaves two days for the first link, says so, and half an hour for one that changes a password', async () => {
    await asAdmin('POST', '', { displayName: 'Late', email: 'late@people.test', role: 'student' });
    const first = await mailTo('late@people.test', /choose a password/);
    expect(first.text).toContain('48 hours');
    server.clock.advance(47 * 60 * minute);
    const choose = { token: linkIn(first), password: 'a fine long passphrase 7' };
    expect((await server.ask('POST', '/auth/password-reset/confirm', { body: choose })).status).toBe(204);
    const id = await person('Has One');
    await asAdmin('POST', `/${id}/password-link`);
    expect((await mailTo('has.one@people.test', /choose a password/)).text).toContain('30 minutes');
  });

  it('tells people that they were put to rest, and that a new password is asked for', async () => {
    const id = await person('Resting');
    await asAdmin('POST', `/${id}/require-password-change`);
    const asked = await mailTo('resting@people.test', /Choose a new password/);
    expect(asked.text).toContain(`${server.url}/sign-in`);
    await asAdmin('POST', `/${id}/deactivate`);
    const rested = await mailTo('resting@people.test', /put to rest/);
    expect(rested.text).toContain('cannot sign in');
  });

  it('sends another link when it is asked for, and not twice a minute', async () => {
    const id = await person('Forgetful');
    expect((await asAdmin('POST', `/${id}/password-link`)).status).toBe(200);
    expect((await asAdmin('POST', `/${id}/password-link`)).body.code).toBe('rate_limited');
    expect(linkIn(await mailTo('forgetful@people.test', /choose a password/))).not.toBe('');
    await sql(server.databaseUrl, `update users set email = null, phone = '+442079460009' where id = $1`, [
      id,
    ]);
    server.clock.advance(2 * minute);
    expect((await asAdmin('POST', `/${id}/password-link`)).body.code).toBe('no_address');
  });

  it('tells people that they were suspended, and that their address was changed', async () => {
    const id = await person('Told');
    await asAdmin('POST', `/${id}/suspend`, { reason: 'Shouting again' });
    expect((await mailTo('told@people.test', /suspended/)).text).toContain('Shouting again');
    await asAdmin('PATCH', `/${id}`, { email: 'told-anew@people.test' });
    await mailTo('told@people.test', /address was changed/);
  });
});

describe('an account that was never confirmed', () => {
  const waits = async (id: string) => (await asAdmin('GET', `/${id}`)).body.status;

  it.each(['suspend', 'deactivate'])('waits for that again after %s and the return', async (act) => {
    const id = await person(`Waiting ${act}`);
    await sql(
      server.databaseUrl,
      `update users set status = 'pending_verification', email_verified_at = null where id = $1`,
      [id],
    );
    await asAdmin('POST', `/${id}/${act}`, act === 'suspend' ? { reason: 'Spam' } : undefined);
    await asAdmin('POST', `/${id}/reactivate`);
    expect(await waits(id)).toBe('pending_verification');
  });

  it('does not come in when a suspension has lifted by itself', async () => {
    const id = await person('Lapsed');
    await sql(
      server.databaseUrl,
      `update users set status = 'pending_verification', email_verified_at = null where id = $1`,
      [id],
    );
    const until = new Date(server.clock.now().getTime() + minute).toISOString();
    await asAdmin('POST', `/${id}/suspend`, { reason: 'Spam', until });
    server.clock.advance(2 * minute);
    const body = { email: 'lapsed@people.test', password };
    expect((await server.ask('POST', '/auth/sign-in', { body })).body.code).toBe('verification_required');
  });
});

describe('changing', () => {
  it('changes names and work fields, and confirms a new address anew', async () => {
    const id = await person('Before');
    const reply = await asAdmin('PATCH', `/${id}`, {
      displayName: 'After',
      email: 'after@people.test',
      department: 'IT',
      employeeId: '=1+1',
    });
    expect(reply.body).toMatchObject({
      displayName: 'After',
      email: 'after@people.test',
      emailVerified: false,
      department: 'IT',
      employeeId: '=1+1',
    });
    expect((await asAdmin('PATCH', `/${id}`, { department: null })).body.department).toBeNull();
    expect((await auditActions(id)).filter((one) => one === 'user.updated')).toHaveLength(2);
    // Nothing new, nothing noted.
    await asAdmin('PATCH', `/${id}`, { displayName: 'After' });
    expect((await auditActions(id)).filter((one) => one === 'user.updated')).toHaveLength(2);
  });

  it('takes no address that somebody has, and not the last one', async () => {
    const id = await person('Sole');
    const taken = await asAdmin('PATCH', `/${id}`, { email: 'teacher@people.test' });
    expect(taken.body).toMatchObject({ code: 'already_exists', data: { field: 'email' } });
    expect((await asAdmin('PATCH', `/${id}`, { email: null })).body.code).toBe('invalid_input');
    expect((await asAdmin('PATCH', `/${id}`, { status: 'active' })).body.code).toBe('invalid_input');
    expect((await asAdmin('PATCH', `/${id}`, { role: 'admin' })).body.code).toBe('invalid_input');
    expect((await asAdmin('GET', `/${id}`)).body).toMatchObject({
      email: 'sole@people.test',
      role: 'student',
    });
  });

  it('voids links that went to the old address', async () => {
    const id = await person('Mover');
    await sql(
      server.databaseUrl,
      `insert into verification_tokens (user_id, purpose, kind, channel, destination, token_hash, expires_at)
       values ($1, 'password_reset', 'link', 'email', 'mover@people.test', '\\x01', now() + interval '1 hour')`,
      [id],
    );
    await asAdmin('PATCH', `/${id}`, { email: 'moved@people.test' });
    const { invalidated_at: at } = await row<{ invalidated_at: Date | null }>(
      'select invalidated_at from verification_tokens where user_id = $1',
      [id],
    );
    expect(at).not.toBeNull();
  });
});

describe('suspending', () => {
  it('ends every sign-in at once, refuses new ones, and lifts by itself', async () => {
    const id = await person('Loud');
    const token = await signIn('loud@people.test');
    const until = new Date(server.clock.now().getTime() + 60 * minute).toISOString();
    const reply = await asAdmin('POST', `/${id}/suspend`, { reason: 'Shouting', until });
    expect(reply.body).toMatchObject({
      status: 'suspended',
      suspendedUntil: until,
      security: { suspensionReason: 'Shouting', sessions: 0 },
    });
    expect((await server.ask('GET', '/me', { token })).status).toBe(401);
    const { revoke_reason: reason } = await row<{ revoke_reason: string }>(
      'select revoke_reason from auth_sessions where user_id = $1',
      [id],
    );
    expect(reason).toBe('suspended');
    expect((await server.events('identity.session.revoked')).some((one) => one['userId'] === id)).toBe(true);
    const refused = await server.ask('POST', '/auth/sign-in', {
      body: { email: 'loud@people.test', password },
    });
    expect(refused.status).toBe(403);
    expect((await asAdmin<People>('GET', '?q=loud&status=suspended')).body.items).toMatchObject([{ id }]);
    server.clock.advance(61 * minute);
    expect((await asAdmin('GET', `/${id}`)).body).toMatchObject({ status: 'active', suspendedUntil: null });
    expect((await asAdmin<People>('GET', '?q=loud&status=suspended')).body.items).toEqual([]);
    await signIn('loud@people.test');
  });

  it('needs a reason and an end in the future', async () => {
    const id = await person('Calm');
    const past = new Date(server.clock.now().getTime() - minute).toISOString();
    for (const body of [
      {},
      { reason: '' },
      { reason: 'x', until: past },
      { reason: 'x', until: 'soon' },
      { reason: 'x'.repeat(501) },
    ])
      expect((await asAdmin('POST', `/${id}/suspend`, body)).body.code).toBe('invalid_input');
    expect((await asAdmin('GET', `/${id}`)).body.status).toBe('active');
  });

  it('goes back by hand', async () => {
    const id = await person('Forgiven');
    await asAdmin('POST', `/${id}/suspend`, { reason: 'A mistake' });
    expect((await asAdmin('POST', `/${id}/reactivate`)).body.status).toBe('active');
    expect((await asAdmin('POST', `/${id}/reactivate`)).body.code).toBe('conflict');
    expect((await asAdmin('POST', `/${id}/deactivate`)).body.status).toBe('inactive');
    expect((await asAdmin('POST', `/${id}/deactivate`)).body.code).toBe('conflict');
    expect((await asAdmin('POST', `/${id}/reactivate`)).body.status).toBe('active');
    expect(await auditActions(id)).toEqual([
      'user.suspended',
      'user.reactivated',
      'user.deactivated',
      'user.reactivated',
    ]);
    await signIn('forgiven@people.test');
  });
});

describe('deleting', () => {
  it('can be undone for 90 days', async () => {
    const id = await person('Leaver');
    const token = await signIn('leaver@people.test');
    const gone = await asAdmin('DELETE', `/${id}`);
    expect(gone.body).toMatchObject({ status: 'deleted', security: { sessions: 0 } });
    expect(gone.body.restorableUntil).not.toBeNull();
    expect((await server.ask('GET', '/me', { token })).status).toBe(401);
    expect((await asAdmin<People>('GET', '?q=leaver')).body.items).toEqual([]);
    expect((await asAdmin<People>('GET', '?q=leaver&status=deleted')).body.items).toMatchObject([{ id }]);
    expect((await asAdmin('DELETE', `/${id}`)).body.code).toBe('conflict');
    expect((await asAdmin('PATCH', `/${id}`, { displayName: 'Ghost' })).body.code).toBe('conflict');
    server.clock.advance(89 * day);
    expect((await asAdmin('POST', `/${id}/restore`)).body.status).toBe('active');
    expect((await asAdmin('POST', `/${id}/restore`)).body.code).toBe('conflict');
    await signIn('leaver@people.test');
    await asAdmin('DELETE', `/${id}`);
    server.clock.advance(91 * day);
    expect((await asAdmin('POST', `/${id}/restore`)).body.code).toBe('too_late');
  });

  it('does not bring back an address that somebody else has now', async () => {
    const id = await person('Heir');
    await asAdmin('DELETE', `/${id}`);
    await createUser(server.databaseUrl, { email: 'heir@people.test', displayName: 'The next one' });
    expect((await asAdmin('POST', `/${id}/restore`)).body).toMatchObject({
      code: 'already_exists',
      data: { field: 'email' },
    });
    expect((await asAdmin('GET', `/${id}`)).body.status).toBe('deleted');
  });
});

describe('help with signing in', () => {
  it('unlocks, ends sign-ins everywhere, and asks for a new password', async () => {
    const id = await person('Stuck');
    await sql(
      server.databaseUrl,
      `update users set failed_login_attempts = 5, locked_until = now() + interval '400 days' where id = $1`,
      [id],
    );
    const signInReply = await server.ask('POST', '/auth/sign-in', {
      body: { email: 'stuck@people.test', password },
    });
    expect(signInReply.body.code).toBe('account_locked');
    expect((await asAdmin('POST', `/${id}/unlock`)).body.security?.lockedUntil).toBeNull();
    const [one, two] = [await signIn('stuck@people.test'), await signIn('stuck@people.test')];
    expect((await asAdmin('POST', `/${id}/sign-out`)).body.security?.sessions).toBe(0);
    for (const token of [one, two]) expect((await server.ask('GET', '/me', { token })).status).toBe(401);
    const asked = await asAdmin('POST', `/${id}/require-password-change`);
    expect(asked.body.security?.mustChangePassword).toBe(true);
    expect(await auditActions(id)).toEqual([
      'user.unlocked',
      'user.signed_out',
      'user.password_change_required',
    ]);
  });

  it('asks nobody to change a password that they do not have', async () => {
    const id = await person('Keyless');
    await sql(server.databaseUrl, 'update users set password_hash = null where id = $1', [id]);
    expect((await asAdmin('POST', `/${id}/require-password-change`)).body.code).toBe('conflict');
  });

  it('removes a lost second factor with everything that belongs to it', async () => {
    const id = await person('Phoneless');
    expect((await asAdmin('POST', `/${id}/reset-second-factor`)).body.code).toBe('conflict');
    await sql(
      server.databaseUrl,
      `with c as (insert into two_factor_recovery_codes (user_id, code_hash) values ($1, '\\x02'))
       update users set two_factor_enabled = true, two_factor_secret_enc = '\\x01', two_factor_confirmed_at = now() where id = $1`,
      [id],
    );
    const reply = await asAdmin('POST', `/${id}/reset-second-factor`);
    expect(reply.body.security?.twoFactorEnabled).toBe(false);
    const left = await row<{ secret: boolean; codes: string }>(
      `select two_factor_secret_enc is not null as secret, (select count(*) from two_factor_recovery_codes where user_id = $1) as codes
       from users where id = $1`,
      [id],
    );
    expect(left).toEqual({ secret: false, codes: '0' });
    expect(await auditActions(id)).toEqual(['user.second_factor_reset']);
  });
});

describe('search words', () => {
  it('are made of letters and digits alone', () => {
    expect(prefixQuery('Ada Love')).toBe('ada:* & love:*');
    expect(prefixQuery(`o'neil & (x)`)).toBe('o:* & neil:* & x:*');
    expect(prefixQuery('!!')).toBeNull();
  });
});
