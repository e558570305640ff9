import type { AreaPages } from '../pages.ts';
import { PersonProfilePage } from './person-profile-page.tsx';
import { ReportsPage } from './reports-page.tsx';

export const profilesPages: AreaPages = {
  signedInRoutes: [
    { path: '/people/:userId', element: <PersonProfilePage /> },
    { path: '/people/:userId/:tab', element: <PersonProfilePage /> },
    { path: '/reports', element: <ReportsPage /> },
  ],
};
