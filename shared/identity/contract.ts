import { z } from 'zod';
import { defineRoute, pendingDuties } from '../kernel/contract.ts';
import { id } from '../kernel/ids.ts';
import { instant } from '../kernel/time.ts';
import { permissions } from './permissions.ts';

export const roleSlugs = ['student', 'parent', 'moderator', 'instructor', 'admin', 'super_admin'] as const;
export const membershipRole = z.enum(['member', 'manager', 'admin', 'owner']);
export type MembershipRole = z.infer<typeof membershipRole>;
export const roleSlug = z.enum(roleSlugs);
export type RoleSlug = z.infer<typeof roleSlug>;

/** The signed-in person, as they see themselves. */
export const meView = z.object({
  id,
  code: z.string(),
  email: z.string().nullable(),
  displayName: z.string(),
  avatarUrl: z.string().nullable(),
  role: roleSlug,
  locale: z.string(),
  timezone: z.string(),
  phone: z.string().nullable(),
  emailVerified: z.boolean(),
  phoneVerified: z.boolean(),
  /** Until it is changed, nothing else is answered. */
  mustChangePassword: z.boolean(),
  twoFactorEnabled: z.boolean(),
  /** Whether somebody reports to the person. */
  hasReports: z.boolean(),
  /** The organization the person works in now; null: member of none. */
  organizationId: id.nullable(),
  organizations: z.array(
    z.object({ id, name: z.string(), slug: z.string(), role: membershipRole, suspended: z.boolean() }),
  ),
  /** What the person may do in that organization by role or exception (shared/identity/permissions.ts): what screens offer. */
  permissions: z.array(z.enum(permissions)),
});
export type MeView = z.infer<typeof meView>;

export const signedInView = z.object({
  accessToken: z.string(),
  expiresAt: instant,
  user: meView,
  /** What has to be done before anything else is answered. */
  pending: z.enum(pendingDuties).optional(),
});
export type SignedInView = z.infer<typeof signedInView>;

/** The first factor was right, the second is asked for: answered with status 202. */
export const mfaRequiredView = z.object({
  mfa: z.object({ challengeId: id, methods: z.array(z.enum(['totp', 'recovery_code'])), expiresAt: instant }),
});
export type MfaRequiredView = z.infer<typeof mfaRequiredView>;
export const signInReply = z.union([signedInView, mfaRequiredView]);
export type SignInReply = z.infer<typeof signInReply>;

/** What somebody may type to be known by: an e-mail address, a phone number with its country code, or a username. */
const identifier = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(
    z.union([
      z.email().max(254),
      z.string().regex(/^\+[\d\s().\-/]{5,39}$/),
      z.string().regex(/^[a-z0-9][a-z0-9._-]{2,99}$/),
    ]),
  );

export const signInInput = z.strictObject({
  email: identifier,
  password: z.string().min(1).max(1024),
  /** Stay signed in for 30 days instead of 7 after the last use. */
  rememberMe: z.boolean().default(false),
});

/** REST operations of accounts and sign-in. */
export const identityRoutes = {
  signIn: defineRoute({
    id: 'identity.signIn',
    method: 'POST',
    path: '/auth/sign-in',
    summary: 'Sign in with e-mail address, phone number or username, and password; sets the refresh cookie.',
    access: 'public',
    body: signInInput,
    reply: signInReply,
    status: 200,
    errors: [
      'invalid_input',
      'invalid_credentials',
      'verification_required',
      'account_inactive',
      'account_suspended',
      'account_locked',
      'rate_limited',
    ],
    rate: { points: 600, seconds: 60, by: 'address' },
  }),
  refresh: defineRoute({
    id: 'identity.refresh',
    method: 'POST',
    path: '/auth/refresh',
    summary: 'Rotate the refresh cookie and get a new access token.',
    access: 'cookie',
    reply: signedInView,
    status: 200,
    errors: [
      'unauthenticated',
      'session_revoked',
      'session_superseded',
      'account_inactive',
      'account_suspended',
      'origin_not_allowed',
      'rate_limited',
    ],
    rate: { points: 600, seconds: 60, by: 'address' },
  }),
  signOut: defineRoute({
    id: 'identity.signOut',
    method: 'POST',
    path: '/auth/sign-out',
    summary: 'End this sign-in: the refresh cookie, its access tokens and its sockets.',
    access: 'cookie',
    reply: z.null(),
    status: 204,
    errors: ['origin_not_allowed', 'rate_limited'],
    rate: { points: 120, seconds: 60, by: 'address' },
  }),
  me: defineRoute({
    id: 'identity.me',
    method: 'GET',
    path: '/me',
    summary: 'Who am I.',
    access: 'user',
    whilePending: pendingDuties,
    reply: meView,
    status: 200,
    errors: ['unauthenticated', 'token_expired', 'session_revoked', 'session_superseded'],
    rate: { points: 600, seconds: 60, by: 'user' },
  }),
};
