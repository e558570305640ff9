import type { EntityManager } from '@mikro-orm/postgresql';
import { relationGrants } from '../../../shared/identity/permissions.ts';
import type { Permission, Relation } from '../../../shared/identity/permissions.ts';
import { everywhereLevel } from './access.policy.ts';
import type { Context } from './access.policy.ts';

/** A role with what it itself says. */
export interface RoleRow {
  id: string;
  organizationId: string | null;
  name: string;
  slug: string;
  description: string | null;
  type: 'system' | 'organization' | 'course' | 'custom';
  level: number;
  isSystem: boolean;
  parentRoleId: string | null;
  says: { slug: Permission; granted: boolean }[];
}

/** The roles of the installation and those of an organization, highest first. */
export function rolesIn(em: EntityManager, organizationId: string): Promise<RoleRow[]> {
  return em.execute<RoleRow[]>(
    `select r.id, r.organization_id as "organizationId", r.name, r.slug, r.description, r.type, r.level, r.is_system as "isSystem",
       r.parent_role_id as "parentRoleId",
       coalesce((select json_agg(json_build_object('slug', p.slug, 'granted', rp.granted) order by p.slug)
                 from role_permissions rp join permissions p on p.id = rp.permission_id where rp.role_id = r.id), '[]') as says
     from roles r where r.deleted_at is null and (r.organization_id is null or r.organization_id = ?)
     order by r.level desc, r.organization_id nulls first, r.name, r.id`,
    [organizationId],
  );
}

/** How many members of an organization have each role there now, by the id of the role. */
export async function holdersIn(
  em: EntityManager,
  organizationId: string,
  now: Date,
): Promise<Map<string, number>> {
  const rows = await em.execute<{ role_id: string; holders: number }[]>(
    `select role_id, count(distinct user_id)::int as holders from (
       select a.role_id, a.user_id from user_roles a
       where a.revoked_at is null and (a.expires_at is null or a.expires_at > ?) and (a.organization_id = ?
         or (a.context_type = 'course' and a.context_id in (select id from courses where organization_id = ?))
         or (a.context_type = 'live_session' and a.context_id in (select id from live_sessions where organization_id = ?)))
       union select u.primary_role_id, u.id from users u join organization_memberships m on m.user_id = u.id
       where m.organization_id = ? and m.is_primary and u.deleted_at is null
     ) held where user_id in (select user_id from organization_memberships where organization_id = ? and left_at is null and status = 'active')
     group by role_id`,
    [now, ...Array<string>(5).fill(organizationId)],
  );
  return new Map(rows.map((row) => [row.role_id, row.holders]));
}

/** One change of an organization's roles after the other: levels and trees are judged on what the one before left. */
export async function lockOrganization(em: EntityManager, organizationId: string): Promise<void> {
  await em.execute('select 1 from organizations where id = ? for no key update', [organizationId]);
}

export async function insertRole(
  em: EntityManager,
  role: Pick<RoleRow, 'id' | 'name' | 'slug' | 'description' | 'level' | 'parentRoleId'> & {
    organizationId: string;
  },
): Promise<void> {
  await em.execute(
    `insert into roles (id, organization_id, name, slug, description, type, level, parent_role_id)
     values (?, ?, ?, ?, ?, 'custom', ?, ?)`,
    [role.id, role.organizationId, role.name, role.slug, role.description, role.level, role.parentRoleId],
  );
}

export async function setRole(
  em: EntityManager,
  roleId: string,
  role: Pick<RoleRow, 'name' | 'description' | 'level' | 'parentRoleId'>,
  now: Date,
): Promise<void> {
  await em.execute(
    'update roles set name = ?, description = ?, level = ?, parent_role_id = ?, updated_at = ? where id = ?',
    [role.name, role.description, role.level, role.parentRoleId, now, roleId],
  );
}

export async function deleteRole(em: EntityManager, roleId: string, now: Date): Promise<void> {
  await em.execute('update roles set deleted_at = ?, updated_at = ? where id = ?', [now, now, roleId]);
}

/** Whether anybody has the role, or will have, or another role comes from it. */
export async function isUsed(em: EntityManager, roleId: string, now: Date): Promise<boolean> {
  const [row] = await em.execute<{ used: boolean }[]>(
    `select exists (select 1 from user_roles where role_id = ? and revoked_at is null and (expires_at is null or expires_at > ?))
       or exists (select 1 from users where primary_role_id = ?)
       or exists (select 1 from roles where parent_role_id = ? and deleted_at is null) as used`,
    [roleId, now, roleId, roleId],
  );
  return row?.used ?? false;
}

/** The roles that somebody was given anywhere, also those whose time is over. */
export async function rolesOf(em: EntityManager, userId: string): Promise<Set<string>> {
  const rows = await em.execute<{ role_id: string }[]>(
    'select role_id from user_roles where user_id = ? and revoked_at is null',
    [userId],
  );
  return new Set(rows.map((row) => row.role_id));
}

/** What a role itself says, from now on. */
export async function setRules(
  em: EntityManager,
  roleId: string,
  says: readonly { slug: string; granted: boolean }[],
): Promise<void> {
  await em.execute('delete from role_permissions where role_id = ?', [roleId]);
  if (says.length === 0) return;
  await em.execute(
    `insert into role_permissions (role_id, permission_id, granted)
     select ?, p.id, x.granted from json_to_recordset(?::json) as x(slug text, granted boolean) join permissions p on p.slug = x.slug`,
    [roleId, JSON.stringify(says)],
  );
}

/** A member of an organization, with the highest level they have in it as far as roles without a context go. */
export async function isActiveMember(
  em: EntityManager,
  userId: string,
  organizationId: string,
): Promise<boolean> {
  const rows = await em.execute(
    `select 1 from organization_memberships m join users u on u.id = m.user_id and u.deleted_at is null
     where m.user_id = ? and m.organization_id = ? and m.left_at is null and m.status = 'active'`,
    [userId, organizationId],
  );
  return rows.length > 0;
}

const contextTables = { course: 'courses', live_session: 'live_sessions' } as const;

/** Whether a course or a class is of an organization. */
export async function isContextOf(
  em: EntityManager,
  context: { type: keyof typeof contextTables; id: string },
  organizationId: string,
): Promise<boolean> {
  const rows = await em.execute(
    `select 1 from ${contextTables[context.type]} where id = ? and organization_id = ? and deleted_at is null`,
    [context.id, organizationId],
  );
  return rows.length > 0;
}

/** Something that somebody was given: a role or an exception. */
export interface GivenRow {
  id: string;
  userId: string;
  organizationId: string | null;
  context: (Context & { title: string | null }) | null;
  assignedAt: string;
  assignedBy: { id: string; displayName: string } | null;
  expiresAt: string | null;
}

export interface AssignmentRow extends GivenRow {
  role: { id: string; name: string; slug: string; level: number };
}

export interface GrantRow extends GivenRow {
  permission: Permission;
  granted: boolean;
}

const given = `a.id, a.user_id as "userId", a.organization_id as "organizationId", a.assigned_at as "assignedAt", a.expires_at as "expiresAt",
  case when a.context_id is null then null else json_build_object('type', a.context_type, 'id', a.context_id,
    'title', coalesce(c.title, s.title)) end as context,
  case when b.id is null then null else json_build_object('id', b.id, 'displayName', b.display_name) end as "assignedBy"`;
const givenJoins = `left join courses c on a.context_type = 'course' and c.id = a.context_id
  left join live_sessions s on a.context_type = 'live_session' and s.id = a.context_id
  left join users b on b.id = a.assigned_by`;
// What was given in a course or a class belongs to the organization of that.
const ofOrganization = 'coalesce(c.organization_id, s.organization_id, a.organization_id) = ?';

/** @param which narrows to one, or to those of one person after another one */
export function assignmentsIn(
  em: EntityManager,
  organizationId: string,
  which: { id: string } | { userId: string; cursor?: string; limit: number },
): Promise<AssignmentRow[]> {
  const { where, values } = narrowed(which);
  return em.execute<AssignmentRow[]>(
    `select ${given}, json_build_object('id', r.id, 'name', r.name, 'slug', r.slug, 'level', r.level) as role
     from user_roles a join roles r on r.id = a.role_id ${givenJoins}
     where a.revoked_at is null and ${ofOrganization} and ${where}`,
    [organizationId, ...values],
  );
}

export function grantsIn(
  em: EntityManager,
  organizationId: string,
  which: { id: string } | { userId: string; cursor?: string; limit: number },
): Promise<GrantRow[]> {
  const { where, values } = narrowed(which);
  return em.execute<GrantRow[]>(
    `select ${given}, p.slug as permission, a.granted from user_permissions a join permissions p on p.id = a.permission_id ${givenJoins}
     where a.revoked_at is null and ${ofOrganization} and ${where}`,
    [organizationId, ...values],
  );
}

function narrowed(which: { id: string } | { userId: string; cursor?: string; limit: number }): {
  where: string;
  values: unknown[];
} {
  if ('id' in which) return { where: 'a.id = ?', values: [which.id] };
  const { userId, cursor = null, limit } = which;
  return {
    where: 'a.user_id = ? and (?::uuid is null or a.id > ?::uuid) order by a.id limit ?',
    values: [userId, cursor, cursor, limit],
  };
}

/** Who is given what, where, by whom, until when. */
export interface Giving {
  id: string;
  userId: string;
  organizationId: string;
  context: Context | null;
  by: string;
  now: Date;
  expiresAt: Date | null;
}

/** @returns false when the person has it already */
export async function giveRole(em: EntityManager, giving: Giving, roleId: string): Promise<boolean> {
  const { id, userId, organizationId, context, by, now, expiresAt } = giving;
  // One that has ended would stand in the way.
  await em.execute(
    `update user_roles set revoked_at = ?, revoked_by = ?, revoke_reason = 'replaced', updated_at = ?
     where user_id = ? and role_id = ? and revoked_at is null and expires_at <= ?`,
    [now, by, now, userId, roleId, now],
  );
  const rows = await em.execute<{ id: string }[]>(
    `insert into user_roles (id, user_id, role_id, organization_id, context_type, context_id, assigned_by, assigned_at, expires_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing returning id`,
    [id, userId, roleId, organizationId, context?.type ?? null, context?.id ?? null, by, now, expiresAt],
  );
  return rows.length > 0;
}

export async function takeRole(em: EntityManager, id: string, by: string, now: Date): Promise<void> {
  await em.execute(
    `update user_roles set revoked_at = ?, revoked_by = ?, revoke_reason = 'revoked', updated_at = ? where id = ?`,
    [now, by, now, id],
  );
}

/** @returns false when the person has an exception for it there already */
export async function giveException(
  em: EntityManager,
  giving: Giving,
  permission: Permission,
  granted: boolean,
): Promise<boolean> {
  const { id, userId, organizationId, context, by, now, expiresAt } = giving;
  await em.execute(
    `update user_permissions set revoked_at = ?, revoked_by = ?, updated_at = ?
     where user_id = ? and permission_id = (select id from permissions where slug = ?) and revoked_at is null and expires_at <= ?`,
    [now, by, now, userId, permission, now],
  );
  const rows = await em.execute<{ id: string }[]>(
    `insert into user_permissions (id, user_id, permission_id, organization_id, context_type, context_id, granted, assigned_by, assigned_at, expires_at)
     select ?, ?, p.id, ?, ?, ?, ?, ?, ?, ? from permissions p where p.slug = ? on conflict do nothing returning id`,
    [
      id,
      userId,
      organizationId,
      context?.type ?? null,
      context?.id ?? null,
      granted,
      by,
      now,
      expiresAt,
      permission,
    ],
  );
  return rows.length > 0;
}

export async function takeException(em: EntityManager, id: string, by: string, now: Date): Promise<void> {
  await em.execute(
    'update user_permissions set revoked_at = ?, revoked_by = ?, updated_at = ? where id = ?',
    [now, by, now, id],
  );
}

/** The account of somebody with its role, locked; null when there is none or it is deleted. */
export async function lockAccount(
  em: EntityManager,
  userId: string,
): Promise<{ slug: string; level: number; home: string | null } | null> {
  const [row] = await em.execute<{ slug: string; level: number; home: string | null }[]>(
    `select r.slug, r.level, (select m.organization_id from organization_memberships m
        where m.user_id = u.id and m.is_primary and m.left_at is null) as home
     from users u join roles r on r.id = u.primary_role_id where u.id = ? and u.deleted_at is null for no key update of u`,
    [userId],
  );
  return row ?? null;
}

/** The role of an account and the assignment that mirrors it. @returns the level of the new role */
export async function setPrimaryRole(
  em: EntityManager,
  change: { userId: string; id: string; slug: string; by: string; now: Date },
): Promise<void> {
  const { userId, id, slug, by, now } = change;
  await em.execute(
    `update user_roles set revoked_at = ?, revoked_by = ?, revoke_reason = 'replaced', updated_at = ?
     where user_id = ? and revoked_at is null and organization_id is null and context_id is null
       and role_id = (select primary_role_id from users where id = ?)`,
    [now, by, now, userId, userId],
  );
  await em.execute(
    `update users set primary_role_id = (select id from roles where slug = ? and organization_id is null), updated_at = ? where id = ?`,
    [slug, now, userId],
  );
  await em.execute(
    `insert into user_roles (id, user_id, role_id, assigned_by, assigned_at)
     select ?, ?, primary_role_id, ?, ? from users where id = ? on conflict do nothing`,
    [id, userId, by, now, userId],
  );
}

export async function levelOfSystemRole(em: EntityManager, slug: string): Promise<number> {
  const [row] = await em.execute<{ level: number }[]>(
    'select level from roles where slug = ? and organization_id is null and deleted_at is null',
    [slug],
  );
  if (!row) throw new Error(`there is no role ${slug}`);
  return row.level;
}

/** An organization and what it is part of: whoever is somebody there may reach it by a role. */
const chainSql = `chain(id, parent_id, depth) as (
    select o.id, o.parent_id, 0 from organizations o where o.id = ?
    union all select o.id, o.parent_id, chain.depth + 1 from organizations o join chain on o.id = chain.parent_id where chain.depth < 20
  )`;

/**
 * Somebody of an organization, also one whose membership rests, or who stands above it: in what it is part of, or in the
 * installation. Null: nobody of these.
 */
export async function personAround(
  em: EntityManager,
  userId: string,
  organizationId: string,
): Promise<{ id: string; displayName: string } | null> {
  const [row] = await em.execute<{ id: string; displayName: string }[]>(
    `with recursive ${chainSql}
     select u.id, u.display_name as "displayName" from users u join roles r on r.id = u.primary_role_id
     where u.id = ? and (r.level >= ? or exists (
       select 1 from organization_memberships m where m.user_id = u.id and m.left_at is null and m.organization_id in (select id from chain)))`,
    [organizationId, userId, everywhereLevel],
  );
  return row ?? null;
}

/**
 * People who might have a permission, in the order of their ids: by a role, by an exception, or by what they are to the
 * subject. They are members of the organization that the subject is of, of what that is part of (`above`), or of the installation
 * (`above` too). The policy decides about each.
 */
export function mightHave(
  em: EntityManager,
  asked: {
    /** The one that the subject is of. */
    organizationId: string;
    permission: Permission;
    subject: { type: 'organization' | 'course' | 'live_session'; id: string };
    cursor?: string;
    limit: number;
  },
): Promise<{ id: string; code: string; displayName: string; above: boolean }[]> {
  const { organizationId, permission, subject, cursor = null, limit } = asked;
  const courseId = subject.type === 'course' ? subject.id : null;
  const sessionId = subject.type === 'live_session' ? subject.id : null;
  const byBeing = (relation: Relation, type: typeof subject.type): boolean =>
    subject.type === type && (relationGrants[relation] as readonly Permission[]).includes(permission);
  return em.execute(
    `with recursive ${chainSql}, gives(id) as (
       select rp.role_id from role_permissions rp join permissions p on p.id = rp.permission_id where p.slug = ? and rp.granted
       union select r.id from roles r join gives on r.parent_role_id = gives.id
     ), related(user_id) as (
       select c.instructor_id from courses c where c.id = coalesce(?::uuid, (select course_id from live_sessions where id = ?::uuid))
       union select e.user_id from enrollments e where e.course_id = coalesce(?::uuid, (select course_id from live_sessions where id = ?::uuid)) and e.deleted_at is null
       union select s.host_id from live_sessions s where s.id = ?::uuid
       union select p.user_id from live_session_participants p where p.session_id = ?::uuid
     ), around(user_id, here, manages) as (
       select m.user_id, bool_or(m.organization_id = ?), bool_or(m.organization_id = ? and m.role <> 'member')
       from organization_memberships m where m.organization_id in (select id from chain) and m.left_at is null and m.status = 'active'
       group by m.user_id
       union all
       select u.id, false, false from users u join roles r on r.id = u.primary_role_id and r.level >= ?
       where not exists (select 1 from organization_memberships m where m.user_id = u.id and m.left_at is null and m.status = 'active'
         and m.organization_id in (select id from chain))
     )
     select u.id, u.code, u.display_name as "displayName", not w.here as above from around w join users u on u.id = w.user_id
     where u.deleted_at is null and (?::uuid is null or u.id > ?::uuid)
       and (u.primary_role_id in (select id from gives)
         or exists (select 1 from user_roles a where a.user_id = u.id and a.revoked_at is null and a.role_id in (select id from gives))
         or exists (select 1 from user_permissions x join permissions p on p.id = x.permission_id where x.user_id = u.id and x.revoked_at is null and x.granted and p.slug = ?)
         or u.id in (select user_id from related)
         or (w.here and ?::boolean) or (w.manages and ?::boolean))
     order by u.id limit ?`,
    [
      organizationId,
      permission,
      courseId,
      sessionId,
      courseId,
      sessionId,
      sessionId,
      sessionId,
      organizationId,
      organizationId,
      everywhereLevel,
      cursor,
      cursor,
      permission,
      byBeing('organization.member', 'organization') || byBeing('course.offered', 'course'),
      byBeing('organization.manager', 'organization'),
      limit,
    ],
  );
}
