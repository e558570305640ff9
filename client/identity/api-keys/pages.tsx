import { IconKey } from '@tabler/icons-react';
import i18next from 'i18next';
import type { AreaPages } from '../pages.ts';
import { MyKeysPage } from './my-keys-page.tsx';
import { OrganizationKeysPage } from './organization-keys-page.tsx';

export const apiKeysPages: AreaPages = {
  accountPages: [
    {
      path: 'api-keys',
      label: () => i18next.t('apiKeys:nav'),
      Icon: IconKey,
      Component: MyKeysPage,
    },
  ],
  adminPages: [
    {
      path: 'api-keys',
      label: () => i18next.t('apiKeys:nav'),
      Icon: IconKey,
      Component: OrganizationKeysPage,
      permission: 'api_key.manage',
    },
  ],
};
