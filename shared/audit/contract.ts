import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import { id } from '../kernel/ids.ts';
import { instant } from '../kernel/time.ts';
import { pageOf, pageQuery } from '../kernel/page.ts';

export const auditCategories = [
  'authentication',
  'authorization',
  'data_change',
  'system',
  'security',
] as const;
export type AuditCategory = (typeof auditCategories)[number];

export const auditSeverities = ['low', 'medium', 'high', 'critical'] as const;
export type AuditSeverity = (typeof auditSeverities)[number];

/** Entries that one export may hold. */
export const auditExportRows = 50_000;

const values = z.record(z.string(), z.unknown());

export const auditEntryView = z.object({
  id,
  at: instant,
  /** Null: nobody was signed in, or the server did it by itself (`bySystem`). */
  actor: z.object({ id, displayName: z.string() }).nullable(),
  bySystem: z.boolean(),
  action: z.string(),
  category: z.enum(auditCategories),
  severity: z.enum(auditSeverities),
  organization: z.object({ id, name: z.string() }).nullable(),
  resourceType: z.string().nullable(),
  resourceId: id.nullable(),
  /** Of a person; other things are named by their id. */
  resourceName: z.string().nullable(),
  description: z.string().nullable(),
  old: values.nullable(),
  new: values.nullable(),
  metadata: values,
  /** Values and description were erased with the person they are about. */
  detailsErased: z.boolean(),
  ipAddress: z.string().nullable(),
  userAgent: z.string().nullable(),
  /** Address and browser were erased with the person who did it. */
  originErased: z.boolean(),
  authSessionId: id.nullable(),
  requestId: z.string().nullable(),
  tags: z.array(z.string()),
});
export type AuditEntryView = z.infer<typeof auditEntryView>;

const word = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9_.]{1,80}$/);

/** What narrows the trail down; everything that is given must hold. */
export const auditFilter = z.strictObject({
  /** Who did it: an id, a code, or a part of the name. */
  actor: z.string().trim().min(1).max(100).optional(),
  /** How the action begins: `user.`, `user.suspended`. */
  action: word.optional(),
  category: z.enum(auditCategories).optional(),
  severity: z.enum(auditSeverities).optional(),
  resourceType: word.optional(),
  resourceId: id.optional(),
  from: instant.optional(),
  to: instant.optional(),
  requestId: z.string().trim().min(1).max(64).optional(),
  tag: word.optional(),
  /** Anywhere in the action. */
  q: z.string().trim().min(1).max(80).optional(),
});
export type AuditFilter = z.output<typeof auditFilter>;

const page = auditFilter.extend({
  ...pageQuery(50),
});
const reply = pageOf(auditEntryView);

export const auditRoutes = {
  list: defineRoute({
    id: 'audit.list',
    method: 'GET',
    path: '/organizations/:organizationId/audit',
    summary: 'Who did what in an organization, newest first.',
    access: 'user',
    permission: { slug: 'audit.read', on: { type: 'organization', param: 'organizationId' } },
    params: z.object({ organizationId: id }),
    query: page,
    reply,
    status: 200,
    errors: ['unauthenticated', 'forbidden', 'not_found', 'invalid_input', 'rate_limited'],
    rate: { points: 120, seconds: 60, by: 'user' },
  }),
  export: defineRoute({
    id: 'audit.export',
    method: 'GET',
    path: '/organizations/:organizationId/audit/export',
    summary: `The same as CSV (text/csv), at most ${auditExportRows} entries; it is itself audited.`,
    access: 'user',
    permission: { slug: 'audit.read', on: { type: 'organization', param: 'organizationId' } },
    params: z.object({ organizationId: id }),
    query: auditFilter,
    reply: z.string(),
    status: 200,
    errors: ['unauthenticated', 'forbidden', 'not_found', 'invalid_input', 'too_many_rows', 'rate_limited'],
    rate: { points: 10, seconds: 60, by: 'user' },
  }),
  listAll: defineRoute({
    id: 'audit.listAll',
    method: 'GET',
    path: '/audit',
    summary: 'Who did what in the whole installation, also what belongs to no organization.',
    access: 'user',
    permission: { slug: 'audit.read', on: 'system' },
    query: page,
    reply,
    status: 200,
    errors: ['unauthenticated', 'forbidden', 'invalid_input', 'rate_limited'],
    rate: { points: 120, seconds: 60, by: 'user' },
  }),
};
