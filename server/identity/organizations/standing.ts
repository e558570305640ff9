import type { EntityManager } from '@mikro-orm/postgresql';
import type { AreaDeps } from '../deps.ts';
import type { Standing } from './membership.ts';
import { membershipIn } from './memberships.repository.ts';
import { parentOf } from './organizations.repository.ts';

type Deps = Pick<AreaDeps, 'access'>;

/** Somebody's highest level in an organization. */
export async function levelIn(
  deps: Deps,
  em: EntityManager,
  userId: string,
  organizationId: string,
): Promise<number> {
  const subject = { type: 'organization', id: organizationId } as const;
  return (await deps.access.explain(em, userId, 'organization.read', subject)).level;
}

/** How somebody stands in an organization, for what they may hand out there. */
export async function standingIn(
  deps: Deps,
  em: EntityManager,
  userId: string,
  organizationId: string,
): Promise<Standing> {
  const parentId = await parentOf(em, organizationId);
  const own = await membershipIn(em, userId, organizationId);
  const above = parentId === null ? null : ({ type: 'organization', id: parentId } as const);
  return {
    role: own?.status === 'active' ? own.role : null,
    level: await levelIn(deps, em, userId, organizationId),
    governs: above !== null && (await deps.access.explain(em, userId, 'organization.manage', above)).allowed,
  };
}
