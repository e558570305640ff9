import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { MeView, SignedInView } from '../../shared/identity/contract.ts';
import type {
  InvitationOutcome,
  InvitationPreview,
  InvitationView,
} from '../../shared/identity/invitations.ts';
import { invitationMail } from '../../server/identity/organizations/invitation-mail.ts';
import { createUser, password, sql } from '../support/factories.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

const day = 86_400_000;
const chosen = 'a fine long passphrase 7';

interface Person {
  userId: string;
  email: string;
  token: string;
}

interface Letter {
  to: string;
  subject: string;
  text: string;
}

let server: TestServer;
let home: { id: string; slug: string };
let foreign: { id: string; slug: string };
let admin: Person;
let manager: Person;
let stranger: Person;

beforeAll(async () => {
  server = await startServer();
  home = await organization('Evening College');
  foreign = await organization('Day College');
  admin = await person('student', home, 'admin');
  manager = await person('student', home, 'manager');
  stranger = await person('student', foreign, 'admin');
});
afterAll(() => server.close());

const rows = <T extends object>(statement: string, ...values: unknown[]) =>
  sql<T>(server.databaseUrl, statement, values);

async function organization(name: string): Promise<{ id: string; slug: string }> {
  const slug = `org-${randomUUID()}`;
  const [row] = await rows<{ id: string }>(
    'insert into organizations (name, slug) values ($1, $2) returning id',
    name,
    slug,
  );
  return { id: (row as { id: string }).id, slug };
}

/** Somebody signed in, whose account is at home in an organization. */
async function person(
  role: string,
  where: { id: string; slug: string },
  membership = 'member',
): Promise<Person> {
  const email = `${randomUUID()}@test.lectern`;
  const userId = await createUser(server.databaseUrl, {
    email,
    displayName: `The ${membership}`,
    role,
    organization: where.slug,
  });
  await rows('update organization_memberships set role = $1 where user_id = $2', membership, userId);
  if (membership === 'admin')
    await rows(
      `insert into user_roles (user_id, role_id, organization_id) select $1, id, $2 from roles where slug = 'admin' and organization_id is null`,
      userId,
      where.id,
    );
  const { body } = await server.ask<SignedInView>('POST', '/auth/sign-in', { body: { email, password } });
  return { userId, email, token: body.accessToken };
}

interface Answer<T> {
  status: number;
  body: T & { code?: string; data?: unknown };
}

async function ask<T = Record<string, unknown>>(
  who: Person | null,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer<T>> {
  const reply = await server.ask(method, path, { ...(who ? { token: who.token } : {}), body });
  return { status: reply.status, body: reply.body as unknown as Answer<T>['body'] };
}

const path = (organizationId = home.id) => `/organizations/${organizationId}/invitations`;
const address = () => `${randomUUID()}@new.lectern`;

const invite = (emails: string[], input: object = {}, who = admin) =>
  ask<{ items: InvitationOutcome[] }>(who, 'POST', path(), { emails, ...input });

async function letters(to: string): Promise<Letter[]> {
  const response = await fetch(`${server.url}/dev/mail.json`);
  const { items } = (await response.json()) as { items: Letter[] };
  return items.filter((letter) => letter.to === to);
}

/** The secret of the newest link that an address got; `count`: how many mails there are by then. */
async function linkOf(to: string, count = 1): Promise<string> {
  const [letter] = await vi.waitFor(
    async () => {
      const found = await letters(to);
      expect(found).toHaveLength(count);
      return found;
    },
    { timeout: 10_000 },
  );
  return /\/invitation\?token=([\w-]+)/.exec(letter?.text ?? '')?.[1] ?? '';
}

/** Invites somebody and gives the secret of the link. */
async function invited(
  input: object = {},
  who = admin,
  email = address(),
): Promise<{ email: string; token: string; id: string }> {
  const reply = await invite([email], input, who);
  expect(reply.body.items?.[0]?.outcome).toBe('invited');
  return { email, token: await linkOf(email), id: reply.body.items[0]?.invitation?.id ?? '' };
}

const register = (token: string, more: object = {}) =>
  ask<SignedInView>(null, 'POST', '/invitations/register', {
    token,
    displayName: 'Nora New',
    password: chosen,
    ...more,
  });
const preview = (token: string) => ask<InvitationPreview>(null, 'POST', '/invitations/preview', { token });
const accept = (who: Person, token: string) => ask(who, 'POST', '/invitations/accept', { token });

/** What every way to use a link answers. */
async function answersTo(token: string, who: Person): Promise<unknown[]> {
  const replies = [
    await preview(token),
    await register(token),
    await accept(who, token),
    await ask(null, 'POST', '/invitations/decline', { token }),
  ];
  return replies.map(({ status, body }) => [status, body.code]);
}

const invalid = Array.from({ length: 4 }, () => [410, 'invitation_invalid']);

describe('inviting', () => {
  it('sends a link to each address once, and tells of those who need none', async () => {
    const [fresh, waiting] = [address(), address()];
    await invite([waiting]);
    const reply = await invite([fresh, fresh.toUpperCase(), waiting, manager.email], {
      message: 'Welcome!',
    });
    expect(reply.status).toBe(201);
    expect(reply.body.items.map(({ email, outcome }) => [email, outcome])).toEqual([
      [fresh, 'invited'],
      [waiting, 'already_invited'],
      [manager.email, 'already_member'],
    ]);
    const token = await linkOf(fresh);
    const [letter] = await letters(fresh);
    expect(letter).toMatchObject({ subject: 'Invitation to Evening College' });
    expect(letter?.text).toContain('Welcome!');
    expect(letter?.text).toContain(`${server.url}/invitation?token=${token}`);
    const [stored] = await rows<{ row: string }>(
      'select i::text as row from invitations i where email = $1',
      fresh,
    );
    expect(stored?.row).not.toContain(token);
    expect((await preview(token)).body).toEqual({
      organization: { name: 'Evening College' },
      course: null,
      liveSession: null,
      invitedBy: 'The admin',
      email: fresh,
      grantRole: 'student',
      message: 'Welcome!',
      expiresAt: expect.any(String) as string,
      hasAccount: false,
    });
  });

  it('hands out nothing above the level of who invites', async () => {
    for (const input of [{ membershipRole: 'admin' }, { grantRole: 'instructor' }, { grantRole: 'admin' }])
      expect((await invite([address()], input, manager)).body.code).toBe('role_level');
    expect((await invite([address()], { membershipRole: 'owner' })).body.code).toBe('role_level');
    expect((await invite([address()], { grantRole: 'super_admin' })).body.code).toBe('invalid_input');
    expect((await invite([address()], { membershipRole: 'manager' }, manager)).status).toBe(201);
  });

  it('is for those who may, in their own organization', async () => {
    const member = await person('student', home);
    expect((await invite([address()], {}, member)).body.code).toBe('forbidden');
    expect((await invite([address()], {}, stranger)).body.code).toBe('not_found');
    expect((await ask(member, 'GET', path())).body.code).toBe('forbidden');
    expect((await ask(stranger, 'GET', path())).body.code).toBe('not_found');
  });

  it('refuses bad input', async () => {
    const bad: object[] = [
      {},
      { emails: [] },
      { emails: ['not an address'] },
      { emails: ['a@b.example\r\nBcc: all@c.example'] },
      { emails: Array.from({ length: 51 }, address) },
      { emails: [address()], grantRole: 'king' },
      { emails: [address()], message: 'x'.repeat(1001) },
      { emails: [address()], status: 'accepted' },
      { emails: address() },
    ];
    for (const body of bad) {
      const reply = await ask(admin, 'POST', path(), body);
      expect([body, reply.body.code]).toEqual([body, 'invalid_input']);
    }
    for (const body of [{}, { token: '' }, { token: 'x'.repeat(201) }, { token: 1 }])
      expect((await ask(null, 'POST', '/invitations/preview', body)).body.code).toBe('invalid_input');
  });

  it('writes names into one line', () => {
    const mail = invitationMail({
      to: 'a@b.example',
      organization: 'Evil\r\nBcc: all@c.example',
      place: null,
      inviter: 'Eve\nSubject: x',
      message: null,
      link: 'http://x',
    });
    expect(mail.subject).toBe('Invitation to Evil Bcc: all@c.example');
    expect(mail.text.split('\n')[0]).toBe('Eve Subject: x invites you to Evil Bcc: all@c.example.');
  });

  it('is listed, the newest first', async () => {
    const { id, email } = await invited();
    const list = await ask<{ items: InvitationView[]; nextCursor: string | null }>(
      manager,
      'GET',
      `${path()}?limit=1`,
    );
    expect(list.body.items).toMatchObject([
      { id, email, status: 'pending', invitedBy: { id: admin.userId, displayName: 'The admin' } },
    ]);
    const next = await ask<{ items: InvitationView[] }>(
      manager,
      'GET',
      `${path()}?limit=1&cursor=${list.body.nextCursor}`,
    );
    expect(next.body.items[0]?.id).not.toBe(id);
    const accepted = await ask<{ items: InvitationView[] }>(manager, 'GET', `${path()}?status=accepted`);
    expect(accepted.body.items.map((one) => one.id)).not.toContain(id);
  });
});

describe('accepting', () => {
  it('registers somebody new with a confirmed address, even where registration is closed', async () => {
    await rows(
      `insert into system_settings (category, key_name, value, data_type, organization_id) values ('auth', 'registration_open', 'false', 'boolean', $1)`,
      home.id,
    );
    const { email, token, id } = await invited({ grantRole: 'instructor', membershipRole: 'manager' });
    const reply = await register(token);
    expect(reply.status).toBe(201);
    expect(reply.body.user).toMatchObject({
      email,
      emailVerified: true,
      displayName: 'Nora New',
      role: 'instructor',
      organizationId: home.id,
      organizations: [{ id: home.id, role: 'manager' }],
    });
    expect(reply.body.user.code).toMatch(/^INS\d+$/);
    const again = await server.ask('POST', '/auth/sign-in', { body: { email, password: chosen } });
    expect(again.status).toBe(200);
    const [row] = await rows<{ status: string; mine: boolean }>(
      'select status, accepted_by = (select id from users where email = $2) as mine from invitations where id = $1',
      id,
      email,
    );
    expect(row).toEqual({ status: 'accepted', mine: true });
  });

  it('refuses a weak password and keeps the link', async () => {
    const { email, token } = await invited();
    const weak = await register(token, { password: 'short' });
    expect([weak.body.code, weak.body.data]).toEqual(['weak_password', { reasons: ['too_short'] }]);
    // What the organization demands.
    const demand = (value: string) =>
      rows(
        `insert into system_settings (category, key_name, value, data_type, organization_id) values ('auth', 'password_min_length', $2, 'integer', $1)
         on conflict (organization_id, category, key_name) where organization_id is not null do update set value = excluded.value`,
        home.id,
        value,
      );
    await demand('40');
    expect((await register(token)).body.data).toEqual({ reasons: ['too_short'] });
    await demand('12');
    for (const input of [{ displayName: '' }, { displayName: 'a\nb' }, { role: 'admin' }, { password: 1 }])
      expect((await register(token, input)).body.code).toBe('invalid_input');
    expect(await rows('select 1 from users where email = $1', email)).toEqual([]);
    expect((await register(token)).status).toBe(201);
  });

  it('makes an account that exists a member, beside what it was', async () => {
    const guest = await person('student', foreign);
    const { token } = await invited({ grantRole: 'instructor', membershipRole: 'admin' }, admin, guest.email);
    expect((await preview(token)).body.hasAccount).toBe(true);
    const taken = await register(token);
    expect([taken.body.code, taken.body.data]).toEqual(['already_exists', { field: 'email' }]);
    const reply = await accept(guest, token);
    expect(reply.body).toEqual({ organizationId: home.id, courseId: null, sessionId: null });
    const me = await ask<MeView>(guest, 'GET', '/me');
    expect(me.body).toMatchObject({ role: 'student', organizationId: foreign.id });
    expect(me.body.organizations.map(({ id, role }) => [id, role])).toEqual([
      [foreign.id, 'member'],
      [home.id, 'admin'],
    ]);
    const held = await rows<{ slug: string }>(
      `select r.slug from user_roles a join roles r on r.id = a.role_id
       where a.user_id = $1 and a.organization_id = $2 and a.revoked_at is null order by 1`,
      guest.userId,
      home.id,
    );
    expect(held.map(({ slug }) => slug)).toEqual(['admin', 'instructor']);
  });

  it('works once, and answers whoever accepted as the first time, also when it is tried twice at the same time', async () => {
    const guest = await person('student', foreign);
    const { token, id } = await invited({}, admin, guest.email);
    const replies = await Promise.all([accept(guest, token), accept(guest, token)]);
    replies.push(await accept(guest, token));
    const arrival = { status: 200, body: { organizationId: home.id, courseId: null, sessionId: null } };
    expect(replies).toEqual([arrival, arrival, arrival]);
    const [made] = await rows<{ memberships: number; roles: number; entries: number }>(
      `select (select count(*)::int from organization_memberships where user_id = $1 and organization_id = $2) as memberships,
         (select count(*)::int from user_roles where user_id = $1 and organization_id = $2) as roles,
         (select count(*)::int from audit_logs where resource_id = $3 and action = 'invitation.accepted') as entries`,
      guest.userId,
      home.id,
      id,
    );
    expect(made).toEqual({ memberships: 1, roles: 1, entries: 1 });
    expect(await answersTo(token, stranger)).toEqual(invalid);
    expect((await ask(null, 'POST', '/invitations/accept', { token })).status).toBe(401);
  });

  it('is used up for whoever accepted once they are out, or the organization is closed', async () => {
    const guest = await person('student', foreign);
    const { token } = await invited({}, admin, guest.email);
    const again = async () => (await accept(guest, token)).body.code ?? 'arrived';
    expect(await again()).toBe('arrived');
    await rows(`update organizations set status = 'suspended' where id = $1`, home.id);
    expect(await again()).toBe('invitation_invalid');
    await rows(`update organizations set status = 'active' where id = $1`, home.id);
    const stand = (status: string) =>
      rows(
        'update organization_memberships set status = $1 where user_id = $2 and organization_id = $3',
        status,
        guest.userId,
        home.id,
      );
    await stand('inactive');
    expect(await again()).toBe('invitation_invalid');
    await stand('active');
    expect(await again()).toBe('arrived');
    const [membership] = await rows<{ id: string }>(
      'select id from organization_memberships where user_id = $1 and organization_id = $2',
      guest.userId,
      home.id,
    );
    const left = await ask(guest, 'POST', `/me/memberships/${membership?.id}/leave`);
    expect(left.status).toBe(204);
    expect(await again()).toBe('invitation_invalid');
  });

  it('answers who registered with it, once they have signed in', async () => {
    const { email, token } = await invited();
    expect((await register(token)).status).toBe(201);
    expect((await register(token)).body.code).toBe('invitation_invalid');
    const { body } = await server.ask<SignedInView>('POST', '/auth/sign-in', {
      body: { email, password: chosen },
    });
    const me = { userId: body.user.id, email, token: body.accessToken };
    expect((await accept(me, token)).body).toEqual({
      organizationId: home.id,
      courseId: null,
      sessionId: null,
    });
  });

  it('is for the address it was sent to, once that is confirmed', async () => {
    const guest = await person('student', foreign);
    const { token } = await invited({}, admin, guest.email);
    expect((await accept(stranger, token)).body.code).toBe('invitation_invalid');
    await rows('update users set email_verified_at = null where id = $1', guest.userId);
    expect((await accept(guest, token)).body.code).toBe('verification_required');
    await rows('update users set email_verified_at = now() where id = $1', guest.userId);
    expect((await accept(guest, token)).status).toBe(200);
  });
});

describe('links that do not hold', () => {
  it('are made up', async () => {
    expect(await answersTo('A'.repeat(43), stranger)).toEqual(invalid);
  });

  it('were taken back', async () => {
    const { token, id } = await invited();
    const revoke = (who: Person, organizationId = home.id) =>
      ask<InvitationView>(who, 'POST', `${path(organizationId)}/${id}/revoke`);
    expect((await revoke(stranger)).body.code).toBe('not_found');
    expect((await revoke(stranger, foreign.id)).body.code).toBe('not_found');
    expect((await revoke(manager)).body.status).toBe('revoked');
    expect((await revoke(manager)).body.code).toBe('conflict');
    expect(await answersTo(token, stranger)).toEqual(invalid);
  });

  it('were declined', async () => {
    const { token, id } = await invited();
    expect((await ask(null, 'POST', '/invitations/decline', { token })).status).toBe(204);
    expect(await answersTo(token, stranger)).toEqual(invalid);
    expect((await ask(admin, 'POST', `${path()}/${id}/resend`)).body.code).toBe('conflict');
  });

  it('were sent anew: only the newest one holds', async () => {
    const { token, id, email } = await invited();
    expect((await ask(stranger, 'POST', `${path(foreign.id)}/${id}/resend`)).body.code).toBe('not_found');
    const resend = () => ask(manager, 'POST', `${path()}/${id}/resend`);
    expect(await resend()).toMatchObject({
      status: 429,
      body: { code: 'rate_limited', data: { retryAfterSeconds: 60 } },
    });
    server.clock.advance(60_000);
    expect((await resend()).status).toBe(200);
    expect((await resend()).status).toBe(429);
    const newer = await linkOf(email, 2);
    expect(await answersTo(token, stranger)).toEqual(invalid);
    expect((await register(newer)).status).toBe(201);
  });

  it('were sent by somebody who may not invite any more, or not that much', async () => {
    const other = await person('student', home, 'admin');
    const { token } = await invited({ grantRole: 'instructor' }, other);
    const demote = (role: string) =>
      rows('update organization_memberships set role = $1 where user_id = $2', role, other.userId);
    await rows(
      'update user_roles set revoked_at = now() where user_id = $1 and organization_id = $2',
      other.userId,
      home.id,
    );
    await demote('manager');
    expect(await answersTo(token, stranger)).toEqual(invalid);
    await demote('member');
    expect(await answersTo(token, stranger)).toEqual(invalid);
  });

  it('lead into an organization that is suspended', async () => {
    const { token } = await invited();
    await rows(`update organizations set status = 'suspended' where id = $1`, home.id);
    expect(await answersTo(token, stranger)).toEqual(invalid);
    expect((await invite([address()])).body.code).toBe('organization_suspended');
    await rows(`update organizations set status = 'active' where id = $1`, home.id);
    expect((await preview(token)).status).toBe(200);
  });

  it('are older than 14 days; a new one can be sent', async () => {
    const { token, id, email } = await invited();
    server.clock.advance(14 * day - 60_000);
    const fresh = async (who: Person): Promise<Person> => {
      const { body } = await server.ask<SignedInView>('POST', '/auth/sign-in', {
        body: { email: who.email, password },
      });
      return { ...who, token: body.accessToken };
    };
    expect((await preview(token)).status).toBe(200);
    server.clock.advance(120_000);
    stranger = await fresh(stranger);
    admin = await fresh(admin);
    expect(await answersTo(token, stranger)).toEqual(invalid);
    const list = await ask<{ items: InvitationView[] }>(admin, 'GET', `${path()}?status=expired`);
    expect(list.body.items.map((one) => one.id)).toContain(id);
    await server.identity.sweep();
    const [row] = await rows<{ status: string }>('select status from invitations where id = $1', id);
    expect(row?.status).toBe('expired');
    expect((await ask(admin, 'POST', `${path()}/${id}/resend`)).body.status).toBe('pending');
    expect((await preview(await linkOf(email, 2))).status).toBe(200);
  });
});
