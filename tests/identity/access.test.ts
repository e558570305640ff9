import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type {
  AssignmentView,
  ExplanationView,
  GrantView,
  RoleView,
  WhoView,
} from '../../shared/identity/access.ts';
import type { SignedInView } from '../../shared/identity/contract.ts';
import { createCourse, createUser, enroll, password, sql } from '../support/factories.ts';
import { mailboxOf } from './mailbox.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

interface Person {
  userId: string;
  token: string;
}
interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

let server: TestServer;
let school: string;
let elsewhere: string;
let admin: Person;
let teacher: Person;
let student: Person;
let course: string;

const rows = <T extends object>(statement: string, ...values: unknown[]) =>
  sql<T>(server.databaseUrl, statement, values);
const idOf = async (slug: string): Promise<string> =>
  (await rows<{ id: string }>('select id from organizations where slug = $1', slug))[0]?.id ?? '';

async function person(role: string, organization?: string): Promise<Person> {
  const email = `${randomUUID()}@test.lectern`;
  const userId = await createUser(server.databaseUrl, {
    email,
    displayName: `A ${role}`,
    role,
    organization,
  });
  const { body } = await server.ask<SignedInView>('POST', '/auth/sign-in', { body: { email, password } });
  return { userId, token: body.accessToken };
}

beforeAll(async () => {
  server = await startServer();
  await rows(`insert into organizations (name, slug) values ('Elsewhere', 'elsewhere')`);
  [school, elsewhere] = await Promise.all([idOf('default'), idOf('elsewhere')]);
});
afterAll(() => server.close());
beforeEach(async () => {
  [admin, teacher, student] = await Promise.all([person('admin'), person('instructor'), person('student')]);
  course = await createCourse(server.databaseUrl, teacher.userId);
});

const at = (path: string, organizationId = school) => `/organizations/${organizationId}${path}`;
const ask = <T>(who: Person, method: string, path: string, body?: unknown) =>
  server.ask<T>(method, path, { token: who.token, body });
const newRole = (over: object = {}) => {
  const slug = `r${randomUUID().replaceAll('-', '')}`;
  return { name: slug, slug, level: 30, permissions: [{ slug: 'course.read', granted: true }], ...over };
};
const make = async (over: object = {}, who = admin): Promise<RoleView> => {
  const { status, body } = await ask<RoleView>(who, 'POST', at('/roles'), newRole(over));
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
};
const assign = (body: object, who = admin) => ask<AssignmentView>(who, 'POST', at('/role-assignments'), body);
const grant = (body: object, who = admin) => ask<GrantView>(who, 'POST', at('/grants'), body);
const systemRole = async (slug: string): Promise<string> =>
  (await rows<{ id: string }>('select id from roles where slug = $1 and organization_id is null', slug))[0]
    ?.id ?? '';
const seesCourse = async (who: Person): Promise<number> =>
  (await ask(who, 'GET', `/courses/${course}`)).status;

describe('the catalogue', () => {
  it('lists every permission once, grouped, for whoever is signed in', async () => {
    const { body } = await ask<{ items: { category: string; permissions: { slug: string }[] }[] }>(
      student,
      'GET',
      '/permissions',
    );
    const slugs = body.items.flatMap((group) => group.permissions.map(({ slug }) => slug));
    expect(slugs).toContain('live.host');
    expect(new Set(slugs).size).toBe(slugs.length);
    expect(
      body.items.every(({ category, permissions }) =>
        permissions.every(({ slug }) => slug.startsWith(`${category}.`)),
      ),
    ).toBe(true);
    expect((await server.ask('GET', '/permissions')).status).toBe(401);
  });
});

describe('roles', () => {
  it('are made, listed with what they inherit, changed and removed', async () => {
    const parent = await make({
      permissions: [
        { slug: 'course.read', granted: true },
        { slug: 'live.join', granted: true },
      ],
    });
    const child = await make({
      parentRoleId: parent.id,
      permissions: [{ slug: 'live.join', granted: false }],
    });
    expect(child.permissions).toEqual(
      expect.arrayContaining([
        { slug: 'live.join', granted: false, inheritedFrom: null },
        { slug: 'course.read', granted: true, inheritedFrom: parent.slug },
      ]),
    );
    const { body } = await ask<{ items: RoleView[] }>(admin, 'GET', at('/roles'));
    expect(body.items.find(({ id }) => id === child.id)).toEqual(child);
    expect(body.items.find(({ slug }) => slug === 'admin')).toMatchObject({ isSystem: true, level: 80 });
    const renamed = await ask<RoleView>(admin, 'PATCH', at(`/roles/${child.id}`), {
      name: `${child.name} 2`,
      permissions: [],
    });
    expect(renamed.body).toMatchObject({
      name: `${child.name} 2`,
      permissions: [
        { slug: 'course.read', inheritedFrom: parent.slug },
        { slug: 'live.join', granted: true },
      ],
    });
    expect((await ask(admin, 'DELETE', at(`/roles/${parent.id}`))).body.code).toBe('in_use');
    expect((await ask(admin, 'DELETE', at(`/roles/${child.id}`))).status).toBe(204);
    expect((await ask(admin, 'DELETE', at(`/roles/${parent.id}`))).status).toBe(204);
    expect((await ask(admin, 'DELETE', at(`/roles/${parent.id}`))).status).toBe(404);
  });

  it('count the people of this organization who have them, and are in use by them', async () => {
    const role = await make();
    await assign({ userId: student.userId, roleId: role.id });
    const { body } = await ask<{ items: RoleView[] }>(admin, 'GET', at('/roles'));
    expect(body.items.find(({ id }) => id === role.id)?.holders).toBe(1);
    expect((await ask(admin, 'DELETE', at(`/roles/${role.id}`))).body.code).toBe('in_use');
  });

  it('never go above one’s own level, and never hold what one has not oneself', async () => {
    const custom = await make({
      permissions: [
        { slug: 'role.manage', granted: true },
        { slug: 'role.read', granted: true },
      ],
    });
    await assign({ userId: teacher.userId, roleId: custom.id });
    const refused = async (body: object, who = teacher) =>
      (await ask(who, 'POST', at('/roles'), newRole(body))).body.code;
    expect(await refused({ level: 51 })).toBe('role_level');
    expect(await refused({ level: 90 }, admin)).toBe('role_level');
    expect(await refused({ permissions: [{ slug: 'user.delete', granted: true }] })).toBe('role_level');
    expect(await refused({ permissions: [], parentRoleId: await systemRole('admin') })).toBe('role_level');
    // A denial takes nothing from anybody who could not take it anyway, and may name anything.
    const denying = await ask<RoleView>(
      teacher,
      'POST',
      at('/roles'),
      newRole({ permissions: [{ slug: 'user.delete', granted: false }] }),
    );
    expect(denying.status).toBe(201);
    const higher = await make({ level: 60, permissions: [] });
    expect((await ask(teacher, 'PATCH', at(`/roles/${higher.id}`), { level: 10 })).body.code).toBe(
      'role_level',
    );
    expect((await ask(teacher, 'DELETE', at(`/roles/${higher.id}`))).body.code).toBe('role_level');
  });

  it('of the system are nobody’s to change; a tree has no cycle; names are given once', async () => {
    const systemId = await systemRole('student');
    expect((await ask(admin, 'PATCH', at(`/roles/${systemId}`), { level: 1 })).body.code).toBe(
      'system_object',
    );
    expect((await ask(admin, 'DELETE', at(`/roles/${systemId}`))).body.code).toBe('system_object');
    const one = await make();
    const two = await make({ parentRoleId: one.id });
    for (const parentRoleId of [two.id, one.id])
      expect((await ask(admin, 'PATCH', at(`/roles/${one.id}`), { parentRoleId })).body.code).toBe('cycle');
    const again = await ask(admin, 'POST', at('/roles'), newRole({ slug: one.slug }));
    expect(again.body).toMatchObject({ code: 'already_exists', data: { field: 'slug' } });
    const named = await ask(admin, 'POST', at('/roles'), newRole({ name: one.name.toUpperCase() }));
    expect(named.body).toMatchObject({ code: 'already_exists', data: { field: 'name' } });
    expect((await ask(admin, 'POST', at('/roles'), newRole({ slug: 'admin' }))).body.code).toBe(
      'already_exists',
    );
  });

  it.each([
    ['no name', { name: ' ' }],
    ['a name of two lines', { name: 'a\nb' }],
    ['a name without end', { name: 'x'.repeat(101) }],
    ['a slug with capitals', { slug: 'Admin' }],
    ['a level of the installation', { level: 100 }],
    ['a level below nothing', { level: -1 }],
    ['half a level', { level: 1.5 }],
    ['a permission that is none', { permissions: [{ slug: 'course.fly', granted: true }] }],
    [
      'a permission twice',
      {
        permissions: [
          { slug: 'course.read', granted: true },
          { slug: 'course.read', granted: false },
        ],
      },
    ],
    ['a parent that is no id', { parentRoleId: 'admin' }],
    ['a field of the server’s', { isSystem: true }],
    ['an organization of another', { organizationId: randomUUID() }],
  ])('are not made with %s', async (_, over) => {
    const { status, body } = await ask(admin, 'POST', at('/roles'), newRole(over));
    expect([status, body.code]).toEqual([400, 'invalid_input']);
  });

  it('are for who may see and make them; of another organization nobody learns', async () => {
    expect((await ask(teacher, 'GET', at('/roles'))).body.code).toBe('forbidden');
    expect((await ask(teacher, 'POST', at('/roles'), newRole())).body.code).toBe('forbidden');
    const stranger = await person('admin', 'elsewhere');
    const mine = await make();
    expect((await ask(stranger, 'GET', at('/roles'))).status).toBe(404);
    expect((await ask(stranger, 'PATCH', at(`/roles/${mine.id}`, elsewhere), { level: 1 })).status).toBe(404);
    expect(
      (await ask(stranger, 'POST', at('/roles', elsewhere), newRole({ parentRoleId: mine.id }))).status,
    ).toBe(404);
    expect(JSON.stringify((await ask(stranger, 'GET', at('/roles', elsewhere))).body)).not.toContain(mine.id);
  });
});

describe('giving a role', () => {
  it('works at once, in its scope only, and ends at once', async () => {
    const role = await make();
    const other = await createCourse(server.databaseUrl, teacher.userId);
    const given = await assign({
      userId: student.userId,
      roleId: role.id,
      context: { type: 'course', id: course },
    });
    expect(given.body).toMatchObject({
      userId: student.userId,
      role: { slug: role.slug },
      context: { type: 'course', id: course, title: 'Biology' },
      assignedBy: { id: admin.userId },
    });
    expect(await seesCourse(student)).toBe(200);
    expect((await ask(student, 'GET', `/courses/${other}`)).status).toBe(404);
    const listed = await ask<Page<AssignmentView>>(
      admin,
      'GET',
      at(`/role-assignments?userId=${student.userId}`),
    );
    expect(listed.body.items).toEqual([given.body]);
    expect((await ask(admin, 'DELETE', at(`/role-assignments/${given.body.id}`))).status).toBe(204);
    expect(await seesCourse(student)).toBe(404);
    expect((await ask(admin, 'DELETE', at(`/role-assignments/${given.body.id}`))).status).toBe(404);
    const [kept] = await rows<{ revoked_by: string; revoke_reason: string }>(
      'select revoked_by, revoke_reason from user_roles where id = $1',
      given.body.id,
    );
    expect(kept).toEqual({ revoked_by: admin.userId, revoke_reason: 'revoked' });
  });

  it('for a time ends without anybody doing anything, and can be given again', async () => {
    const role = await make();
    const expiresAt = new Date(server.clock.now().getTime() + 3_600_000).toISOString();
    expect((await assign({ userId: student.userId, roleId: role.id, expiresAt })).status).toBe(201);
    expect(await seesCourse(student)).toBe(200);
    expect((await assign({ userId: student.userId, roleId: role.id })).body.code).toBe('already_exists');
    await rows(
      `update user_roles set expires_at = now() - interval '1 second' where user_id = $1 and role_id = $2`,
      student.userId,
      role.id,
    );
    expect(await seesCourse(student)).toBe(404);
    expect((await assign({ userId: student.userId, roleId: role.id })).status).toBe(201);
    expect(await seesCourse(student)).toBe(200);
  });

  it('a change of the role reaches everybody who has it', async () => {
    const role = await make();
    await assign({ userId: student.userId, roleId: role.id });
    expect(await seesCourse(student)).toBe(200);
    await ask(admin, 'PATCH', at(`/roles/${role.id}`), {
      permissions: [{ slug: 'course.read', granted: false }],
    });
    expect(await seesCourse(student)).toBe(404);
    // A denial beats what the person is to the course.
    await enroll(server.databaseUrl, student.userId, course);
    expect(await seesCourse(student)).toBe(404);
  });

  it('is refused above one’s own level, to those above, to oneself, to strangers, and where it makes no sense', async () => {
    const role = await make();
    const assigner = await make({ level: 45, permissions: [{ slug: 'role.assign', granted: true }] });
    await assign({ userId: teacher.userId, roleId: assigner.id });
    const adminRole = await systemRole('admin');
    const stranger = await person('student', 'elsewhere');
    const code = async (body: object, who = admin) => (await assign(body, who)).body.code;
    expect(await code({ userId: student.userId, roleId: adminRole }, teacher)).toBe('role_level');
    expect(await code({ userId: student.userId, roleId: await systemRole('super_admin') })).toBe(
      'role_level',
    );
    expect(await code({ userId: admin.userId, roleId: role.id }, teacher)).toBe('role_level');
    expect(await code({ userId: teacher.userId, roleId: role.id }, teacher)).toBe('own_account');
    expect(await code({ userId: stranger.userId, roleId: role.id })).toBe('not_found');
    expect(await code({ userId: student.userId, roleId: randomUUID() })).toBe('not_found');
    expect(
      await code({ userId: student.userId, roleId: role.id, context: { type: 'course', id: randomUUID() } }),
    ).toBe('not_found');
    expect(await code({ userId: student.userId, roleId: await systemRole('course_assistant') })).toBe(
      'invalid_input',
    );
    expect(await code({ userId: student.userId, roleId: role.id, expiresAt: '2020-01-01T00:00:00Z' })).toBe(
      'invalid_input',
    );
    expect(await code({ userId: student.userId, roleId: role.id, level: 5 })).toBe('invalid_input');
    expect(await code({ userId: student.userId, roleId: role.id }, student)).toBe('forbidden');
    const given = await assign({ userId: student.userId, roleId: adminRole });
    expect(given.status).toBe(201);
    expect((await ask(teacher, 'DELETE', at(`/role-assignments/${given.body.id}`))).body.code).toBe(
      'role_level',
    );
    const foreign = await person('admin', 'elsewhere');
    expect((await ask(foreign, 'DELETE', at(`/role-assignments/${given.body.id}`, elsewhere))).status).toBe(
      404,
    );
    expect(
      (
        await ask<Page<AssignmentView>>(
          foreign,
          'GET',
          at(`/role-assignments?userId=${student.userId}`, elsewhere),
        )
      ).body.items,
    ).toEqual([]);
  });

  it('is in the audit trail with who, what and where', async () => {
    const role = await make();
    const given = await assign({
      userId: student.userId,
      roleId: role.id,
      context: { type: 'course', id: course },
    });
    await ask(admin, 'DELETE', at(`/role-assignments/${given.body.id}`));
    const trail = await rows<{ action: string; category: string; severity: string }>(
      `select action, category, severity from audit_logs where resource_id = $1 and action like 'role.%' order by id`,
      student.userId,
    );
    expect(trail).toEqual([
      { action: 'role.assigned', category: 'authorization', severity: 'high' },
      { action: 'role.revoked', category: 'authorization', severity: 'high' },
    ]);
  });
});

describe('exceptions', () => {
  it('a denial by name beats every role, a permission beats having none, until it is over', async () => {
    await enroll(server.databaseUrl, student.userId, course);
    const denied = await grant({
      userId: student.userId,
      permission: 'course.read',
      granted: false,
      context: { type: 'course', id: course },
    });
    expect(denied.status).toBe(201);
    expect(await seesCourse(student)).toBe(404);
    expect((await ask(admin, 'DELETE', at(`/grants/${denied.body.id}`))).status).toBe(204);
    expect(await seesCourse(student)).toBe(200);
    const guest = await person('student');
    const expiresAt = new Date(server.clock.now().getTime() + 7_200_000).toISOString();
    const allowed = await grant({
      userId: guest.userId,
      permission: 'course.read',
      granted: true,
      expiresAt,
    });
    expect(await seesCourse(guest)).toBe(200);
    const listed = await ask<Page<GrantView>>(admin, 'GET', at(`/grants?userId=${guest.userId}`));
    expect(listed.body.items).toEqual([allowed.body]);
    expect(allowed.body).toMatchObject({ expiresAt, assignedBy: { id: admin.userId } });
    await rows(
      `update user_permissions set expires_at = now() - interval '1 second' where id = $1`,
      allowed.body.id,
    );
    expect(await seesCourse(guest)).toBe(404);
  });

  it('nobody gives what they have not, or to themselves, or to those above, or to strangers', async () => {
    const assigner = await make({ level: 45, permissions: [{ slug: 'role.assign', granted: true }] });
    await assign({ userId: teacher.userId, roleId: assigner.id });
    const stranger = await person('student', 'elsewhere');
    const code = async (body: object, who = teacher) =>
      (await grant({ userId: student.userId, granted: true, ...body }, who)).body.code;
    expect(await code({ permission: 'user.delete' })).toBe('role_level');
    expect(await code({ permission: 'user.impersonate' }, admin)).toBe('role_level');
    expect(await code({ permission: 'user.read', userId: teacher.userId })).toBe('own_account');
    expect(await code({ permission: 'user.read', userId: admin.userId, granted: false })).toBe('role_level');
    expect(await code({ permission: 'user.read', userId: stranger.userId })).toBe('not_found');
    expect(await code({ permission: 'user.fly' })).toBe('invalid_input');
    expect(await code({ permission: 'user.read' }, student)).toBe('forbidden');
    const denied = await grant(
      { userId: student.userId, permission: 'user.delete', granted: false },
      teacher,
    );
    expect(denied.status).toBe(201);
    expect(
      (await grant({ userId: student.userId, permission: 'user.delete', granted: true })).body.code,
    ).toBe('already_exists');
    // Lifting a denial gives: who has not the right themselves cannot.
    expect((await ask(teacher, 'DELETE', at(`/grants/${denied.body.id}`))).body.code).toBe('role_level');
    const foreign = await person('admin', 'elsewhere');
    expect((await ask(foreign, 'DELETE', at(`/grants/${denied.body.id}`, elsewhere))).status).toBe(404);
  });

  it('end with the membership', async () => {
    await grant({ userId: student.userId, permission: 'course.read', granted: true });
    expect(await seesCourse(student)).toBe(200);
    await rows(`update organization_memberships set status = 'inactive' where user_id = $1`, student.userId);
    expect(await seesCourse(student)).toBe(404);
  });
});

describe('nobody gets by way of roles what they have not', () => {
  const audit = (who: Person) => ask(who, 'GET', at('/audit')).then(({ status }) => status);
  const denying = (over: object = {}) =>
    make({ level: 0, permissions: [{ slug: 'audit.read', granted: false }], ...over });
  /** An administrator who has a role that forbids them something, given before they could refuse it. */
  async function bound(roleId: string): Promise<Person> {
    const who = await person('admin');
    expect((await assign({ userId: who.userId, roleId })).status).toBe(201);
    expect(await audit(who)).toBe(403);
    return who;
  }
  const patch = (who: Person, roleId: string, body: object) =>
    ask(who, 'PATCH', at(`/roles/${roleId}`), body).then(({ body: { code } }) => code);

  it('does not let somebody lift a denial from themselves: by its rules, its parent, or its parent’s rules', async () => {
    const own = await denying();
    const bob = await bound(own.id);
    expect(await patch(bob, own.id, { permissions: [] })).toBe('own_account');
    const below = await make({ level: 0, parentRoleId: own.id, permissions: [] });
    const carl = await bound(below.id);
    expect(await patch(carl, below.id, { parentRoleId: null })).toBe('own_account');
    expect(await patch(carl, own.id, { permissions: [] })).toBe('own_account');
    expect([await audit(bob), await audit(carl)]).toEqual([403, 403]);
    // Who has the right may lift the denial.
    expect(await patch(admin, own.id, { permissions: [] })).toBeUndefined();
    expect([await audit(bob), await audit(carl)]).toEqual([200, 200]);
  });

  it('does not let two of them free each other: a role that forbids is taken back by who may do it', async () => {
    const [first, second] = [await denying(), await denying()];
    const [bob, carl] = [await bound(first.id), await bound(second.id)];
    const held = async (who: Person): Promise<string> => {
      const { body } = await ask<Page<AssignmentView>>(
        admin,
        'GET',
        at(`/role-assignments?userId=${who.userId}`),
      );
      return body.items.find(({ role }) => [first.id, second.id].includes(role.id))?.id ?? '';
    };
    const id = await held(bob);
    const taken = (who: Person) => ask(who, 'DELETE', at(`/role-assignments/${id}`));
    expect((await taken(carl)).body.code).toBe('role_level');
    expect(await patch(carl, first.id, { permissions: [] })).toBe('role_level');
    expect((await taken(admin)).status).toBe(204);
    expect(await audit(bob)).toBe(200);
  });

  it('gives no role that may more than who gives it, however low', async () => {
    const { id: roleId } = await make({ level: 0, permissions: [{ slug: 'user.delete', granted: true }] });
    const clerk = await person('student');
    for (const permission of ['role.assign', 'role.read', 'course.read'])
      expect((await grant({ userId: clerk.userId, permission, granted: true })).status).toBe(201);
    expect((await assign({ userId: student.userId, roleId }, clerk)).body.code).toBe('role_level');
    const { id: harmless } = await make({ level: 0 });
    expect((await assign({ userId: student.userId, roleId: harmless }, clerk)).status).toBe(201);
  });
});

describe('the role of an account', () => {
  const set = (who: Person, userId: string, role: string, organizationId = school) =>
    ask(who, 'PUT', at(`/people/${userId}/role`, organizationId), { role });

  it('of the installation is given by nobody unseen: every super administrator gets a mail', async () => {
    const [root, other] = [await person('super_admin'), await person('super_admin')];
    const before = await mailboxOf(server.url).all();
    expect((await set(root, teacher.userId, 'super_admin')).status).toBe(200);
    const known = await rows<{ email: string }>(
      `select u.email from users u join roles r on r.id = u.primary_role_id where r.slug = 'super_admin' and u.id = any($1)`,
      [root.userId, other.userId, teacher.userId],
    );
    expect(known).toHaveLength(3);
    for (const { email } of known) {
      const [mail] = await mailboxOf(server.url).to(email);
      expect(mail).toMatchObject({ subject: 'A critical change in Lectern' });
    }
    expect(before.filter(({ subject }) => subject === 'A critical change in Lectern')).toEqual([]);
    // What is not critical is nobody else's post.
    expect((await set(root, student.userId, 'moderator')).status).toBe(200);
  });

  it('changes with its mirror, keeps the code, holds at once, and is in the audit trail', async () => {
    const [before] = await rows<{ code: string }>('select code from users where id = $1', student.userId);
    expect((await set(admin, student.userId, 'moderator')).body).toEqual({
      userId: student.userId,
      role: 'moderator',
    });
    const [after] = await rows<{ code: string; slug: string }>(
      'select u.code, r.slug from users u join roles r on r.id = u.primary_role_id where u.id = $1',
      student.userId,
    );
    expect(after).toEqual({ code: before?.code, slug: 'moderator' });
    const mirror = await rows<{ slug: string; standing: boolean }>(
      `select r.slug, a.revoked_at is null as standing from user_roles a join roles r on r.id = a.role_id where a.user_id = $1 order by a.assigned_at`,
      student.userId,
    );
    expect(mirror).toEqual([
      { slug: 'student', standing: false },
      { slug: 'moderator', standing: true },
    ]);
    expect(await seesCourse(student)).toBe(200);
    const [entry] = await rows<{ severity: string }>(
      `select severity from audit_logs where resource_id = $1 and action = 'user.role_changed'`,
      student.userId,
    );
    expect(entry?.severity).toBe('high');
  });

  it('is refused above one’s level, for those above, for oneself, and for accounts of others', async () => {
    const superAdmin = await person('super_admin');
    const stranger = await person('student', 'elsewhere');
    expect((await set(admin, student.userId, 'super_admin')).body.code).toBe('role_level');
    expect((await set(admin, superAdmin.userId, 'student')).body.code).toBe('role_level');
    expect((await set(admin, admin.userId, 'student')).body.code).toBe('own_account');
    expect((await set(admin, stranger.userId, 'parent')).status).toBe(404);
    expect((await set(teacher, student.userId, 'parent')).body.code).toBe('forbidden');
    expect((await set(admin, student.userId, 'king')).body.code).toBe('invalid_input');
    await rows(
      'insert into organization_memberships (user_id, organization_id) values ($1, $2)',
      stranger.userId,
      school,
    );
    expect((await set(admin, stranger.userId, 'parent')).body.code).toBe('managed_elsewhere');
  });
});

describe('the explorer', () => {
  const explain = (query: Record<string, string>, who = admin, organizationId = school) =>
    ask<ExplanationView>(who, 'GET', at(`/access/explain?${new URLSearchParams(query)}`, organizationId));

  it('says what allows and what denies, in the order in which it counts', async () => {
    await enroll(server.databaseUrl, student.userId, course);
    const query = {
      userId: student.userId,
      permission: 'course.read',
      subjectType: 'course',
      subjectId: course,
    };
    const learner = await explain(query);
    expect(learner.body).toMatchObject({ allowed: true, user: { id: student.userId } });
    expect(learner.body.steps.find(({ decisive }) => decisive)).toMatchObject({
      kind: 'relation',
      relation: 'course.learner',
    });
    const role = await make({ permissions: [{ slug: 'course.read', granted: false }] });
    await assign({ userId: student.userId, roleId: role.id });
    const denied = await explain(query);
    expect(denied.body.allowed).toBe(false);
    expect(denied.body.steps.find(({ decisive }) => decisive)).toMatchObject({
      kind: 'role',
      role: role.slug,
      scope: 'organization',
      outcome: 'denies',
      says: [{ role: role.slug, granted: false }],
    });
    await grant({
      userId: student.userId,
      permission: 'course.read',
      granted: true,
      context: { type: 'course', id: course },
    });
    const named = await explain(query);
    expect(named.body.allowed).toBe(true);
    expect(named.body.steps.find(({ decisive }) => decisive)).toMatchObject({
      kind: 'override',
      scope: 'context',
      granted: true,
    });
    expect(named.body.steps.map(({ kind }) => kind)).toEqual([
      'account',
      'organization',
      'override',
      'role',
      'role',
      'relation',
      'relation',
      'nothing',
    ]);
  });

  it('explains through the parent of a role which one says it', async () => {
    const query = { userId: admin.userId, permission: 'course.create' };
    const { body } = await explain(query);
    expect(body.steps.find(({ decisive }) => decisive)).toMatchObject({
      kind: 'role',
      role: 'admin',
      says: [{ role: 'instructor', granted: true }],
    });
  });

  it('is about one’s own people and things only', async () => {
    const stranger = await person('student', 'elsewhere');
    const foreignAdmin = await person('admin', 'elsewhere');
    expect((await explain({ userId: stranger.userId, permission: 'course.read' })).status).toBe(404);
    const theirs = {
      userId: foreignAdmin.userId,
      permission: 'course.read',
      subjectType: 'course',
      subjectId: course,
    };
    expect((await explain(theirs, foreignAdmin, elsewhere)).status).toBe(404);
    expect((await explain({ userId: student.userId, permission: 'course.read' }, teacher)).body.code).toBe(
      'forbidden',
    );
    expect((await explain({ userId: student.userId, permission: 'course.fly' })).body.code).toBe(
      'invalid_input',
    );
    expect(
      (await explain({ userId: student.userId, permission: 'course.read', subjectType: 'course' })).body.code,
    ).toBe('invalid_input');
    expect(
      (
        await explain({
          userId: student.userId,
          permission: 'course.read',
          subjectType: 'course',
          subjectId: randomUUID(),
        })
      ).status,
    ).toBe(404);
  });

  it('finds those who look after the members, and those above: of what the organization is part of, and of the installation', async () => {
    await rows(
      `insert into organizations (name, slug, parent_id) values ('Branch', 'branch', $1) on conflict do nothing`,
      school,
    );
    const branch = await idOf('branch');
    const manager = await person('student', 'branch');
    await rows(
      `update organization_memberships set role = 'manager' where user_id = $1 and organization_id = $2`,
      manager.userId,
      branch,
    );
    const root = await person('super_admin', 'elsewhere');
    const found: WhoView['items'] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const after: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = await ask<WhoView>(
        admin,
        'GET',
        at(`/access/who?permission=organization.invite&subjectType=organization${after}`, branch),
      );
      found.push(...page.body.items);
      cursor = page.body.nextCursor;
    }
    const of = (who: Person) => found.find(({ user }) => user.id === who.userId);
    expect(of(manager)).toMatchObject({ by: 'relation', name: 'organization.manager', above: false });
    expect(of(admin)).toMatchObject({ by: 'role', name: 'admin', above: true });
    expect(of(root)).toMatchObject({ by: 'role', above: true });
    expect(of(student)).toBeUndefined();
    const why = await ask<ExplanationView>(
      admin,
      'GET',
      at(
        `/access/explain?userId=${root.userId}&permission=organization.invite&subjectType=organization`,
        branch,
      ),
    );
    expect(why.body).toMatchObject({ allowed: true, user: { id: root.userId } });
  });

  it('finds who may: by role, by exception and by what they are to a course', async () => {
    await enroll(server.databaseUrl, student.userId, course);
    const guest = await person('student');
    await grant({ userId: guest.userId, permission: 'course.read', granted: true });
    const who = async (permission: string, limit: number): Promise<WhoView['items']> => {
      const all: WhoView['items'] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const query = `permission=${permission}&subjectType=course&subjectId=${course}&limit=${limit}`;
        const path: string = at(`/access/who?${query}${cursor && `&cursor=${cursor}`}`);
        const { body }: { body: WhoView } = await ask<WhoView>(admin, 'GET', path);
        all.push(...body.items);
        cursor = body.nextCursor;
      }
      return all;
    };
    const found = await who('course.read', 5);
    const by = (one: Person) =>
      found.filter(({ user }) => user.id === one.userId).map((item) => [item.by, item.name]);
    expect(by(teacher)).toEqual([['relation', 'course.instructor']]);
    expect(by(student)).toEqual([['relation', 'course.learner']]);
    expect(by(guest)).toEqual([['override', null]]);
    expect(by(admin)).toEqual([['role', 'admin']]);
    expect(by(await person('parent'))).toEqual([]);
    // Every member may enter a course that is offered; one that is not, nobody by that alone.
    const parent = await person('parent');
    const entering = async () =>
      (await who('course.enroll', 50))
        .filter(({ user }) => user.id === parent.userId)
        .map((item) => [item.by, item.name]);
    expect(await entering()).toEqual([['relation', 'course.offered']]);
    await rows(`update courses set visibility = 'private' where id = $1`, course);
    expect(await entering()).toEqual([]);
    await rows(`update courses set visibility = 'public' where id = $1`, course);
    const foreign = await person('admin', 'elsewhere');
    expect(
      (
        await ask(
          foreign,
          'GET',
          at(`/access/who?permission=course.read&subjectType=course&subjectId=${course}`, elsewhere),
        )
      ).status,
    ).toBe(404);
  });
});

describe('a refused permission', () => {
  it('is in the audit trail with its name', async () => {
    await ask(student, 'GET', at('/roles'));
    const entries = await rows<{ category: string; metadata: { permission: string } }>(
      `select category, metadata from audit_logs join audit_log_details on audit_log_id = audit_logs.id where action = 'permission.refused' and user_id = $1`,
      student.userId,
    );
    expect(entries).toEqual([
      { category: 'authorization', metadata: expect.objectContaining({ permission: 'role.read' }) },
    ]);
  });
});
