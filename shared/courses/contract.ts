import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import { id } from '../kernel/ids.ts';
import { liveSessionView } from '../live/contract.ts';
import { courseCategory } from './categories.ts';
import { pageOf, pageQuery } from '../kernel/page.ts';

/** What somebody is in a course: its teacher, a co-teacher, a learner, or staff of the organization. */
export const courseStanding = z.enum(['instructor', 'assistant', 'learner', 'staff']);
export type CourseStanding = z.infer<typeof courseStanding>;

export const courseView = z.object({
  id,
  code: z.string().nullable(),
  title: z.string(),
  subtitle: z.string().nullable(),
  description: z.string(),
  instructor: z.object({ id, displayName: z.string() }),
  enrollmentCount: z.number().int(),
  standing: courseStanding,
  /** How many wait for a place and for an answer of the viewer's; null: not theirs to answer. */
  requestsCount: z.number().int().nullable(),
});
export type CourseView = z.infer<typeof courseView>;

/** A course on its own page, with what the viewer may do there. */
export const courseDetail = courseView.extend({
  organizationId: id,
  /** Whether they may enrol people, invite them, and take them out. */
  canManageEnrollments: z.boolean(),
  /** Whether it is published: learners see it, and can be invited to it. */
  isOpen: z.boolean(),
  /** Whether they may change it, and which categories it is in. */
  canUpdate: z.boolean(),
  /** The one it belongs to most first. */
  categories: z.array(courseCategory),
});
export type CourseDetail = z.infer<typeof courseDetail>;

export const coursesRoutes = {
  mine: defineRoute({
    id: 'courses.mine',
    method: 'GET',
    path: '/me/courses',
    summary: 'Courses I teach or learn in.',
    access: 'user',
    query: z.strictObject({
      ...pageQuery(50),
    }),
    reply: pageOf(courseView),
    status: 200,
    errors: ['unauthenticated', 'invalid_input', 'rate_limited'],
    rate: { points: 300, seconds: 60, by: 'user' },
  }),
  today: defineRoute({
    id: 'courses.today',
    method: 'GET',
    path: '/me/live-sessions',
    summary: 'Classes of my courses, and those that I am a guest of, that overlap a period, soonest first.',
    access: 'user',
    query: z.strictObject({
      from: z.iso.datetime(),
      to: z.iso.datetime(),
      /** Only those that I am a guest of. */
      as: z.literal('guest').optional(),
    }),
    reply: z.object({
      items: z.array(liveSessionView.extend({ courseTitle: z.string().nullable() })),
      nextCursor: id.nullable(),
    }),
    status: 200,
    errors: ['unauthenticated', 'invalid_input', 'rate_limited'],
    rate: { points: 300, seconds: 60, by: 'user' },
  }),
  get: defineRoute({
    id: 'courses.get',
    method: 'GET',
    path: '/courses/:courseId',
    summary: 'One course of mine.',
    access: 'user',
    permission: { slug: 'course.read', on: { type: 'course', param: 'courseId' } },
    params: z.object({ courseId: id }),
    reply: courseDetail,
    status: 200,
    errors: ['unauthenticated', 'not_found', 'rate_limited'],
    rate: { points: 300, seconds: 60, by: 'user' },
  }),
};
