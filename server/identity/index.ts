import type { AuditEntry } from '../audit/index.ts';
import type { Authenticator } from '../kernel/actor.ts';
import type { Transaction } from '../kernel/db/database.ts';
import type { DeadlineSource } from '../kernel/deadlines.ts';
import type { BoundRoute } from '../kernel/http/route.ts';
import { Role } from './access/role.entity.ts';
import { UserRole } from './access/user-role.entity.ts';
import { expiringRights } from './access/expiring.ts';
import { createRoles } from './access/index.ts';
import { AccountService } from './accounts/accounts.service.ts';
import { alertSuperAdmins } from './accounts/alert.ts';
import { createAccounts } from './accounts/index.ts';
import { tellAccount } from './accounts/notices.ts';
import type { Notice } from './accounts/notices.ts';
import { User } from './accounts/user.entity.ts';
import { createApiKeys, looksLikeKey } from './api-keys/index.ts';
import { createCustomFields } from './custom-fields/index.ts';
import type { AreaDeps, IdentityDeps } from './deps.ts';
import { createGuardians } from './guardians/index.ts';
import { createOidc } from './oidc/index.ts';
import { createOrganizations } from './organizations/index.ts';
import type { Invitations } from './organizations/invitations.ts';
import { OrganizationMembership } from './organizations/organization-membership.entity.ts';
import { Organization } from './organizations/organization.entity.ts';
import { createPasskeys } from './passkeys/index.ts';
import { createPeople } from './people/index.ts';
import { createPrivacy } from './privacy/index.ts';
import { createProfiles } from './profiles/index.ts';
import type { Interests } from './profiles/interests.service.ts';
import { AuthSession } from './sessions/auth-session.entity.ts';
import { createAuthenticator, signAccessToken } from './sessions/authenticator.ts';
import { createRefreshCookie } from './sessions/refresh-cookie.ts';
import { RefreshToken } from './sessions/refresh-token.entity.ts';
import { createDevices } from './sessions/sessions.routes.ts';
import { endedCode } from './sessions/ending.ts';
import type { EndedCode } from './sessions/ending.ts';
import { endedAmong } from './sessions/sessions.repository.ts';
import { SessionService, revokedTopic } from './sessions/sessions.service.ts';
import type { OpenSession, RevokedNotice } from './sessions/sessions.service.ts';
import { sweepExpired } from './sessions/sweep.ts';
import { createAttempts } from './sign-in/attempts.ts';
import { respond } from './sign-in/respond.ts';
import { sessionStanding } from './sign-in/credentials.repository.ts';
import { bindRoutes } from './sign-in/sign-in.routes.ts';
import { SignInService } from './sign-in/sign-in.service.ts';
import { createTwoFactor } from './two-factor/index.ts';

export { AuthSession, Organization, OrganizationMembership, RefreshToken, Role, User, UserRole };
export { createAccess } from './access/access.ts';
export type {
  Access,
  Rights,
  Subject,
  SubjectFacts,
  SubjectRow,
  SubjectSource,
  Who,
} from './access/access.ts';
export type { Decision } from './access/access.policy.ts';
export type { InvitationDoor, Invitations, PlaceInvitation } from './organizations/invitations.ts';
export type { InvitedTo } from './organizations/invitations.repository.ts';
export { relateIdentitySubjects } from './access/subjects.ts';
export { makeFirstAdmin } from './people/first-admin.ts';
export type { CategoryDoor, Interests } from './profiles/interests.service.ts';
export { inviteOthers } from './organizations/invite-outcomes.ts';
export { displayNames } from './accounts/display-names.ts';
export { hasReportsIn } from './profiles/reports.repository.ts';
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
 * { authSessionId, userId } to the outbox, and every node hears of it at once (`onSignedOut`).
 */
export interface Identity {
  authenticator: Authenticator;
  routes: BoundRoute[];
  /** For features that own what people are invited to. */
  invitations: Invitations;
  /** For the feature that owns what people can be interested in besides words of their own. */
  interests: Interests;
  /** Called on every node when a sign-in has ended, wherever that happened. */
  onSignedOut(handler: (authSessionId: string, code: EndedCode) => void): void;
  /** Which of these sign-ins do not stand any more: what a node asks that could not listen for a while. */
  endedAmong(authSessionIds: readonly string[]): Promise<{ authSessionId: string; code: EndedCode }[]>;
  /** Tells everybody who answers for the installation that something critical was recorded. */
  alert(tx: Transaction, entry: AuditEntry): Promise<void>;
  /**
   * Writes to somebody about something that concerns them, after the commit and to a confirmed address alone: it may name others.
   * Who has none is not told. `path`: the page it is about, which the message ends with.
   */
  tell(tx: Transaction, userId: string, notice: Notice & { path: string }): Promise<void>;
  /** Roles and exceptions that end by time. */
  expiring: DeadlineSource;
  /** For jobs: ends sign-ins whose time is over, deletes what has expired. */
  sweep(): Promise<void>;
  /** Writes what is collected in memory. */
  stop(): Promise<void>;
}

/** Builds the feature. */
export function createIdentity(deps: IdentityDeps): Identity {
  const sessions = new SessionService(deps);
  const attempts = createAttempts(deps.clock);
  const signIns = new SignInService({ ...deps, sessions, attempts });
  const responder = {
    accounts: new AccountService(deps),
    cookie: createRefreshCookie(deps.secureCookies),
    accessToken: (session: OpenSession) => signAccessToken(deps, session),
    signOut: (secret: string) => sessions.signOut(secret),
    pending: async ({ sessionId }: OpenSession) =>
      (await sessionStanding(deps.db.em(), sessionId, deps.clock.now()))?.pending ?? null,
    clock: deps.clock,
  };
  const area: AreaDeps = {
    ...deps,
    sessions,
    respond: (res, outcome) => respond(responder, res, outcome),
  };
  const apiKeys = createApiKeys(area);
  const organizations = createOrganizations(area);
  const profiles = createProfiles(area);
  const areas = [
    createAccounts({ ...area, attempts }),
    createDevices(area),
    createTwoFactor(area),
    createPasskeys(area),
    createOidc(area),
    organizations,
    createRoles(area),
    createGuardians(area),
    apiKeys,
    createPeople(area),
    createCustomFields(area),
    profiles,
    createPrivacy(area),
  ];
  const authenticator = createAuthenticator(deps);
  return {
    authenticator: {
      ...authenticator,
      accessToken: (token) =>
        looksLikeKey(token) ? apiKeys.authenticate(token) : authenticator.accessToken(token),
    },
    invitations: organizations.invitations,
    interests: profiles.interests,
    routes: [...bindRoutes({ ...responder, signIns, sessions }), ...areas.flatMap(({ routes }) => routes)],
    onSignedOut(handler) {
      deps.notices.on(revokedTopic, (payload) => {
        const { authSessionId, code } = payload as RevokedNotice;
        handler(authSessionId, code);
      });
    },
    async endedAmong(authSessionIds) {
      if (authSessionIds.length === 0) return [];
      const ended = await endedAmong(deps.db.em(), authSessionIds, deps.clock.now());
      return ended.map(({ id, reason }) => ({ authSessionId: id, code: endedCode(reason) }));
    },
    alert: (tx, entry) => alertSuperAdmins(deps, tx, entry),
    async tell(tx, userId, { subject, paragraphs, path }) {
      const withLink = { subject, paragraphs: [...paragraphs, `${deps.publicUrl()}${path}`] };
      await tellAccount(deps, tx, userId, withLink, { confirmed: true });
    },
    expiring: expiringRights(deps.db),
    async sweep() {
      await sweepExpired({ ...deps, sessions });
      for (const one of areas) await one.sweep?.();
    },
    stop: () => apiKeys.stop(),
  };
}
