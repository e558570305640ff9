import type { MeView, SignedInView } from '../../shared/identity/contract.ts';
import type { PendingDuty } from '../../shared/kernel/contract.ts';
import { forgetNotes } from './kept-notes.ts';
import { forgetOutboxes } from './outbox.ts';
import { queryClient } from './query-client.ts';

export type SignedOutReason =
  | 'none'
  | 'ended_elsewhere'
  | 'superseded'
  | 'account_inactive'
  | 'account_suspended';

/** Who is signed in, as every tab of this browser knows it. The access token lives in memory only. */
export type SignInState =
  | { status: 'starting'; unreachable: boolean }
  | {
      status: 'signed-out';
      reason: SignedOutReason;
      /** The end of a suspension, where it has one. */
      until: string | null;
    }
  | {
      status: 'signed-in';
      token: string;
      renewAt: number;
      expiresAt: number;
      user: MeView;
      /** What has to be done before anything else is answered. */
      pending: PendingDuty | null;
    };

type TabMessage =
  | { type: 'signed-in'; view: SignedInView }
  | { type: 'me'; user: MeView }
  | { type: 'signed-out'; reason: SignedOutReason; until: string | null };

let state: SignInState = { status: 'starting', unreachable: false };
const listeners = new Set<() => void>();
const tabs = 'BroadcastChannel' in globalThis ? new BroadcastChannel('lectern-sign-in') : null;

export const getSignInState = (): SignInState => state;

export function subscribeSignIn(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const organizationOf = (one: SignInState): string | null | undefined =>
  one.status === 'signed-in' ? one.user.organizationId : undefined;

/** Whoever signs out leaves nothing that they wrote on a computer that the next one sits down at. */
function forgetKept(): void {
  forgetOutboxes(null);
  void forgetNotes();
}

function set(next: SignInState): void {
  const moved =
    state.status === 'signed-in' &&
    next.status === 'signed-in' &&
    organizationOf(state) !== organizationOf(next);
  // Whose sign-in ran out or was ended from elsewhere may come back for what is still unsent.
  const left = state.status === 'signed-in' && next.status === 'signed-out' && next.reason === 'none';
  state = next;
  if (next.status === 'signed-in') forgetOutboxes(next.user.id);
  else if (left) forgetKept();
  // What was loaded in one organization is not shown in another. A class that is open goes on: it is the same one everywhere.
  if (moved) void queryClient.resetQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'class' });
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
    pending: view.pending ?? null,
  });
}

/** Takes a new token, and passes it to the other tabs so that they need not ask for their own. */
export function setSignedIn(view: SignedInView, serverNow: number): void {
  accept(view, serverNow);
  tabs?.postMessage({ type: 'signed-in', view } satisfies TabMessage);
}

/** Takes what changed about the person, here and in the other tabs: their profile, the organization they work in. */
export function setMe(user: MeView): void {
  if (state.status !== 'signed-in') return;
  set({ ...state, user });
  tabs?.postMessage({ type: 'me', user } satisfies TabMessage);
}

export function setSignedOut(reason: SignedOutReason, until: string | null = null): void {
  if (state.status === 'signed-out') return;
  set({ status: 'signed-out', reason, until });
  tabs?.postMessage({ type: 'signed-out', reason, until } satisfies TabMessage);
}

/** Still no answer at the start: the page says so and goes on trying. */
export function setUnreachable(): void {
  if (state.status === 'starting') set({ status: 'starting', unreachable: true });
}

/** Follows what other tabs do. `serverNow` as in `server-clock.ts`. */
export function listenToTabs(serverNow: () => number): void {
  tabs?.addEventListener('message', (event: MessageEvent<TabMessage>) => {
    if (event.data.type === 'signed-in') accept(event.data.view, serverNow());
    else if (event.data.type === 'me') {
      if (state.status === 'signed-in' && state.user.id === event.data.user.id)
        set({ ...state, user: event.data.user });
    } else if (state.status !== 'signed-out') {
      const { reason, until } = event.data;
      set({ status: 'signed-out', reason, until });
    }
  });
}
