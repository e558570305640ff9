import { IconUsers } from '@tabler/icons-react';
import i18next from 'i18next';
import type { AreaPages } from '../pages.ts';
import { ImportPage } from './import-page.tsx';
import { ImportProgressPage } from './import-progress-page.tsx';
import { PeoplePage } from './people-page.tsx';
import { PersonPage } from './person-page.tsx';

export const peoplePages: AreaPages = {
  adminPages: [
    {
      path: 'people',
      label: () => i18next.t('people:nav'),
      Icon: IconUsers,
      Component: PeoplePage,
      permission: 'user.read',
    },
    { path: 'people/import', Component: ImportPage, permission: 'user.create' },
    { path: 'people/import/:importId', Component: ImportProgressPage, permission: 'user.create' },
    { path: 'people/:userId', Component: PersonPage, permission: 'user.read' },
  ],
};
