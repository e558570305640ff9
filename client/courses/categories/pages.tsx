import { IconCategory } from '@tabler/icons-react';
import i18next from 'i18next';
import type { AreaPages } from '../../identity/pages.ts';
import { CategoriesPage } from './categories-page.tsx';

export const categoriesPages: AreaPages = {
  adminPages: [
    {
      path: 'categories',
      label: () => i18next.t('categories:nav'),
      Icon: IconCategory,
      Component: CategoriesPage,
      permission: 'category.manage',
    },
  ],
};
