import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, Outlet, useLocation } from 'react-router';
import { queryClient } from '../kernel/query-client.ts';
import { LoadingPage } from '../kernel/ui/loading-page.tsx';
import { useSignIn } from '../kernel/use-sign-in.ts';
import { ForcedPasswordPage } from './accounts/forced-password-page.tsx';
import { signInFor } from './next.ts';
import { SignedOutPage } from './signed-out-page.tsx';
import { TwoFactorRequiredPage } from './two-factor/required-page.tsx';

/** Lets signed-in people through; everybody else signs in first and comes back to the same address. */
export function SignedInGate() {
  const { t } = useTranslation();
  const state = useSignIn();
  const location = useLocation();
  const userId = state.status === 'signed-in' ? state.user.id : null;
  const lastUserId = useRef(userId);
  // What one person loaded is not shown to the next one on the same computer.
  useEffect(() => {
    if (lastUserId.current && lastUserId.current !== userId) queryClient.clear();
    lastUserId.current = userId;
  }, [userId]);

  switch (state.status) {
    case 'starting':
      return <LoadingPage text={state.unreachable ? t('starting.unreachable') : t('starting.title')} />;
    case 'signed-out':
      if (state.reason !== 'none') return <SignedOutPage reason={state.reason} until={state.until} />;
      return <Navigate to={signInFor(location)} replace />;
    case 'signed-in':
      if (state.user.mustChangePassword) return <ForcedPasswordPage key={state.user.id} />;
      if (state.pending === 'two_factor_setup_required') return <TwoFactorRequiredPage key={state.user.id} />;
      return <Outlet key={state.user.id} />;
  }
}
