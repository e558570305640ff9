import type { RoleView } from '../../../shared/identity/access.ts';
import type { Permission } from '../../../shared/identity/permissions.ts';

/** What a form says to one permission; undefined: nothing. */
export type Rules = Partial<Record<Permission, boolean>>;

/** What a role gets from the one it inherits from. */
export interface Inherited {
  granted: boolean;
  /** Slug of the role that says it. */
  from: string;
}

/** What the role itself says; where an ancestor denies, its own word counts for nothing and is not told. */
export const ownRules = (role: RoleView): Rules =>
  Object.fromEntries(
    role.permissions
      .filter(({ inheritedFrom }) => inheritedFrom === null)
      .map(({ slug, granted }) => [slug, granted]),
  );

/** What comes from a parent, with all that the parent itself inherits. */
export const inheritedFrom = (parent: RoleView | undefined): Map<Permission, Inherited> =>
  new Map(
    (parent?.permissions ?? []).map(({ slug, granted, inheritedFrom: ancestor }) => [
      slug,
      { granted, from: ancestor ?? parent?.slug ?? '' },
    ]),
  );

/** What comes of a role's own word and what it inherits: a denial anywhere in the chain beats everything. */
export function outcome(own: boolean | undefined, inherited: Inherited | undefined): boolean | undefined {
  if (own === false || inherited?.granted === false) return false;
  return own ?? inherited?.granted;
}

/** Whether `role` is the one with the id, or comes from it. */
export function comesFrom(role: RoleView, id: string, byId: ReadonlyMap<string, RoleView>): boolean {
  const seen = new Set<string>();
  for (
    let one: RoleView | undefined = role;
    one && !seen.has(one.id);
    one = byId.get(one.parentRoleId ?? '')
  ) {
    if (one.id === id) return true;
    seen.add(one.id);
  }
  return false;
}

/** The highest level in a role's chain: whoever gives it needs that. */
export function chainLevel(role: RoleView, byId: ReadonlyMap<string, RoleView>): number {
  const chain = [...byId.values()].filter((other) => comesFrom(role, other.id, byId));
  return Math.max(role.level, ...chain.map(({ level }) => level));
}
