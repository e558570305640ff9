import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import { id } from '../kernel/ids.ts';
import { instant } from '../kernel/time.ts';
import { genders, visibilities } from './accounts.ts';
import { roleSlug } from './contract.ts';

/** How many people one can follow. */
export const maxFollowing = 1000;
/** How many interests one can name. */
export const maxInterests = 20;
export const interestLength = 60;

/** Somebody in a list of people who follow or are followed. */
export const followView = z.object({
  id,
  displayName: z.string(),
  avatarUrl: z.string().nullable(),
  role: roleSlug,
  jobTitle: z.string().nullable(),
  followedAt: instant,
  /** Whether the caller follows them. */
  isFollowed: z.boolean(),
  isSelf: z.boolean(),
});
export type FollowView = z.infer<typeof followView>;

/** Where the caller and another person stand after following or not. */
export const followState = z.object({ isFollowed: z.boolean(), followersCount: z.int() });
export type FollowState = z.infer<typeof followState>;

const someone = z.object({ id, displayName: z.string() });

/** A person's profile, as the caller may see it. */
export const personProfileView = z.object({
  id,
  displayName: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  avatarUrl: z.string().nullable(),
  role: roleSlug,
  bio: z.string().nullable(),
  skills: z.array(z.string()),
  /** The most important one first. */
  interests: z.array(z.string()),
  socialLinks: z.record(z.string(), z.string()),
  location: z.string().nullable(),
  /** ISO 3166-1 alpha-2. */
  country: z.string().nullable(),
  timezone: z.string(),
  jobTitle: z.string().nullable(),
  /** Null also for those who are not of the organization whose department it is. */
  department: z.string().nullable(),
  followersCount: z.int(),
  followingCount: z.int(),
  isSelf: z.boolean(),
  isFollowed: z.boolean(),
  /** Whether this person follows the caller. */
  followsMe: z.boolean(),
  visibility: z.enum(visibilities),
  /** For the person, their guardians and who looks after the account; else null, as when it is not given. */
  dateOfBirth: z.iso.date().nullable(),
  /** For the person and who looks after the account; null: not for the caller. */
  confidential: z
    .object({
      code: z.string(),
      email: z.string().nullable(),
      phone: z.string().nullable(),
      alternatePhone: z.string().nullable(),
      gender: z.enum(genders).nullable(),
      addressLine1: z.string().nullable(),
      addressLine2: z.string().nullable(),
      postalCode: z.string().nullable(),
      city: z.string().nullable(),
      stateProvince: z.string().nullable(),
      emergencyContactName: z.string().nullable(),
      emergencyContactPhone: z.string().nullable(),
      emergencyContactRelationship: z.string().nullable(),
      employeeId: z.string().nullable(),
      hireDate: z.iso.date().nullable(),
      manager: someone.nullable(),
    })
    .nullable(),
});
export type PersonProfileView = z.infer<typeof personProfileView>;

/** A word of one's own as it is kept: in small letters, without spaces to spare. */
export const interestName = z
  .string()
  .max(200)
  .transform((text) => text.normalize('NFC').toLowerCase().trim().replaceAll(/ +/g, ' '))
  .pipe(
    z
      .string()
      .min(1)
      .max(interestLength)
      .regex(/^[^\p{Cc}]*$/u),
  );

/** An interest: a category of courses, or a word of one's own. */
const interest = z.union([z.strictObject({ categoryId: id }), z.strictObject({ name: interestName })]);
export type Interest = z.output<typeof interest>;

/** The same for two that are one interest. */
export const interestKey = (one: Interest): string =>
  'name' in one ? `name ${one.name}` : `category ${one.categoryId}`;

export const interestsInput = z.strictObject({
  /** The most important one first. The same one twice counts once, where it comes first. */
  interests: z
    .array(interest)
    .max(100)
    .transform((all) => {
      const keys = all.map(interestKey);
      return all.filter((one, index) => keys.indexOf(interestKey(one)) === index);
    })
    .refine((all) => all.length <= maxInterests, `are more than ${maxInterests}`),
});
export const interestView = z.object({
  name: z.string(),
  /** Null: a word of one's own. */
  categoryId: id.nullable(),
});
export type InterestView = z.infer<typeof interestView>;
export const interestsView = z.object({ interests: z.array(interestView) });
export type InterestsView = z.infer<typeof interestsView>;

/** Somebody whose manager the caller is, directly or through others. */
export const reportView = z.object({
  id,
  displayName: z.string(),
  avatarUrl: z.string().nullable(),
  role: roleSlug,
  jobTitle: z.string().nullable(),
  department: z.string().nullable(),
  lastActivityAt: instant.nullable(),
  /** 1: reports to the caller; 2: to somebody who does, and so on. */
  level: z.int().min(1),
  manager: someone,
  /** The organization that looks after the person. */
  organizationId: id,
  /** Whether the person lets the caller see their profile. */
  hasProfile: z.boolean(),
});
export type ReportView = z.infer<typeof reportView>;

const page = {
  cursor: z.string().max(1000).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
};

export const followsQuery = z.strictObject(page);
export type FollowsQuery = z.output<typeof followsQuery>;
export const reportsQuery = z.strictObject({ ...page, reach: z.enum(['all', 'direct']).default('all') });
export type ReportsQuery = z.output<typeof reportsQuery>;

const params = z.object({ userId: id });
const mine = [
  'unauthenticated',
  'token_expired',
  'session_revoked',
  'rate_limited',
] as const satisfies ErrorCode[];
const often = { points: 300, seconds: 60, by: 'user' } as const;
const byUser = { points: 60, seconds: 60, by: 'user' } as const;
const follows = z.object({ items: z.array(followView), nextCursor: z.string().nullable() });

/**
 * REST operations on profiles, follows, interests and reports. Who may see a person is for the person to say (`visibility`),
 * within the organizations that both are in: there is no permission to name, and who may not is told that there is nobody.
 */
export const profileRoutes = {
  get: defineRoute({
    id: 'profiles.get',
    method: 'GET',
    path: '/users/:userId/profile',
    summary: 'The profile of a person, as far as they show it to the caller.',
    access: 'user',
    params,
    reply: personProfileView,
    status: 200,
    errors: ['not_found', ...mine],
    rate: often,
  }),
  follow: defineRoute({
    id: 'profiles.follow',
    method: 'PUT',
    path: '/users/:userId/follow',
    summary: 'Follow a person. Following somebody twice changes nothing.',
    access: 'user',
    params,
    reply: followState,
    status: 200,
    errors: ['not_found', 'own_account', 'follow_limit', ...mine],
    rate: byUser,
  }),
  unfollow: defineRoute({
    id: 'profiles.unfollow',
    method: 'DELETE',
    path: '/users/:userId/follow',
    summary: 'Follow a person no more.',
    access: 'user',
    params,
    reply: followState,
    status: 200,
    errors: ['not_found', 'own_account', ...mine],
    rate: byUser,
  }),
  followers: defineRoute({
    id: 'profiles.followers',
    method: 'GET',
    path: '/users/:userId/followers',
    summary: 'Who follows a person, newest first; without those who do not show themselves to the caller.',
    access: 'user',
    params,
    query: followsQuery,
    reply: follows,
    status: 200,
    errors: ['not_found', 'invalid_input', ...mine],
    rate: often,
  }),
  following: defineRoute({
    id: 'profiles.following',
    method: 'GET',
    path: '/users/:userId/following',
    summary: 'Whom a person follows, newest first; without those who do not show themselves to the caller.',
    access: 'user',
    params,
    query: followsQuery,
    reply: follows,
    status: 200,
    errors: ['not_found', 'invalid_input', ...mine],
    rate: often,
  }),
  interests: defineRoute({
    id: 'profiles.interests',
    method: 'GET',
    path: '/me/interests',
    summary: 'The own interests, the most important one first.',
    access: 'user',
    reply: interestsView,
    status: 200,
    errors: mine,
    rate: often,
  }),
  setInterests: defineRoute({
    id: 'profiles.setInterests',
    method: 'PUT',
    path: '/me/interests',
    summary: `Set the own interests, words and categories of courses, the most important one first; at most ${maxInterests}.`,
    access: 'user',
    body: interestsInput,
    reply: interestsView,
    status: 200,
    errors: ['invalid_input', 'not_found', ...mine],
    rate: byUser,
  }),
  reports: defineRoute({
    id: 'profiles.reports',
    method: 'GET',
    path: '/me/reports',
    summary: 'The people whose manager the caller is, directly and through others; the nearest first.',
    access: 'user',
    query: reportsQuery,
    reply: z.object({ items: z.array(reportView), nextCursor: z.string().nullable() }),
    status: 200,
    errors: ['invalid_input', ...mine],
    rate: often,
  }),
};
