import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import type { RoutePermission } from '../kernel/contract.ts';
import { id } from '../kernel/ids.ts';
import { instant } from '../kernel/time.ts';
import { roleSlug } from './contract.ts';

/** Limits of one list of people. */
export const importLimits = {
  rows: 5000,
  /** Of the request that carries the list. */
  bodyBytes: 2 * 1024 * 1024,
  /** Rows that a preview shows: those with problems first. */
  previewRows: 500,
  /** How long the rows of a finished import are kept. */
  keptDays: 30,
} as const;

/** Columns of a list, by the names we use. */
export const importColumns = [
  'name',
  'first_name',
  'last_name',
  'email',
  'phone',
  'role',
  'username',
  'department',
  'employee_id',
] as const;
export const importColumn = z.enum(importColumns);
export type ImportColumn = z.infer<typeof importColumn>;

export const importProblemCodes = [
  /** The field is needed. */
  'missing',
  'invalid',
  'too_long',
  /** A row above has the same. */
  'duplicate',
  /** Somebody has it already. */
  'exists',
  /** There is no such role. */
  'role_unknown',
  /** The role is above the own level. */
  'role_level',
  /** The quotes do not match. */
  'broken',
  /** Something went wrong on the server's side. */
  'internal',
] as const;

/** What is wrong with one row. */
export const importProblem = z.object({
  column: importColumn.nullable(),
  code: z.enum(importProblemCodes),
  /** Of a duplicate: the row that has the same. */
  sameAsRow: z.int().optional(),
});
export type ImportProblem = z.infer<typeof importProblem>;

export const importRowStatus = z.enum(['invalid', 'pending', 'created', 'failed', 'cancelled']);
export type ImportRowStatus = z.infer<typeof importRowStatus>;

/** One row of a list: its number counts from 1 and includes the header, as spreadsheets show it. */
export const importRowView = z.object({
  row: z.int(),
  name: z.string(),
  email: z.string(),
  phone: z.string(),
  role: roleSlug.nullable(),
  status: importRowStatus,
  problems: z.array(importProblem),
  /** The account that was made of it. */
  userId: id.nullable(),
});
export type ImportRowView = z.infer<typeof importRowView>;

export const importPreviewView = z.object({
  total: z.int(),
  valid: z.int(),
  invalid: z.int(),
  columns: z.array(importColumn),
  /** Columns that were not understood, and are left out. */
  ignoredColumns: z.array(z.string()),
  rows: z.array(importRowView),
  /** There are more rows than are shown. */
  truncated: z.boolean(),
  /** Whether links to choose a password can be sent. */
  canInvite: z.boolean(),
});
export type ImportPreviewView = z.infer<typeof importPreviewView>;

export const importStatus = z.enum(['queued', 'running', 'completed', 'cancelled', 'failed']);
export type ImportStatus = z.infer<typeof importStatus>;

/** One import and how far it has come. */
export const importView = z.object({
  id,
  fileName: z.string(),
  status: importStatus,
  total: z.int(),
  valid: z.int(),
  created: z.int(),
  /** Valid in the preview, refused when their turn came. */
  failed: z.int(),
  sendInvitations: z.boolean(),
  createdBy: z.string().nullable(),
  createdAt: instant,
  finishedAt: instant.nullable(),
});
export type ImportView = z.infer<typeof importView>;

const text = z.string().min(1).max(importLimits.bodyBytes);
const startInput = z.strictObject({
  text,
  fileName: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(/^[^\p{Cc}]*$/u)
    .default('list.csv'),
  /** Mail everybody with an e-mail address a link to choose a password. */
  sendInvitations: z.boolean().default(false),
});
export type ImportInput = z.output<typeof startInput>;

export const importRowsQuery = z.strictObject({
  status: importRowStatus.optional(),
  cursor: z.coerce.number().int().min(0).max(1_000_000).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(100),
});
export type ImportRowsQuery = z.output<typeof importRowsQuery>;

const organizationParams = z.object({ organizationId: id });
const importParams = organizationParams.extend({ importId: id });
const permission: RoutePermission = {
  slug: 'user.create',
  on: { type: 'organization', param: 'organizationId' },
};
const general = [
  'unauthenticated',
  'not_found',
  'forbidden',
  'organization_suspended',
  'rate_limited',
] as const;
const reading = [...general, 'invalid_input', 'payload_too_large', 'too_many_rows'] as const;

/** REST operations that add people from a list. */
export const importRoutes = {
  preview: defineRoute({
    id: 'imports.preview',
    method: 'POST',
    path: '/organizations/:organizationId/imports/preview',
    summary: 'Look at a list of people (CSV with comma or semicolon) without changing anything.',
    access: 'user',
    permission,
    params: organizationParams,
    body: z.strictObject({ text }),
    bodyBytes: importLimits.bodyBytes,
    reply: importPreviewView,
    status: 200,
    errors: reading,
    rate: { points: 30, seconds: 60, by: 'user' },
  }),
  start: defineRoute({
    id: 'imports.start',
    method: 'POST',
    path: '/organizations/:organizationId/imports',
    summary:
      'Start to add the people of the valid rows; goes on by itself, also after a restart of the server.',
    access: 'user',
    permission,
    params: organizationParams,
    body: startInput,
    bodyBytes: importLimits.bodyBytes,
    reply: importView,
    status: 202,
    errors: [...reading, 'mail_unavailable'],
    rate: { points: 20, seconds: 60, by: 'user' },
  }),
  list: defineRoute({
    id: 'imports.list',
    method: 'GET',
    path: '/organizations/:organizationId/imports',
    summary: 'The imports of an organization, the latest first.',
    access: 'user',
    permission,
    params: organizationParams,
    query: z.strictObject({
      cursor: z.uuid().optional(),
      limit: z.coerce.number().int().min(1).max(100).default(20),
    }),
    reply: z.object({ items: z.array(importView), nextCursor: z.string().nullable() }),
    status: 200,
    errors: [...general, 'invalid_input'],
    rate: { points: 120, seconds: 60, by: 'user' },
  }),
  get: defineRoute({
    id: 'imports.get',
    method: 'GET',
    path: '/organizations/:organizationId/imports/:importId',
    summary: 'How far an import has come.',
    access: 'user',
    permission,
    params: importParams,
    reply: importView,
    status: 200,
    errors: general,
    rate: { points: 300, seconds: 60, by: 'user' },
  }),
  rows: defineRoute({
    id: 'imports.rows',
    method: 'GET',
    path: '/organizations/:organizationId/imports/:importId/rows',
    summary: 'What became of each row.',
    access: 'user',
    permission,
    params: importParams,
    query: importRowsQuery,
    reply: z.object({ items: z.array(importRowView), nextCursor: z.string().nullable() }),
    status: 200,
    errors: [...general, 'invalid_input'],
    rate: { points: 300, seconds: 60, by: 'user' },
  }),
  cancel: defineRoute({
    id: 'imports.cancel',
    method: 'POST',
    path: '/organizations/:organizationId/imports/:importId/cancel',
    summary: 'Stop an import. Who was added stays.',
    access: 'user',
    permission,
    params: importParams,
    reply: importView,
    status: 200,
    errors: [...general, 'conflict'],
    rate: { points: 60, seconds: 60, by: 'user' },
  }),
  result: defineRoute({
    id: 'imports.result',
    method: 'GET',
    path: '/organizations/:organizationId/imports/:importId/result',
    summary: 'What became of the rows, or of those that were not added, as CSV.',
    access: 'user',
    permission,
    params: importParams,
    query: z.strictObject({ only: z.enum(['all', 'problems']).default('all') }),
    reply: z.object({ fileName: z.string(), csv: z.string() }),
    status: 200,
    errors: [...general, 'invalid_input'],
    rate: { points: 30, seconds: 60, by: 'user' },
  }),
};
