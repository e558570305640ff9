import { highestCustomLevel, newRoleInput } from '../../../shared/identity/access.ts';
import type { NewRoleInput, RoleChanges, RoleView } from '../../../shared/identity/access.ts';
import type { Permission } from '../../../shared/identity/permissions.ts';
import { ownRules } from './role-tree.ts';
import type { Rules } from './role-tree.ts';

/** What stands in the form of a role. */
export interface RoleDraft {
  name: string;
  /** Null: as it goes with the name. */
  slug: string | null;
  description: string;
  level: number | string;
  /** '': none. */
  parentRoleId: string;
  rules: Rules;
}

export const emptyDraft: RoleDraft = {
  name: '',
  slug: null,
  description: '',
  level: 20,
  parentRoleId: '',
  rules: {},
};

export const draftOf = (role: RoleView): RoleDraft => ({
  name: role.name,
  slug: role.slug,
  description: role.description ?? '',
  level: role.level,
  parentRoleId: role.parentRoleId ?? '',
  rules: ownRules(role),
});

/** A short name that goes with a name; it can be written over. */
export const slugFrom = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^[_0-9]+|_$/g, '')
    .slice(0, 100)
    .replace(/_$/, '');

const rulesOf = (rules: Rules): { slug: Permission; granted: boolean }[] =>
  (Object.entries(rules) as [Permission, boolean][]).map(([slug, granted]) => ({ slug, granted }));

const bodyOf = ({ name, slug, description, level, parentRoleId, rules }: RoleDraft) => ({
  name: name.trim(),
  slug: (slug ?? slugFrom(name)).trim(),
  description: description.trim() || null,
  level,
  parentRoleId: parentRoleId || null,
  permissions: rulesOf(rules),
});

/** The request for a new role; else the fields that are not right yet. */
export function parseDraft(draft: RoleDraft): { input: NewRoleInput } | { wrong: string[] } {
  const parsed = newRoleInput.safeParse(bodyOf(draft));
  return parsed.success
    ? { input: parsed.data }
    : { wrong: parsed.error.issues.map(({ path }) => String(path[0])) };
}

/**
 * What differs from the role as it was read. Permissions only if they were touched: of those that an ancestor denies the form does
 * not know what the role itself says.
 */
export function changesIn(input: NewRoleInput, role: RoleView): RoleChanges {
  const before = ownRules(role);
  const now = Object.fromEntries(input.permissions.map(({ slug, granted }) => [slug, granted])) as Rules;
  const touched = new Set([...Object.keys(before), ...Object.keys(now)]) as Set<Permission>;
  const sameRules = [...touched].every((slug) => before[slug] === now[slug]);
  return {
    ...(input.name === role.name ? {} : { name: input.name }),
    ...(input.description === role.description ? {} : { description: input.description }),
    ...(input.level === role.level ? {} : { level: input.level }),
    ...(input.parentRoleId === role.parentRoleId ? {} : { parentRoleId: input.parentRoleId }),
    ...(sameRules ? {} : { permissions: input.permissions }),
  };
}

/** What a form may ask for at most: the own level, as far as it is known. */
export const highestLevel = (own: number | null): number =>
  Math.min(own ?? highestCustomLevel, highestCustomLevel);
