import type { EntityManager } from '@mikro-orm/postgresql';
import type { Permission } from '../../../shared/identity/permissions.ts';
import { prepared } from '../../kernel/db/prepared.ts';
import type { AccountState } from '../accounts/account.ts';
import type { Assignment, Context, Override } from './access.policy.ts';

/** What the database knows of one person's rights, wherever they may count. */
export interface StoredAccess {
  account: AccountState;
  memberOf: string[];
  primaryOrganizationId: string | null;
  /** Of one permission or of several, as was asked. */
  overrides: (Override & { permission: string })[];
  assignments: (Omit<Assignment, 'says'> & {
    says: { role: string; granted: boolean; permission: string }[];
  })[];
}

/** One thing that rights are asked about: what its source selects, and its organization with the ancestors, nearest first. */
export interface StoredSubject {
  row: SubjectRow;
  organizations: { id: string; suspended: boolean }[];
}

/** What every source selects; `organization_id` null: the thing belongs to the installation. */
export interface SubjectRow {
  id: string;
  organization_id: string | null;
}

interface Row {
  status: AccountState['status'];
  suspended_until: string | null;
  deleted_at: string | null;
  subjects: StoredSubject[] | null;
  memberships: { id: string; is_primary: boolean }[] | null;
  overrides:
    | {
        permission: string;
        granted: boolean;
        organization_id: string | null;
        context_type: string | null;
        context_id: string | null;
        expires_at: string | null;
      }[]
    | null;
  assignments:
    | {
        slug: string;
        level: number;
        organization_id: string | null;
        context_type: string | null;
        context_id: string | null;
        expires_at: string | null;
        says: { role: string; granted: boolean; permission: string }[] | null;
      }[]
    | null;
}

/** The installation itself. */
export const systemSource = 'select null::uuid as id, null::uuid as organization_id';

// One statement, whatever is asked and about however many things: an authorized event costs one round trip. Every part
// starts from an index on the person or on the thing.
const factsSql = (source: string): string => `
with recursive held as (
  select a.role_id, a.organization_id, a.context_type, a.context_id, a.expires_at
  from user_roles a where a.user_id = :user::uuid and a.revoked_at is null
  union
  select u.primary_role_id, null, null, null, null from users u where u.id = :user::uuid
), chain(start_id, id, parent_role_id, slug, depth) as (
  select r.id, r.id, r.parent_role_id, r.slug, 0 from roles r where r.id in (select role_id from held) and r.deleted_at is null
  union all
  select c.start_id, r.id, r.parent_role_id, r.slug, c.depth + 1 from roles r join chain c on r.id = c.parent_role_id
  where r.deleted_at is null and c.depth < 20
), wanted as (
  select p.id, p.slug from permissions p where p.slug = any(:permissions::text[])
), subject as (${source})
select u.status, u.suspended_until, u.deleted_at,
  (select json_agg(json_build_object('row', to_json(s), 'organizations', coalesce((
     with recursive up(id, parent_id, status, deleted_at, depth) as (
       select o.id, o.parent_id, o.status, o.deleted_at, 0 from organizations o where o.id = s.organization_id
       union all
       select o.id, o.parent_id, o.status, o.deleted_at, up.depth + 1 from organizations o join up on o.id = up.parent_id where up.depth < 20
     ) select json_agg(json_build_object('id', id, 'suspended', status <> 'active' or deleted_at is not null) order by depth) from up
   ), '[]'))) from subject s) as subjects,
  (select json_agg(json_build_object('id', m.organization_id, 'is_primary', m.is_primary)) from organization_memberships m
   where m.user_id = u.id and m.left_at is null and m.status = 'active') as memberships,
  (select json_agg(json_build_object('permission', w.slug, 'granted', x.granted, 'organization_id', x.organization_id, 'context_type', x.context_type,
     'context_id', x.context_id, 'expires_at', x.expires_at))
   from user_permissions x join wanted w on w.id = x.permission_id
   where x.user_id = u.id and x.revoked_at is null) as overrides,
  (select json_agg(json_build_object('slug', r.slug, 'level', r.level, 'organization_id', h.organization_id,
     'context_type', h.context_type, 'context_id', h.context_id, 'expires_at', h.expires_at,
     'says', (select json_agg(json_build_object('role', c.slug, 'granted', rp.granted, 'permission', w.slug) order by c.depth)
              from chain c join role_permissions rp on rp.role_id = c.id join wanted w on w.id = rp.permission_id
              where c.start_id = r.id)))
   from held h join roles r on r.id = h.role_id and r.deleted_at is null) as assignments
from users u where u.id = :user::uuid`;

const instant = (value: string | null): Date | null => (value === null ? null : new Date(value));
const context = (row: { context_type: string | null; context_id: string | null }): Context | null =>
  row.context_type === null || row.context_id === null
    ? null
    : { type: row.context_type, id: row.context_id };

/**
 * Reads what decides about some permissions of one person, and the things that are asked about.
 * @param source selects those: one row per thing, with `:user` for the person and `:ids` for the ids as `uuid[]`
 * @returns null when there is no such person
 */
export async function storedAccess(
  em: EntityManager,
  userId: string,
  permissions: readonly Permission[],
  about: { source: string; ids: readonly string[] },
): Promise<{ stored: StoredAccess; subjects: StoredSubject[] } | null> {
  const [row] = await prepared<Row>(em, factsSql(about.source), {
    user: userId,
    permissions,
    ids: about.ids,
  });
  if (!row) return null;
  const stored: StoredAccess = {
    account: {
      status: row.status,
      suspendedUntil: instant(row.suspended_until),
      deletedAt: instant(row.deleted_at),
    },
    memberOf: (row.memberships ?? []).map(({ id }) => id),
    primaryOrganizationId: row.memberships?.find(({ is_primary: isPrimary }) => isPrimary)?.id ?? null,
    overrides: (row.overrides ?? []).map((one) => ({
      permission: one.permission,
      granted: one.granted,
      organizationId: one.organization_id,
      context: context(one),
      expiresAt: instant(one.expires_at),
    })),
    assignments: (row.assignments ?? []).map((one) => ({
      role: one.slug,
      level: one.level,
      organizationId: one.organization_id,
      context: context(one),
      expiresAt: instant(one.expires_at),
      says: one.says ?? [],
    })),
  };
  return { stored, subjects: row.subjects ?? [] };
}
