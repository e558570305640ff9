import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import { id } from '../kernel/ids.ts';
import { instant } from '../kernel/time.ts';
import { liveSessionView } from './contract.ts';
import { pageOf, pageQuery } from '../kernel/page.ts';

/** A class of a learner's course, and whether they were there. */
export const attendanceView = z.object({
  sessionId: id,
  title: z.string(),
  courseId: id,
  courseTitle: z.string(),
  status: liveSessionView.shape.status,
  scheduledAt: instant,
  durationMinutes: z.number().int(),
  joined: z.boolean(),
  /** Whole minutes in the class so far. */
  minutes: z.number().int(),
});
export type AttendanceView = z.infer<typeof attendanceView>;

export const attendanceRoutes = {
  ofLearner: defineRoute({
    id: 'live.attendanceOfLearner',
    method: 'GET',
    path: '/me/children/:userId/attendance',
    summary:
      "Classes of a learner's courses with their attendance, latest first: for their guardians, their school and themselves.",
    access: 'user',
    permission: { slug: 'progress.read', on: { type: 'user', param: 'userId' } },
    params: z.object({ userId: id }),
    query: z.strictObject({
      courseId: id.optional(),
      /** Classes that are to begin from this moment on … */
      from: instant.optional(),
      /** … and before this one. */
      to: instant.optional(),
      ...pageQuery(50),
    }),
    reply: pageOf(attendanceView),
    status: 200,
    errors: [
      'unauthenticated',
      'invalid_input',
      'forbidden',
      'not_found',
      'organization_suspended',
      'rate_limited',
    ],
    rate: { points: 300, seconds: 60, by: 'user' },
  }),
};
