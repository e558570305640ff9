import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import { id } from '../kernel/ids.ts';
import { instant } from '../kernel/time.ts';
import { signedInView } from './contract.ts';

/** How often a second factor may be answered wrongly before the sign-in has to be begun anew. */
export const secondFactorAttempts = 5;
/** How long a proof of who one is counts for sensitive operations, in minutes. */
export const stepUpMinutes = 10;

/** Six digits of the app, or a recovery code; spaces and hyphens are forgiven. */
export const secondFactorCode = z.string().trim().min(6).max(40);

export const twoFactorView = z.object({
  enabled: z.boolean(),
  confirmedAt: instant.nullable(),
  recoveryCodesLeft: z.int(),
  /** A role of the person needs it. */
  required: z.boolean(),
});
export type TwoFactorView = z.infer<typeof twoFactorView>;

/** What an authenticator app is given. Shown while it is set up and never again. */
export const twoFactorSetupView = z.object({ secret: z.string(), address: z.string() });

/** Shown once. */
export const recoveryCodesView = z.object({ recoveryCodes: z.array(z.string()) });

const rate = { points: 30, seconds: 60, by: 'user' } as const;
const codeBody = z.strictObject({ code: secondFactorCode });
/** What a required second factor is set up with. */
const setUp = ['two_factor_setup_required'] as const;

/** REST operations of the second factor and of proving again who one is. */
export const twoFactorRoutes = {
  answer: defineRoute({
    id: 'twoFactor.answer',
    method: 'POST',
    path: '/auth/second-factor',
    summary: 'Finish a sign-in with the second factor; sets the refresh cookie.',
    access: 'public',
    body: z.strictObject({ challengeId: id, code: secondFactorCode }),
    reply: signedInView,
    status: 200,
    errors: [
      'invalid_input',
      'proof_invalid',
      'proof_expired',
      'already_used',
      'wrong_code',
      'too_many_attempts',
      'account_locked',
      'account_inactive',
      'account_suspended',
      'rate_limited',
    ],
    rate: { points: 120, seconds: 60, by: 'address' },
  }),
  get: defineRoute({
    id: 'twoFactor.get',
    method: 'GET',
    path: '/me/two-factor',
    summary: 'My second factor.',
    access: 'user',
    whilePending: setUp,
    reply: twoFactorView,
    status: 200,
    errors: ['unauthenticated', 'rate_limited'],
    rate,
  }),
  begin: defineRoute({
    id: 'twoFactor.begin',
    method: 'POST',
    path: '/me/two-factor/setup',
    summary: 'Get a secret for an authenticator app. It counts after a code of it was confirmed.',
    access: 'user',
    whilePending: setUp,
    body: z.strictObject({}),
    reply: twoFactorSetupView,
    status: 200,
    errors: ['unauthenticated', 'step_up_required', 'conflict', 'rate_limited'],
    rate,
  }),
  confirm: defineRoute({
    id: 'twoFactor.confirm',
    method: 'POST',
    path: '/me/two-factor/confirm',
    summary: 'Turn the second factor on with a code of the app; answers the recovery codes.',
    access: 'user',
    whilePending: setUp,
    body: codeBody,
    reply: recoveryCodesView,
    status: 200,
    errors: [
      'unauthenticated',
      'invalid_input',
      'step_up_required',
      'proof_invalid',
      'conflict',
      'rate_limited',
    ],
    rate,
  }),
  disable: defineRoute({
    id: 'twoFactor.disable',
    method: 'POST',
    path: '/me/two-factor/disable',
    summary: 'Turn the second factor off with a code of it.',
    access: 'user',
    body: codeBody,
    reply: z.null(),
    status: 204,
    errors: [
      'unauthenticated',
      'invalid_input',
      'step_up_required',
      'proof_invalid',
      'account_locked',
      'conflict',
      'rate_limited',
    ],
    rate,
  }),
  renewRecoveryCodes: defineRoute({
    id: 'twoFactor.renewRecoveryCodes',
    method: 'POST',
    path: '/me/two-factor/recovery-codes',
    summary: 'Get new recovery codes; the old ones end.',
    access: 'user',
    body: z.strictObject({}),
    reply: recoveryCodesView,
    status: 200,
    errors: ['unauthenticated', 'step_up_required', 'conflict', 'rate_limited'],
    rate,
  }),
  stepUp: defineRoute({
    id: 'twoFactor.stepUp',
    method: 'POST',
    path: '/auth/step-up',
    summary: `Prove again who I am, for ${stepUpMinutes} minutes: with the second factor, or the password where there is none.`,
    access: 'user',
    whilePending: ['must_change_password', 'two_factor_setup_required'],
    body: z.union([
      z.strictObject({ password: z.string().min(1).max(1024) }),
      z.strictObject({ code: secondFactorCode }),
    ]),
    reply: z.object({ until: instant }),
    status: 200,
    errors: [
      'unauthenticated',
      'invalid_input',
      'invalid_credentials',
      'account_locked',
      'step_up_required',
      'rate_limited',
    ],
    rate,
  }),
};
