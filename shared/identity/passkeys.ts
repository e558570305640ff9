import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import { id } from '../kernel/ids.ts';
import { instant } from '../kernel/time.ts';
import { signInReply } from './contract.ts';

/** Passkeys of one account. */
export const maxPasskeys = 20;

/** How long somebody may take at the authenticator, in milliseconds. */
export const passkeyChallengeMs = 5 * 60_000;

/** A passkey, as its owner sees it. */
export const passkeyView = z.object({
  id,
  name: z.string(),
  /** Synchronised by its maker to the owner's other devices. */
  backedUp: z.boolean(),
  createdAt: instant,
  lastUsedAt: instant.nullable(),
});
export type PasskeyView = z.infer<typeof passkeyView>;

export const passkeyName = z.string().trim().min(1).max(80);

const bytes = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[\w-]+={0,2}$/);
const attachment = z.string().max(40).nullish();
const extensions = z.record(z.string().max(100), z.unknown()).optional();
const transports = z.array(z.string().min(1).max(40)).max(10).optional();

/**
 * `RegistrationResponseJSON` of WebAuthn Level 3. Not strict, unlike other bodies: browsers add members of their own, and
 * what is not named here is dropped.
 */
export const registrationResponse = z.object({
  id: bytes(1400),
  rawId: bytes(1400),
  type: z.literal('public-key'),
  authenticatorAttachment: attachment,
  clientExtensionResults: extensions,
  response: z.object({ clientDataJSON: bytes(8192), attestationObject: bytes(32_768), transports }),
});
export type RegistrationResponse = z.infer<typeof registrationResponse>;

/** `AuthenticationResponseJSON` of WebAuthn Level 3. */
export const authenticationResponse = z.object({
  id: bytes(1400),
  rawId: bytes(1400),
  type: z.literal('public-key'),
  authenticatorAttachment: attachment,
  clientExtensionResults: extensions,
  response: z.object({
    clientDataJSON: bytes(8192),
    authenticatorData: bytes(8192),
    signature: bytes(8192),
    userHandle: bytes(128).nullish(),
  }),
});
export type AuthenticationResponse = z.infer<typeof authenticationResponse>;

/** What the browser's WebAuthn call is given; the names and values are WebAuthn's. */
const browserOptions = z.looseObject({ challenge: z.string() });
const challengeView = z.object({ challengeId: id, expiresAt: instant, options: browserOptions });

/** REST operations of passkeys (W3C Web Authentication Level 3). */
export const passkeyRoutes = {
  list: defineRoute({
    id: 'passkeys.list',
    method: 'GET',
    path: '/me/passkeys',
    summary: 'My passkeys, the newest first. There are at most 20, so there is one page.',
    access: 'user',
    reply: z.object({ items: z.array(passkeyView), nextCursor: z.null() }),
    status: 200,
    errors: ['unauthenticated', 'rate_limited'],
    rate: { points: 120, seconds: 60, by: 'user' },
  }),
  registrationOptions: defineRoute({
    id: 'passkeys.registrationOptions',
    method: 'POST',
    path: '/me/passkeys/options',
    summary: 'A challenge for a new passkey; good for five minutes and once.',
    access: 'user',
    reply: challengeView,
    status: 201,
    errors: ['unauthenticated', 'passkey_limit', 'step_up_required', 'origin_not_allowed', 'rate_limited'],
    rate: { points: 20, seconds: 60, by: 'user' },
  }),
  register: defineRoute({
    id: 'passkeys.register',
    method: 'POST',
    path: '/me/passkeys',
    summary: 'Store a passkey that the browser made for the challenge.',
    access: 'user',
    body: z.strictObject({ challengeId: id, name: passkeyName, response: registrationResponse }),
    reply: passkeyView,
    status: 201,
    errors: [
      'invalid_input',
      'unauthenticated',
      'proof_invalid',
      'proof_expired',
      'already_used',
      'passkey_invalid',
      'passkey_limit',
      'already_exists',
      'rate_limited',
    ],
    rate: { points: 20, seconds: 60, by: 'user' },
  }),
  rename: defineRoute({
    id: 'passkeys.rename',
    method: 'PATCH',
    path: '/me/passkeys/:passkeyId',
    summary: 'Give a passkey another name.',
    access: 'user',
    params: z.object({ passkeyId: id }),
    body: z.strictObject({ name: passkeyName }),
    reply: passkeyView,
    status: 200,
    errors: ['invalid_input', 'unauthenticated', 'not_found', 'rate_limited'],
    rate: { points: 60, seconds: 60, by: 'user' },
  }),
  remove: defineRoute({
    id: 'passkeys.remove',
    method: 'DELETE',
    path: '/me/passkeys/:passkeyId',
    summary: 'Remove a passkey; not the last way to sign in.',
    access: 'user',
    params: z.object({ passkeyId: id }),
    reply: z.null(),
    status: 204,
    errors: ['unauthenticated', 'not_found', 'last_sign_in_method', 'step_up_required', 'rate_limited'],
    rate: { points: 60, seconds: 60, by: 'user' },
  }),
  signInOptions: defineRoute({
    id: 'passkeys.signInOptions',
    method: 'POST',
    path: '/auth/passkeys/options',
    summary:
      'A challenge to sign in with a passkey, without saying who one is; good for five minutes and once.',
    access: 'public',
    reply: challengeView,
    status: 201,
    errors: ['origin_not_allowed', 'rate_limited'],
    rate: { points: 300, seconds: 60, by: 'address' },
  }),
  signIn: defineRoute({
    id: 'passkeys.signIn',
    method: 'POST',
    path: '/auth/passkeys/sign-in',
    summary: 'Sign in with a passkey; sets the refresh cookie.',
    access: 'public',
    body: z.strictObject({
      challengeId: id,
      response: authenticationResponse,
      rememberMe: z.boolean().default(false),
    }),
    reply: signInReply,
    status: 200,
    errors: [
      'invalid_input',
      'proof_invalid',
      'proof_expired',
      'already_used',
      'passkey_invalid',
      'account_inactive',
      'account_suspended',
      'rate_limited',
    ],
    rate: { points: 300, seconds: 60, by: 'address' },
  }),
};
