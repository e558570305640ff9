import type { PendingDuty } from '../../shared/kernel/contract.ts';
import type { RateState } from './http/rate-limit.ts';

/** A signed-in person, as every use case receives them: first argument, never optional. */
export interface UserActor {
  kind: 'user';
  userId: string;
  /** The sign-in (auth_sessions.id), not a class. */
  authSessionId: string;
  role: string;
  displayName: string;
  /** The organization the person works in now: of their sign-in, else their primary one. Null: member of none. */
  organizationId: string | null;
  /** What the person has to do first; until then the edges answer nothing but that. */
  pending?: PendingDuty | null;
  /** Set when a program acts with an API key: it may do what the key names, and never more than the person. */
  apiKey?: {
    id: string;
    permissions: readonly string[];
    /** Where it was made, and works: there and below. Without one it works in no organization. */
    organizationId?: string | null;
    /** What its own limits leave it. */
    rate?: RateState;
  };
}

/** The server acting by itself: jobs, recovery, retention. */
export interface SystemActor {
  kind: 'system';
}

export type Actor = UserActor | SystemActor;

export const system: SystemActor = { kind: 'system' };

/** How the edges learn who is asking; identity provides it. */
export interface Authenticator {
  /** @throws AppError token_invalid, token_expired, session_revoked, account_inactive */
  accessToken(token: string): Promise<UserActor>;
  /** Whether the sign-in still stands; sockets ask after a reconnect of the database or a missed message. */
  isSignedIn(authSessionId: string): Promise<boolean>;
}
