import type { EntityManager } from '@mikro-orm/postgresql';
import { arrayOf } from '../../kernel/db/array.ts';

/** Where somebody belongs, for what others show them. Suspended organizations, and what is below them, show nothing. */
export interface Reach {
  /** Organizations that they are an active member of. */
  organizationIds: string[];
  /** All organizations of the same trees: a tree is one tenant. */
  tenantIds: string[];
}

/** Reads where somebody belongs now. */
export async function reachOf(em: EntityManager, userId: string): Promise<Reach> {
  const [row] = await em.execute<{ own: string[] | null; tenant: string[] | null }[]>(
    `with recursive up(start_id, id, parent_id, usable, depth) as (
       select o.id, o.id, o.parent_id, o.status = 'active' and o.deleted_at is null, 0
       from organization_memberships m join organizations o on o.id = m.organization_id
       where m.user_id = ? and m.left_at is null and m.status = 'active'
       union all
       select up.start_id, o.id, o.parent_id, o.status = 'active' and o.deleted_at is null, up.depth + 1
       from organizations o join up on o.id = up.parent_id where up.depth < 20
     ), own as (
       select start_id as id from up group by start_id having bool_and(usable)
     ), down(id, depth) as (
       select distinct up.id, 0 from up join own on own.id = up.start_id where up.parent_id is null
       union all
       select o.id, down.depth + 1 from organizations o join down on o.parent_id = down.id
       where o.status = 'active' and o.deleted_at is null and down.depth < 20
     )
     select (select json_agg(id) from own) as own, (select json_agg(id) from down) as tenant`,
    [userId],
  );
  return { organizationIds: row?.own ?? [], tenantIds: row?.tenant ?? [] };
}

/**
 * Whether a person (`users u left join user_profiles p`) shows themselves to somebody; its parameters: {@link shownTo}.
 * `organization`: to members of an organization that both are in. `public`: to everybody of the same tenant, also in another
 * part of its tree; nothing passes from one tenant to another. `private`: to nobody. Accounts that are not in use show nothing.
 */
export const isShown = `(u.deleted_at is null and (u.status = 'active' or u.status = 'suspended' and u.suspended_until <= ?)
  and coalesce(p.visibility, 'organization') <> 'private'
  and exists (select 1 from organization_memberships m where m.user_id = u.id and m.left_at is null and m.status = 'active'
    and m.organization_id = any(case p.visibility when 'public' then ?::uuid[] else ?::uuid[] end)))`;

/** The parameters of {@link isShown} for somebody who belongs there. */
export const shownTo = ({ tenantIds, organizationIds }: Reach, now: Date): [Date, string, string] => [
  now,
  arrayOf(tenantIds),
  arrayOf(organizationIds),
];
