import { Paper } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { categoryRoutes } from '../../../shared/courses/categories.ts';
import type { CategoryView } from '../../../shared/courses/categories.ts';
import { api } from '../../kernel/api.ts';
import { announce } from '../../kernel/ui/announcer.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import classes from './categories.module.css';
import { CategoryRow, moveButton } from './category-row.tsx';
import { useCategoryRefresh } from './queries.ts';

export interface CategoryListProps {
  organizationId: string;
  categories: readonly CategoryView[];
  /** Whether those of the installation can be changed here as well. */
  mayAll: boolean;
}

/** The tree, as lists in lists. */
export function CategoryList({ organizationId, categories, mayAll }: CategoryListProps) {
  const { t } = useTranslation('categories');
  const [moving, move] = useMove(categories);
  const list = (parentId: string | null) => {
    const below = categories.filter((one) => one.parentId === parentId);
    if (below.length === 0) return null;
    return (
      <ul className={classes.rows} aria-label={parentId === null ? t('list.tree') : undefined}>
        {below.map((category) => {
          const siblings = siblingsOf(categories, category);
          const mayArrange = mayAll || category.organizationId !== null;
          return (
            <li key={category.id}>
              <CategoryRow
                organizationId={organizationId}
                categories={categories}
                category={category}
                mayAll={mayAll}
                onMove={mayArrange ? (by) => move(category, by) : null}
                isFirst={category === siblings[0]}
                isLast={category === siblings.at(-1)}
                isTop={category === categories[0]}
              />
              {list(category.id)}
            </li>
          );
        })}
      </ul>
    );
  };
  return (
    <>
      {moving.isError && <ProblemAlert title={t('list.moveFailed')} error={moving.error} />}
      <Paper withBorder radius="md">
        {list(null)}
      </Paper>
    </>
  );
}

/** Those among which a category has its place: what the installation put there comes before what is the organization's own. */
const siblingsOf = (
  categories: readonly CategoryView[],
  { parentId, organizationId }: CategoryView,
): CategoryView[] =>
  categories.filter((one) => one.parentId === parentId && one.organizationId === organizationId);

/** Moves a category by one place. The focus stays on its button, or goes to the other one where there is no further place. */
function useMove(categories: readonly CategoryView[]) {
  const { t } = useTranslation('categories');
  const refresh = useCategoryRefresh();
  const next = useRef<string | null>(null);
  useEffect(() => {
    // A row that was moved has lost the focus by the time the new order is there.
    if (next.current !== null) document.getElementById(next.current)?.focus();
    next.current = null;
  }, [categories]);
  const moving = useMutation({
    mutationFn: ({ category: { id: categoryId }, place }: Move) =>
      api.call(categoryRoutes.move, { params: { categoryId }, body: { place } }),
    onSuccess: async (_, { category: { id, name }, place, by, count }) => {
      announce(t('list.moved', { name, place, count }));
      const isAtEnd = place === (by === 1 ? count : 1);
      next.current = moveButton(id, isAtEnd ? (by === 1 ? -1 : 1) : by);
      await refresh();
    },
    onError: refresh,
  });
  const move = (category: CategoryView, by: -1 | 1): void => {
    const siblings = siblingsOf(categories, category);
    const place = siblings.indexOf(category) + 1 + by;
    if (moving.isPending || place < 1 || place > siblings.length) return;
    moving.mutate({ category, place, by, count: siblings.length });
  };
  return [moving, move] as const;
}

interface Move {
  category: CategoryView;
  place: number;
  by: -1 | 1;
  count: number;
}
