import { IconShieldLock } from '@tabler/icons-react';
import i18next from 'i18next';
import type { AreaPages } from '../pages.ts';
import { DataPage } from './data-page.tsx';

export const privacyPages: AreaPages = {
  accountPages: [
    { path: 'data', label: () => i18next.t('privacy:nav'), Icon: IconShieldLock, Component: DataPage },
  ],
};
