import { z } from 'zod';
import { invitationOperations, invitationView, newInvitationsInput } from '../identity/invitations.ts';
import { defineRoute } from '../kernel/contract.ts';
import type { RoutePermission } from '../kernel/contract.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import { id } from '../kernel/ids.ts';

/** Whom to invite to learn in a course. Who is new becomes a member of its organization, and a student. */
export const newCourseInvitationsInput = newInvitationsInput.pick({ emails: true, message: true });
export type NewCourseInvitationsInput = z.output<typeof newCourseInvitationsInput>;

/** What became of one address. */
export const courseInvitationOutcome = z.object({
  email: z.string(),
  outcome: z.enum(['invited', 'already_enrolled', 'already_invited']),
  invitation: invitationView.nullable(),
});
export type CourseInvitationOutcome = z.infer<typeof courseInvitationOutcome>;

const courseParams = z.object({ courseId: id });
const invitationParams = courseParams.extend({ courseInvitationId: id });
const permission: RoutePermission = {
  slug: 'enrollment.manage',
  on: { type: 'course', param: 'courseId' },
};
const about = [
  'unauthenticated',
  'not_found',
  'forbidden',
  'organization_suspended',
  'rate_limited',
] as const satisfies readonly ErrorCode[];

/** REST operations of invitations to a course, for those who may enrol; what its link does is among those of invitations. */
export const courseInvitationRoutes = {
  create: defineRoute({
    id: 'courses.invitations.create',
    method: 'POST',
    path: '/courses/:courseId/invitations',
    summary: 'Invite people to learn in a course, by e-mail.',
    access: 'user',
    permission,
    params: courseParams,
    body: newCourseInvitationsInput,
    reply: z.object({ items: z.array(courseInvitationOutcome) }),
    status: 201,
    errors: [...about, 'invalid_input', 'role_level', 'course_closed', 'mail_unavailable'],
    rate: { points: 30, seconds: 60, by: 'user' },
  }),
  ...invitationOperations({
    id: 'courses.invitations',
    path: '/courses/:courseId/invitations',
    to: 'a course',
    permission,
    params: courseParams,
    one: 'courseInvitationId',
    ofOne: invitationParams,
    closed: ['course_closed'],
  }),
};
