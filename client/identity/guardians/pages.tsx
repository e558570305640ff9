import { IconHeartHandshake, IconUsersGroup } from '@tabler/icons-react';
import i18next from 'i18next';
import type { AreaPages } from '../pages.ts';
import { ChildPage } from './child-page.tsx';
import { FamilyPage } from './family-page.tsx';
import { GuardianshipsPage } from './guardianships-page.tsx';

export const guardiansPages: AreaPages = {
  accountPages: [
    {
      path: 'family',
      label: () => i18next.t('guardians:nav'),
      Icon: IconHeartHandshake,
      Component: FamilyPage,
    },
    { path: 'family/:userId', Component: ChildPage },
  ],
  adminPages: [
    {
      path: 'families',
      label: () => i18next.t('guardians:adminNav'),
      Icon: IconUsersGroup,
      Component: GuardianshipsPage,
      permission: 'user.update',
    },
  ],
};
