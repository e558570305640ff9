import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import type { RoutePermission } from '../kernel/contract.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import { id } from '../kernel/ids.ts';

/** What an organization may set for its sign-ins (SCHEMA, Appendix C). Everything else is the installation's. */
export const organizationSettingKeys = [
  'auth.session_policy',
  'auth.registration_open',
  'auth.require_verification',
  'auth.password_min_length',
  'auth.two_factor_required_roles',
  'auth.refresh_ttl_days',
  'auth.remember_ttl_days',
  'auth.session_max_days',
] as const;
export type OrganizationSettingKey = (typeof organizationSettingKeys)[number];

const value = z.union([z.string().max(200), z.int(), z.boolean(), z.array(z.string().max(100)).max(50)]);
export type SettingJson = z.infer<typeof value>;

export const settingView = z.object({
  key: z.enum(organizationSettingKeys),
  /** What holds in the organization. */
  value,
  /** What would hold if the organization had set nothing. */
  inherited: value,
  /** Of the organization's own value, for the next change; 0: it has none. */
  rowVersion: z.int(),
});
export type SettingView = z.infer<typeof settingView>;

export const settingChange = z.strictObject({
  key: z.enum(organizationSettingKeys),
  /** Null: as the installation has it. */
  value: value.nullable(),
  /** As it was when the form was opened. */
  rowVersion: z.int().min(0),
});

const organizationParams = z.object({ organizationId: id });
const needs = (slug: string): RoutePermission => ({
  slug,
  on: { type: 'organization', param: 'organizationId' },
});
const reply = z.object({ items: z.array(settingView) });
const about = [
  'unauthenticated',
  'not_found',
  'forbidden',
  'organization_suspended',
  'rate_limited',
] as const satisfies readonly ErrorCode[];

/** REST operations on what an organization sets for its sign-ins. */
export const organizationSettingRoutes = {
  get: defineRoute({
    id: 'organizationSettings.get',
    method: 'GET',
    path: '/organizations/:organizationId/settings',
    summary: 'What holds for sign-ins in an organization, and what it set itself.',
    access: 'user',
    permission: needs('settings.read'),
    params: organizationParams,
    reply,
    status: 200,
    errors: about,
    rate: { points: 300, seconds: 60, by: 'user' },
  }),
  set: defineRoute({
    id: 'organizationSettings.set',
    method: 'PUT',
    path: '/organizations/:organizationId/settings',
    summary: 'Set values of an organization, all or none; a stale form is refused.',
    access: 'user',
    permission: needs('settings.manage'),
    params: organizationParams,
    body: z.strictObject({ changes: z.array(settingChange).min(1).max(organizationSettingKeys.length) }),
    reply,
    status: 200,
    errors: [...about, 'invalid_input', 'conflict'],
    rate: { points: 60, seconds: 60, by: 'user' },
  }),
};
