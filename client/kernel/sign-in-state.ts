import type { MeView, SignedInView } from '../../shared/identity/contract.ts';

export type SignedOutReason = 'none' | 'ended_elsewhere' | 'account_inactive';

/** Who is signed in, as every tab of this browser knows it. The access token lives in memory only. */
export type SignInState =
  | { status: 'starting'; unreachable: boolean }
  | { status: 'signed-out'; reason: SignedOutReason }
  | { status: 'signed-in'; token: string; renewAt: number; expiresAt: number; user: MeView };

type TabMessage = { type: 'signed-in'; view: SignedInView } | { type: 'signed-out'; reason: SignedOutReason };

let state: SignInState = { status: 'starting', unreachable: false };
const listeners = new Set<() => void>();
const tabs = 'BroadcastChannel' in globalThis ? new BroadcastChannel('lectern-sign-in') : null;

export const getSignInState = (): SignInState => state;

export function subscribeSignIn(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function set(next: SignInState): void {
  state = next;
  for (const listener of listeners) listener();
}

function accept(view: SignedInView, serverNow: number): void {
  // The token's life by the server's clock, counted off on ours: a wrong local clock neither ends nor prolongs it.
  const life = Date.parse(view.expiresAt) - serverNow;
  const now = Date.now();
  const margin = Math.min(60_000, life / 3);
  set({
    status: 'signed-in',
    token: view.accessToken,
    expiresAt: now + life,
    renewAt: now + life - margin,
    user: view.user,
  });
}

/** Takes a new token, and passes it to the other tabs so that they need not ask for their own. */
export function setSignedIn(view: SignedInView, serverNow: number): void {
  accept(view, serverNow);
  tabs?.postMessage({ type: 'signed-in', view } satisfies TabMessage);
}

export function setSignedOut(reason: SignedOutReason): void {
  if (state.status === 'signed-out') return;
  set({ status: 'signed-out', reason });
  tabs?.postMessage({ type: 'signed-out', reason } satisfies TabMessage);
}

/** Still no answer at the start: the page says so and goes on trying. */
export function setUnreachable(): void {
  if (state.status === 'starting') set({ status: 'starting', unreachable: true });
}

/** Follows what other tabs do. `serverNow` as in `server-clock.ts`. */
export function listenToTabs(serverNow: () => number): void {
  tabs?.addEventListener('message', (event: MessageEvent<TabMessage>) => {
    if (event.data.type === 'signed-in') accept(event.data.view, serverNow());
    else if (state.status !== 'signed-out') set({ status: 'signed-out', reason: event.data.reason });
  });
}
