import { everywhereLevel } from './access.policy.ts';

/** A role and what it says, as far as rules about roles ask. */
export interface RoleInTree {
  id: string;
  slug: string;
  parentRoleId: string | null;
  level: number;
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

/** Whether a level belongs to the installation alone. */
export const isOfInstallation = (level: number): boolean => level >= everywhereLevel;
