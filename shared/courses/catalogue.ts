import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import type { RoutePermission } from '../kernel/contract.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import { id } from '../kernel/ids.ts';
import { pageOf, pageQuery } from '../kernel/page.ts';
import { instant } from '../kernel/time.ts';

/** Days that somebody waits, whose request was declined, until they may ask for a place again. */
export const askAgainDays = 7;

/** Characters of the reason for which a request is declined. */
export const reasonLength = 400;

export const difficulties = ['beginner', 'intermediate', 'advanced', 'expert'] as const;

/** A course as the members of its organization find it. */
export const catalogueItem = z.object({
  id,
  code: z.string().nullable(),
  title: z.string(),
  subtitle: z.string().nullable(),
  description: z.string(),
  instructor: z.object({ id, displayName: z.string() }),
  difficulty: z.enum(difficulties),
  /** A BCP 47 tag, such as `en`. */
  language: z.string(),
  /** Names of its categories, the main one first. */
  categories: z.array(z.string()),
  enrollmentCount: z.int(),
  /** Null: as many as come. */
  placesLeft: z.int().min(0).nullable(),
  /** Whether one is in at once, or somebody has to agree. Null: it is not offered (any more); who sees it is in it, or looks after it. */
  entry: z.enum(['open', 'approval']).nullable(),
  /** What the caller is to it. `refused`: their place was suspended or lost. */
  mine: z.enum(['pending', 'enrolled', 'rejected', 'refused', 'teaching']).nullable(),
  /** Whether the caller may take their request back, or leave: they came by themselves, and there is no result yet. */
  canWithdraw: z.boolean(),
  /** With `mine: 'rejected'`: why, if that was told, and when they may ask again. */
  rejection: z.object({ reason: z.string().nullable(), askAgainAt: instant }).nullable(),
});
export type CatalogueItem = z.infer<typeof catalogueItem>;

/** A course that fits what somebody wants to learn. */
export const recommendation = catalogueItem.extend({
  /** The interest that it was found by, as the person wrote it or as the category is called: their most important one of those that fit. */
  because: z.string(),
});
export type Recommendation = z.infer<typeof recommendation>;

export const catalogueQuery = z.strictObject({
  ...pageQuery(24),
  /** Words of the course, or the beginning of a word of its title or of its code. */
  q: z.string().trim().max(200).optional(),
  /** In this category, or in one below it. */
  categoryId: id.optional(),
  difficulty: z.enum(difficulties).optional(),
});
export type CatalogueQuery = z.output<typeof catalogueQuery>;

/** A category in which something is found. */
export const catalogueCategory = z.object({
  id,
  /** Its name, after those of the categories that it is in. */
  path: z.array(z.string()).min(1),
});
export type CatalogueCategory = z.infer<typeof catalogueCategory>;

/** Somebody who asks for a place in a course. */
export const enrollmentRequest = z.object({
  id,
  user: z.object({ id, displayName: z.string() }),
  askedAt: instant,
});
export type EnrollmentRequest = z.infer<typeof enrollmentRequest>;

const courseParams = z.object({ courseId: id });
const requestParams = courseParams.extend({ userId: id });
const approval: RoutePermission = {
  slug: 'enrollment.approve',
  on: { type: 'course', param: 'courseId' },
};
const about = [
  'unauthenticated',
  'invalid_input',
  'not_found',
  'organization_suspended',
  'rate_limited',
] as const satisfies readonly ErrorCode[];
const reading = { points: 300, seconds: 60, by: 'user' } as const;
const changing = { points: 60, seconds: 60, by: 'user' } as const;

/**
 * REST operations of the catalogue: what an organization offers to its members, where they work now. What is not offered to
 * somebody, and not theirs to see otherwise, does not exist for them.
 */
export const catalogueRoutes = {
  list: defineRoute({
    id: 'catalogue.list',
    method: 'GET',
    path: '/catalogue',
    summary: 'Courses that one can enter where one works now, the newest first.',
    access: 'user',
    query: catalogueQuery,
    reply: pageOf(catalogueItem),
    status: 200,
    errors: [...about],
    rate: reading,
  }),
  categories: defineRoute({
    id: 'catalogue.categories',
    method: 'GET',
    path: '/catalogue/categories',
    summary: 'The categories in which there is something in the catalogue, in the order of their tree.',
    access: 'user',
    reply: z.object({ items: z.array(catalogueCategory), nextCursor: z.null() }),
    status: 200,
    errors: [...about],
    rate: reading,
  }),
  get: defineRoute({
    id: 'catalogue.get',
    method: 'GET',
    path: '/catalogue/:courseId',
    summary: 'One course as its members find it; also for whoever sees it anyway.',
    access: 'user',
    params: courseParams,
    reply: catalogueItem,
    status: 200,
    errors: [...about],
    rate: reading,
  }),
  recommendations: defineRoute({
    id: 'catalogue.recommendations',
    method: 'GET',
    path: '/recommendations',
    summary:
      'Courses of the catalogue that fit one’s interests and have places left, those of the most important interest first; never one that one is in already.',
    access: 'user',
    query: z.strictObject({ limit: z.coerce.number().int().min(1).max(50).default(6) }),
    reply: z.object({ items: z.array(recommendation), nextCursor: z.null() }),
    status: 200,
    errors: [...about],
    rate: reading,
  }),
  enroll: defineRoute({
    id: 'catalogue.enroll',
    method: 'POST',
    path: '/courses/:courseId/enroll',
    summary:
      'Enter a course of the catalogue, or ask for a place where somebody has to agree. Twice is answered as once.',
    access: 'user',
    permission: { slug: 'course.enroll', on: { type: 'course', param: 'courseId' } },
    params: courseParams,
    reply: catalogueItem,
    status: 200,
    errors: [...about, 'forbidden', 'course_closed', 'course_full', 'enrollment_refused', 'request_declined'],
    rate: changing,
  }),
  withdraw: defineRoute({
    id: 'catalogue.withdraw',
    method: 'POST',
    path: '/courses/:courseId/withdraw',
    summary:
      'Take one’s request back, or leave a course that one entered oneself; a result stays. Twice changes nothing.',
    access: 'user',
    params: courseParams,
    reply: z.null(),
    status: 204,
    errors: [...about, 'forbidden', 'conflict'],
    rate: changing,
  }),
};

/** REST operations of those who decide who gets a place in a course. */
export const enrollmentRequestRoutes = {
  list: defineRoute({
    id: 'enrollmentRequests.list',
    method: 'GET',
    path: '/courses/:courseId/enrollment-requests',
    summary: 'Who asks for a place in a course, who asked first comes first.',
    access: 'user',
    permission: approval,
    params: courseParams,
    query: z.strictObject({ ...pageQuery(50) }),
    reply: pageOf(enrollmentRequest).extend({
      /** Of all pages. */
      total: z.int().min(0),
    }),
    status: 200,
    errors: [...about, 'forbidden'],
    rate: reading,
  }),
  approve: defineRoute({
    id: 'enrollmentRequests.approve',
    method: 'POST',
    path: '/courses/:courseId/enrollment-requests/:userId/approve',
    summary: 'Give somebody a place who asks for one. Twice changes nothing.',
    access: 'user',
    permission: approval,
    params: requestParams,
    reply: z.null(),
    status: 204,
    errors: [...about, 'forbidden', 'course_closed', 'course_full', 'conflict'],
    rate: changing,
  }),
  reject: defineRoute({
    id: 'enrollmentRequests.reject',
    method: 'POST',
    path: '/courses/:courseId/enrollment-requests/:userId/reject',
    summary: `Decline a request; whoever asked reads the reason, and may ask again after ${askAgainDays} days. Twice changes nothing.`,
    access: 'user',
    permission: approval,
    params: requestParams,
    body: z.strictObject({ reason: z.string().trim().max(reasonLength).nullish() }),
    reply: z.null(),
    status: 204,
    errors: [...about, 'forbidden', 'conflict'],
    rate: changing,
  }),
};
