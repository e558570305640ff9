import type { EntityManager } from '@mikro-orm/postgresql';
import { permissions, relationGrants, systemRoleGrants } from '../../../shared/identity/permissions.ts';
import type { Permission } from '../../../shared/identity/permissions.ts';
import type { Access, Subject, Who } from './access.ts';
import { mayGiveRole, mayTakeRole } from './roles.policy.ts';
import { rolesIn } from './roles.repository.ts';
import type { RoleRow } from './roles.repository.ts';

/** What somebody has to give in an organization, or in one of its courses or classes. */
export interface Giver {
  /** Every role that can be given there, by its id. */
  roles: ReadonlyMap<string, RoleRow>;
  /** The highest level that they have there. */
  level: number;
  may(permission: string): boolean;
  mayGive(role: RoleRow): boolean;
  /** The same for a role of the installation; what nobody knows is given by nobody. */
  mayGiveNamed(slug: string): boolean;
  mayTake(role: RoleRow): boolean;
}

/**
 * Nobody gives what they have not, and an API key nothing of which it could not do it itself: the one answer for roles, accounts,
 * invitations and memberships. Two statements, however many roles are asked about.
 */
export async function giverIn(
  access: Access,
  em: EntityManager,
  who: Who,
  organizationId: string,
  place: Subject = { type: 'organization', id: organizationId },
): Promise<Giver> {
  const roles = new Map((await rolesIn(em, organizationId)).map((role) => [role.id, role]));
  const rights = await access.rights(em, who, permissions, place);
  const level = rights?.level ?? 0;
  const standing = { level, may: (slug: string) => rights?.may(slug as Permission) ?? false };
  const mayGive = (role: RoleRow): boolean => mayGiveRole(role, roles, standing);
  return {
    roles,
    level,
    may: standing.may,
    mayGive,
    mayGiveNamed(slug) {
      const role = [...roles.values()].find((one) => one.organizationId === null && one.slug === slug);
      return role !== undefined && mayGive(role);
    },
    mayTake: (role) => mayTakeRole(role, roles, standing),
  };
}

/** What comes with every account and every membership. */
const everybodys = new Set<Permission>([
  ...(systemRoleGrants['student'] ?? []),
  ...relationGrants['organization.member'],
]);

/**
 * Whether a program may touch somebody's account: with an account comes all that its owner may do, so it must not be more than the
 * API key names. People themselves are judged by their level.
 */
export async function mayTouchAccount(
  access: Access,
  em: EntityManager,
  who: Who,
  organizationId: string,
  userId: string,
): Promise<boolean> {
  if (!who.apiKey) return true;
  const place = { type: 'organization', id: organizationId } as const;
  const theirs = await access.permissionsIn(em, userId, organizationId);
  const rights = await access.rights(em, who, permissions, place);
  return theirs.every((slug) => everybodys.has(slug) || rights?.may(slug));
}
