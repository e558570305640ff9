/** A signed-in person, as every use case receives them: first argument, never optional. */
export interface UserActor {
  kind: 'user';
  userId: string;
  /** The sign-in (auth_sessions.id), not a class. */
  authSessionId: string;
  role: string;
  displayName: string;
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
