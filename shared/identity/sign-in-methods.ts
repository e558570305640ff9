import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import { id } from '../kernel/ids.ts';
import { instant } from '../kernel/time.ts';
import { oidcProviderView } from './oidc.ts';
import { passkeyView } from './passkeys.ts';

const destination = z.object({
  /** The address or number; null: none. */
  value: z.string().nullable(),
  verified: z.boolean(),
  /** Whether a code sent there signs in: it is confirmed, and this server can send. */
  usable: z.boolean(),
});

/** An account at a provider that signs in here. */
export const linkedIdentityView = z.object({
  id,
  /** The provider's id in the configuration; null: it is no longer configured, so this does not sign in. */
  providerId: z.string().nullable(),
  name: z.string(),
  type: oidcProviderView.shape.type,
  email: z.string().nullable(),
  linkedAt: instant,
  lastUsedAt: instant.nullable(),
});
export type LinkedIdentityView = z.infer<typeof linkedIdentityView>;

/** Every way in which somebody can sign in. */
export const signInMethodsView = z.object({
  password: z.object({ set: z.boolean(), changedAt: instant.nullable() }),
  email: destination,
  phone: destination,
  linked: z.array(linkedIdentityView),
  passkeys: z.array(passkeyView),
  /** Providers that can be added. */
  available: z.array(oidcProviderView),
  /** How many of them can be used now; the last one cannot be removed. */
  usable: z.int(),
});
export type SignInMethodsView = z.infer<typeof signInMethodsView>;

/** REST operations of the ways to sign in. Passkeys and providers have their own. */
export const signInMethodRoutes = {
  get: defineRoute({
    id: 'signInMethods.get',
    method: 'GET',
    path: '/me/sign-in-methods',
    summary: 'My ways to sign in.',
    access: 'user',
    reply: signInMethodsView,
    status: 200,
    errors: ['unauthenticated', 'rate_limited'],
    rate: { points: 120, seconds: 60, by: 'user' },
  }),
  unlink: defineRoute({
    id: 'signInMethods.unlink',
    method: 'DELETE',
    path: '/me/sign-in-methods/:methodId',
    summary: 'Remove an account at a provider from my account; not the last way to sign in.',
    access: 'user',
    params: z.object({ methodId: id }),
    reply: z.null(),
    status: 204,
    errors: ['unauthenticated', 'not_found', 'last_sign_in_method', 'step_up_required', 'rate_limited'],
    rate: { points: 60, seconds: 60, by: 'user' },
  }),
};
