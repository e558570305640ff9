import { IconDevices } from '@tabler/icons-react';
import i18next from 'i18next';
import type { AreaPages } from '../pages.ts';
import { DevicesPage } from './devices-page.tsx';
import { OrganizationSessionsPage } from './organization-page.tsx';

export const sessionsPages: AreaPages = {
  accountPages: [
    {
      path: 'devices',
      label: () => i18next.t('nav', { ns: 'sessions' }),
      Icon: IconDevices,
      Component: DevicesPage,
    },
  ],
  adminPages: [
    {
      path: 'sessions',
      label: () => i18next.t('adminNav', { ns: 'sessions' }),
      Icon: IconDevices,
      Component: OrganizationSessionsPage,
      permission: 'user.read',
    },
  ],
};
