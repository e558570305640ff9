import { identityRoutes } from '../../shared/identity/contract.ts';
import type { SignedInView } from '../../shared/identity/contract.ts';
import { sendRequest } from './http.ts';
import { ApiError, suspendedUntil } from './request-error.ts';
import { serverNow } from './server-clock.ts';
import {
  getSignInState,
  listenToTabs,
  setSignedIn,
  setSignedOut,
  setUnreachable,
  subscribeSignIn,
} from './sign-in-state.ts';
import type { SignedOutReason } from './sign-in-state.ts';

/** Answers that end the sign-in. Everything else (no network, a restarting server) is tried again. */
const endings: Partial<Record<string, SignedOutReason>> = {
  unauthenticated: 'none',
  token_invalid: 'none',
  session_revoked: 'ended_elsewhere',
  session_superseded: 'superseded',
  account_inactive: 'account_inactive',
  account_suspended: 'account_suspended',
};

/** One tab at a time: a refresh cookie is used once. Without locks (plain http) the server's grace covers a collision. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request('lectern-refresh', work) : work();
}

let running: Promise<string | null> | null = null;

/**
 * Rotates the refresh cookie and gives the new access token; null when there is no sign-in (any more). `stale` is the token
 * the caller found wanting: if another tab brought a newer one in the meantime, that is the answer.
 * @throws ApiError when the server could not be asked.
 */
export function renewToken(stale: string | null): Promise<string | null> {
  running ??= inTurn(async () => {
    const state = getSignInState();
    if (state.status === 'signed-in' && state.token !== stale && Date.now() < state.renewAt)
      return state.token;
    return requestToken();
  }).finally(() => {
    running = null;
  });
  return running;
}

async function requestToken(): Promise<string | null> {
  const before = getSignInState();
  try {
    const { method, path } = identityRoutes.refresh;
    const view = (await sendRequest({ method, path })) as SignedInView;
    setSignedIn(view, serverNow());
    return view.accessToken;
  } catch (error) {
    const reason = error instanceof ApiError ? endings[error.code] : undefined;
    if (!reason) throw error;
    // Who was signed in and suddenly is not was ended elsewhere; who never was is a visitor.
    setSignedOut(
      reason === 'none' && before.status === 'signed-in' ? 'ended_elsewhere' : reason,
      suspendedUntil(error),
    );
    return null;
  }
}

/**
 * Asks the server who is signed in, whatever is known here: after a change to the account, or when a socket was told that the
 * sign-in is over.
 */
export async function askAgain(): Promise<void> {
  const state = getSignInState();
  if (state.status === 'signed-in') await renewToken(state.token);
}

/** A token with some life left; null when nobody is signed in. */
export async function freshToken(): Promise<string | null> {
  const state = getSignInState();
  if (state.status === 'signed-out') return null;
  if (state.status === 'signed-in' && Date.now() < state.renewAt) return state.token;
  try {
    return await renewToken(state.status === 'signed-in' ? state.token : null);
  } catch (error) {
    // Renewing ahead of time may fail without harm as long as the old token still holds.
    if (state.status === 'signed-in' && Date.now() < state.expiresAt) return state.token;
    throw error;
  }
}

/** Finds out who is signed in, keeps trying while the server is away, then renews ahead of every expiry. */
export function startSignIn(): void {
  listenToTabs(serverNow);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const schedule = (): void => {
    clearTimeout(timer);
    const state = getSignInState();
    if (state.status === 'signed-in')
      timer = setTimeout(attempt, Math.max(5_000, state.renewAt - Date.now()));
  };
  const attempt = (): void => {
    freshToken().catch(() => {
      setUnreachable();
      timer = setTimeout(attempt, 2_000 + Math.random() * 3_000);
    });
  };
  subscribeSignIn(schedule);
  attempt();
}
