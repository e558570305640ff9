import type { MembershipRole } from '../../../shared/identity/contract.ts';
import { everywhereLevel } from '../access/access.policy.ts';
import { baseLevel } from '../access/roles.policy.ts';

const ranks: Record<MembershipRole, number> = { member: 1, manager: 2, admin: 3, owner: 4 };

/** The level that comes with what somebody is in an organization: its administrators have the role `admin` there. */
const adminLevel = 80;

/** Whether the membership goes with the role `admin` in the organization. */
export const administers = (role: MembershipRole): boolean => ranks[role] >= ranks.admin;

export const levelOfMembership = (role: MembershipRole): number =>
  administers(role) ? adminLevel : baseLevel;

/** What somebody may hand out, and whom they may touch. */
export interface Standing {
  /** Their own membership; null: no member. */
  role: MembershipRole | null;
  /** Their highest level there. */
  level: number;
  /** Whether they manage what the organization is part of, or the installation. */
  governs: boolean;
  /** Which memberships the API key in use may hand out; undefined: the person acts themselves. */
  withKey?: { manages: boolean; administers: boolean };
}

/** How high somebody stands among the members of an organization. */
export function rankOf({ role, level, governs }: Standing): number {
  if (governs || level >= everywhereLevel) return ranks.owner;
  const byLevel = level >= adminLevel ? ranks.admin : 0;
  return Math.max(byLevel, role === null ? 0 : ranks[role]);
}

/** Nobody gives a membership above their own. */
export const mayGive = (mine: Standing, role: MembershipRole): boolean =>
  ranks[role] <= rankOf(mine) &&
  (mine.withKey === undefined ||
    role === 'member' ||
    (role === 'manager' ? mine.withKey.manages : mine.withKey.administers)) &&
  levelOfMembership(role) <= Math.max(mine.level, mine.governs ? adminLevel : 0);

/** Nobody changes or ends the membership of somebody who stands above them. */
export const mayTouch = (mine: Standing, theirs: { role: MembershipRole; level: number }): boolean =>
  ranks[theirs.role] <= rankOf(mine) && theirs.level <= mine.level;

/** A change to one membership, as far as the owners of an organization are concerned. */
interface OwnerChange {
  role: MembershipRole;
  active: boolean;
}

/** Whether the organization would lose its last owner. */
export const losesLastOwner = (before: OwnerChange, after: OwnerChange, otherOwners: number): boolean =>
  before.role === 'owner' && before.active && !(after.role === 'owner' && after.active) && otherOwners === 0;

/**
 * Whether an organization may become somebody's primary one. Roles without an organization hold in the primary one: they must
 * not say more there than the person is there already.
 */
export const mayBecomePrimary = (carriedLevel: number, levelThere: number): boolean =>
  carriedLevel <= Math.max(baseLevel, levelThere);
