import type { Authenticator, UserActor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Database } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Ids } from '../../kernel/ids.ts';
import type { Tokens } from '../../kernel/tokens.ts';
import { assertUsable, isUsable } from '../accounts/account.ts';
import { sessionStanding } from '../sign-in/credentials.repository.ts';
import { endedCode } from './ending.ts';
import { noteActivity } from './sessions.repository.ts';
import { accessTokenSeconds } from './rotation.ts';

/** How often it is written down that somebody is there. */
const activityMs = 60_000;

/** The claims of an access token besides the registered times. */
interface AccessClaims {
  /** users.id */
  sub: string;
  /** auth_sessions.id */
  sid: string;
  jti: string;
  /** users.token_version: raising it ends all access tokens of the person at once. */
  tv: number;
}

/** Makes an access token for a sign-in. */
export function signAccessToken(
  deps: { tokens: Tokens; ids: Ids },
  session: { userId: string; sessionId: string; tokenVersion: number },
): { token: string; expiresAt: Date } {
  const claims: AccessClaims = {
    sub: session.userId,
    sid: session.sessionId,
    jti: deps.ids.uuid(),
    tv: session.tokenVersion,
  };
  return deps.tokens.sign('access', claims, accessTokenSeconds);
}

/** Checks access tokens against the sign-in they were made for, so that ending it ends them the same moment. */
export function createAuthenticator(deps: { db: Database; tokens: Tokens; clock: Clock }): Authenticator {
  return {
    async accessToken(token): Promise<UserActor> {
      const claims = deps.tokens.verify<AccessClaims>('access', token);
      const now = deps.clock.now();
      const standing = await sessionStanding(deps.db.em(), claims.sid, now);
      if (!standing || standing.userId !== claims.sub) throw new AppError('session_revoked');
      if (standing.revokedAt || standing.expiresAt <= now)
        throw new AppError(endedCode(standing.revokeReason));
      assertUsable(standing.account, now);
      if (standing.tokenVersion !== claims.tv) throw new AppError('session_revoked');
      if (now.getTime() - standing.lastActivityAt.getTime() >= activityMs)
        await noteActivity(deps.db.em(), { sessionId: claims.sid, userId: standing.userId }, now);
      return {
        kind: 'user',
        userId: standing.userId,
        authSessionId: claims.sid,
        role: standing.role,
        displayName: standing.displayName,
        organizationId: standing.organizationId,
        pending: standing.pending,
      };
    },
    async isSignedIn(authSessionId) {
      const now = deps.clock.now();
      const standing = await sessionStanding(deps.db.em(), authSessionId, now);
      return (
        standing !== null &&
        !standing.revokedAt &&
        standing.expiresAt > now &&
        isUsable(standing.account, now)
      );
    },
  };
}
