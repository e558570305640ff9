import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { categoryRoutes } from '../../../shared/courses/categories.ts';
import type { CategoryView } from '../../../shared/courses/categories.ts';
import { api } from '../../kernel/api.ts';
import { useErrorText } from '../../kernel/i18n/use-error-text.ts';
import { announce } from '../../kernel/ui/announcer.tsx';
import { moveButton } from './category-row.tsx';
import { useCategoryRefresh } from './queries.ts';
import { siblingsOf } from './tree.ts';

interface Move {
  category: CategoryView;
  place: number;
  by: -1 | 1;
  count: number;
}

/** Moves a category by one place. The focus stays on its button, or goes to the other one where there is no further place. */
export function useMove(categories: readonly CategoryView[]) {
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

/** Offers a category, or stops offering it. */
export function useToggle(): (category: CategoryView) => void {
  const { t } = useTranslation('categories');
  const refresh = useCategoryRefresh();
  const errorText = useErrorText();
  const switching = useMutation({
    mutationFn: ({ id: categoryId, isActive }: CategoryView) =>
      api.call(categoryRoutes.update, { params: { categoryId }, body: { isActive: !isActive } }),
    onSuccess: ({ name, isActive }) => {
      announce(t(isActive ? 'list.shown' : 'list.hidden', { name }));
      return refresh();
    },
    onError: (error) => {
      const message = errorText(error);
      notifications.show({ color: 'red', title: t('list.switchFailed'), message });
      announce(message);
      return refresh();
    },
  });
  return (category) => switching.mutate(category);
}
