import type { EntityManager } from '@mikro-orm/postgresql';
import { relationGrants } from '../../../shared/identity/permissions.ts';
import type { Who } from '../access/access.ts';
import { giverIn } from '../access/giver.ts';
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

/** What they may hand out there with an API key: what comes with a membership must be the key's to do. */
async function keyGives(
  deps: Deps,
  em: EntityManager,
  who: Who,
  organizationId: string,
): Promise<Standing['withKey']> {
  if (!who.apiKey) return undefined;
  const giver = await giverIn(deps.access, em, who, organizationId);
  const manages = relationGrants['organization.manager'].every((permission) => giver.may(permission));
  return { manages, administers: giver.mayGiveNamed('admin') };
}

/** How somebody stands in an organization, for what they may hand out there. */
export async function standingIn(
  deps: Deps,
  em: EntityManager,
  who: Who,
  organizationId: string,
): Promise<Standing> {
  const { userId } = who;
  const parentId = await parentOf(em, organizationId);
  const own = await membershipIn(em, userId, organizationId);
  const above = parentId === null ? null : ({ type: 'organization', id: parentId } as const);
  return {
    role: own?.status === 'active' ? own.role : null,
    level: await levelIn(deps, em, userId, organizationId),
    governs: above !== null && (await deps.access.explain(em, userId, 'organization.manage', above)).allowed,
    withKey: await keyGives(deps, em, who, organizationId),
  };
}
