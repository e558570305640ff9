import type { CategoryTree, CategoryView, CourseCategory } from '../../../shared/courses/categories.ts';
import type { CountedCategoryRow, CourseCategoryRow } from './categories.repository.ts';
import { byParent } from './category-tree.ts';

export const presentCategory = (row: CountedCategoryRow): CategoryView => ({
  id: row.id,
  organizationId: row.organization_id,
  parentId: row.parent_id,
  name: row.name,
  slug: row.slug,
  description: row.description,
  icon: row.icon,
  color: row.color,
  sortOrder: row.sort_order,
  isActive: row.is_active,
  coursesCount: row.courses_count,
});

/** A category with what is below it among those that are shown. */
export function presentTree(top: CountedCategoryRow, shown: readonly CountedCategoryRow[]): CategoryTree {
  const below = byParent(shown);
  const tree = (row: CountedCategoryRow): CategoryTree => ({
    ...presentCategory(row),
    children: (below.get(row.id) ?? []).map(tree),
  });
  return tree(top);
}

export const presentCourseCategory = (row: CourseCategoryRow): CourseCategory => ({
  id: row.id,
  name: row.name,
  icon: row.icon,
  color: row.color,
  isPrimary: row.is_primary,
});
