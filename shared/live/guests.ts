import { z } from 'zod';
import { invitationOperations, invitationView, newInvitationsInput } from '../identity/invitations.ts';
import { defineRoute } from '../kernel/contract.ts';
import type { RoutePermission } from '../kernel/contract.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import { id } from '../kernel/ids.ts';
import { pageOf, pageQuery } from '../kernel/page.ts';
import { instant } from '../kernel/time.ts';

/** What codes are made of: no letter and digit that look alike. 32 signs, so that each carries 5 bits. */
export const joinCodeSigns = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
export const joinCodeLength = 8;

/** A code as people type it: small letters, spaces and dashes do not matter. */
export const joinCodeInput = z
  .string()
  .max(40)
  .transform((text) => text.toUpperCase().replaceAll(/[^0-9A-Z]/g, ''))
  .pipe(z.string().regex(new RegExp(`^[${joinCodeSigns}]{${joinCodeLength}}$`)));

/** A code as people read it: `ABCD-EFGH`. */
export const readableJoinCode = (code: string): string => `${code.slice(0, 4)}-${code.slice(4)}`;

/** Whom to ask into one class. Who is new becomes a member of its organization, and a student. */
export const newGuestInvitationsInput = newInvitationsInput.pick({ emails: true, message: true });
export type NewGuestInvitationsInput = z.output<typeof newGuestInvitationsInput>;

/** What became of one address. */
export const guestInvitationOutcome = z.object({
  email: z.string(),
  outcome: z.enum(['invited', 'already_in', 'already_invited']),
  invitation: invitationView.nullable(),
});
export type GuestInvitationOutcome = z.infer<typeof guestInvitationOutcome>;

/** The code of a class; null: it has none, and nobody comes in by one. */
export const joinCodeView = z.object({ code: z.string().nullable() });
export type JoinCodeView = z.infer<typeof joinCodeView>;

/** Somebody who may be in one class without being anything in its course. */
export const guestView = z.object({
  userId: id,
  displayName: z.string(),
  avatarUrl: z.string().nullable(),
  since: instant,
  /** When they were taken out; null: they may come in. */
  endedAt: instant.nullable(),
});
export type GuestView = z.infer<typeof guestView>;

const sessionParams = z.object({ sessionId: id });
const guestParams = sessionParams.extend({ userId: id });
const invitationParams = sessionParams.extend({ guestInvitationId: id });
const permission: RoutePermission = {
  slug: 'live.manage',
  on: { type: 'live_session', param: 'sessionId' },
};
const about = [
  'unauthenticated',
  'not_found',
  'forbidden',
  'organization_suspended',
  'rate_limited',
] as const satisfies readonly ErrorCode[];
const often = { points: 300, seconds: 60, by: 'user' } as const;
const seldom = { points: 30, seconds: 60, by: 'user' } as const;

/** REST operations about guests of one class: its code, and who came. */
export const guestRoutes = {
  useCode: defineRoute({
    id: 'live.guests.useCode',
    method: 'POST',
    path: '/live-sessions/join',
    summary:
      'Become a guest of the class with this code; who may be in it anyway, and who is a guest already, is answered the same.',
    access: 'user',
    body: z.strictObject({ code: joinCodeInput }),
    reply: z.object({ sessionId: id }),
    status: 200,
    errors: [
      'unauthenticated',
      'invalid_input',
      'join_code_invalid',
      'organization_suspended',
      'participant_removed',
      'forbidden',
      'session_full',
      'rate_limited',
    ],
    // Guessing: 10 tries of 2^40 codes in ten minutes.
    rate: { points: 10, seconds: 600, by: 'user' },
  }),
  code: defineRoute({
    id: 'live.guests.code',
    method: 'GET',
    path: '/live-sessions/:sessionId/join-code',
    summary: 'The code of a class.',
    access: 'user',
    permission,
    params: sessionParams,
    reply: joinCodeView,
    status: 200,
    errors: [...about],
    rate: often,
  }),
  newCode: defineRoute({
    id: 'live.guests.newCode',
    method: 'POST',
    path: '/live-sessions/:sessionId/join-code',
    summary: 'Give a class a new code; the old one ends.',
    access: 'user',
    permission,
    params: sessionParams,
    reply: joinCodeView,
    status: 201,
    errors: [...about, 'class_over'],
    rate: seldom,
  }),
  closeCode: defineRoute({
    id: 'live.guests.closeCode',
    method: 'DELETE',
    path: '/live-sessions/:sessionId/join-code',
    summary: 'Take the code of a class away. Who came by it stays a guest.',
    access: 'user',
    permission,
    params: sessionParams,
    reply: joinCodeView,
    status: 200,
    errors: [...about],
    rate: often,
  }),
  list: defineRoute({
    id: 'live.guests.list',
    method: 'GET',
    path: '/live-sessions/:sessionId/guests',
    summary: 'The guests of a class, also those who were taken out, the last who came first.',
    access: 'user',
    permission,
    params: sessionParams,
    query: z.strictObject({ ...pageQuery(50) }),
    reply: pageOf(guestView),
    status: 200,
    errors: [...about, 'invalid_input'],
    rate: often,
  }),
  takeOut: defineRoute({
    id: 'live.guests.takeOut',
    method: 'DELETE',
    path: '/live-sessions/:sessionId/guests/:userId',
    summary: 'Take a guest out of a class: they are out at once, and the code lets them in no more.',
    access: 'user',
    permission,
    params: guestParams,
    reply: guestView,
    status: 200,
    errors: [...about],
    rate: often,
  }),
  letIn: defineRoute({
    id: 'live.guests.letIn',
    method: 'PUT',
    path: '/live-sessions/:sessionId/guests/:userId',
    summary: 'Let a guest in again who was taken out.',
    access: 'user',
    permission,
    params: guestParams,
    reply: guestView,
    status: 200,
    errors: [...about, 'class_over', 'session_full'],
    rate: often,
  }),
};

/** REST operations of invitations to one class; what their links do is among those of invitations. */
export const guestInvitationRoutes = {
  create: defineRoute({
    id: 'live.invitations.create',
    method: 'POST',
    path: '/live-sessions/:sessionId/invitations',
    summary: 'Invite people to one class, by e-mail.',
    access: 'user',
    permission,
    params: sessionParams,
    body: newGuestInvitationsInput,
    reply: z.object({ items: z.array(guestInvitationOutcome) }),
    status: 201,
    errors: [...about, 'invalid_input', 'role_level', 'class_over', 'mail_unavailable'],
    rate: seldom,
  }),
  ...invitationOperations({
    id: 'live.invitations',
    path: '/live-sessions/:sessionId/invitations',
    to: 'a class',
    permission,
    params: sessionParams,
    one: 'guestInvitationId',
    ofOne: invitationParams,
    closed: ['class_over'],
  }),
};
