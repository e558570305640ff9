import { newCategoryInput } from '../../../shared/courses/categories.ts';
import type { CategoryIcon, CategoryView } from '../../../shared/courses/categories.ts';
import { ApiError } from '../../kernel/api.ts';
import type { categoriesTexts } from './en.ts';
import { placed } from './tree.ts';
import type { Placed } from './tree.ts';

export type DraftProblem = keyof typeof categoriesTexts.form.problems;
export type Scope = keyof typeof categoriesTexts.form.scopes;

/** What the form holds. */
export interface CategoryDraft {
  name: string;
  description: string;
  /** '': at the top. */
  parentId: string;
  scope: Scope;
  icon: CategoryIcon | '';
  color: string;
  isActive: boolean;
}

export const draftOf = (category: CategoryView | null): CategoryDraft => ({
  name: category?.name ?? '',
  description: category?.description ?? '',
  parentId: category?.parentId ?? '',
  scope: category && category.organizationId === null ? 'everywhere' : 'own',
  icon: category?.icon ?? '',
  color: category?.color ?? '',
  isActive: category?.isActive ?? true,
});

/** What is sent. */
export const inputOf = ({ name, description, parentId, icon, color, isActive }: CategoryDraft) => ({
  name: name.trim(),
  description: description.trim() || null,
  parentId: parentId || null,
  icon: icon || null,
  color: color.trim() || null,
  isActive,
});

/** What is wrong with a draft, by field. */
export function draftProblems(draft: CategoryDraft): Map<string, DraftProblem> {
  const { error } = newCategoryInput.safeParse(inputOf(draft));
  return new Map(
    (error?.issues ?? []).map(({ path: [field] }) => [
      String(field),
      field === 'color' ? 'color' : field === 'name' && draft.name.trim() === '' ? 'missing' : 'other',
    ]),
  );
}

/** What the server says, by field. Empty: it is about none of them. */
export function refusedOf(error: unknown): Map<string, DraftProblem> {
  if (!(error instanceof ApiError)) return new Map();
  switch (error.code) {
    case 'already_exists':
      return new Map([['name', 'taken']]);
    case 'cycle':
      return new Map([['parentId', 'cycle']]);
    case 'tree_too_deep':
      return new Map([['parentId', 'deep']]);
    default:
      return new Map(error.errors.map(({ path }) => [path, path === 'color' ? 'color' : 'other']));
  }
}

/** What a category can be put below: nothing that is below itself, and for one of the installation only what is of it too. */
export function parentsFor(
  categories: readonly CategoryView[],
  category: CategoryView | null,
  scope: Scope,
): Placed[] {
  const own = new Set<string | null>(category ? [category.id] : []);
  return placed(categories).filter(({ category: one }) => {
    if (own.has(one.id) || own.has(one.parentId)) {
      own.add(one.id);
      return false;
    }
    return scope === 'own' || one.organizationId === null;
  });
}
