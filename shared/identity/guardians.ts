import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import type { RoutePermission } from '../kernel/contract.ts';
import { id } from '../kernel/ids.ts';
import { instant } from '../kernel/time.ts';
import { pageOf, pageQuery } from '../kernel/page.ts';

/** What a guardian is to a child. */
export const relationships = ['father', 'mother', 'guardian', 'grandparent', 'sibling', 'other'] as const;
export const relationship = z.enum(relationships);
export type Relationship = z.infer<typeof relationship>;

export const guardianshipStatus = z.enum(['pending', 'active', 'rejected', 'revoked']);
export type GuardianshipStatus = z.infer<typeof guardianshipStatus>;

/** How long a link code can be used, in days. */
export const linkCodeDays = 7;
/** Length of a link code. */
export const linkCodeLength = 8;
/** Letters and digits that nobody takes for another one when a code is read aloud or copied by hand. */
export const linkCodeAlphabet = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';

/** A link code as people type it: in small letters, with spaces and hyphens. */
export const linkCode = z
  .string()
  .max(32)
  .transform((text) => text.replaceAll(/[\s-]/g, '').toUpperCase())
  .pipe(z.string().regex(new RegExp(`^[${linkCodeAlphabet}]{${linkCodeLength}}$`)));

/** The code of an account, such as STU10001. */
const userCode = z
  .string()
  .trim()
  .toUpperCase()
  .pipe(z.string().regex(/^[A-Z]{3}\d{1,12}$/));

const note = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]*$/u);

const link = {
  relationship,
  /** What they are to each other in their own words; only with `other`. */
  relationshipNote: note.nullable().default(null),
};

const noteOnlyWithOther = (input: { relationship: Relationship; relationshipNote: string | null }): boolean =>
  input.relationshipNote === null || input.relationship === 'other';

const noteRule = { path: ['relationshipNote'], message: 'A note is for “other” only.' };

export const linkByCodeInput = z
  .strictObject({ code: linkCode, ...link })
  .refine(noteOnlyWithOther, noteRule);
export type LinkByCodeInput = z.infer<typeof linkByCodeInput>;

export const linkRequestInput = z
  .strictObject({ childCode: userCode, ...link })
  .refine(noteOnlyWithOther, noteRule);
export type LinkRequestInput = z.infer<typeof linkRequestInput>;

const person = z.object({ id, displayName: z.string(), code: z.string(), avatarUrl: z.string().nullable() });

/** A link between a guardian and a child. */
export const guardianshipView = z.object({
  id,
  relationship,
  relationshipNote: z.string().nullable(),
  status: guardianshipStatus,
  requestedAt: instant,
  approvedAt: instant.nullable(),
});

/** As the guardian sees it: only children that are linked, so that nobody learns by asking who is a student. */
export const childView = guardianshipView.extend({ child: person });
export type ChildView = z.infer<typeof childView>;

/** As the child sees it. */
export const guardianView = guardianshipView.extend({ guardian: person });
export type GuardianView = z.infer<typeof guardianView>;

/** As the school sees it. */
export const schoolGuardianshipView = guardianshipView.extend({
  guardian: person,
  child: person,
  revokedAt: instant.nullable(),
});
export type SchoolGuardianshipView = z.infer<typeof schoolGuardianshipView>;

const linkCodeView = z.object({
  /** Shown once: `ABCD2345`. */
  code: z.string(),
  expiresAt: instant,
});

const often = { points: 300, seconds: 60, by: 'user' } as const;
const seldom = { points: 30, seconds: 60, by: 'user' } as const;
/** Codes are short: nobody tries many. */
const guesses = { points: 20, seconds: 3600, by: 'user' } as const;
const ofGuardianship = z.object({ guardianshipId: id });
const ofSchool = z.object({ organizationId: id, guardianshipId: id });
const school: RoutePermission = {
  slug: 'user.update',
  on: { type: 'organization', param: 'organizationId' },
};

/** REST operations of guardians and children. */
export const guardianRoutes = {
  makeCode: defineRoute({
    id: 'guardians.makeCode',
    method: 'POST',
    path: '/me/guardian-code',
    summary: 'A student makes a code that links one guardian; the code before is void. It is shown once.',
    access: 'user',
    reply: linkCodeView,
    status: 201,
    errors: ['unauthenticated', 'forbidden', 'rate_limited'],
    rate: seldom,
  }),
  withdrawCode: defineRoute({
    id: 'guardians.withdrawCode',
    method: 'DELETE',
    path: '/me/guardian-code',
    summary: "Makes the caller's link code void.",
    access: 'user',
    reply: z.null(),
    status: 204,
    errors: ['unauthenticated', 'rate_limited'],
    rate: seldom,
  }),
  makeCodeFor: defineRoute({
    id: 'guardians.makeCodeFor',
    method: 'POST',
    path: '/organizations/:organizationId/people/:userId/guardian-code',
    summary: 'The school makes a link code for a student; the code before is void. It is shown once.',
    access: 'user',
    permission: school,
    params: z.object({ organizationId: id, userId: id }),
    reply: linkCodeView,
    status: 201,
    errors: ['unauthenticated', 'forbidden', 'not_found', 'conflict', 'rate_limited'],
    rate: seldom,
  }),
  link: defineRoute({
    id: 'guardians.link',
    method: 'POST',
    path: '/me/children/link',
    summary: 'A guardian enters a link code: the child or the school has agreed by making it.',
    access: 'user',
    body: linkByCodeInput,
    reply: childView,
    status: 201,
    errors: [
      'unauthenticated',
      'invalid_input',
      'forbidden',
      'proof_invalid',
      'proof_expired',
      'already_used',
      'already_exists',
      'own_account',
      'rate_limited',
    ],
    rate: guesses,
  }),
  request: defineRoute({
    id: 'guardians.request',
    method: 'POST',
    path: '/me/children',
    summary:
      'A guardian asks for a link by the code of the child’s account. The answer does not tell whether there is such a child.',
    access: 'user',
    body: linkRequestInput,
    reply: z.object({}),
    status: 202,
    errors: [
      'unauthenticated',
      'invalid_input',
      'forbidden',
      'already_exists',
      'own_account',
      'rate_limited',
    ],
    rate: guesses,
  }),
  children: defineRoute({
    id: 'guardians.children',
    method: 'GET',
    path: '/me/children',
    summary: 'Children that the caller is linked to.',
    access: 'user',
    reply: z.object({ items: z.array(childView), nextCursor: z.null() }),
    status: 200,
    errors: ['unauthenticated', 'rate_limited'],
    rate: often,
  }),
  guardians: defineRoute({
    id: 'guardians.guardians',
    method: 'GET',
    path: '/me/guardians',
    summary: 'Guardians of the caller, requests first, and until when a link code of theirs can be used.',
    access: 'user',
    reply: z.object({
      items: z.array(guardianView),
      nextCursor: z.null(),
      code: z.object({ expiresAt: instant }).nullable(),
    }),
    status: 200,
    errors: ['unauthenticated', 'rate_limited'],
    rate: often,
  }),
  approve: defineRoute({
    id: 'guardians.approve',
    method: 'POST',
    path: '/me/guardians/:guardianshipId/approve',
    summary: 'The child agrees to a request.',
    access: 'user',
    params: ofGuardianship,
    reply: guardianView,
    status: 200,
    errors: ['unauthenticated', 'not_found', 'conflict', 'rate_limited'],
    rate: seldom,
  }),
  reject: defineRoute({
    id: 'guardians.reject',
    method: 'POST',
    path: '/me/guardians/:guardianshipId/reject',
    summary: 'The child refuses a request.',
    access: 'user',
    params: ofGuardianship,
    reply: z.null(),
    status: 204,
    errors: ['unauthenticated', 'not_found', 'conflict', 'rate_limited'],
    rate: seldom,
  }),
  removeGuardian: defineRoute({
    id: 'guardians.removeGuardian',
    method: 'DELETE',
    path: '/me/guardians/:guardianshipId',
    summary: 'The child ends a link, at once.',
    access: 'user',
    params: ofGuardianship,
    reply: z.null(),
    status: 204,
    errors: ['unauthenticated', 'not_found', 'conflict', 'rate_limited'],
    rate: seldom,
  }),
  removeChild: defineRoute({
    id: 'guardians.removeChild',
    method: 'DELETE',
    path: '/me/children/:guardianshipId',
    summary: 'The guardian ends a link, at once.',
    access: 'user',
    params: ofGuardianship,
    reply: z.null(),
    status: 204,
    errors: ['unauthenticated', 'not_found', 'conflict', 'rate_limited'],
    rate: seldom,
  }),
  list: defineRoute({
    id: 'guardians.list',
    method: 'GET',
    path: '/organizations/:organizationId/guardianships',
    summary: 'Links and requests of the students of an organization, newest first.',
    access: 'user',
    permission: school,
    params: z.object({ organizationId: id }),
    query: z.strictObject({
      status: guardianshipStatus.optional(),
      ...pageQuery(50),
    }),
    reply: pageOf(schoolGuardianshipView),
    status: 200,
    errors: ['unauthenticated', 'invalid_input', 'forbidden', 'not_found', 'rate_limited'],
    rate: often,
  }),
  approveFor: defineRoute({
    id: 'guardians.approveFor',
    method: 'POST',
    path: '/organizations/:organizationId/guardianships/:guardianshipId/approve',
    summary: 'The school agrees to a request.',
    access: 'user',
    permission: school,
    params: ofSchool,
    reply: schoolGuardianshipView,
    status: 200,
    errors: ['unauthenticated', 'forbidden', 'not_found', 'conflict', 'rate_limited'],
    rate: seldom,
  }),
  rejectFor: defineRoute({
    id: 'guardians.rejectFor',
    method: 'POST',
    path: '/organizations/:organizationId/guardianships/:guardianshipId/reject',
    summary: 'The school refuses a request.',
    access: 'user',
    permission: school,
    params: ofSchool,
    reply: schoolGuardianshipView,
    status: 200,
    errors: ['unauthenticated', 'forbidden', 'not_found', 'conflict', 'rate_limited'],
    rate: seldom,
  }),
  revokeFor: defineRoute({
    id: 'guardians.revokeFor',
    method: 'POST',
    path: '/organizations/:organizationId/guardianships/:guardianshipId/revoke',
    summary: 'The school ends a link, at once.',
    access: 'user',
    permission: school,
    params: ofSchool,
    reply: schoolGuardianshipView,
    status: 200,
    errors: ['unauthenticated', 'forbidden', 'not_found', 'conflict', 'rate_limited'],
    rate: seldom,
  }),
};
