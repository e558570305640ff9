import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import { instant } from '../kernel/time.ts';
import { meView, signInReply } from './contract.ts';
import { fieldChanges, personField } from './custom-fields.ts';

/** One line of text that people read: no line breaks and no other control characters. */
const line = (longest: number) =>
  z
    .string()
    .trim()
    .max(longest)
    .regex(/^[^\p{Cc}]*$/u);
const filledLine = (longest: number) => line(longest).min(1);
/** Text in paragraphs. */
const paragraphs = (longest: number) =>
  z
    .string()
    .trim()
    .max(longest)
    .regex(/^[^\p{Cc}]*(?:[\n\t\r][^\p{Cc}]*)*$/u);
/** Text that may be taken away again. */
const optional = <S extends z.ZodType>(schema: S) =>
  z.union([z.literal('').transform(() => null), schema]).nullable();

const email = z.string().trim().toLowerCase().pipe(z.email().max(254));
/** In any notation with a country code; the server makes E.164 of it. */
const phone = z
  .string()
  .trim()
  .min(5)
  .max(40)
  .regex(/^\+[\d\s().\-/]+$/);
const code = z
  .string()
  .trim()
  .regex(/^\d{6}$/);
const token = z
  .string()
  .trim()
  .regex(/^[\w-]{43}$/);
/** The rules are the server's own answer, `weak_password` with reasons; here only what no password may exceed. */
const password = z.string().min(1).max(1024);
const displayName = filledLine(200);

/** The shapes of the fields, as forms use them too. */
export const accountFields = { displayName, email, phone, code, password };

const locale = z
  .string()
  .max(35)
  .refine(isLocale, 'is no language tag that is known')
  .transform((tag) => new Intl.Locale(tag).toString());
const timezone = z.string().max(64).refine(isTimeZone, 'is no time zone that is known');

/** Whether somebody speaks it: "xx-nonsense" is well formed and means nothing. */
function isLocale(tag: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf([tag]).length > 0;
  } catch {
    return false;
  }
}

function isTimeZone(name: string): boolean {
  try {
    // Offsets such as +05:00 know no summer time.
    return /^[A-Z]/i.test(name) && Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

/** An account is addressed by one of them. */
export interface AccountAddress {
  email?: string;
  phone?: string;
}

const addressShape = { email: email.optional(), phone: phone.optional() };
const hasOneAddress = (given: AccountAddress): boolean =>
  (given.email === undefined) !== (given.phone === undefined);
const notOneAddress = { path: ['email'], message: 'Give an e-mail address or a phone number, and not both.' };
const address = z.strictObject(addressShape).refine(hasOneAddress, notOneAddress);
const addressAndCode = z.strictObject({ ...addressShape, code }).refine(hasOneAddress, notOneAddress);

/** Where something was sent. */
export const sentView = z.object({ channel: z.enum(['email', 'sms']) });
export type SentView = z.infer<typeof sentView>;

export const registerInput = z
  .strictObject({
    ...addressShape,
    name: displayName,
    password,
    locale: locale.optional(),
    timezone: timezone.optional(),
  })
  .refine(hasOneAddress, notOneAddress);
export type RegisterInput = z.output<typeof registerInput>;

export const genders = ['male', 'female', 'other', 'prefer_not_to_say'] as const;
export const visibilities = ['public', 'organization', 'private'] as const;

/** An account's extended profile, as its owner sees it. */
export const profileView = z.object({
  firstName: z.string(),
  middleName: z.string().nullable(),
  lastName: z.string(),
  displayName: z.string(),
  username: z.string().nullable(),
  code: z.string(),
  bio: z.string().nullable(),
  dateOfBirth: z.iso.date().nullable(),
  gender: z.enum(genders).nullable(),
  alternatePhone: z.string().nullable(),
  jobTitle: z.string().nullable(),
  location: z.string().nullable(),
  addressLine1: z.string().nullable(),
  addressLine2: z.string().nullable(),
  city: z.string().nullable(),
  stateProvince: z.string().nullable(),
  postalCode: z.string().nullable(),
  country: z.string().nullable(),
  emergencyContactName: z.string().nullable(),
  emergencyContactPhone: z.string().nullable(),
  emergencyContactRelationship: z.string().nullable(),
  skills: z.array(z.string()),
  socialLinks: z.record(z.string(), z.string()),
  visibility: z.enum(visibilities),
  /** Of the organization's making, for reading: the owner cannot change them. */
  department: z.string().nullable(),
  employeeId: z.string().nullable(),
  /** What the organization that looks after the account asks for besides. */
  customFields: z.array(personField),
  hasPassword: z.boolean(),
  passwordChangedAt: instant.nullable(),
});
export type ProfileView = z.infer<typeof profileView>;

export const socialNetworks = ['website', 'github', 'linkedin', 'mastodon', 'x', 'youtube'] as const;
const webAddress = z.url({ protocol: /^https?$/ }).max(500);

/** What the owner may change; an empty text takes a value away. */
export const profileChanges = z
  .strictObject({
    firstName: filledLine(100),
    middleName: optional(line(100)),
    lastName: line(100),
    displayName,
    username: optional(
      z
        .string()
        .trim()
        .toLowerCase()
        .pipe(z.string().regex(/^[a-z0-9][a-z0-9._-]{2,99}$/)),
    ),
    bio: optional(paragraphs(2000)),
    dateOfBirth: z.iso.date().nullable(),
    gender: z.enum(genders).nullable(),
    alternatePhone: optional(phone),
    jobTitle: optional(line(100)),
    location: optional(line(100)),
    addressLine1: optional(line(200)),
    addressLine2: optional(line(200)),
    city: optional(line(100)),
    stateProvince: optional(line(100)),
    postalCode: optional(line(20)),
    /** ISO 3166-1 alpha-2. */
    country: optional(z.string().regex(/^[A-Z]{2}$/)),
    emergencyContactName: optional(line(200)),
    emergencyContactPhone: optional(phone),
    emergencyContactRelationship: optional(line(100)),
    skills: z.array(filledLine(60)).max(30),
    socialLinks: z.partialRecord(z.enum(socialNetworks), webAddress),
    visibility: z.enum(visibilities),
    customFields: fieldChanges,
  })
  .partial();
export type ProfileChanges = z.output<typeof profileChanges>;

export const preferenceChanges = z.strictObject({ displayName, locale, timezone }).partial();
export type PreferenceChanges = z.output<typeof preferenceChanges>;

const passwordRules = ['weak_password', 'breached_password'] as const satisfies ErrorCode[];
/** A code is good for its purpose and no other: another one is a wrong one. */
const codeErrors = [
  'wrong_code',
  'proof_invalid',
  'proof_expired',
  'already_used',
  'too_many_attempts',
] as const satisfies ErrorCode[];
const linkErrors = [
  'wrong_purpose',
  'proof_invalid',
  'proof_expired',
  'already_used',
] as const satisfies ErrorCode[];
const unusable = ['account_inactive', 'account_suspended'] as const satisfies ErrorCode[];
const sending = ['mail_unavailable', 'sms_unavailable'] as const satisfies ErrorCode[];
const mine = [
  'unauthenticated',
  'token_expired',
  'session_revoked',
  'rate_limited',
] as const satisfies ErrorCode[];
const rarely = { points: 120, seconds: 60, by: 'address' } as const;
const byUser = { points: 60, seconds: 60, by: 'user' } as const;

/** REST operations of accounts: registration, proofs of an address, passwords, the own profile. */
export const accountRoutes = {
  registration: defineRoute({
    id: 'accounts.registration',
    method: 'GET',
    path: '/auth/registration',
    summary: 'Whether people may register by themselves, so that nobody fills in a form in vain.',
    access: 'public',
    reply: z.object({ open: z.boolean() }),
    status: 200,
    errors: ['rate_limited'],
    rate: { points: 120, seconds: 60, by: 'address' },
  }),
  register: defineRoute({
    id: 'accounts.register',
    method: 'POST',
    path: '/auth/register',
    summary:
      'Register with an e-mail address or a phone number. Answers the same for an address that is registered already; its owner is told.',
    access: 'public',
    body: registerInput,
    reply: sentView,
    status: 202,
    errors: ['invalid_input', 'registration_closed', ...passwordRules, ...sending, 'rate_limited'],
    rate: rarely,
  }),
  sendVerification: defineRoute({
    id: 'accounts.sendVerification',
    method: 'POST',
    path: '/auth/verification',
    summary: 'Send the code (and, by e-mail, the link) that confirms an address once more.',
    access: 'public',
    body: address,
    reply: sentView,
    status: 202,
    errors: ['invalid_input', ...sending, 'rate_limited'],
    rate: rarely,
  }),
  verifyByCode: defineRoute({
    id: 'accounts.verifyByCode',
    method: 'POST',
    path: '/auth/verification/code',
    summary: 'Confirm an e-mail address or a phone number with the code that was sent there.',
    access: 'public',
    body: addressAndCode,
    reply: z.null(),
    status: 204,
    errors: ['invalid_input', ...codeErrors, 'account_locked', 'rate_limited'],
    rate: rarely,
  }),
  verifyByLink: defineRoute({
    id: 'accounts.verifyByLink',
    method: 'POST',
    path: '/auth/verification/link',
    summary: 'Confirm an e-mail address with the token of the link that was sent there.',
    access: 'public',
    body: z.strictObject({ token }),
    reply: z.null(),
    status: 204,
    errors: ['invalid_input', ...linkErrors, 'rate_limited'],
    rate: rarely,
  }),
  requestPasswordReset: defineRoute({
    id: 'accounts.requestPasswordReset',
    method: 'POST',
    path: '/auth/password-reset',
    summary: 'Send a link that sets a new password. Answers the same whether there is an account or not.',
    access: 'public',
    body: address,
    reply: sentView,
    status: 202,
    errors: ['invalid_input', ...sending, 'rate_limited'],
    rate: rarely,
  }),
  resetPassword: defineRoute({
    id: 'accounts.resetPassword',
    method: 'POST',
    path: '/auth/password-reset/confirm',
    summary: 'Set a new password with the token of a link; ends every sign-in of the account.',
    access: 'public',
    body: z.strictObject({ token, password }),
    reply: z.null(),
    status: 204,
    errors: ['invalid_input', ...passwordRules, ...linkErrors, ...unusable, 'rate_limited'],
    rate: rarely,
  }),
  sendSignInCode: defineRoute({
    id: 'accounts.sendSignInCode',
    method: 'POST',
    path: '/auth/sign-in/code',
    summary: 'Send a code to sign in with. Answers the same whether there is an account or not.',
    access: 'public',
    body: address,
    reply: sentView,
    status: 202,
    errors: ['invalid_input', ...sending, 'rate_limited'],
    rate: rarely,
  }),
  signInByCode: defineRoute({
    id: 'accounts.signInByCode',
    method: 'POST',
    path: '/auth/sign-in/code/confirm',
    summary: 'Sign in with the code that was sent; sets the refresh cookie.',
    access: 'public',
    body: z
      .strictObject({ ...addressShape, code, rememberMe: z.boolean().default(false) })
      .refine(hasOneAddress, notOneAddress),
    reply: signInReply,
    status: 200,
    errors: ['invalid_input', ...codeErrors, 'account_locked', ...unusable, 'rate_limited'],
    rate: { points: 600, seconds: 60, by: 'address' },
  }),
  changePassword: defineRoute({
    id: 'accounts.changePassword',
    method: 'POST',
    path: '/me/password',
    summary:
      'Change the own password; ends every other sign-in. An account without one gets its first, after a fresh proof of who asks.',
    access: 'user',
    whilePending: ['must_change_password'],
    body: z.strictObject({ currentPassword: password.optional(), newPassword: password }),
    reply: z.null(),
    status: 204,
    errors: [
      'invalid_input',
      'invalid_credentials',
      'account_locked',
      'step_up_required',
      ...passwordRules,
      ...mine,
    ],
    rate: byUser,
  }),
  profile: defineRoute({
    id: 'accounts.profile',
    method: 'GET',
    path: '/me/profile',
    summary: 'The own profile.',
    access: 'user',
    reply: profileView,
    status: 200,
    errors: [...mine],
    rate: { points: 600, seconds: 60, by: 'user' },
  }),
  changeProfile: defineRoute({
    id: 'accounts.changeProfile',
    method: 'PATCH',
    path: '/me/profile',
    summary: 'Change the own profile; fields that are left out stay as they are.',
    access: 'user',
    body: profileChanges,
    reply: profileView,
    status: 200,
    errors: ['invalid_input', 'already_exists', ...mine],
    rate: byUser,
  }),
  changePreferences: defineRoute({
    id: 'accounts.changePreferences',
    method: 'PATCH',
    path: '/me',
    summary: 'Change name, language and time zone.',
    access: 'user',
    body: preferenceChanges,
    reply: meView,
    status: 200,
    errors: ['invalid_input', ...mine],
    rate: byUser,
  }),
  changeEmail: defineRoute({
    id: 'accounts.changeEmail',
    method: 'POST',
    path: '/me/email',
    summary: 'Send a code to a new e-mail address; it becomes the account’s when the code is given back.',
    access: 'user',
    body: z.strictObject({ email }),
    reply: sentView,
    status: 202,
    errors: ['invalid_input', 'step_up_required', 'mail_unavailable', ...mine],
    rate: byUser,
  }),
  confirmEmail: defineRoute({
    id: 'accounts.confirmEmail',
    method: 'POST',
    path: '/me/email/confirm',
    summary: 'Take the new e-mail address with the code that was sent there; the old address is told.',
    access: 'user',
    body: z.strictObject({ code }),
    reply: meView,
    status: 200,
    errors: ['invalid_input', ...codeErrors, ...mine],
    rate: byUser,
  }),
  changePhone: defineRoute({
    id: 'accounts.changePhone',
    method: 'POST',
    path: '/me/phone',
    summary: 'Send a code to a new phone number; it becomes the account’s when the code is given back.',
    access: 'user',
    body: z.strictObject({ phone }),
    reply: sentView,
    status: 202,
    errors: ['invalid_input', 'step_up_required', 'sms_unavailable', ...mine],
    rate: byUser,
  }),
  confirmPhone: defineRoute({
    id: 'accounts.confirmPhone',
    method: 'POST',
    path: '/me/phone/confirm',
    summary: 'Take the new phone number with the code that was sent there.',
    access: 'user',
    body: z.strictObject({ code }),
    reply: meView,
    status: 200,
    errors: ['invalid_input', ...codeErrors, ...mine],
    rate: byUser,
  }),
};
