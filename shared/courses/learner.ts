import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import { id } from '../kernel/ids.ts';

/** How far somebody is in a course that they learn in. */
export const learningStatuses = ['enrolled', 'in_progress', 'completed'] as const;

/** A course of a learner, as those see it who may follow their progress. */
export const learnerCourseView = z.object({
  id,
  code: z.string().nullable(),
  title: z.string(),
  subtitle: z.string().nullable(),
  instructor: z.object({ displayName: z.string() }),
  enrollmentStatus: z.enum(learningStatuses),
  /** The manager who enrolled them, where the caller may take them out again: that manager, or one above; else null. */
  enrolledBy: z.object({ displayName: z.string(), isSelf: z.boolean() }).nullable(),
});
export type LearnerCourseView = z.infer<typeof learnerCourseView>;

export const learnerRoutes = {
  courses: defineRoute({
    id: 'courses.ofLearner',
    method: 'GET',
    path: '/me/children/:userId/courses',
    summary:
      'The courses that somebody learns in: for their guardians, their managers, their school and themselves.',
    access: 'user',
    permission: { slug: 'progress.read', on: { type: 'user', param: 'userId' } },
    params: z.object({ userId: id }),
    reply: z.object({ items: z.array(learnerCourseView), nextCursor: z.null() }),
    status: 200,
    errors: ['unauthenticated', 'forbidden', 'not_found', 'organization_suspended', 'rate_limited'],
    rate: { points: 300, seconds: 60, by: 'user' },
  }),
};
