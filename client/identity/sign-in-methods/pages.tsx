import { IconFingerprint } from '@tabler/icons-react';
import i18next from 'i18next';
import type { AreaPages } from '../pages.ts';
import { FinishPage } from './finish-page.tsx';
import { WaysPage } from './ways-page.tsx';

export const signInMethodsPages: AreaPages = {
  publicRoutes: [{ path: '/sign-in/oidc/:providerId', element: <FinishPage /> }],
  accountPages: [
    {
      path: 'ways-to-sign-in',
      label: () => i18next.t('signInMethods:nav'),
      Icon: IconFingerprint,
      Component: WaysPage,
    },
  ],
};
