import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { Suspense, lazy } from 'react';
import { createBrowserRouter } from 'react-router';
import { RouterProvider } from 'react-router/dom';
import { CataloguePage } from './courses/catalogue-page.tsx';
import { CoursePage } from './courses/course-page.tsx';
import { HomePage } from './courses/home-page.tsx';
import { OfferPage } from './courses/offer-page.tsx';
import { publicRoutes, signedInRoutes } from './identity/areas.ts';
import { SignInPage } from './identity/sign-in-page.tsx';
import { AccountShell, AdminShell } from './identity/shell.tsx';
import { SignedInGate } from './identity/signed-in-gate.tsx';
import { queryClient } from './kernel/query-client.ts';
import { Announcer } from './kernel/ui/announcer.tsx';
import { CrashPage } from './kernel/ui/crash-page.tsx';
import { ErrorBoundary } from './kernel/ui/error-boundary.tsx';
import { LoadingPage } from './kernel/ui/loading-page.tsx';
import { JoinPage } from './live/guests/join-page.tsx';
import { NotFoundPage } from './kernel/ui/not-found-page.tsx';
import { cssVariables, theme } from './kernel/ui/theme.ts';

// The room brings media and notes with it: most of the code, and nothing the other pages wait for.
const ClassPage = lazy(() => import('./live/class-page.tsx').then((file) => ({ default: file.ClassPage })));

const router = createBrowserRouter([
  { path: '/sign-in', element: <SignInPage />, errorElement: <CrashPage /> },
  ...publicRoutes.map((route) => ({ errorElement: <CrashPage />, ...route })),
  {
    element: <SignedInGate />,
    errorElement: <CrashPage />,
    children: [
      { path: '/', element: <HomePage /> },
      { path: '/account/*', element: <AccountShell /> },
      { path: '/admin/*', element: <AdminShell /> },
      ...signedInRoutes,
      { path: '/catalogue', element: <CataloguePage /> },
      { path: '/catalogue/:courseId', element: <OfferPage /> },
      { path: '/courses/:courseId', element: <CoursePage /> },
      { path: '/classes/:sessionId', element: <ClassPage /> },
      { path: '/join/:code?', element: <JoinPage /> },
    ],
  },
  { path: '*', element: <NotFoundPage /> },
]);

export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <ErrorBoundary>
        <QueryClientProvider client={queryClient}>
          <Notifications position="top-center" />
          <Announcer />
          <Suspense fallback={<LoadingPage />}>
            <RouterProvider router={router} />
          </Suspense>
        </QueryClientProvider>
      </ErrorBoundary>
    </MantineProvider>
  );
}
