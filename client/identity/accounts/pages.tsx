import { IconKey, IconUser } from '@tabler/icons-react';
import i18next from 'i18next';
import type { AreaPages } from '../pages.ts';
import { CodeSignInPage } from './code-sign-in-page.tsx';
import { ForgotPage } from './forgot-page.tsx';
import { ProfilePage } from './profile-page.tsx';
import { RegisterPage } from './register-page.tsx';
import { ResetPage } from './reset-page.tsx';
import { SecurityPage } from './security-page.tsx';
import { VerifyPage } from './verify-page.tsx';

export const accountsPages: AreaPages = {
  publicRoutes: [
    { path: '/register', element: <RegisterPage /> },
    { path: '/verify-email', element: <VerifyPage /> },
    { path: '/forgot-password', element: <ForgotPage /> },
    { path: '/reset-password', element: <ResetPage /> },
    { path: '/sign-in/code', element: <CodeSignInPage /> },
  ],
  accountPages: [
    { path: 'profile', label: () => i18next.t('accounts:nav'), Icon: IconUser, Component: ProfilePage },
    {
      path: 'security',
      label: () => i18next.t('accounts:navSecurity'),
      Icon: IconKey,
      Component: SecurityPage,
    },
  ],
};
