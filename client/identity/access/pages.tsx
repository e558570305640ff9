import { IconShieldLock, IconUserQuestion } from '@tabler/icons-react';
import i18next from 'i18next';
import type { AreaPages } from '../pages.ts';
import { ExplorerPage } from './explorer-page.tsx';
import { NewRolePage } from './new-role-page.tsx';
import { PersonAccessPage } from './person-access-page.tsx';
import { RolePage } from './role-page.tsx';
import { RolesPage } from './roles-page.tsx';

export const accessPages: AreaPages = {
  adminPages: [
    {
      path: 'roles',
      label: () => i18next.t('access:nav'),
      Icon: IconShieldLock,
      Component: RolesPage,
      permission: 'role.read',
    },
    { path: 'roles/new', Component: NewRolePage, permission: 'role.manage' },
    { path: 'roles/:roleId', Component: RolePage, permission: 'role.read' },
    {
      path: 'access',
      label: () => i18next.t('access:explorer.nav'),
      Icon: IconUserQuestion,
      Component: ExplorerPage,
      permission: 'role.read',
    },
    { path: 'people/:userId/access', Component: PersonAccessPage, permission: 'role.read' },
  ],
};
