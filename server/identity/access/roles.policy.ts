import { everywhereLevel } from './access.policy.ts';

/** A role and what it says, as far as rules about roles ask. */
export interface RoleInTree {
  id: string;
  slug: string;
  parentRoleId: string | null;
  level: number;
  /** Of the installation, and the same everywhere. */
  isSystem: boolean;
  says: readonly { slug: string; granted: boolean }[];
}

/** One thing a role says, and which role of its chain says it. */
export interface Said {
  slug: string;
  granted: boolean;
  role: string;
}

/** A role and its ancestors, nearest first; stops where a row is missing or the tree bites its tail. */
export function chainOf<R extends Pick<RoleInTree, 'id' | 'parentRoleId'>>(
  role: R,
  byId: ReadonlyMap<string, R>,
): R[] {
  const chain = [role];
  const seen = new Set([role.id]);
  for (let next = parentOf(role, byId); next && !seen.has(next.id); next = parentOf(next, byId)) {
    seen.add(next.id);
    chain.push(next);
  }
  return chain;
}

const parentOf = <R extends Pick<RoleInTree, 'parentRoleId'>>(
  role: R,
  byId: ReadonlyMap<string, R>,
): R | undefined => (role.parentRoleId === null ? undefined : byId.get(role.parentRoleId));

/** What a role says with all it inherits, one entry per permission: a denial anywhere in the chain beats everything. */
export function effective(role: RoleInTree, byId: ReadonlyMap<string, RoleInTree>): Said[] {
  const found = new Map<string, Said>();
  for (const one of chainOf(role, byId))
    for (const { slug, granted } of one.says) {
      const before = found.get(slug);
      if (!before || (before.granted && !granted)) found.set(slug, { slug, granted, role: one.slug });
    }
  return [...found.values()];
}

/** A place, and what somebody has there: with the API key they use, as far as that reaches. */
export interface Standing {
  /** Their highest level. */
  level: number;
  may(permission: string): boolean;
}

/** What comes with every account: whoever may add people at all may add such ones. */
const isBase = ({ isSystem, level }: RoleInTree): boolean => isSystem && level <= baseLevel;

/**
 * Whether somebody may give a role: it is not above them, and says nothing of which they could not do it themselves.
 */
export const mayGiveRole = (
  role: RoleInTree,
  byId: ReadonlyMap<string, RoleInTree>,
  who: Standing,
): boolean =>
  chainOf(role, byId).every(({ level }) => isWithin(who.level, level)) &&
  (isBase(role) || effective(role, byId).every(({ slug, granted }) => !granted || who.may(slug)));

/** Whether somebody may take a role back: with it go its denials, and to lift one is to give. */
export const mayTakeRole = (
  role: RoleInTree,
  byId: ReadonlyMap<string, RoleInTree>,
  who: Standing,
): boolean =>
  isWithin(who.level, role.level) &&
  effective(role, byId).every(({ slug, granted }) => granted || who.may(slug));

/**
 * What a change of a role lifts: denials that held before, of the role or of one that comes from it, and hold no more.
 */
export function lifted(
  next: RoleInTree,
  byId: ReadonlyMap<string, RoleInTree>,
): { slug: string; roleId: string }[] {
  const after = new Map(byId).set(next.id, next);
  const denials = (role: RoleInTree, roles: ReadonlyMap<string, RoleInTree>): string[] =>
    effective(role, roles).flatMap(({ slug, granted }) => (granted ? [] : [slug]));
  return [...byId.values()]
    .filter((role) => chainOf(role, byId).some(({ id }) => id === next.id))
    .flatMap((role) => {
      const kept = new Set(denials(after.get(role.id) ?? role, after));
      return denials(role, byId)
        .filter((slug) => !kept.has(slug))
        .map((slug) => ({ slug, roleId: role.id }));
    });
}

/**
 * Why somebody may not make a role what it shall be; null: they may. Nobody makes or touches a role that they could not give, and
 * to lift a denial is to give as well: only what one may do oneself, and never to oneself.
 * @param own ids of the roles that they were given anywhere
 */
export function whyNoChange(
  next: RoleInTree,
  byId: ReadonlyMap<string, RoleInTree>,
  who: Standing,
  own: ReadonlySet<string>,
): 'role_level' | 'own_account' | null {
  const before = byId.get(next.id);
  if (!mayGiveRole(next, byId, who) || (before && !mayGiveRole(before, byId, who))) return 'role_level';
  const gains = lifted(next, byId);
  if (gains.some(({ roleId }) => own.has(roleId))) return 'own_account';
  return gains.every(({ slug }) => who.may(slug)) ? null : 'role_level';
}

/** Whether making `parentId` the parent of `roleId` would make the role its own ancestor. */
export function makesCycle(
  roleId: string,
  parentId: string | null,
  byId: ReadonlyMap<string, Pick<RoleInTree, 'id' | 'parentRoleId'>>,
): boolean {
  const parent = parentId === null ? undefined : byId.get(parentId);
  return parentId === roleId || (parent ? chainOf(parent, byId).some(({ id }) => id === roleId) : false);
}

/** Nobody gives, takes or makes what is above them. */
export const isWithin = (own: number, level: number): boolean => level <= own;

/** What everybody is at least who belongs to an organization. */
export const baseLevel = 10;

/** Whether a level belongs to the installation alone. */
export const isOfInstallation = (level: number): boolean => level >= everywhereLevel;
