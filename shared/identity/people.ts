import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import type { RoutePermission } from '../kernel/contract.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import { id } from '../kernel/ids.ts';
import { instant } from '../kernel/time.ts';
import { membershipRole, roleSlug } from './contract.ts';
import { fieldChanges, personField } from './custom-fields.ts';

/** How long a deleted account can be restored, in days. */
export const restoreDays = 90;
/** From how many days without a sign-in somebody counts as inactive. */
export const inactiveDays = 90;

/** One line of text that people read: no line breaks and no other control characters. */
const line = (longest: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .regex(/^[^\p{Cc}]*$/u);
const email = z.string().trim().toLowerCase().pipe(z.email().max(254));
const phone = z
  .string()
  .trim()
  .transform((text) => text.replaceAll(/[\s().-]/g, ''))
  .pipe(z.string().regex(/^\+[1-9]\d{6,14}$/));
const username = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(z.string().regex(/^[a-z0-9][a-z0-9._-]{2,99}$/));

/** The shapes of a person's fields, as the forms and the lists share them. */
export const personFields = {
  displayName: line(200),
  firstName: line(100),
  lastName: line(100),
  email,
  phone,
  username,
  department: line(100),
  jobTitle: line(100),
  employeeId: line(100),
};

/** The state of an account as it counts now: a suspension that has ended counts no more. */
export const personStatus = z.enum(['pending_verification', 'active', 'inactive', 'suspended', 'deleted']);
export type PersonStatus = z.infer<typeof personStatus>;

/** Somebody, as one line of a list. */
export const personView = z.object({
  id,
  code: z.string(),
  displayName: z.string(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  avatarUrl: z.string().nullable(),
  role: roleSlug,
  status: personStatus,
  lastSignInAt: instant.nullable(),
  createdAt: instant,
});
export type PersonView = z.infer<typeof personView>;

/** Why somebody's account is not the caller's to change. */
export const handsOff = z.enum(['other_organization', 'higher_level']);

/** Somebody, with all that those who look after them need. */
export const personDetailView = personView.extend({
  firstName: z.string(),
  lastName: z.string(),
  username: z.string().nullable(),
  locale: z.string(),
  timezone: z.string(),
  emailVerified: z.boolean(),
  phoneVerified: z.boolean(),
  suspendedUntil: instant.nullable(),
  deletedAt: instant.nullable(),
  restorableUntil: instant.nullable(),
  /** Null for those who may see people and not change them, and for accounts that another organization looks after. */
  security: z
    .object({
      hasPassword: z.boolean(),
      mustChangePassword: z.boolean(),
      twoFactorEnabled: z.boolean(),
      lockedUntil: instant.nullable(),
      suspensionReason: z.string().nullable(),
      /** Sign-ins that stand now. */
      sessions: z.int(),
    })
    .nullable(),
  department: z.string().nullable(),
  jobTitle: z.string().nullable(),
  employeeId: z.string().nullable(),
  hireDate: z.iso.date().nullable(),
  manager: z.object({ id, displayName: z.string() }).nullable(),
  /** What the organization asks for besides; none for accounts that another one looks after. */
  customFields: z.array(personField),
  /** In organizations whose people the caller may see. */
  memberships: z.array(
    z.object({ organizationId: id, name: z.string(), role: membershipRole, isPrimary: z.boolean() }),
  ),
  isSelf: z.boolean(),
  /** Null: the account may be changed, as far as the caller's rights go. */
  handsOff: handsOff.nullable(),
});
export type PersonDetailView = z.infer<typeof personDetailView>;

export const peopleSorts = ['name', 'last_sign_in', 'created'] as const;

export const peopleFilter = z.strictObject({
  /** Beginnings of words of the name or the code, the beginning of the e-mail address or phone number, or a whole employee id. */
  q: z.string().trim().max(200).optional(),
  /** Whole, in capital or small letters. */
  department: z.string().trim().max(100).optional(),
  employeeId: z.string().trim().max(100).optional(),
  /** Whole, in capital or small letters; of profiles that are not private. */
  skill: z.string().trim().max(60).optional(),
  role: roleSlug.optional(),
  /** Left out: everybody who is not deleted. */
  status: personStatus.optional(),
  /** `never`: has not signed in yet; `inactive`: not for 90 days. */
  signIn: z.enum(['never', 'inactive']).optional(),
  sort: z.enum(peopleSorts).default('name'),
  cursor: z.string().max(1000).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
export type PeopleFilter = z.output<typeof peopleFilter>;

const contact = <T extends { email?: string | null; phone?: string | null }>(input: T): boolean =>
  Boolean(input.email ?? input.phone);

export const newPersonInput = z
  .strictObject({
    displayName: personFields.displayName,
    firstName: personFields.firstName.optional(),
    lastName: personFields.lastName.optional(),
    email: email.optional(),
    phone: phone.optional(),
    role: roleSlug,
    /** Left out: the person gets a mail with a link to choose one. Given: they choose another one at the first sign-in. */
    password: z.string().min(1).max(1024).optional(),
    department: personFields.department.optional(),
    jobTitle: personFields.jobTitle.optional(),
    employeeId: personFields.employeeId.optional(),
  })
  .refine(contact, { path: ['email'], message: 'An e-mail address or a phone number is needed.' });
export type NewPersonInput = z.output<typeof newPersonInput>;

/** What is left out stays; null clears. */
export const personChanges = z.strictObject({
  displayName: personFields.displayName.optional(),
  firstName: personFields.firstName.optional(),
  lastName: personFields.lastName.or(z.literal('')).optional(),
  email: email.nullable().optional(),
  phone: phone.nullable().optional(),
  username: username.nullable().optional(),
  department: personFields.department.nullable().optional(),
  jobTitle: personFields.jobTitle.nullable().optional(),
  employeeId: personFields.employeeId.nullable().optional(),
  hireDate: z.iso.date().nullable().optional(),
  /** A member of the organization. */
  managerId: id.nullable().optional(),
  customFields: fieldChanges.optional(),
});
export type PersonChanges = z.output<typeof personChanges>;

export const suspensionInput = z.strictObject({
  reason: line(500),
  /** Null: until somebody lifts it. */
  until: instant.nullable().default(null),
});
export type SuspensionInput = z.output<typeof suspensionInput>;

const organizationParams = z.object({ organizationId: id });
const personParams = organizationParams.extend({ userId: id });

const needs = (slug: string): RoutePermission => ({
  slug,
  on: { type: 'organization', param: 'organizationId' },
});
const rate = { points: 300, seconds: 60, by: 'user' } as const;
const general = [
  'unauthenticated',
  'not_found',
  'forbidden',
  'organization_suspended',
  'rate_limited',
] as const satisfies readonly ErrorCode[];
const touching = [...general, 'managed_elsewhere', 'role_level'] as const satisfies readonly ErrorCode[];

/** One thing that is done to an account as a whole, without further input. */
function act<const E extends readonly ErrorCode[]>(
  name: string,
  verb: string,
  permission: string,
  summary: string,
  errors: E,
) {
  return defineRoute({
    id: `people.${name}`,
    method: 'POST',
    path: `/organizations/:organizationId/people/:userId/${verb}`,
    summary,
    access: 'user',
    permission: needs(permission),
    params: personParams,
    reply: personDetailView,
    status: 200,
    errors: [...touching, ...errors],
    rate,
  });
}

/** REST operations on the people of an organization. */
export const peopleRoutes = {
  list: defineRoute({
    id: 'people.list',
    method: 'GET',
    path: '/organizations/:organizationId/people',
    summary: 'The people of an organization.',
    access: 'user',
    permission: needs('user.read'),
    params: organizationParams,
    query: peopleFilter,
    reply: z.object({ items: z.array(personView), nextCursor: z.string().nullable() }),
    status: 200,
    errors: [...general, 'invalid_input'],
    rate,
  }),
  get: defineRoute({
    id: 'people.get',
    method: 'GET',
    path: '/organizations/:organizationId/people/:userId',
    summary: 'One person of an organization.',
    access: 'user',
    permission: needs('user.read'),
    params: personParams,
    reply: personDetailView,
    status: 200,
    errors: general,
    rate,
  }),
  create: defineRoute({
    id: 'people.create',
    method: 'POST',
    path: '/organizations/:organizationId/people',
    summary: 'Add a person. Without a password they get a mail with a link to choose one.',
    access: 'user',
    permission: needs('user.create'),
    params: organizationParams,
    body: newPersonInput,
    reply: personDetailView,
    status: 201,
    errors: [
      ...general,
      'invalid_input',
      'role_level',
      'already_exists',
      'weak_password',
      'breached_password',
      'mail_unavailable',
    ],
    rate: { points: 60, seconds: 60, by: 'user' },
  }),
  update: defineRoute({
    id: 'people.update',
    method: 'PATCH',
    path: '/organizations/:organizationId/people/:userId',
    summary:
      'Change the names, addresses and work fields of a person. A new address has to be confirmed again.',
    access: 'user',
    permission: needs('user.update'),
    params: personParams,
    body: personChanges,
    reply: personDetailView,
    status: 200,
    errors: [...touching, 'invalid_input', 'already_exists', 'own_account', 'manager_cycle', 'conflict'],
    rate,
  }),
  suspend: defineRoute({
    id: 'people.suspend',
    method: 'POST',
    path: '/organizations/:organizationId/people/:userId/suspend',
    summary: 'Suspend an account, for a time or until further notice: ends all its sign-ins at once.',
    access: 'user',
    permission: needs('user.suspend'),
    params: personParams,
    body: suspensionInput,
    reply: personDetailView,
    status: 200,
    errors: [...touching, 'invalid_input', 'own_account', 'conflict'],
    rate,
  }),
  deactivate: act(
    'deactivate',
    'deactivate',
    'user.suspend',
    'Close an account that is not needed now: ends all its sign-ins at once.',
    ['own_account', 'conflict'],
  ),
  reactivate: act(
    'reactivate',
    'reactivate',
    'user.suspend',
    'Open a suspended or deactivated account again.',
    ['own_account', 'conflict'],
  ),
  remove: defineRoute({
    id: 'people.remove',
    method: 'DELETE',
    path: '/organizations/:organizationId/people/:userId',
    summary: `Delete an account; it can be restored for ${restoreDays} days.`,
    access: 'user',
    permission: needs('user.delete'),
    params: personParams,
    reply: personDetailView,
    status: 200,
    errors: [...touching, 'own_account', 'conflict'],
    rate,
  }),
  restore: act('restore', 'restore', 'user.delete', `Restore an account within ${restoreDays} days.`, [
    'own_account',
    'already_exists',
    'conflict',
    'too_late',
  ]),
  requirePasswordChange: act(
    'requirePasswordChange',
    'require-password-change',
    'user.update',
    'Let a person choose a new password before anything else.',
    ['conflict'],
  ),
  sendPasswordLink: act(
    'sendPasswordLink',
    'password-link',
    'user.update',
    'Send a person a link to choose a password.',
    ['mail_unavailable', 'no_address', 'conflict'],
  ),
  unlock: act('unlock', 'unlock', 'user.update', 'Lift the lock after wrong passwords.', []),
  signOut: act('signOut', 'sign-out', 'user.update', 'End all sign-ins of a person.', ['own_account']),
  resetSecondFactor: act(
    'resetSecondFactor',
    'reset-second-factor',
    'user.update',
    'Remove the second factor of a person who has lost it.',
    ['own_account', 'conflict'],
  ),
};
