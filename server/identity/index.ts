import type { Authenticator } from '../kernel/actor.ts';
import type { BoundRoute } from '../kernel/http/route.ts';
import { Role } from './access/role.entity.ts';
import { UserRole } from './access/user-role.entity.ts';
import { createRoles } from './access/index.ts';
import { AccountService } from './accounts/accounts.service.ts';
import { createAccounts } from './accounts/index.ts';
import { User } from './accounts/user.entity.ts';
import { createApiKeys } from './api-keys/index.ts';
import type { AreaDeps, IdentityDeps } from './deps.ts';
import { createGuardians } from './guardians/index.ts';
import { createOidc } from './oidc/index.ts';
import { createOrganizations } from './organizations/index.ts';
import { OrganizationMembership } from './organizations/organization-membership.entity.ts';
import { Organization } from './organizations/organization.entity.ts';
import { createPasskeys } from './passkeys/index.ts';
import { createPeople } from './people/index.ts';
import { createPrivacy } from './privacy/index.ts';
import { AuthSession } from './sessions/auth-session.entity.ts';
import { createAuthenticator, signAccessToken } from './sessions/authenticator.ts';
import { createRefreshCookie } from './sessions/refresh-cookie.ts';
import { RefreshToken } from './sessions/refresh-token.entity.ts';
import { SessionService } from './sessions/sessions.service.ts';
import type { OpenSession } from './sessions/sessions.service.ts';
import { sweepExpired } from './sessions/sweep.ts';
import { createAttempts } from './sign-in/attempts.ts';
import { respond } from './sign-in/respond.ts';
import { bindRoutes } from './sign-in/sign-in.routes.ts';
import { SignInService } from './sign-in/sign-in.service.ts';
import { createTwoFactor } from './two-factor/index.ts';

export { AuthSession, Organization, OrganizationMembership, RefreshToken, Role, User, UserRole };
export { createAccess } from './access/access.ts';
export type { Access, Subject, SubjectFacts, SubjectLoader } from './access/access.ts';
export { relateIdentitySubjects } from './access/subjects.ts';
export type { IdentityDeps } from './deps.ts';
export { hashPassword } from './sign-in/password.ts';

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

/**
 * Accounts, sign-ins, organizations, rights. Whatever ends a sign-in writes `identity.session.revoked`
 * { authSessionId, userId } to the outbox.
 */
export interface Identity {
  authenticator: Authenticator;
  routes: BoundRoute[];
  /** For jobs: ends sign-ins whose time is over, deletes what has expired. */
  sweep(): Promise<void>;
}

/** Builds the feature. */
export function createIdentity(deps: IdentityDeps): Identity {
  const sessions = new SessionService(deps);
  const signIns = new SignInService({ ...deps, sessions, attempts: createAttempts(deps.clock) });
  const responder = {
    accounts: new AccountService(deps),
    cookie: createRefreshCookie(deps.secureCookies),
    accessToken: (session: OpenSession) => signAccessToken(deps, session),
  };
  const area: AreaDeps = {
    ...deps,
    sessions,
    respond: (res, outcome) => respond(responder, res, outcome),
  };
  const areas = [
    createAccounts(area),
    createTwoFactor(area),
    createPasskeys(area),
    createOidc(area),
    createOrganizations(area),
    createRoles(area),
    createGuardians(area),
    createApiKeys(area),
    createPeople(area),
    createPrivacy(area),
  ];
  return {
    authenticator: createAuthenticator(deps),
    routes: [...bindRoutes({ ...responder, signIns, sessions }), ...areas.flatMap(({ routes }) => routes)],
    async sweep() {
      await sweepExpired({ ...deps, sessions });
      for (const one of areas) await one.sweep?.();
    },
  };
}
