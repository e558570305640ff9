import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import type { RoutePermission } from '../kernel/contract.ts';
import { id } from '../kernel/ids.ts';
import { instant } from '../kernel/time.ts';

/** A device that is signed in. Browser and system are what it says of itself. */
export const deviceView = z.object({
  id,
  /** desktop, mobile, tablet …; null: not known */
  deviceType: z.string().nullable(),
  browser: z.string().nullable(),
  platform: z.string().nullable(),
  isMobile: z.boolean(),
  ipAddress: z.string().nullable(),
  rememberMe: z.boolean(),
  signedInAt: instant,
  lastActivityAt: instant,
  /** The one that asks. */
  current: z.boolean(),
});
export type DeviceView = z.infer<typeof deviceView>;

export const memberDeviceView = deviceView.extend({ userId: id, userName: z.string() });
export type MemberDeviceView = z.infer<typeof memberDeviceView>;

const page = z.strictObject({
  cursor: z.string().max(300).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
const needs = (slug: string): RoutePermission => ({
  slug,
  on: { type: 'organization', param: 'organizationId' },
});
const rate = { points: 120, seconds: 60, by: 'user' } as const;

/** REST operations of sign-ins. */
export const sessionRoutes = {
  list: defineRoute({
    id: 'sessions.list',
    method: 'GET',
    path: '/me/sessions',
    summary: 'The devices that I am signed in on.',
    access: 'user',
    query: page,
    reply: z.object({ items: z.array(deviceView), nextCursor: z.string().nullable() }),
    status: 200,
    errors: ['unauthenticated', 'invalid_input', 'rate_limited'],
    rate,
  }),
  end: defineRoute({
    id: 'sessions.end',
    method: 'DELETE',
    path: '/me/sessions/:authSessionId',
    summary: 'Sign out one of my devices.',
    access: 'user',
    params: z.object({ authSessionId: id }),
    reply: z.null(),
    status: 204,
    errors: ['unauthenticated', 'not_found', 'rate_limited'],
    rate,
  }),
  endAll: defineRoute({
    id: 'sessions.endAll',
    method: 'POST',
    path: '/me/sessions/sign-out-everywhere',
    summary: 'Sign out my other devices, or all of them with this one.',
    access: 'user',
    body: z.strictObject({ includeThis: z.boolean().default(false) }),
    reply: z.object({ ended: z.int() }),
    status: 200,
    errors: ['unauthenticated', 'invalid_input', 'rate_limited'],
    rate,
  }),
  listOfOrganization: defineRoute({
    id: 'sessions.listOfOrganization',
    method: 'GET',
    path: '/organizations/:organizationId/sessions',
    summary: 'Where the people that an organization looks after are signed in.',
    access: 'user',
    permission: needs('user.read'),
    params: z.object({ organizationId: id }),
    query: page,
    reply: z.object({ items: z.array(memberDeviceView), nextCursor: z.string().nullable() }),
    status: 200,
    errors: [
      'unauthenticated',
      'not_found',
      'forbidden',
      'organization_suspended',
      'invalid_input',
      'rate_limited',
    ],
    rate,
  }),
  endOfOrganization: defineRoute({
    id: 'sessions.endOfOrganization',
    method: 'DELETE',
    path: '/organizations/:organizationId/sessions/:authSessionId',
    summary: 'Sign out a device of somebody that an organization looks after.',
    access: 'user',
    permission: needs('user.suspend'),
    params: z.object({ organizationId: id, authSessionId: id }),
    reply: z.null(),
    status: 204,
    errors: [
      'unauthenticated',
      'not_found',
      'forbidden',
      'role_level',
      'organization_suspended',
      'rate_limited',
    ],
    rate,
  }),
};
