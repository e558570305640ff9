import type { EntityManager } from '@mikro-orm/postgresql';
import type { MembershipRole } from '../../../shared/identity/contract.ts';
import { deepestTree } from '../../../shared/identity/organizations.ts';
import type { OrganizationStatus, OrganizationView } from '../../../shared/identity/organizations.ts';
import { literal } from './place.ts';
import type { Place } from './place.ts';

type Instant = Date | string;

/** An organization as a list shows it. */
export interface OrganizationRow {
  id: string;
  parent_id: string | null;
  name: string;
  slug: string;
  type: OrganizationView['type'];
  status: OrganizationStatus;
  deleted_at: Instant | null;
  my_role: MembershipRole | null;
}

/** An organization with everything. */
export interface OrganizationDetailRow extends OrganizationRow {
  description: string | null;
  timezone: string;
  locale: string;
  website: string | null;
  phone: string | null;
  email: string | null;
  address_line_1: string | null;
  address_line_2: string | null;
  city: string | null;
  state_province: string | null;
  postal_code: string | null;
  country: string | null;
  settings: unknown;
  member_count: number;
  created_at: Instant;
}

export interface TreeRow extends OrganizationRow {
  depth: number;
  member_count: number;
}

// The first parameter is the person who looks.
const listColumns = `o.id, o.parent_id, o.name, o.slug, o.type, o.status, o.deleted_at,
  (select m.role from organization_memberships m where m.organization_id = o.id and m.user_id = ?
   and m.left_at is null and m.status = 'active') as my_role`;

const memberCount = `(select count(*)::int from organization_memberships m where m.organization_id = o.id
  and m.left_at is null and m.status = 'active') as member_count`;

/** An organization as whoever has not signed in sees it; null: there is none that is in use. */
export async function organizationBySlug(
  em: EntityManager,
  slug: string,
): Promise<{ name: string; settings: unknown } | null> {
  const [row] = await em.execute<{ name: string; settings: unknown }[]>(
    `select name, settings from organizations where slug = ? and deleted_at is null and status = 'active'`,
    [slug],
  );
  return row ?? null;
}

/** One page of organizations by name, one more than asked for when there are more; `all`: not only the person's own. */
export async function listOrganizations(
  em: EntityManager,
  userId: string,
  filter: { q?: string; all: boolean; limit: number },
  after: Place | null,
): Promise<(OrganizationRow & { sort_key: string })[]> {
  const where = ['o.deleted_at is null'];
  const values: unknown[] = [];
  if (!filter.all) {
    where.push(
      `exists (select 1 from organization_memberships m where m.organization_id = o.id and m.user_id = ? and m.left_at is null and m.status = 'active')`,
    );
    values.push(userId);
  }
  if (filter.q) {
    where.push('lower(o.name) like ?');
    values.push(`%${literal(filter.q)}%`);
  }
  if (after) {
    where.push('(lower(o.name), o.id) > (?, ?::uuid)');
    values.push(after.key, after.id);
  }
  return em.execute(
    `select ${listColumns}, lower(o.name) as sort_key from organizations o where ${where.join(' and ')}
     order by lower(o.name), o.id limit ?`,
    [userId, ...values, filter.limit + 1],
  );
}

/** Deleted organizations that were below one the person belongs to, or all of them; the last deleted ones first. */
export async function listDeleted(
  em: EntityManager,
  userId: string,
  all: boolean,
): Promise<OrganizationRow[]> {
  return em.execute(
    `select ${listColumns} from organizations o where o.deleted_at is not null and (? or exists (
       select 1 from organization_memberships m where m.organization_id = o.parent_id and m.user_id = ?
       and m.left_at is null and m.status = 'active'))
     order by o.deleted_at desc, o.id limit 100`,
    [userId, all, userId],
  );
}

/** One organization, deleted ones too; `lock`: its members and itself are changed one after the other. */
export async function findOrganization(
  em: EntityManager,
  organizationId: string,
  userId: string,
  lock: '' | 'for no key update of o' = '',
): Promise<OrganizationDetailRow | null> {
  const [row] = await em.execute<OrganizationDetailRow[]>(
    `select ${listColumns}, o.description, o.timezone, o.locale, o.website, o.phone, o.email, o.address_line_1, o.address_line_2,
       o.city, o.state_province, o.postal_code, o.country, o.settings, o.created_at, ${memberCount}
     from organizations o where o.id = ? ${lock}`,
    [userId, organizationId],
  );
  return row ?? null;
}

/** What an organization is part of, as long as that exists; null: it stands on its own. */
export async function parentOf(em: EntityManager, organizationId: string): Promise<string | null> {
  const [row] = await em.execute<{ id: string }[]>(
    `select p.id from organizations o join organizations p on p.id = o.parent_id and p.deleted_at is null where o.id = ?`,
    [organizationId],
  );
  return row?.id ?? null;
}

/** An organization and everything below it; parents before their children, siblings by name. */
export async function treeOf(em: EntityManager, organizationId: string, userId: string): Promise<TreeRow[]> {
  return em.execute(
    `with recursive down(id, depth, path) as (
       select id, 0, array[lower(name), id::text] from organizations where id = ? and deleted_at is null
       union all
       select o.id, down.depth + 1, down.path || array[lower(o.name), o.id::text]
       from organizations o join down on o.parent_id = down.id where o.deleted_at is null and down.depth < ${deepestTree}
     )
     select ${listColumns}, down.depth, ${memberCount} from down join organizations o on o.id = down.id order by down.path`,
    [organizationId, userId],
  );
}

/** The ids of an organization and what it is part of, nearest first. */
export async function chainOf(em: EntityManager, organizationId: string): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    `with recursive up(id, parent_id, depth) as (
       select id, parent_id, 0 from organizations where id = ?
       union all
       select o.id, o.parent_id, up.depth + 1 from organizations o join up on o.id = up.parent_id where up.depth < ${deepestTree * 2}
     ) select id from up order by depth`,
    [organizationId],
  );
  return rows.map(({ id }) => id);
}

/** Moves in the tree happen one after the other: two of them at once could close a circle. */
export async function lockTree(em: EntityManager): Promise<void> {
  await em.execute(`select pg_advisory_xact_lock(hashtext('organizations.tree'))`);
}

export async function insertOrganization(em: EntityManager, columns: Record<string, unknown>): Promise<void> {
  const names = Object.keys(columns);
  await em.execute(
    `insert into organizations (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`,
    Object.values(columns),
  );
}

/** Sets columns; the names are the code's own. */
export async function setOrganization(
  em: EntityManager,
  organizationId: string,
  columns: Record<string, unknown>,
  now: Date,
): Promise<void> {
  const all = { ...columns, updated_at: now };
  await em.execute(
    `update organizations set ${Object.keys(all)
      .map((name) => `${name} = ?`)
      .join(', ')} where id = ?`,
    [...Object.values(all), organizationId],
  );
}

/** What was below an organization stands on its own from now on. @returns their ids */
export async function freeChildren(em: EntityManager, organizationId: string, now: Date): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    'update organizations set parent_id = null, updated_at = ? where parent_id = ? and deleted_at is null returning id',
    [now, organizationId],
  );
  return rows.map(({ id }) => id);
}
