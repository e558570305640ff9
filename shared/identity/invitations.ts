import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import type { RoutePermission } from '../kernel/contract.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import { id } from '../kernel/ids.ts';
import { instant } from '../kernel/time.ts';
import { membershipRole, roleSlug, signInReply } from './contract.ts';
import { pageOf, pageQuery } from '../kernel/page.ts';

/** How long an invitation holds, in days. */
export const invitationDays = 14;
/** How many people one request may invite. */
export const invitationsAtOnce = 50;

const email = z.string().trim().toLowerCase().pipe(z.email().max(254));
/** 256 bits as base64url. */
const token = z.string().min(1).max(200);

/** The state as it counts now: a pending one whose time is over has expired. */
export const invitationStatus = z.enum(['pending', 'accepted', 'declined', 'expired', 'revoked']);
export type InvitationStatus = z.infer<typeof invitationStatus>;

/** Super administrators belong to the installation: no organization invites one. */
export const invitedRole = roleSlug.exclude(['super_admin']);

export const newInvitationsInput = z.strictObject({
  emails: z.array(email).min(1).max(invitationsAtOnce),
  /** What somebody new becomes, and what somebody known may do there. */
  grantRole: invitedRole.default('student'),
  membershipRole: membershipRole.default('member'),
  message: z.string().trim().max(1000).nullable().default(null),
});
export type NewInvitationsInput = z.output<typeof newInvitationsInput>;

export const invitationView = z.object({
  id,
  email: z.string(),
  grantRole: invitedRole,
  membershipRole,
  status: invitationStatus,
  invitedBy: z.object({ id, displayName: z.string() }).nullable(),
  createdAt: instant,
  expiresAt: instant,
  acceptedAt: instant.nullable(),
});
export type InvitationView = z.infer<typeof invitationView>;

/** What became of one address. */
export const invitationOutcome = z.object({
  email: z.string(),
  outcome: z.enum(['invited', 'already_member', 'already_invited']),
  invitation: invitationView.nullable(),
});
export type InvitationOutcome = z.infer<typeof invitationOutcome>;

/** What whoever holds the link may know before they answer. */
export const invitationPreview = z.object({
  organization: z.object({ name: z.string() }),
  /** The course that it leads to as well. */
  course: z.object({ id, title: z.string() }).nullable(),
  /** The single class that it leads to as well, as a guest. */
  liveSession: z.object({ id, title: z.string(), scheduledAt: instant.nullable() }).nullable(),
  invitedBy: z.string().nullable(),
  email: z.string(),
  grantRole: invitedRole,
  message: z.string().nullable(),
  expiresAt: instant,
  /** Whether there is an account for the address: sign in, or choose a name and a password. */
  hasAccount: z.boolean(),
});
export type InvitationPreview = z.infer<typeof invitationPreview>;

/** Where somebody is who has accepted an invitation. */
export const invitationArrival = z.object({
  organizationId: id,
  courseId: id.nullable(),
  sessionId: id.nullable(),
});
export type InvitationArrival = z.infer<typeof invitationArrival>;

/** Which invitations a list holds. */
export const invitationsQuery = z.strictObject({ status: invitationStatus.optional(), ...pageQuery(50) });

const organizationParams = z.object({ organizationId: id });
const invitationParams = organizationParams.extend({ invitationId: id });
const permission: RoutePermission = {
  slug: 'organization.invite',
  on: { type: 'organization', param: 'organizationId' },
};
const aboutPlace = [
  'unauthenticated',
  'not_found',
  'forbidden',
  'organization_suspended',
  'rate_limited',
] as const satisfies readonly ErrorCode[];
/** What people are invited to, as the operations on its invitations name it. */
interface InvitationsTo<P extends z.ZodObject, O extends z.ZodObject> {
  /** What their ids begin with. */
  id: string;
  path: string;
  /** In a sentence, such as `a course`. */
  to: string;
  /** Who may use them. */
  permission: RoutePermission;
  params: P;
  /** The parameter that names one invitation. */
  one: string;
  ofOne: O;
  /** Why no more links are sent. */
  closed: readonly ErrorCode[];
}

/** What is done with invitations that were sent, whatever they lead to. */
export const invitationOperations = <P extends z.ZodObject, O extends z.ZodObject>(
  about: InvitationsTo<P, O>,
) => ({
  list: defineRoute({
    id: `${about.id}.list`,
    method: 'GET',
    path: about.path,
    summary: `Invitations to ${about.to}, the newest first.`,
    access: 'user',
    permission: about.permission,
    params: about.params,
    query: invitationsQuery,
    reply: pageOf(invitationView),
    status: 200,
    errors: [...aboutPlace, 'invalid_input'],
    rate: { points: 300, seconds: 60, by: 'user' },
  }),
  revoke: defineRoute({
    id: `${about.id}.revoke`,
    method: 'POST',
    path: `${about.path}/:${about.one}/revoke`,
    summary: `Take an invitation to ${about.to} back: its link ends.`,
    access: 'user',
    permission: about.permission,
    params: about.ofOne,
    reply: invitationView,
    status: 200,
    errors: [...aboutPlace, 'role_level', 'conflict'],
    rate: { points: 300, seconds: 60, by: 'user' },
  }),
  resend: defineRoute({
    id: `${about.id}.resend`,
    method: 'POST',
    path: `${about.path}/:${about.one}/resend`,
    summary: `Send a new link to ${about.to}, with new time to answer; the old link ends.`,
    access: 'user',
    permission: about.permission,
    params: about.ofOne,
    reply: invitationView,
    status: 200,
    errors: [...aboutPlace, 'role_level', 'conflict', 'mail_unavailable', ...about.closed],
    rate: { points: 30, seconds: 60, by: 'user' },
  }),
});

const byLink = { points: 120, seconds: 60, by: 'address' } as const;

/** REST operations of invitations. The secret of a link travels in bodies only: addresses end up in logs. */
export const invitationRoutes = {
  create: defineRoute({
    id: 'invitations.create',
    method: 'POST',
    path: '/organizations/:organizationId/invitations',
    summary: 'Invite people by e-mail.',
    access: 'user',
    permission,
    params: organizationParams,
    body: newInvitationsInput,
    reply: z.object({ items: z.array(invitationOutcome) }),
    status: 201,
    errors: [...aboutPlace, 'invalid_input', 'role_level', 'mail_unavailable'],
    rate: { points: 30, seconds: 60, by: 'user' },
  }),
  ...invitationOperations({
    id: 'invitations',
    path: '/organizations/:organizationId/invitations',
    to: 'an organization',
    permission,
    params: organizationParams,
    one: 'invitationId',
    ofOne: invitationParams,
    closed: [],
  }),
  preview: defineRoute({
    id: 'invitations.preview',
    method: 'POST',
    path: '/invitations/preview',
    summary: 'What an invitation is about.',
    access: 'public',
    body: z.strictObject({ token }),
    reply: invitationPreview,
    status: 200,
    errors: ['invalid_input', 'invitation_invalid', 'course_closed', 'class_over', 'rate_limited'],
    rate: byLink,
  }),
  accept: defineRoute({
    id: 'invitations.accept',
    method: 'POST',
    path: '/invitations/accept',
    summary:
      'Accept an invitation with the account that it was sent to. Whoever has accepted it already is answered as before.',
    access: 'user',
    body: z.strictObject({ token }),
    reply: invitationArrival,
    status: 200,
    errors: [
      'unauthenticated',
      'invalid_input',
      'invitation_invalid',
      'verification_required',
      'course_closed',
      'course_full',
      'already_enrolled',
      'enrollment_refused',
      'class_over',
      'participant_removed',
      'rate_limited',
    ],
    rate: { points: 60, seconds: 60, by: 'user' },
  }),
  register: defineRoute({
    id: 'invitations.register',
    method: 'POST',
    path: '/invitations/register',
    summary: 'Accept an invitation with a new account, also where registration is closed otherwise.',
    access: 'public',
    body: z.strictObject({
      token,
      displayName: z
        .string()
        .trim()
        .min(1)
        .max(200)
        .regex(/^[^\p{Cc}]*$/u),
      password: z.string().min(1).max(1024),
    }),
    reply: signInReply,
    status: 201,
    errors: [
      'invalid_input',
      'invitation_invalid',
      'already_exists',
      'course_closed',
      'course_full',
      'class_over',
      'weak_password',
      'breached_password',
      'rate_limited',
    ],
    rate: byLink,
  }),
  decline: defineRoute({
    id: 'invitations.decline',
    method: 'POST',
    path: '/invitations/decline',
    summary: 'Decline an invitation.',
    access: 'public',
    body: z.strictObject({ token }),
    reply: z.null(),
    status: 204,
    errors: ['invalid_input', 'invitation_invalid', 'course_closed', 'class_over', 'rate_limited'],
    rate: byLink,
  }),
};
