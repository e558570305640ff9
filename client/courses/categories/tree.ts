import type { CategoryView } from '../../../shared/courses/categories.ts';

/** A category, and how far below the top it stands. */
export interface Placed {
  category: CategoryView;
  /** 0: at the top. */
  depth: number;
}

/** Categories with their depth, as a tree is read. */
export function placed(categories: readonly CategoryView[]): Placed[] {
  const depths = new Map<string | null, number>([[null, -1]]);
  return categories.map((category) => {
    const depth = (depths.get(category.parentId) ?? -1) + 1;
    depths.set(category.id, depth);
    return { category, depth };
  });
}

/** Those that members are offered: what is inactive takes along what is below it. */
export function offered(categories: readonly CategoryView[]): CategoryView[] {
  const ids = new Set<string | null>([null]);
  return categories.filter(({ id, parentId, isActive }) => {
    const isOffered = isActive && ids.has(parentId);
    if (isOffered) ids.add(id);
    return isOffered;
  });
}

/** The names from the top down to a category, for where it stands alone. */
export function pathOf(categories: readonly CategoryView[], categoryId: string): string {
  const byId = new Map(categories.map((one) => [one.id, one]));
  const names: string[] = [];
  for (let one = byId.get(categoryId); one; one = byId.get(one.parentId ?? '')) names.unshift(one.name);
  return names.join(' › ');
}

/** Those among which a category has its place: what the installation put there comes before what is the organization's own. */
export const siblingsOf = (
  categories: readonly CategoryView[],
  { parentId, organizationId }: CategoryView,
): CategoryView[] =>
  categories.filter((one) => one.parentId === parentId && one.organizationId === organizationId);
