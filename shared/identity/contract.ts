import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import { id } from '../kernel/ids.ts';
import { instant } from '../kernel/time.ts';

export const roleSlugs = ['student', 'parent', 'moderator', 'instructor', 'admin', 'super_admin'] as const;
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
});
export type MeView = z.infer<typeof meView>;

export const signedInView = z.object({ accessToken: z.string(), expiresAt: instant, user: meView });
export type SignedInView = z.infer<typeof signedInView>;

export const signInInput = z.strictObject({
  email: z.string().trim().toLowerCase().pipe(z.email().max(254)),
  password: z.string().min(1).max(1024),
});

/** REST operations of accounts and sign-in. */
export const identityRoutes = {
  signIn: defineRoute({
    id: 'identity.signIn',
    method: 'POST',
    path: '/auth/sign-in',
    summary: 'Sign in with e-mail and password; sets the refresh cookie.',
    access: 'public',
    body: signInInput,
    reply: signedInView,
    status: 200,
    errors: ['invalid_input', 'invalid_credentials', 'account_inactive', 'account_locked', 'rate_limited'],
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
    errors: ['unauthenticated', 'session_revoked', 'account_inactive', 'origin_not_allowed', 'rate_limited'],
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
    reply: meView,
    status: 200,
    errors: ['unauthenticated', 'token_expired', 'session_revoked'],
    rate: { points: 600, seconds: 60, by: 'user' },
  }),
};
