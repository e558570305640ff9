import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MeView, SignedInView } from '../../shared/identity/contract.ts';
import type {
  MemberView,
  MyMembershipView,
  OrganizationDetailView,
  OrganizationView,
  TreeNodeView,
} from '../../shared/identity/organizations.ts';
import { organizationSettingKeys } from '../../shared/identity/organization-settings.ts';
import {
  losesLastOwner,
  mayBecomePrimary,
  mayGive,
  mayTouch,
} from '../../server/identity/organizations/membership.ts';
import { createCourse, createUser, enroll, password, sql } from '../support/factories.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

interface Person {
  userId: string;
  email: string;
  token: string;
}

let server: TestServer;
/** Belongs to the installation. */
let root: Person;

beforeAll(async () => {
  server = await startServer();
  // These tests are not about second factors.
  await rows(
    `insert into system_settings (category, key_name, value, data_type) values ('auth', 'two_factor_required_roles', '[]', 'array')`,
  );
  root = await person('super_admin');
});
afterAll(() => server.close());

const rows = <T extends object>(statement: string, ...values: unknown[]) =>
  sql<T>(server.databaseUrl, statement, values);

/** Somebody signed in, a member of one organization. */
async function person(role = 'student', slug?: string): Promise<Person> {
  const email = `${randomUUID()}@test.lectern`;
  const displayName = `A ${role}`;
  const userId = await createUser(server.databaseUrl, { email, displayName, role, organization: slug });
  return { userId, email, token: await tokenOf(email) };
}

async function tokenOf(email: string): Promise<string> {
  const { body } = await server.ask<SignedInView>('POST', '/auth/sign-in', { body: { email, password } });
  return body.accessToken;
}

const as = (who: Person) => ({
  async ask<T = Record<string, unknown>>(method: string, path: string, body?: unknown) {
    const reply = await server.ask(method, path, { token: who.token, body });
    return { status: reply.status, body: reply.body as unknown as T & { code?: string; data?: unknown } };
  },
});

/** A new organization, by the super administrator unless told. */
async function newOrganization(
  input: Record<string, unknown> = {},
  who = root,
): Promise<OrganizationDetailView> {
  const slug = `org-${randomUUID()}`;
  const reply = await as(who).ask<OrganizationDetailView>('POST', '/organizations', {
    name: 'Evening College',
    slug,
    ...input,
  });
  expect(reply.status).toBe(201);
  return reply.body;
}

/** Makes somebody a member, as an administrator would have. */
async function join(
  { userId }: Person,
  organizationId: string,
  role = 'member',
  status = 'active',
): Promise<string> {
  const [row] = await rows<{ id: string }>(
    `insert into organization_memberships (user_id, organization_id, role, status) values ($1, $2, $3, $4) returning id`,
    userId,
    organizationId,
    role,
    status,
  );
  if (role === 'admin' || role === 'owner')
    await rows(
      `insert into user_roles (user_id, role_id, organization_id) select $1, id, $2 from roles where slug = 'admin' and organization_id is null`,
      userId,
      organizationId,
    );
  return (row as { id: string }).id;
}

/** An organization with a person of each kind, whose account is at home there. */
async function school() {
  const { id, slug } = await newOrganization();
  const [owner, admin, manager, member] = await Promise.all([
    person('student', slug),
    person('student', slug),
    person('student', slug),
    person('student', slug),
  ]);
  const people = { owner, admin, manager, member };
  for (const [role, { userId }] of Object.entries(people)) {
    await rows(
      'update organization_memberships set role = $1 where user_id = $2 and organization_id = $3',
      role,
      userId,
      id,
    );
    if (role === 'owner' || role === 'admin')
      await rows(
        `insert into user_roles (user_id, role_id, organization_id) select $1, id, $2 from roles where slug = 'admin' and organization_id is null`,
        userId,
        id,
      );
  }
  return { id, slug, ...people, membershipOf: (who: Person) => membershipOf(who, id) };
}

async function membershipOf({ userId }: Person, organizationId: string): Promise<string> {
  const [row] = await rows<{ id: string }>(
    'select id from organization_memberships where user_id = $1 and organization_id = $2 and left_at is null',
    userId,
    organizationId,
  );
  return (row as { id: string }).id;
}

const rolesIn = async ({ userId }: Person, organizationId: string): Promise<string[]> => {
  const found = await rows<{ slug: string }>(
    `select r.slug from user_roles a join roles r on r.id = a.role_id
     where a.user_id = $1 and a.organization_id = $2 and a.revoked_at is null order by 1`,
    userId,
    organizationId,
  );
  return found.map(({ slug }) => slug);
};

const actions = async (resourceId: string): Promise<string[]> => {
  const found = await rows<{ action: string }>(
    'select action from audit_logs where resource_id = $1 order by seq',
    resourceId,
  );
  return found.map(({ action }) => action);
};

describe('rules', () => {
  const admin = { role: 'admin', level: 80, governs: false } as const;
  it('let nobody give a membership above their own', () => {
    expect(['member', 'manager', 'admin', 'owner'].map((role) => mayGive(admin, role as 'member'))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    const manager = { role: 'manager', level: 10, governs: false } as const;
    expect(mayGive(manager, 'manager')).toBe(true);
    expect(mayGive(manager, 'admin')).toBe(false);
    // Once an owner, whose rights were taken away.
    expect(mayGive({ role: 'owner', level: 10, governs: false }, 'admin')).toBe(false);
    expect(mayGive({ role: null, level: 100, governs: false }, 'owner')).toBe(true);
    expect(mayGive({ role: null, level: 80, governs: true }, 'owner')).toBe(true);
  });

  it('let nobody touch who stands above them', () => {
    expect(mayTouch(admin, { role: 'owner', level: 80 })).toBe(false);
    expect(mayTouch(admin, { role: 'admin', level: 80 })).toBe(true);
    expect(mayTouch(admin, { role: 'member', level: 100 })).toBe(false);
  });

  it('keep an owner', () => {
    const owner = { role: 'owner', active: true } as const;
    expect(losesLastOwner(owner, { role: 'admin', active: true }, 0)).toBe(true);
    expect(losesLastOwner(owner, { role: 'owner', active: false }, 0)).toBe(true);
    expect(losesLastOwner(owner, { role: 'admin', active: true }, 1)).toBe(false);
    expect(losesLastOwner({ role: 'owner', active: false }, { role: 'member', active: true }, 0)).toBe(false);
  });

  it('let no role come along to another organization', () => {
    expect(mayBecomePrimary(80, 10)).toBe(false);
    expect(mayBecomePrimary(80, 80)).toBe(true);
    expect(mayBecomePrimary(10, 0)).toBe(true);
  });
});

describe('organizations', () => {
  it('are created by whoever manages what they become a part of, and belong to them', async () => {
    const home = await school();
    const child = await newOrganization({ parentId: home.id, type: 'department' }, home.admin);
    expect(child).toMatchObject({
      parentId: home.id,
      type: 'department',
      status: 'active',
      myRole: 'owner',
      memberCount: 1,
      may: { manage: true, govern: true },
    });
    expect(await rolesIn(home.admin, child.id)).toEqual(['admin']);
    expect(await actions(child.id)).toEqual(['organization.created']);
  });

  it('are not created by those who may not', async () => {
    const home = await school();
    const foreign = await newOrganization();
    const create = (who: Person, parentId: string | null) =>
      as(who).ask('POST', '/organizations', { name: 'X', slug: `x-${randomUUID()}`, parentId });
    expect((await create(home.admin, null)).body.code).toBe('forbidden');
    expect((await create(home.manager, home.id)).body.code).toBe('forbidden');
    expect((await create(home.admin, foreign.id)).body.code).toBe('not_found');
    expect((await create(home.admin, randomUUID())).body.code).toBe('not_found');
  });

  it('refuse bad input and a slug that is taken', async () => {
    const { slug } = await newOrganization();
    const create = (input: object) =>
      as(root).ask('POST', '/organizations', { name: 'X', slug: `x-${randomUUID()}`, ...input });
    for (const input of [
      { name: '' },
      { name: 'x'.repeat(201) },
      { name: 'a\nb' },
      { slug: 'Not A Slug' },
      { type: 'planet' },
      { timezone: 'Mars/Base' },
      { status: 'suspended' },
      { parentId: 'x' },
    ]) {
      expect([input, (await create(input)).body.code]).toEqual([input, 'invalid_input']);
    }
    const taken = await create({ slug });
    expect([taken.status, taken.body.code, taken.body.data]).toEqual([
      409,
      'already_exists',
      { field: 'slug' },
    ]);
  });

  it('are listed for those who belong to them, and all of them for super administrators', async () => {
    const home = await school();
    const list = async (who: Person, query = '') =>
      (
        await as(who).ask<{ items: OrganizationView[]; nextCursor: string | null }>(
          'GET',
          `/organizations${query}`,
        )
      ).body;
    expect((await list(home.member)).items.map(({ id, myRole }) => [id, myRole])).toEqual([
      [home.id, 'member'],
    ]);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await list(root, `?limit=2${cursor ? `&cursor=${cursor}` : ''}`);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor);
    const [{ n }] = (await rows<{ n: number }>(
      'select count(*)::int n from organizations where deleted_at is null',
    )) as [{ n: number }];
    expect(new Set(seen).size).toBe(n);
    expect(seen).toHaveLength(n);
    expect((await as(root).ask('GET', '/organizations?cursor=bm90')).body.code).toBe('invalid_input');
  });

  it('show their tree with depths, parents first', async () => {
    const home = await school();
    const science = await newOrganization({ parentId: home.id, name: 'Science' }, home.owner);
    const arts = await newOrganization({ parentId: home.id, name: 'Arts' }, home.owner);
    const physics = await newOrganization({ parentId: science.id, name: 'Physics' }, home.owner);
    const tree = await as(home.member).ask<{ items: TreeNodeView[] }>(
      'GET',
      `/organizations/${home.id}/tree`,
    );
    expect(tree.body.items.map(({ id, depth }) => [id, depth])).toEqual([
      [home.id, 0],
      [arts.id, 1],
      [science.id, 1],
      [physics.id, 2],
    ]);
    // Whoever manages the whole manages its parts.
    const part = await as(home.admin).ask<OrganizationDetailView>('GET', `/organizations/${physics.id}`);
    expect(part.body.may).toEqual({ manage: true, govern: true });
  });

  it('have a sign-in page of their own, and take people with addresses of their domains only', async () => {
    const home = await school();
    const [{ slug } = { slug: '' }] = await rows<{ slug: string }>(
      'select slug from organizations where id = $1',
      home.id,
    );
    const page = () => server.ask('GET', `/sign-in-pages/${slug}`);
    expect(await page()).toMatchObject({ status: 200, body: { primaryColor: null, loginMessage: null } });
    const settings = {
      branding: { primaryColor: '#0a7d5c', loginMessage: 'Welcome back' },
      emailDomains: ['evening.example'],
    };
    await as(home.admin).ask('PATCH', `/organizations/${home.id}`, { settings });
    expect((await page()).body).toMatchObject({ primaryColor: '#0a7d5c', loginMessage: 'Welcome back' });
    expect((await server.ask('GET', '/sign-in-pages/nowhere')).status).toBe(404);
    const invite = (emails: string[]) =>
      as(home.admin).ask('POST', `/organizations/${home.id}/invitations`, { emails });
    expect(await invite(['a@evening.example', 'b@elsewhere.example'])).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'emails.1' }] },
    });
    expect((await invite(['a@evening.example'])).status).toBe(201);

    const [{ before } = { before: '{}' }] = await rows<{ before: string }>(
      `select settings::text as before from organizations where slug = 'default'`,
    );
    await rows(`update organizations set settings = $1 where slug = 'default'`, JSON.stringify(settings));
    const register = (address: object) =>
      server.ask('POST', '/auth/register', {
        body: { ...address, name: 'New', password: 'a long walk in the rain' },
      });
    expect(await register({ email: 'new@elsewhere.example' })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'email' }] },
    });
    expect((await register({ phone: '+442079460000' })).status).toBe(400);
    expect((await register({ email: 'new@evening.example' })).status).toBeLessThan(300);
    await rows(`update organizations set settings = $1 where slug = 'default'`, before);
  });

  it('are changed field by field; null clears', async () => {
    const home = await school();
    const change = (body: object, who = home.admin) =>
      as(who).ask<OrganizationDetailView>('PATCH', `/organizations/${home.id}`, body);
    const settings = {
      branding: { primaryColor: '#0a7d5c', loginMessage: 'Welcome back' },
      features: { forums: true },
      emailDomains: ['evening.example'],
    };
    const changed = await change({
      name: 'Night School',
      website: 'https://night.example',
      country: 'PT',
      timezone: 'Europe/Lisbon',
      locale: 'pt-PT',
      settings,
    });
    expect(changed.body).toMatchObject({
      name: 'Night School',
      website: 'https://night.example',
      country: 'PT',
      timezone: 'Europe/Lisbon',
      settings,
    });
    expect((await change({ website: null })).body).toMatchObject({ website: null, country: 'PT' });
    expect(await actions(home.id)).toEqual([
      'organization.created',
      'organization.updated',
      'organization.updated',
    ]);
    for (const body of [
      { website: 'javascript:alert(1)' },
      { country: 'Portugal' },
      { settings: { branding: { primaryColor: 'red' } } },
      { settings: { emailDomains: ['not a domain'] } },
      { settings: { more: 1 } },
      { status: 'active' },
      { locale: 'x' },
    ]) {
      expect([body, (await change(body)).body.code]).toEqual([body, 'invalid_input']);
    }
    expect((await change({ name: 'Mine' }, home.manager)).body.code).toBe('forbidden');
    expect((await change({ name: 'Mine' }, await person())).body.code).toBe('not_found');
  });

  it('move in the tree, with the right on both sides, and never below themselves', async () => {
    const home = await school();
    const a = await newOrganization({ parentId: home.id }, home.owner);
    const b = await newOrganization({ parentId: a.id }, home.owner);
    const c = await newOrganization({ parentId: b.id }, home.owner);
    const foreign = await school();
    const move = (id: string, parentId: string | null, who = home.owner) =>
      as(who).ask<OrganizationDetailView>('PATCH', `/organizations/${id}`, { parentId });
    for (const [id, parentId] of [
      [a.id, a.id],
      [a.id, c.id],
      [b.id, c.id],
    ] as const) {
      const refused = await move(id, parentId);
      expect([refused.status, refused.body.code]).toEqual([409, 'cycle']);
    }
    expect((await move(c.id, foreign.id)).body.code).toBe('not_found');
    expect((await move(c.id, null)).body.code).toBe('forbidden');
    expect((await move(home.id, foreign.id, home.owner)).body.code).toBe('forbidden');
    expect((await move(c.id, a.id)).body.parentId).toBe(a.id);
    // Now the other way round works.
    expect((await move(b.id, c.id)).body.parentId).toBe(c.id);
  });

  it('cannot close a circle from two sides at once', async () => {
    const home = await school();
    const a = await newOrganization({ parentId: home.id }, home.owner);
    const b = await newOrganization({ parentId: home.id }, home.owner);
    const move = (id: string, parentId: string) =>
      as(home.owner).ask('PATCH', `/organizations/${id}`, { parentId });
    const replies = await Promise.all([move(a.id, b.id), move(b.id, a.id)]);
    expect(replies.map(({ status }) => status).toSorted((x, y) => x - y)).toEqual([200, 409]);
  });

  it('are no deeper than the policy looks', async () => {
    let parentId = (await newOrganization()).id;
    for (let depth = 2; depth <= 20; depth += 1) parentId = (await newOrganization({ parentId })).id;
    const reply = await as(root).ask('POST', '/organizations', {
      name: 'X',
      slug: `x-${randomUUID()}`,
      parentId,
    });
    expect(reply.body.code).toBe('tree_too_deep');
  });
});

describe('suspension', () => {
  it('closes everything below at once, and only what is above opens it again', async () => {
    const home = await school();
    const part = await newOrganization({ parentId: home.id, name: 'Part' }, home.owner);
    const student = await person();
    await join(student, part.id);
    const suspend = (who: Person, id: string, body = {}) =>
      as(who).ask<OrganizationDetailView>('POST', `/organizations/${id}/suspend`, body);
    // Not its own people.
    expect((await suspend(home.owner, home.id)).body.code).toBe('forbidden');
    expect((await suspend(home.manager, part.id)).body.code).toBe('forbidden');
    expect((await suspend(await person('admin'), home.id)).body.code).toBe('not_found');
    const done = await suspend(root, home.id);
    expect(done.body.status).toBe('suspended');
    expect((await suspend(root, home.id)).body.code).toBe('conflict');
    for (const who of [home.owner, home.member])
      expect((await as(who).ask('GET', `/organizations/${home.id}`)).body.code).toBe(
        'organization_suspended',
      );
    expect((await as(student).ask('GET', `/organizations/${part.id}`)).body.code).toBe(
      'organization_suspended',
    );
    const reopen = (who: Person, id: string) => as(who).ask('POST', `/organizations/${id}/reactivate`);
    expect((await reopen(home.owner, home.id)).body.code).toBe('organization_suspended');
    const me = await as(home.owner).ask<MeView>('GET', '/me');
    expect(me.body.organizations.find(({ id }) => id === home.id)?.suspended).toBe(true);
    expect(me.body.permissions).toEqual([]);
    expect((await reopen(root, home.id)).status).toBe(200);
    expect((await as(home.member).ask('GET', `/organizations/${home.id}`)).status).toBe(200);
  });

  it('of a part is seen and lifted by those who manage the whole', async () => {
    const home = await school();
    const part = await newOrganization({ parentId: home.id }, home.owner);
    const inactive = await as(home.admin).ask<OrganizationDetailView>(
      'POST',
      `/organizations/${part.id}/suspend`,
      { status: 'inactive' },
    );
    expect(inactive.body.status).toBe('inactive');
    const seen = await as(home.admin).ask<OrganizationDetailView>('GET', `/organizations/${part.id}`);
    expect(seen.body).toMatchObject({ status: 'inactive', may: { manage: false, govern: true } });
    expect((await as(home.admin).ask('POST', `/organizations/${part.id}/reactivate`)).status).toBe(200);
    expect(await actions(part.id)).toEqual([
      'organization.created',
      'organization.suspended',
      'organization.reactivated',
    ]);
  });
});

describe('deletion', () => {
  it('hides an organization, sets free what was below it, and can be undone', async () => {
    const home = await school();
    const part = await newOrganization({ parentId: home.id, name: 'Part' }, home.owner);
    const team = await newOrganization({ parentId: part.id, name: 'Team' }, home.owner);
    const member = await person();
    await join(member, part.id);
    expect((await as(member).ask('DELETE', `/organizations/${part.id}`)).body.code).toBe('forbidden');
    expect((await as(home.owner).ask('DELETE', `/organizations/${home.id}`)).body.code).toBe('forbidden');
    expect((await as(home.owner).ask('DELETE', `/organizations/${part.id}`)).status).toBe(204);
    expect((await as(home.owner).ask('DELETE', `/organizations/${part.id}`)).body.code).toBe('not_found');
    expect((await as(member).ask('GET', `/organizations/${part.id}`)).body.code).toBe('not_found');
    expect(
      (await as(root).ask<OrganizationView>('GET', `/organizations/${team.id}`)).body.parentId,
    ).toBeNull();
    const deleted = (who: Person) =>
      as(who).ask<{ items: OrganizationView[] }>('GET', '/organizations?deleted=true');
    expect((await deleted(home.admin)).body.items.map(({ id }) => id)).toEqual([part.id]);
    expect((await deleted(home.member)).body.items).toEqual([]);
    expect((await as(member).ask('POST', `/organizations/${part.id}/restore`)).body.code).toBe('not_found');
    const back = await as(home.admin).ask<OrganizationDetailView>(
      'POST',
      `/organizations/${part.id}/restore`,
    );
    expect(back.body).toMatchObject({ parentId: home.id, deletedAt: null, memberCount: 2 });
    expect((await as(home.admin).ask('POST', `/organizations/${part.id}/restore`)).body.code).toBe(
      'conflict',
    );
    expect((await as(member).ask('GET', `/organizations/${part.id}`)).status).toBe(200);
  });

  it('is refused for the organization that the installation needs, and undone only while the slug is free', async () => {
    const [{ id }] = (await rows<{ id: string }>(`select id from organizations where slug = 'default'`)) as [
      { id: string },
    ];
    expect((await as(root).ask('DELETE', `/organizations/${id}`)).body.code).toBe('system_object');
    expect((await as(root).ask('PATCH', `/organizations/${id}`, { slug: 'other' })).body.code).toBe(
      'system_object',
    );
    const gone = await newOrganization();
    await as(root).ask('DELETE', `/organizations/${gone.id}`);
    await newOrganization({ slug: gone.slug });
    expect((await as(root).ask('POST', `/organizations/${gone.id}/restore`)).body.code).toBe(
      'already_exists',
    );
  });
});

describe('members', () => {
  it('are listed by name, found by name, address and code, and filtered', async () => {
    const home = await school();
    const list = async (query: string, who = home.manager) =>
      (
        await as(who).ask<{ items: MemberView[]; nextCursor: string | null }>(
          'GET',
          `/organizations/${home.id}/members?${query}`,
        )
      ).body;
    await rows(`update users set display_name = 'Zoë 100%' where id = $1`, home.member.userId);
    const first = await list('limit=3');
    const second = await list(`limit=3&cursor=${first.nextCursor}`);
    const all = [...first.items, ...second.items].map(({ userId }) => userId);
    // The super administrator who made it, too.
    expect(new Set(all)).toEqual(
      new Set([root, home.owner, home.admin, home.manager, home.member].map(({ userId }) => userId)),
    );
    expect(second.nextCursor).toBeNull();
    expect(second.items.at(-1)?.displayName).toBe('Zoë 100%');
    expect((await list('q=zo%C3%AB')).items).toHaveLength(1);
    expect((await list('q=100%25')).items).toHaveLength(1);
    expect((await list('q=%25')).items).toHaveLength(1);
    expect((await list(`q=${home.admin.email}`)).items).toHaveLength(1);
    expect((await list('role=manager')).items.map(({ userId }) => userId)).toEqual([home.manager.userId]);
    expect((await list('status=pending')).items).toEqual([]);
    expect((await as(home.member).ask('GET', `/organizations/${home.id}/members`)).body.code).toBe(
      'forbidden',
    );
    expect((await as(await person('admin')).ask('GET', `/organizations/${home.id}/members`)).body.code).toBe(
      'not_found',
    );
  });

  it('get and lose the role of administrators with their membership', async () => {
    const home = await school();
    const path = `/organizations/${home.id}/members/${await home.membershipOf(home.member)}`;
    const up = await as(home.owner).ask<MemberView>('PATCH', path, {
      role: 'admin',
      title: 'Head of studies',
    });
    expect(up.body).toMatchObject({ role: 'admin', title: 'Head of studies' });
    expect(await rolesIn(home.member, home.id)).toEqual(['admin']);
    expect((await as(home.member).ask('PATCH', `/organizations/${home.id}`, { name: 'Ours' })).status).toBe(
      200,
    );
    await as(home.owner).ask('PATCH', path, { role: 'manager' });
    expect(await rolesIn(home.member, home.id)).toEqual([]);
    expect((await as(home.member).ask('PATCH', `/organizations/${home.id}`, { name: 'X' })).body.code).toBe(
      'forbidden',
    );
    const [row] = await rows<{ revoke_reason: string; revoked_by: string }>(
      'select revoke_reason, revoked_by from user_roles where user_id = $1 and organization_id = $2',
      home.member.userId,
      home.id,
    );
    expect(row).toEqual({ revoke_reason: 'membership_changed', revoked_by: home.owner.userId });
    expect(await actions(home.member.userId)).toEqual(
      expect.arrayContaining(['membership.updated', 'membership.updated']),
    );
  });

  it('who are managers see people and may invite, and no more', async () => {
    const home = await school();
    const { body } = await as(home.manager).ask<MeView>('GET', '/me');
    expect(body.permissions).toEqual(
      expect.arrayContaining(['user.read', 'organization.invite', 'organization.read']),
    );
    expect(body.permissions).not.toContain('organization.manage');
    expect((await as(home.member).ask<MeView>('GET', '/me')).body.permissions).not.toContain('user.read');
  });

  it('are given nothing above the giver, and touched by nobody below them', async () => {
    const home = await school();
    const change = async (who: Person, whom: Person, body: object) =>
      (await as(who).ask('PATCH', `/organizations/${home.id}/members/${await home.membershipOf(whom)}`, body))
        .body as { code?: string; role?: string };
    expect(await change(home.admin, home.member, { role: 'owner' })).toMatchObject({ code: 'role_level' });
    expect(await change(home.admin, home.admin, { role: 'owner' })).toMatchObject({ code: 'role_level' });
    expect(await change(home.admin, home.owner, { role: 'member' })).toMatchObject({ code: 'role_level' });
    expect(await change(home.admin, root, { title: 'x' })).toMatchObject({ code: 'role_level' });
    expect(await change(home.manager, home.member, { role: 'manager' })).toMatchObject({ code: 'forbidden' });
    expect(await change(home.admin, home.admin, { status: 'inactive' })).toMatchObject({
      code: 'own_account',
    });
    expect(await change(home.owner, home.member, { role: 'owner' })).toMatchObject({ role: 'owner' });
    expect(await change(home.owner, home.member, { isPrimary: true })).toMatchObject({
      code: 'invalid_input',
    });
  });

  it('who are pending or inactive see nothing of the organization', async () => {
    const home = await school();
    const path = `/organizations/${home.id}/members/${await home.membershipOf(home.member)}`;
    const look = async () => (await as(home.member).ask('GET', `/organizations/${home.id}`)).status;
    expect(await look()).toBe(200);
    for (const status of ['pending', 'inactive']) {
      await as(home.admin).ask('PATCH', path, { status });
      expect(await look()).toBe(404);
      const list = await as(home.member).ask<{ items: unknown[] }>('GET', '/organizations');
      expect(list.body.items).toEqual([]);
    }
    await as(home.admin).ask('PATCH', path, { status: 'active' });
    expect(await look()).toBe(200);
  });

  it('leave an owner behind', async () => {
    const { id } = await newOrganization();
    const owner = await person();
    const mine = await join(owner, id, 'owner');
    // The super administrator made it and leaves.
    expect((await as(root).ask('POST', `/me/memberships/${await membershipOf(root, id)}/leave`)).status).toBe(
      204,
    );
    const path = `/organizations/${id}/members/${mine}`;
    for (const refused of [
      await as(owner).ask('POST', `/me/memberships/${mine}/leave`),
      await as(owner).ask('PATCH', path, { role: 'admin' }),
      await as(root).ask('PATCH', path, { status: 'inactive' }),
      await as(root).ask('DELETE', path),
    ])
      expect([refused.status, refused.body.code]).toEqual([409, 'last_owner']);
    const other = await person();
    await join(other, id, 'owner');
    const both = await Promise.all([
      as(owner).ask('POST', `/me/memberships/${mine}/leave`),
      as(other).ask('POST', `/me/memberships/${await membershipOf(other, id)}/leave`),
    ]);
    expect(both.map(({ status }) => status).toSorted((x, y) => x - y)).toEqual([204, 409]);
  });

  it('who are removed lose what they had there, and joining again makes a second row', async () => {
    const home = await school();
    const path = `/organizations/${home.id}/members/${await home.membershipOf(home.admin)}`;
    expect((await as(home.admin).ask('DELETE', path)).body.code).toBe('own_account');
    expect((await as(home.owner).ask('DELETE', path)).status).toBe(204);
    expect((await as(home.owner).ask('DELETE', path)).body.code).toBe('conflict');
    expect((await as(home.admin).ask('GET', `/organizations/${home.id}`)).body.code).toBe('not_found');
    expect(await rolesIn(home.admin, home.id)).toEqual([]);
    const left = await as(home.owner).ask<{ items: MemberView[] }>(
      'GET',
      `/organizations/${home.id}/members?status=left`,
    );
    expect(left.body.items).toMatchObject([{ userId: home.admin.userId, status: 'left', isPrimary: false }]);
    await join(home.admin, home.id);
    const history = await as(home.admin).ask<{ items: MyMembershipView[] }>('GET', '/me/memberships');
    expect(history.body.items.map(({ status, role }) => [status, role])).toEqual([
      ['active', 'member'],
      ['left', 'admin'],
    ]);
    // The rights of the first time do not come back.
    expect((await as(home.admin).ask('PATCH', `/organizations/${home.id}`, { name: 'X' })).body.code).toBe(
      'forbidden',
    );
  });

  it('of a foreign organization do not exist, even under an own organization', async () => {
    const home = await school();
    const foreign = await school();
    const theirs = await foreign.membershipOf(foreign.member);
    for (const [method, path, body] of [
      ['PATCH', `/organizations/${home.id}/members/${theirs}`, { title: 'x' }],
      ['DELETE', `/organizations/${home.id}/members/${theirs}`, undefined],
      ['PATCH', `/organizations/${foreign.id}/members/${theirs}`, { title: 'x' }],
      ['DELETE', `/organizations/${foreign.id}/members/${theirs}`, undefined],
      ['POST', `/me/memberships/${theirs}/leave`, undefined],
      ['POST', `/me/memberships/${theirs}/make-primary`, undefined],
      ['GET', `/organizations/${foreign.id}/tree`, undefined],
      ['DELETE', `/organizations/${foreign.id}`, undefined],
      ['POST', `/organizations/${foreign.id}/reactivate`, undefined],
      ['POST', `/organizations/${foreign.id}/restore`, undefined],
      ['POST', '/me/organization', { organizationId: foreign.id }],
      ['GET', '/organizations/not-an-id', undefined],
    ] as const) {
      const reply = await as(home.owner).ask(method, path, body);
      expect([method, path, reply.status, reply.body.code]).toEqual([method, path, 404, 'not_found']);
    }
  });
});

describe('the primary organization', () => {
  it('is one, and changes hands in one step', async () => {
    const home = await school();
    const other = await newOrganization();
    const mine = await join(home.member, other.id);
    const reply = await as(home.member).ask<{ items: MyMembershipView[] }>(
      'POST',
      `/me/memberships/${mine}/make-primary`,
    );
    expect(reply.body.items.map(({ organization, isPrimary }) => [organization.id, isPrimary])).toEqual([
      [other.id, true],
      [home.id, false],
    ]);
  });

  it('does not carry the role of an account into another organization', async () => {
    const admin = await person('admin');
    const { id } = await newOrganization();
    const mine = await join(admin, id);
    const make = () => as(admin).ask('POST', `/me/memberships/${mine}/make-primary`);
    const refused = await make();
    expect([refused.status, refused.body.code]).toEqual([409, 'role_of_primary']);
    expect((await as(admin).ask('PATCH', `/organizations/${id}`, { name: 'X' })).body.code).toBe('forbidden');
    // Nor by leaving the one it holds in.
    const [home] = (await as(admin).ask<{ items: MyMembershipView[] }>('GET', '/me/memberships')).body.items;
    expect((await as(admin).ask('POST', `/me/memberships/${home?.membershipId}/leave`)).status).toBe(204);
    const after = await as(admin).ask<{ items: MyMembershipView[] }>('GET', '/me/memberships');
    expect(after.body.items.map(({ isPrimary }) => isPrimary)).toEqual([false, false]);
    expect((await as(admin).ask('PATCH', `/organizations/${id}`, { name: 'X' })).body.code).toBe('forbidden');
    // Who is an administrator there may.
    await as(root).ask('PATCH', `/organizations/${id}/members/${mine}`, { role: 'admin' });
    expect((await make()).status).toBe(200);
  });

  it('is not one that is suspended', async () => {
    const home = await school();
    const other = await newOrganization();
    const mine = await join(home.member, other.id);
    await as(root).ask('POST', `/organizations/${other.id}/suspend`, {});
    const refused = await as(home.member).ask('POST', `/me/memberships/${mine}/make-primary`);
    expect(refused.body.code).toBe('organization_suspended');
  });
});

describe('switching', () => {
  it('shows the other organization with this sign-in, and only with this one', async () => {
    const student = await person();
    const teacher = await person('instructor');
    const here = await createCourse(server.databaseUrl, teacher.userId, 'By day');
    const there = await createCourse(server.databaseUrl, teacher.userId, 'By night');
    const { id } = await newOrganization();
    await join(student, id, 'manager');
    await enroll(server.databaseUrl, student.userId, here);
    await enroll(server.databaseUrl, student.userId, there);
    await rows('update courses set organization_id = $1 where id = $2', id, there);
    const other = { ...student, token: await tokenOf(student.email) };
    const titles = async (who: Person) =>
      (await as(who).ask<{ items: { title: string }[] }>('GET', '/me/courses')).body.items.map(
        ({ title }) => title,
      );
    expect(await titles(student)).toEqual(['By day']);
    const me = await as(student).ask<MeView>('POST', '/me/organization', { organizationId: id });
    expect(me.body).toMatchObject({ id: student.userId, organizationId: id });
    expect(me.body.permissions).toContain('organization.invite');
    expect(await titles(student)).toEqual(['By night']);
    expect((await as(student).ask<MeView>('GET', '/me')).body.organizationId).toBe(id);
    expect(await titles(other)).toEqual(['By day']);
  });

  it('is refused for who is no active member, and falls back where the membership ends', async () => {
    const home = await school();
    const { id } = await newOrganization();
    const go = () => as(home.member).ask<MeView>('POST', '/me/organization', { organizationId: id });
    expect((await go()).body.code).toBe('not_found');
    const mine = await join(home.member, id, 'member', 'pending');
    expect((await go()).body.code).toBe('not_found');
    await rows(`update organization_memberships set status = 'active' where id = $1`, mine);
    await as(root).ask('POST', `/organizations/${id}/suspend`, {});
    expect((await go()).body.code).toBe('organization_suspended');
    await as(root).ask('POST', `/organizations/${id}/reactivate`);
    expect((await go()).status).toBe(200);
    await as(home.member).ask('POST', `/me/memberships/${mine}/leave`);
    expect((await as(home.member).ask<MeView>('GET', '/me')).body.organizationId).toBe(home.id);
    expect((await as(home.member).ask('POST', '/me/organization', { organizationId: 'x' })).body.code).toBe(
      'invalid_input',
    );
  });
});

describe('settings', () => {
  interface Settings {
    items: { key: string; value: unknown; inherited: unknown; rowVersion: number }[];
  }
  const policy = 'auth.session_policy';

  it('of an organization beat those of the installation, which beat the defaults', async () => {
    const home = await school();
    const path = `/organizations/${home.id}/settings`;
    const one = async (key: string) =>
      (await as(home.admin).ask<Settings>('GET', path)).body.items.find((item) => item.key === key);
    expect(await one(policy)).toEqual({
      key: policy,
      value: 'multiple',
      inherited: 'multiple',
      rowVersion: 0,
    });
    expect(await one('auth.two_factor_required_roles')).toMatchObject({ value: [], inherited: [] });
    const set = await as(home.admin).ask<Settings>('PUT', path, {
      changes: [
        { key: policy, value: 'single', rowVersion: 0 },
        { key: 'auth.two_factor_required_roles', value: ['moderator'], rowVersion: 0 },
      ],
    });
    expect(set.status).toBe(200);
    expect(await one(policy)).toEqual({ key: policy, value: 'single', inherited: 'multiple', rowVersion: 1 });
    expect(await one('auth.two_factor_required_roles')).toMatchObject({
      value: ['moderator'],
      inherited: [],
    });
    // Nobody else's.
    const other = await school();
    const theirs = await as(other.owner).ask<Settings>('GET', `/organizations/${other.id}/settings`);
    expect(theirs.body.items.find(({ key }) => key === policy)?.value).toBe('multiple');
    expect(await actions(home.id)).toContain('organization.settings_changed');
  });

  it('are in the audit trail with their old and new values, also those about passwords', async () => {
    const home = await school();
    const key = organizationSettingKeys.find((one) => one.includes('password'));
    expect(key).toBeDefined();
    const { body } = await as(home.admin).ask<Settings>('GET', `/organizations/${home.id}/settings`);
    const before = body.items.find((one) => one.key === key)?.value;
    const value = Number(before) + 4;
    const set = await as(home.admin).ask('PUT', `/organizations/${home.id}/settings`, {
      changes: [{ key, value, rowVersion: 0 }],
    });
    expect(set.status, JSON.stringify(set.body)).toBe(200);
    const [entry] = await rows<{ old_values: unknown; new_values: unknown }>(
      `select d.old_values, d.new_values from audit_logs l join audit_log_details d on d.audit_log_id = l.id
       where l.organization_id = $1 and l.action = 'organization.settings_changed'`,
      home.id,
    );
    expect(entry).toEqual({
      old_values: { settings: [{ key, value: null }] },
      new_values: { settings: [{ key, value }] },
    });
  });

  it('that allow one sign-in at a time leave the newest of each person at once', async () => {
    const home = await school();
    const path = `/organizations/${home.id}/settings`;
    const email = `single${home.id}@test.lectern`;
    const id = await createUser(server.databaseUrl, { email, displayName: 'Two devices' });
    await sql(
      server.databaseUrl,
      'insert into organization_memberships (user_id, organization_id) values ($1, $2)',
      [id, home.id],
    );
    const signIn = async () =>
      (await server.ask<{ accessToken: string }>('POST', '/auth/sign-in', { body: { email, password } })).body
        .accessToken;
    const [older, newer] = [await signIn(), await signIn()];
    const set = await as(home.admin).ask<Settings>('PUT', path, {
      changes: [{ key: policy, value: 'single', rowVersion: 0 }],
    });
    expect(set.status).toBe(200);
    expect((await server.ask('GET', '/me', { token: older })).body.code).toBe('session_superseded');
    expect((await server.ask('GET', '/me', { token: newer })).status).toBe(200);
  });

  it('are refused from a stale form, all or none', async () => {
    const home = await school();
    const path = `/organizations/${home.id}/settings`;
    const put = (...changes: object[]) => as(home.admin).ask<Settings>('PUT', path, { changes });
    await put({ key: policy, value: 'single', rowVersion: 0 });
    const stale = await put(
      { key: 'auth.registration_open', value: false, rowVersion: 0 },
      { key: policy, value: 'multiple', rowVersion: 0 },
    );
    expect([stale.status, stale.body.code]).toEqual([409, 'conflict']);
    const after = await as(home.admin).ask<Settings>('GET', path);
    expect(after.body.items.find(({ key }) => key === 'auth.registration_open')?.value).toBe(true);
    expect(after.body.items.find(({ key }) => key === policy)).toMatchObject({
      value: 'single',
      rowVersion: 1,
    });
    const cleared = await put({ key: policy, value: null, rowVersion: 1 });
    expect(cleared.body.items.find(({ key }) => key === policy)).toMatchObject({
      value: 'multiple',
      rowVersion: 0,
    });
    const both = await Promise.all([1, 2].map(() => put({ key: policy, value: 'single', rowVersion: 0 })));
    expect(both.map(({ status }) => status).toSorted((x, y) => x - y)).toEqual([200, 409]);
  });

  it('take only what fits, from those who may', async () => {
    const home = await school();
    const path = `/organizations/${home.id}/settings`;
    for (const change of [
      { key: policy, value: 'sometimes' },
      { key: 'auth.password_min_length', value: 4 },
      { key: 'auth.password_min_length', value: '12' },
      { key: 'auth.registration_open', value: 'yes' },
      { key: 'auth.two_factor_required_roles', value: ['king'] },
      { key: 'auth.otp_ttl_seconds', value: 60 },
      { key: 'maintenance.read_only', value: true },
    ]) {
      const reply = await as(home.admin).ask('PUT', path, { changes: [{ ...change, rowVersion: 0 }] });
      expect([change, reply.body.code]).toEqual([change, 'invalid_input']);
    }
    expect((await as(home.manager).ask('GET', path)).body.code).toBe('forbidden');
    const stranger = await school();
    expect((await as(stranger.owner).ask('GET', path)).body.code).toBe('not_found');
    const foreign = await as(stranger.owner).ask('PUT', path, {
      changes: [{ key: policy, value: 'single', rowVersion: 0 }],
    });
    expect(foreign.body.code).toBe('not_found');
  });
});
