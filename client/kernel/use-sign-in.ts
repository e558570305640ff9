import { useSyncExternalStore } from 'react';
import type { MeView } from '../../shared/identity/contract.ts';
import { getSignInState, subscribeSignIn } from './sign-in-state.ts';
import type { SignInState } from './sign-in-state.ts';

export function useSignIn(): SignInState {
  return useSyncExternalStore(subscribeSignIn, getSignInState);
}

/** The signed-in person; only below the gate of `app.tsx`, where there is one. */
export function useMe(): MeView {
  const state = useSignIn();
  if (state.status !== 'signed-in') throw new Error('useMe below a page that needs no sign-in');
  return state.user;
}
