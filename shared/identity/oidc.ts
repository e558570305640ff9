import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import { signInReply } from './contract.ts';

/** How long somebody may take at the provider, in milliseconds. */
export const oidcRequestMs = 10 * 60_000;

export const oidcProviderId = z.string().regex(/^[a-z0-9-]{1,32}$/);
const params = z.object({ providerId: oidcProviderId });

/** A provider that can be chosen. */
export const oidcProviderView = z.object({
  id: oidcProviderId,
  name: z.string(),
  type: z.enum(['google', 'microsoft', 'apple', 'oidc']),
});
export type OidcProviderView = z.infer<typeof oidcProviderView>;

/** An address of this site: begins with one slash and leads nowhere else. */
export const localPath = z
  .string()
  .max(2000)
  .regex(/^\/(?![/\\])[^\\\s]*$/);

/** Where the browser goes next. */
export const oidcStartView = z.object({ url: z.url() });

/** What came of it: a sign-in (or the question for the second factor), or another way to sign in for who is signed in. */
export const oidcFinishView = z.object({
  signIn: signInReply.nullable(),
  linked: z.boolean(),
  /** Where the person wanted to go. */
  next: z.string().nullable(),
});
export type OidcFinishView = z.infer<typeof oidcFinishView>;

/** REST operations of OpenID Connect (OpenID Connect Core 1.0, code flow with PKCE). */
export const oidcRoutes = {
  providers: defineRoute({
    id: 'oidc.providers',
    method: 'GET',
    path: '/auth/oidc/providers',
    summary: 'The providers one can sign in with. A few at most, so there is one page.',
    access: 'public',
    reply: z.object({ items: z.array(oidcProviderView), nextCursor: z.null() }),
    status: 200,
    errors: ['rate_limited'],
    rate: { points: 600, seconds: 60, by: 'address' },
  }),
  start: defineRoute({
    id: 'oidc.start',
    method: 'POST',
    path: '/auth/oidc/:providerId/start',
    summary:
      'Begin a sign-in at a provider: sets a cookie and answers the address to go to. Good for ten minutes and once.',
    access: 'public',
    params,
    body: z.strictObject({
      rememberMe: z.boolean().default(false),
      next: localPath.nullable().default(null),
    }),
    reply: oidcStartView,
    status: 200,
    errors: ['invalid_input', 'not_found', 'provider_failed', 'origin_not_allowed', 'rate_limited'],
    rate: { points: 300, seconds: 60, by: 'address' },
  }),
  startLink: defineRoute({
    id: 'oidc.startLink',
    method: 'POST',
    path: '/me/sign-in-methods/oidc/:providerId/start',
    summary: 'Begin to add a provider to my account.',
    access: 'user',
    params,
    reply: oidcStartView,
    status: 200,
    errors: [
      'unauthenticated',
      'not_found',
      'provider_failed',
      'step_up_required',
      'origin_not_allowed',
      'rate_limited',
    ],
    rate: { points: 20, seconds: 60, by: 'user' },
  }),
  finish: defineRoute({
    id: 'oidc.finish',
    method: 'POST',
    path: '/auth/oidc/:providerId/finish',
    summary: 'Finish what was begun, with the query that the provider sent the browser back with.',
    access: 'cookie',
    params,
    body: z.strictObject({ query: z.string().min(1).max(8192) }),
    reply: oidcFinishView,
    status: 200,
    errors: [
      'invalid_input',
      'not_found',
      'proof_invalid',
      'proof_expired',
      'already_used',
      'provider_failed',
      'provider_denied',
      'identity_unverified',
      'identity_in_use',
      'registration_closed',
      'already_exists',
      'account_inactive',
      'account_suspended',
      'session_revoked',
      'origin_not_allowed',
      'rate_limited',
    ],
    rate: { points: 300, seconds: 60, by: 'address' },
  }),
  formPost: defineRoute({
    id: 'oidc.formPost',
    method: 'POST',
    path: '/auth/oidc/:providerId/callback',
    summary:
      'The redirect address for Apple, which posts a form: sends the browser on (303) to the page that finishes. Changes nothing.',
    access: 'public',
    params,
    binary: ['application/x-www-form-urlencoded'],
    bodyBytes: 16 * 1024,
    body: z.instanceof(Uint8Array),
    reply: z.null(),
    status: 204,
    errors: ['invalid_input', 'not_found', 'payload_too_large', 'unsupported_media_type', 'rate_limited'],
    rate: { points: 300, seconds: 60, by: 'address' },
  }),
};
