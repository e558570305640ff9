import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import type { RoutePermission } from '../kernel/contract.ts';
import { id } from '../kernel/ids.ts';
import { instant } from '../kernel/time.ts';
import { permissions } from './permissions.ts';
import { pageOf, pageQuery } from '../kernel/page.ts';

/** What every key begins with, so that one that leaks is recognized. */
export const apiKeyPrefix = 'lk_';
/** How many keys one account can hold. */
export const maxApiKeys = 20;
/** Calls that a key may make when nothing else was said. */
export const defaultKeyLimits = { perMinute: 60, perHour: 1000, perDay: 10_000 } as const;

const name = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .regex(/^[^\p{Cc}]*$/u);

/** An address or a network in CIDR notation, IPv4 or IPv6. */
const network = z
  .string()
  .trim()
  .max(64)
  .pipe(
    z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], { error: 'This is no address and no network.' }),
  );

export const newApiKeyInput = z.strictObject({
  name,
  permissions: z
    .array(z.enum(permissions))
    .min(1)
    .max(permissions.length)
    .transform((slugs) => [...new Set(slugs)]),
  /** Null: it does not expire. */
  expiresAt: instant.nullable().default(null),
  /** Empty: from anywhere. */
  allowedIps: z.array(network).max(20).default([]),
  rateLimitPerMinute: z.number().int().min(1).max(600).default(defaultKeyLimits.perMinute),
});
export type NewApiKeyInput = z.infer<typeof newApiKeyInput>;

export const apiKeyView = z.object({
  id,
  name: z.string(),
  /** The beginning of the key, by which its owner recognizes it. */
  prefix: z.string(),
  permissions: z.array(z.string()),
  allowedIps: z.array(z.string()),
  rateLimitPerMinute: z.number().int(),
  createdAt: instant,
  expiresAt: instant.nullable(),
  lastUsedAt: instant.nullable(),
  /** Calls that were let in; up to ten seconds late. */
  usageCount: z.number().int(),
  /** The organization that it was made in, and works in. */
  organizationId: id.nullable(),
});
export type ApiKeyView = z.infer<typeof apiKeyView>;

/** As the organization sees it. */
export const ownedApiKeyView = apiKeyView.extend({ owner: z.object({ id, displayName: z.string() }) });
export type OwnedApiKeyView = z.infer<typeof ownedApiKeyView>;

/** The only answer that holds the whole key. */
export const newApiKeyView = apiKeyView.extend({ key: z.string() });
export type NewApiKeyView = z.infer<typeof newApiKeyView>;

const often = { points: 300, seconds: 60, by: 'user' } as const;
const seldom = { points: 30, seconds: 60, by: 'user' } as const;
const keysOfOrganization: RoutePermission = {
  slug: 'api_key.manage',
  on: { type: 'organization', param: 'organizationId' },
};

/** REST operations of API keys. */
export const apiKeyRoutes = {
  mine: defineRoute({
    id: 'apiKeys.mine',
    method: 'GET',
    path: '/me/api-keys',
    summary: "The caller's API keys, newest first.",
    access: 'user',
    reply: z.object({ items: z.array(apiKeyView), nextCursor: z.null() }),
    status: 200,
    errors: ['unauthenticated', 'api_key_refused', 'rate_limited'],
    rate: often,
  }),
  create: defineRoute({
    id: 'apiKeys.create',
    method: 'POST',
    path: '/me/api-keys',
    summary: 'Makes an API key for the organization one works in. The key is in this answer only.',
    access: 'user',
    body: newApiKeyInput,
    reply: newApiKeyView,
    status: 201,
    errors: [
      'unauthenticated',
      'invalid_input',
      'role_level',
      'api_key_limit',
      'api_key_refused',
      'step_up_required',
      'rate_limited',
    ],
    rate: seldom,
  }),
  revoke: defineRoute({
    id: 'apiKeys.revoke',
    method: 'DELETE',
    path: '/me/api-keys/:apiKeyId',
    summary: "Ends one of the caller's API keys, at once.",
    access: 'user',
    params: z.object({ apiKeyId: id }),
    reply: z.null(),
    status: 204,
    errors: ['unauthenticated', 'not_found', 'api_key_refused', 'rate_limited'],
    rate: seldom,
  }),
  list: defineRoute({
    id: 'apiKeys.list',
    method: 'GET',
    path: '/organizations/:organizationId/api-keys',
    summary: 'API keys that were made in an organization, newest first.',
    access: 'user',
    permission: keysOfOrganization,
    params: z.object({ organizationId: id }),
    query: z.strictObject({
      ...pageQuery(50),
    }),
    reply: pageOf(ownedApiKeyView),
    status: 200,
    errors: ['unauthenticated', 'invalid_input', 'forbidden', 'not_found', 'rate_limited'],
    rate: often,
  }),
  revokeIn: defineRoute({
    id: 'apiKeys.revokeIn',
    method: 'DELETE',
    path: '/organizations/:organizationId/api-keys/:apiKeyId',
    summary: "Ends somebody's API key, at once.",
    access: 'user',
    permission: keysOfOrganization,
    params: z.object({ organizationId: id, apiKeyId: id }),
    reply: z.null(),
    status: 204,
    errors: ['unauthenticated', 'forbidden', 'not_found', 'rate_limited'],
    rate: seldom,
  }),
};
