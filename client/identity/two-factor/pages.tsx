import { IconShieldLock } from '@tabler/icons-react';
import i18next from 'i18next';
import type { AreaPages } from '../pages.ts';
import { TwoFactorPage } from './two-factor-page.tsx';

export const twoFactorPages: AreaPages = {
  accountPages: [
    {
      path: 'two-factor',
      label: () => i18next.t('nav', { ns: 'twoFactor' }),
      Icon: IconShieldLock,
      Component: TwoFactorPage,
    },
  ],
};
