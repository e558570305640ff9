import { Paper } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CategoryView } from '../../../shared/courses/categories.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import classes from './categories.module.css';
import { CategoryDialog } from './category-dialog.tsx';
import { CategoryRow } from './category-row.tsx';
import type { CategoryActions } from './category-row.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import { useMove, useToggle } from './use-changes.ts';
import { siblingsOf } from './tree.ts';

export interface CategoryListProps {
  organizationId: string;
  categories: readonly CategoryView[];
  /** Whether those of the installation can be changed here as well. */
  mayAll: boolean;
}

/** The tree, as lists in lists, with one dialog for all that are in it. */
export function CategoryList(props: CategoryListProps) {
  const { t } = useTranslation('categories');
  const { categories, mayAll } = props;
  const [chosen, setChosen] = useState<CategoryView | null>(null);
  const [isEditing, editDialog] = useDisclosure(false);
  const [isRemoving, removeDialog] = useDisclosure(false);
  const [moving, move] = useMove(categories);
  const toggle = useToggle();
  const actions: CategoryActions = {
    move,
    toggle,
    edit: (category) => {
      setChosen(category);
      editDialog.open();
    },
    remove: (category) => {
      setChosen(category);
      removeDialog.open();
    },
  };
  const list = (parentId: string | null) => {
    const below = categories.filter((one) => one.parentId === parentId);
    if (below.length === 0) return null;
    return (
      <ul className={classes.rows} aria-label={parentId === null ? t('list.tree') : undefined}>
        {below.map((category) => {
          const siblings = siblingsOf(categories, category);
          return (
            <li key={category.id}>
              <CategoryRow
                category={category}
                actions={mayAll || category.organizationId !== null ? actions : null}
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
      <CategoryDialog {...props} category={chosen} opened={isEditing} onClose={editDialog.close} />
      <RemoveDialog category={chosen} opened={isRemoving} onClose={removeDialog.close} />
    </>
  );
}
