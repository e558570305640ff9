import type { Authenticator } from '../kernel/actor.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/db/database.ts';
import type { Outbox } from '../kernel/db/outbox.ts';
import type { BoundRoute } from '../kernel/http/route.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Tokens } from '../kernel/tokens.ts';
import { AccountService } from './accounts.service.ts';
import { createAttempts } from './attempts.ts';
import { AuthSession } from './auth-session.entity.ts';
import { createAuthenticator, signAccessToken } from './authenticator.ts';
import { bindRoutes } from './identity.routes.ts';
import { OrganizationMembership } from './organization-membership.entity.ts';
import { Organization } from './organization.entity.ts';
import { createRefreshCookie } from './refresh-cookie.ts';
import { RefreshToken } from './refresh-token.entity.ts';
import { Role } from './role.entity.ts';
import { SessionService } from './sessions.service.ts';
import { SignInService } from './sign-in.service.ts';
import { sweepExpired } from './sweep.ts';
import { UserRole } from './user-role.entity.ts';
import { User } from './user.entity.ts';

export { AuthSession, Organization, OrganizationMembership, RefreshToken, Role, User, UserRole };
export { hashPassword } from './password.ts';

/** For `openDatabase`. */
export const identityEntities = [
  User,
  Role,
  Organization,
  OrganizationMembership,
  UserRole,
  AuthSession,
  RefreshToken,
];

/** Accounts and sign-ins. Whatever ends a sign-in writes `identity.session.revoked` { authSessionId, userId } to the outbox. */
export interface Identity {
  authenticator: Authenticator;
  routes: BoundRoute[];
  /** For jobs: ends sign-ins whose time is over, deletes expired refresh tokens and idempotency keys. */
  sweep(): Promise<void>;
}

export interface IdentityDeps {
  db: Database;
  outbox: Outbox;
  tokens: Tokens;
  clock: Clock;
  ids: Ids;
  log: Logger;
  /** Whether the refresh cookie is for HTTPS only. */
  secureCookies: boolean;
}

/** Builds the feature. */
export function createIdentity(deps: IdentityDeps): Identity {
  const sessions = new SessionService(deps);
  const signIns = new SignInService({ ...deps, sessions, attempts: createAttempts(deps.clock) });
  return {
    authenticator: createAuthenticator(deps),
    routes: bindRoutes({
      signIns,
      sessions,
      accounts: new AccountService(deps),
      cookie: createRefreshCookie(deps.secureCookies),
      accessToken: (session) => signAccessToken(deps, session),
    }),
    sweep: () => sweepExpired({ ...deps, sessions }),
  };
}
