import { IconHistory } from '@tabler/icons-react';
import i18next from 'i18next';
import type { AreaPages } from '../pages.ts';
import { AuditPage } from './audit-page.tsx';

export const auditPages: AreaPages = {
  adminPages: [
    {
      path: 'audit',
      label: () => i18next.t('nav', { ns: 'audit' }),
      Icon: IconHistory,
      Component: AuditPage,
      permission: 'audit.read',
    },
  ],
};
