import type { EntityManager } from '@mikro-orm/postgresql';
import type { MembershipRole } from '../../../shared/identity/contract.ts';
import type { MemberFilter, MembershipStatus } from '../../../shared/identity/organizations.ts';
import { literal } from './place.ts';
import type { Place } from './place.ts';

type Instant = Date | string;

export interface MembershipRow {
  id: string;
  user_id: string;
  organization_id: string;
  role: MembershipRole;
  title: string | null;
  status: MembershipStatus;
  is_primary: boolean;
  joined_at: Instant;
  left_at: Instant | null;
}

/** A membership with the person. */
export interface MemberRow extends MembershipRow {
  code: string;
  display_name: string;
  email: string | null;
}

/** A membership with the organization. */
export interface MyMembershipRow extends MembershipRow {
  organization_name: string;
  organization_slug: string;
  suspended: boolean;
}

const columns =
  'm.id, m.user_id, m.organization_id, m.role, m.title, m.status, m.is_primary, m.joined_at, m.left_at';
const withPerson = `select ${columns}, u.code, u.display_name, u.email from organization_memberships m
  join users u on u.id = m.user_id and u.deleted_at is null and u.anonymized_at is null`;

/** One page of members by name, one more than asked for when there are more. */
export async function listMembers(
  em: EntityManager,
  organizationId: string,
  filter: MemberFilter,
  after: Place | null,
): Promise<(MemberRow & { sort_key: string })[]> {
  const where = ['m.organization_id = ?', `m.left_at is ${filter.status === 'left' ? 'not null' : 'null'}`];
  const values: unknown[] = [organizationId];
  const add = (sql: string, ...given: unknown[]): void => {
    where.push(sql);
    values.push(...given);
  };
  if (filter.status && filter.status !== 'left') add('m.status = ?', filter.status);
  if (filter.role) add('m.role = ?', filter.role);
  if (filter.q) {
    const text = literal(filter.q);
    add(
      '(lower(u.display_name) like ? or u.email like ? or lower(u.code) like ?)',
      `%${text}%`,
      `${text}%`,
      `${text}%`,
    );
  }
  if (after) add('(lower(u.display_name), m.id) > (?, ?::uuid)', after.key, after.id);
  return em.execute(
    `${withPerson.replace('u.email from', 'u.email, lower(u.display_name) as sort_key from')}
     where ${where.join(' and ')} order by lower(u.display_name), m.id limit ?`,
    [...values, filter.limit + 1],
  );
}

/** One membership of an organization, ended ones too. */
export async function findMember(
  em: EntityManager,
  organizationId: string,
  membershipId: string,
): Promise<MemberRow | null> {
  const [row] = await em.execute<MemberRow[]>(`${withPerson} where m.organization_id = ? and m.id = ?`, [
    organizationId,
    membershipId,
  ]);
  return row ?? null;
}

/** What somebody is in an organization now; null: no member. */
export async function membershipIn(
  em: EntityManager,
  userId: string,
  organizationId: string,
): Promise<MembershipRow | null> {
  const [row] = await em.execute<MembershipRow[]>(
    `select ${columns} from organization_memberships m where m.user_id = ? and m.organization_id = ? and m.left_at is null`,
    [userId, organizationId],
  );
  return row ?? null;
}

/** Everywhere somebody is or was a member; what stands comes first, the primary one before all. */
export async function membershipsOf(em: EntityManager, userId: string): Promise<MyMembershipRow[]> {
  return em.execute(
    `select ${columns}, o.name as organization_name, o.slug as organization_slug, o.status <> 'active' as suspended
     from organization_memberships m join organizations o on o.id = m.organization_id and o.deleted_at is null
     where m.user_id = ? order by m.left_at is not null, m.is_primary desc, m.left_at desc, lower(o.name), m.id`,
    [userId],
  );
}

/** Active owners of an organization besides one membership, whose accounts exist. */
export async function otherOwners(
  em: EntityManager,
  organizationId: string,
  membershipId: string,
): Promise<number> {
  const [row] = await em.execute<{ n: number }[]>(
    `select count(*)::int as n from organization_memberships m join users u on u.id = m.user_id and u.deleted_at is null
     where m.organization_id = ? and m.id <> ? and m.role = 'owner' and m.status = 'active' and m.left_at is null`,
    [organizationId, membershipId],
  );
  return row?.n ?? 0;
}

export async function insertMembership(
  em: EntityManager,
  one: { id: string; userId: string; organizationId: string; role: MembershipRole; now: Date },
): Promise<void> {
  await em.execute(
    `insert into organization_memberships (id, user_id, organization_id, role, status, joined_at) values (?, ?, ?, ?, 'active', ?)`,
    [one.id, one.userId, one.organizationId, one.role, one.now],
  );
}

/** Sets columns; the names are the code's own. */
export async function setMembership(
  em: EntityManager,
  membershipId: string,
  changed: Record<string, unknown>,
  now: Date,
): Promise<void> {
  const all = { ...changed, updated_at: now };
  await em.execute(
    `update organization_memberships set ${Object.keys(all)
      .map((name) => `${name} = ?`)
      .join(', ')} where id = ?`,
    [...Object.values(all), membershipId],
  );
}

/** Makes a membership the primary one, and no other. */
export async function setPrimary(
  em: EntityManager,
  userId: string,
  membershipId: string,
  now: Date,
): Promise<void> {
  await em.execute(
    `update organization_memberships set is_primary = false, updated_at = ?
     where user_id = ? and is_primary and left_at is null and id <> ?`,
    [now, userId, membershipId],
  );
  await setMembership(em, membershipId, { is_primary: true }, now);
}

/** One after the other, whatever concerns the memberships of one person. */
export async function lockPerson(em: EntityManager, userId: string): Promise<void> {
  await em.execute('select 1 from users where id = ? for no key update', [userId]);
}

/** The highest level among somebody's roles without an organization: what holds wherever their primary organization is. */
export async function carriedLevel(em: EntityManager, userId: string, now: Date): Promise<number> {
  const [row] = await em.execute<{ level: number | null }[]>(
    `select max(r.level) as level from roles r where r.deleted_at is null and (
       r.id = (select primary_role_id from users where id = ?) or r.id in (
         select role_id from user_roles where user_id = ? and organization_id is null and context_id is null
         and revoked_at is null and (expires_at is null or expires_at > ?)))`,
    [userId, userId, now],
  );
  return row?.level ?? 0;
}

/** A role given to or taken from somebody in an organization. */
export interface OrganizationRole {
  userId: string;
  organizationId: string;
  /** Of a system role. */
  slug: string;
  /** Who does it; null: the server. */
  by: string | null;
  now: Date;
}

/** Gives a system role in an organization, without an end. @returns whether the person did not have it */
export async function giveRole(em: EntityManager, role: OrganizationRole): Promise<boolean> {
  const { userId, organizationId, slug, by, now } = role;
  // One that ends, or has ended, would stand in the way of one that does not.
  await em.execute(
    `update user_roles set revoked_at = ?, revoked_by = ?, revoke_reason = 'replaced', updated_at = ?
     where user_id = ? and organization_id = ? and context_id is null and revoked_at is null and expires_at is not null
       and role_id = (select id from roles where slug = ? and organization_id is null and deleted_at is null)`,
    [now, by, now, userId, organizationId, slug],
  );
  const rows = await em.execute<{ id: string }[]>(
    `insert into user_roles (user_id, role_id, organization_id, assigned_by, assigned_at)
     select ?, id, ?, ?, ? from roles where slug = ? and organization_id is null and deleted_at is null
     on conflict (user_id, role_id, organization_id) where revoked_at is null and context_id is null and organization_id is not null
     do nothing returning id`,
    [userId, organizationId, by, now, slug],
  );
  return rows.length > 0;
}

/** Takes a system role in an organization (null: all roles there). @returns what was taken */
export async function takeRoles(
  em: EntityManager,
  role: Omit<OrganizationRole, 'slug'> & { slug: string | null; reason: string },
): Promise<string[]> {
  const { userId, organizationId, slug, by, now, reason } = role;
  const rows = await em.execute<{ slug: string }[]>(
    `update user_roles a set revoked_at = ?, revoked_by = ?, revoke_reason = ?, updated_at = ? from roles r
     where r.id = a.role_id and a.user_id = ? and a.organization_id = ? and a.revoked_at is null
       and (?::text is null or (r.slug = ? and r.organization_id is null and a.context_id is null))
     returning r.slug`,
    [now, by, reason, now, userId, organizationId, slug, slug],
  );
  return rows.map((one) => one.slug);
}

/** Takes the exceptions that somebody has in an organization. */
export async function takeExceptions(
  em: EntityManager,
  one: { userId: string; organizationId: string; by: string | null; now: Date },
): Promise<void> {
  await em.execute(
    `update user_permissions set revoked_at = ?, revoked_by = ?, updated_at = ?
     where user_id = ? and organization_id = ? and revoked_at is null`,
    [one.now, one.by, one.now, one.userId, one.organizationId],
  );
}
