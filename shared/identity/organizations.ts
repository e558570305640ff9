import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import type { RoutePermission } from '../kernel/contract.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import { id } from '../kernel/ids.ts';
import { instant } from '../kernel/time.ts';
import { membershipRole, meView } from './contract.ts';

export const organizationTypes = ['company', 'division', 'department', 'team', 'group'] as const;
export const organizationType = z.enum(organizationTypes);
export const organizationStatus = z.enum(['active', 'inactive', 'suspended']);
export type OrganizationStatus = z.infer<typeof organizationStatus>;
export const membershipStatus = z.enum(['pending', 'active', 'inactive']);
export type MembershipStatus = z.infer<typeof membershipStatus>;

/** How many levels a tree of organizations can have; the policy looks no further up. */
export const deepestTree = 20;

/** One line of text that people read: no line breaks and no other control characters. */
const line = (longest: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .regex(/^[^\p{Cc}]*$/u);
/** A name of the IANA time zone database. */
const timezone = z
  .string()
  .max(100)
  .refine((name) => {
    try {
      return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
    } catch {
      return false;
    }
  }, 'This is no time zone.');
/** BCP 47, such as `en` or `pt-BR`. */
const locale = z
  .string()
  .max(35)
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/);
/** Only what a browser opens as a page: `javascript:` and the like are no websites. */
const website = z.url({ protocol: /^https?$/ }).max(500);
const domain = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,63}$/);

/** What an organization sets for itself (SCHEMA, Appendix A). */
export const organizationSettings = z.strictObject({
  branding: z
    .strictObject({
      primaryColor: z
        .string()
        .regex(/^#[0-9a-fA-F]{6}$/)
        .optional(),
      loginMessage: z.string().trim().max(500).optional(),
    })
    .optional(),
  features: z
    .record(z.string().regex(/^[a-z][a-z0-9_.]{0,49}$/), z.boolean())
    .refine((features) => Object.keys(features).length <= 50, 'At most 50 features.')
    .optional(),
  /** New people register, and are invited, with e-mail addresses of these domains only; empty: of any. */
  emailDomains: z.array(domain).max(50).optional(),
});
export type OrganizationSettings = z.infer<typeof organizationSettings>;

/** The fields of an organization as forms share them. */
export const organizationFields = {
  name: line(200),
  slug: z
    .string()
    .trim()
    .max(100)
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  description: z.string().trim().max(2000),
  website,
  phone: line(50),
  email: z.string().trim().toLowerCase().pipe(z.email().max(254)),
  addressLine: line(200),
  place: line(100),
  country: z.string().regex(/^[A-Z]{2}$/),
};

const contact = {
  website: organizationFields.website.nullable(),
  phone: organizationFields.phone.nullable(),
  email: organizationFields.email.nullable(),
  addressLine1: organizationFields.addressLine.nullable(),
  addressLine2: organizationFields.addressLine.nullable(),
  city: organizationFields.place.nullable(),
  stateProvince: organizationFields.place.nullable(),
  postalCode: line(20).nullable(),
  /** ISO 3166-1 alpha-2. */
  country: organizationFields.country.nullable(),
};

export const newOrganizationInput = z.strictObject({
  /** Null: an organization of its own. */
  parentId: id.nullable().default(null),
  name: organizationFields.name,
  slug: organizationFields.slug,
  type: organizationType.default('company'),
  description: organizationFields.description.nullable().default(null),
  timezone: timezone.default('UTC'),
  locale: locale.default('en'),
});
export type NewOrganizationInput = z.output<typeof newOrganizationInput>;

/** What is left out stays; null clears. */
export const organizationChanges = z
  .strictObject({
    parentId: id.nullable(),
    name: organizationFields.name,
    slug: organizationFields.slug,
    type: organizationType,
    description: organizationFields.description.nullable(),
    timezone,
    locale,
    settings: organizationSettings,
    ...contact,
  })
  .partial();
export type OrganizationChanges = z.output<typeof organizationChanges>;

/** One line of a list. */
export const organizationView = z.object({
  id,
  parentId: id.nullable(),
  name: z.string(),
  slug: z.string(),
  type: organizationType,
  status: organizationStatus,
  deletedAt: instant.nullable(),
  /** What the caller is in it; null: not a member. */
  myRole: membershipRole.nullable(),
});
export type OrganizationView = z.infer<typeof organizationView>;

export const organizationDetailView = organizationView.extend({
  description: z.string().nullable(),
  timezone: z.string(),
  locale: z.string(),
  website: z.string().nullable(),
  phone: z.string().nullable(),
  email: z.string().nullable(),
  addressLine1: z.string().nullable(),
  addressLine2: z.string().nullable(),
  city: z.string().nullable(),
  stateProvince: z.string().nullable(),
  postalCode: z.string().nullable(),
  country: z.string().nullable(),
  settings: organizationSettings,
  memberCount: z.int(),
  createdAt: instant,
  /** What the caller may do: `manage` changes it, `govern` suspends and deletes it (a right on what it is part of). */
  may: z.object({ manage: z.boolean(), govern: z.boolean() }),
});
export type OrganizationDetailView = z.infer<typeof organizationDetailView>;

/** One organization of a tree; the first one asked for has depth 0. Parents come before their children. */
export const treeNodeView = organizationView.extend({ depth: z.int(), memberCount: z.int() });
export type TreeNodeView = z.infer<typeof treeNodeView>;

/** Somebody in an organization, now or earlier. */
export const memberView = z.object({
  membershipId: id,
  userId: id,
  code: z.string(),
  displayName: z.string(),
  email: z.string().nullable(),
  role: membershipRole,
  title: z.string().nullable(),
  /** `left`: was a member from `joinedAt` to `leftAt`. */
  status: z.enum([...membershipStatus.options, 'left']),
  isPrimary: z.boolean(),
  joinedAt: instant,
  leftAt: instant.nullable(),
});
export type MemberView = z.infer<typeof memberView>;

export const memberFilter = z.strictObject({
  /** Part of the name, or the beginning of the e-mail address or the code. */
  q: z.string().trim().max(200).optional(),
  role: membershipRole.optional(),
  /** Left out: everybody who has not left. */
  status: z.enum([...membershipStatus.options, 'left']).optional(),
  cursor: z.string().max(1000).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
export type MemberFilter = z.output<typeof memberFilter>;

export const memberChanges = z
  .strictObject({ role: membershipRole, title: line(100).nullable(), status: membershipStatus })
  .partial();
export type MemberChanges = z.output<typeof memberChanges>;

/** A membership of the caller's own. */
export const myMembershipView = z.object({
  membershipId: id,
  organization: z.object({ id, name: z.string(), slug: z.string(), suspended: z.boolean() }),
  role: membershipRole,
  title: z.string().nullable(),
  status: memberView.shape.status,
  isPrimary: z.boolean(),
  joinedAt: instant,
  leftAt: instant.nullable(),
});
export type MyMembershipView = z.infer<typeof myMembershipView>;

/** The sign-in page of an organization, as `/sign-in?org=<slug>` shows it. */
export const signInPageView = z.object({
  name: z.string(),
  /** `#rrggbb` */
  primaryColor: z.string().nullable(),
  loginMessage: z.string().nullable(),
});
export type SignInPageView = z.infer<typeof signInPageView>;

const organizationParams = z.object({ organizationId: id });
const memberParams = organizationParams.extend({ membershipId: id });
const rate = { points: 300, seconds: 60, by: 'user' } as const;
const needs = (slug: string): RoutePermission => ({
  slug,
  on: { type: 'organization', param: 'organizationId' },
});
const general = ['unauthenticated', 'rate_limited'] as const satisfies readonly ErrorCode[];
const about = [
  ...general,
  'not_found',
  'forbidden',
  'organization_suspended',
] as const satisfies readonly ErrorCode[];

/** REST operations on organizations and their tree. */
export const organizationRoutes = {
  signInPage: defineRoute({
    id: 'organizations.signInPage',
    method: 'GET',
    path: '/sign-in-pages/:slug',
    summary: 'What the sign-in page of an organization looks like and says, before anybody has signed in.',
    access: 'public',
    params: z.object({ slug: z.string().max(100) }),
    reply: signInPageView,
    status: 200,
    errors: ['not_found', 'rate_limited'],
    rate: { points: 120, seconds: 60, by: 'address' },
  }),
  list: defineRoute({
    id: 'organizations.list',
    method: 'GET',
    path: '/organizations',
    summary: 'Organizations that I belong to; for super administrators all of them.',
    access: 'user',
    query: z.strictObject({
      q: z.string().trim().max(200).optional(),
      /** Instead: deleted ones that the caller may restore. */
      deleted: z.enum(['true', 'false']).default('false'),
      cursor: z.string().max(1000).optional(),
      limit: z.coerce.number().int().min(1).max(100).default(50),
    }),
    reply: z.object({ items: z.array(organizationView), nextCursor: z.string().nullable() }),
    status: 200,
    errors: [...general, 'invalid_input'],
    rate,
  }),
  get: defineRoute({
    id: 'organizations.get',
    method: 'GET',
    path: '/organizations/:organizationId',
    summary: 'One organization.',
    access: 'user',
    permission: needs('organization.read'),
    params: organizationParams,
    reply: organizationDetailView,
    status: 200,
    errors: about,
    rate,
  }),
  tree: defineRoute({
    id: 'organizations.tree',
    method: 'GET',
    path: '/organizations/:organizationId/tree',
    summary: 'An organization with everything below it.',
    access: 'user',
    permission: needs('organization.read'),
    params: organizationParams,
    reply: z.object({ items: z.array(treeNodeView) }),
    status: 200,
    errors: about,
    rate,
  }),
  create: defineRoute({
    id: 'organizations.create',
    method: 'POST',
    path: '/organizations',
    summary:
      'Create an organization: below one that the caller manages, or, for super administrators, on its own.',
    access: 'user',
    body: newOrganizationInput,
    reply: organizationDetailView,
    status: 201,
    errors: [...about, 'invalid_input', 'already_exists', 'tree_too_deep'],
    rate,
  }),
  update: defineRoute({
    id: 'organizations.update',
    method: 'PATCH',
    path: '/organizations/:organizationId',
    summary: 'Change an organization. Moving it needs the right to manage where it is taken from and put to.',
    access: 'user',
    permission: needs('organization.manage'),
    params: organizationParams,
    body: organizationChanges,
    reply: organizationDetailView,
    status: 200,
    errors: [...about, 'invalid_input', 'already_exists', 'cycle', 'tree_too_deep', 'system_object'],
    rate,
  }),
  suspend: defineRoute({
    id: 'organizations.suspend',
    method: 'POST',
    path: '/organizations/:organizationId/suspend',
    summary:
      'Close an organization and everything below it, at once: a right of what it is part of. `inactive` also takes it off the sign-up.',
    access: 'user',
    permission: needs('organization.manage'),
    params: organizationParams,
    body: z.strictObject({ status: z.enum(['suspended', 'inactive']).default('suspended') }),
    reply: organizationDetailView,
    status: 200,
    errors: [...about, 'invalid_input', 'conflict'],
    rate,
  }),
  reactivate: defineRoute({
    id: 'organizations.reactivate',
    method: 'POST',
    path: '/organizations/:organizationId/reactivate',
    summary: 'Open a closed organization again: a right of what it is part of.',
    access: 'user',
    permission: needs('organization.manage'),
    params: organizationParams,
    reply: organizationDetailView,
    status: 200,
    errors: [...about, 'conflict'],
    rate,
  }),
  remove: defineRoute({
    id: 'organizations.remove',
    method: 'DELETE',
    path: '/organizations/:organizationId',
    summary: 'Delete an organization; it can be restored. What was below it stands on its own afterwards.',
    access: 'user',
    permission: needs('organization.manage'),
    params: organizationParams,
    reply: z.null(),
    status: 204,
    errors: [...about, 'system_object'],
    rate,
  }),
  restore: defineRoute({
    id: 'organizations.restore',
    method: 'POST',
    path: '/organizations/:organizationId/restore',
    summary: 'Restore a deleted organization.',
    access: 'user',
    permission: needs('organization.manage'),
    params: organizationParams,
    reply: organizationDetailView,
    status: 200,
    errors: [...about, 'conflict', 'already_exists'],
    rate,
  }),
};

const changing = [
  ...about,
  'role_level',
  'own_account',
  'last_owner',
  'conflict',
] as const satisfies readonly ErrorCode[];

/** REST operations on who belongs to an organization. */
export const membershipRoutes = {
  list: defineRoute({
    id: 'memberships.list',
    method: 'GET',
    path: '/organizations/:organizationId/members',
    summary: 'The members of an organization, or those who have left it.',
    access: 'user',
    permission: needs('user.read'),
    params: organizationParams,
    query: memberFilter,
    reply: z.object({ items: z.array(memberView), nextCursor: z.string().nullable() }),
    status: 200,
    errors: [...about, 'invalid_input'],
    rate,
  }),
  update: defineRoute({
    id: 'memberships.update',
    method: 'PATCH',
    path: '/organizations/:organizationId/members/:membershipId',
    summary: "Change a member's role, title or status; nobody gives or touches more than they have.",
    access: 'user',
    permission: needs('organization.manage'),
    params: memberParams,
    body: memberChanges,
    reply: memberView,
    status: 200,
    errors: [...changing, 'invalid_input'],
    rate,
  }),
  remove: defineRoute({
    id: 'memberships.remove',
    method: 'DELETE',
    path: '/organizations/:organizationId/members/:membershipId',
    summary: 'End a membership, and with it what the person may do in the organization.',
    access: 'user',
    permission: needs('organization.manage'),
    params: memberParams,
    reply: z.null(),
    status: 204,
    errors: changing,
    rate,
  }),
  mine: defineRoute({
    id: 'memberships.mine',
    method: 'GET',
    path: '/me/memberships',
    summary: 'Where I am a member, and where I was.',
    access: 'user',
    reply: z.object({ items: z.array(myMembershipView) }),
    status: 200,
    errors: general,
    rate,
  }),
  leave: defineRoute({
    id: 'memberships.leave',
    method: 'POST',
    path: '/me/memberships/:membershipId/leave',
    summary: 'Leave an organization.',
    access: 'user',
    params: z.object({ membershipId: id }),
    reply: z.null(),
    status: 204,
    errors: [...general, 'not_found', 'last_owner'],
    rate,
  }),
  makePrimary: defineRoute({
    id: 'memberships.makePrimary',
    method: 'POST',
    path: '/me/memberships/:membershipId/make-primary',
    summary:
      'Make an organization the one that looks after my account. Not where my account’s role would say more than I am there.',
    access: 'user',
    params: z.object({ membershipId: id }),
    reply: z.object({ items: z.array(myMembershipView) }),
    status: 200,
    errors: [...general, 'not_found', 'organization_suspended', 'role_of_primary'],
    rate,
  }),
  switchTo: defineRoute({
    id: 'memberships.switchTo',
    method: 'POST',
    path: '/me/organization',
    summary: 'Work in another organization, with this sign-in.',
    access: 'user',
    body: z.strictObject({ organizationId: id }),
    reply: meView,
    status: 200,
    errors: [...general, 'invalid_input', 'not_found', 'organization_suspended'],
    rate,
  }),
};
