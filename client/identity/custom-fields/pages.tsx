import { IconForms } from '@tabler/icons-react';
import i18next from 'i18next';
import type { AreaPages } from '../pages.ts';
import { FieldsPage } from './fields-page.tsx';

export const customFieldsPages: AreaPages = {
  adminPages: [
    {
      path: 'fields',
      label: () => i18next.t('customFields:nav'),
      Icon: IconForms,
      Component: FieldsPage,
      permission: 'settings.read',
    },
  ],
};
