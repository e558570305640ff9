import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import { id } from '../kernel/ids.ts';

/** Pictures are read up to this size; larger ones are refused before they are decoded. */
export const avatarBytes = 5 * 1024 * 1024;
export const avatarTypes = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'] as const;

const confirmation = z.strictObject({
  /** On top of a fresh proof of who it is: the password; for an account without one, the own code (`STU10001`). */
  confirm: z.string().min(1).max(1024),
});

/** What people may do with their own data, and what a school does for them. */
export const privacyRoutes = {
  setAvatar: defineRoute({
    id: 'privacy.setAvatar',
    method: 'PUT',
    path: '/me/avatar',
    summary:
      'Set my picture: PNG, JPEG, WebP or GIF. It is cut to a square and encoded anew, without its metadata.',
    access: 'user',
    binary: avatarTypes,
    bodyBytes: avatarBytes,
    body: z.instanceof(Uint8Array).refine((bytes) => bytes.byteLength > 0, 'The picture is empty.'),
    reply: z.object({ avatarUrl: z.string() }),
    status: 200,
    errors: [
      'unauthenticated',
      'image_invalid',
      'payload_too_large',
      'unsupported_media_type',
      'rate_limited',
    ],
    rate: { points: 20, seconds: 600, by: 'user' },
  }),
  removeAvatar: defineRoute({
    id: 'privacy.removeAvatar',
    method: 'DELETE',
    path: '/me/avatar',
    summary: 'Take my picture away.',
    access: 'user',
    reply: z.null(),
    status: 204,
    errors: ['unauthenticated', 'rate_limited'],
    rate: { points: 60, seconds: 600, by: 'user' },
  }),
  exportMine: defineRoute({
    id: 'privacy.export',
    method: 'GET',
    path: '/me/export',
    summary: 'Everything that this server keeps about me, as JSON.',
    access: 'user',
    reply: z.object({
      exportedAt: z.iso.datetime(),
      sections: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))),
    }),
    status: 200,
    errors: ['unauthenticated', 'rate_limited'],
    rate: { points: 5, seconds: 3600, by: 'user' },
  }),
  deactivate: defineRoute({
    id: 'privacy.deactivate',
    method: 'POST',
    path: '/me/deactivate',
    summary: 'Put my account to rest: nobody can sign in with it until an administrator reactivates it.',
    access: 'user',
    body: confirmation,
    reply: z.null(),
    status: 204,
    errors: [
      'unauthenticated',
      'step_up_required',
      'invalid_credentials',
      'account_locked',
      'conflict',
      'rate_limited',
    ],
    rate: { points: 5, seconds: 900, by: 'user' },
  }),
  erase: defineRoute({
    id: 'privacy.erase',
    method: 'POST',
    path: '/me/erase',
    summary:
      'Erase my account and my personal data for ever. What I wrote for others stays, under "Deleted user".',
    access: 'user',
    body: confirmation,
    reply: z.null(),
    status: 204,
    errors: [
      'unauthenticated',
      'step_up_required',
      'invalid_credentials',
      'account_locked',
      'conflict',
      'rate_limited',
    ],
    rate: { points: 5, seconds: 900, by: 'user' },
  }),
  erasePerson: defineRoute({
    id: 'privacy.erasePerson',
    method: 'DELETE',
    path: '/organizations/:organizationId/people/:userId/data',
    summary: 'Erase the personal data of somebody whose account was deleted.',
    access: 'user',
    permission: { slug: 'user.delete', on: { type: 'organization', param: 'organizationId' } },
    params: z.object({ organizationId: id, userId: id }),
    reply: z.null(),
    status: 204,
    errors: ['unauthenticated', 'not_found', 'forbidden', 'role_level', 'conflict', 'rate_limited'],
    rate: { points: 60, seconds: 600, by: 'user' },
  }),
};
