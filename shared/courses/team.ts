import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import { id } from '../kernel/ids.ts';
import { pageOf, pageQuery } from '../kernel/page.ts';

/** How many people a manager can enrol at once. */
export const enrolledAtOnce = 50;

/** A course in which a manager may enrol the people below them. */
export const teamCourseView = z.object({
  id,
  code: z.string().nullable(),
  title: z.string(),
  instructor: z.object({ displayName: z.string() }),
  /** Null: as many as come. */
  placesLeft: z.int().min(0).nullable(),
});
export type TeamCourseView = z.infer<typeof teamCourseView>;

export const teamCoursesQuery = z.strictObject({
  ...pageQuery(25),
  organizationId: id,
  /** Part of the title or of the code. */
  q: z.string().trim().max(200).optional(),
});
export type TeamCoursesQuery = z.output<typeof teamCoursesQuery>;

/** Whom to enrol. The same person twice counts once; where places are few, who is named first comes first. */
export const teamEnrollInput = z.strictObject({
  userIds: z
    .array(id)
    .min(1)
    .max(enrolledAtOnce)
    .transform((all) => [...new Set(all)]),
});

/** What became of one person. `refused`: their account, their membership or their place in the course was suspended or lost. */
export const teamEnrollOutcome = z.object({
  userId: id,
  outcome: z.enum(['enrolled', 'already_enrolled', 'course_full', 'refused']),
});
export type TeamEnrollOutcome = z.infer<typeof teamEnrollOutcome>;

const courseParams = z.object({ courseId: id });
const about = [
  'unauthenticated',
  'not_found',
  'forbidden',
  'organization_suspended',
  'rate_limited',
] as const satisfies readonly ErrorCode[];

/**
 * REST operations of managers who enrol the people below them. Who is below whom is asked anew each time and is no permission
 * to name; whoever is not below the caller, in the organization of the course, does not exist for them.
 */
export const teamRoutes = {
  courses: defineRoute({
    id: 'team.courses',
    method: 'GET',
    path: '/me/reports/courses',
    summary:
      'The open courses of an organization in which the caller may enrol the people below them, by title.',
    access: 'user',
    query: teamCoursesQuery,
    reply: pageOf(teamCourseView),
    status: 200,
    errors: [...about, 'invalid_input'],
    rate: { points: 300, seconds: 60, by: 'user' },
  }),
  enroll: defineRoute({
    id: 'team.enroll',
    method: 'POST',
    path: '/courses/:courseId/reports',
    summary: `Enrol people below the caller in a course, ${enrolledAtOnce} at once: all who have a place, or nobody when one of them is not below the caller.`,
    access: 'user',
    params: courseParams,
    body: teamEnrollInput,
    reply: z.object({ items: z.array(teamEnrollOutcome) }),
    status: 200,
    errors: [...about, 'invalid_input', 'course_closed'],
    rate: { points: 60, seconds: 60, by: 'user' },
  }),
  takeOut: defineRoute({
    id: 'team.takeOut',
    method: 'DELETE',
    path: '/courses/:courseId/reports/:userId',
    summary:
      'Take somebody out of a course whom the caller, or a manager below them, enrolled. Taking them out twice changes nothing.',
    access: 'user',
    params: courseParams.extend({ userId: id }),
    reply: z.null(),
    status: 204,
    errors: [...about, 'conflict'],
    rate: { points: 60, seconds: 60, by: 'user' },
  }),
};
