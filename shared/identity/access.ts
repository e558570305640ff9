import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import type { RoutePermission } from '../kernel/contract.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import { id } from '../kernel/ids.ts';
import { instant } from '../kernel/time.ts';
import { roleSlug } from './contract.ts';
import { permissions, subjectTypes } from './permissions.ts';
import { pageOf, pageQuery } from '../kernel/page.ts';

/** Things in which a role or an exception can be given. Forums come with forums. */
export const contextTypes = ['course', 'live_session'] as const;
/** Things that the explorer can be asked about. */
export const explainedTypes = [
  'organization',
  'user',
  'course',
  'live_session',
  'note',
] as const satisfies readonly (typeof subjectTypes)[number][];
/** The highest level a custom role can have: what is above belongs to the installation. */
export const highestCustomLevel = 99;
/** Roles from one to its farthest ancestor. */
export const longestChain = 20;

const permission = z.enum(permissions);
const context = z.strictObject({ type: z.enum(contextTypes), id });
/** One line of text that people read. */
const line = (longest: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .regex(/^[^\p{Cc}]*$/u);

export const permissionGroupView = z.object({
  /** What comes before the dot. */
  category: z.string(),
  permissions: z.array(
    z.object({ slug: permission, resource: z.string(), action: z.string(), description: z.string() }),
  ),
});
export type PermissionGroupView = z.infer<typeof permissionGroupView>;

/** What a role says to a permission; what it says nothing to is not in the list. */
const roleRule = z.object({
  slug: permission,
  granted: z.boolean(),
  /** The ancestor that says it; null: the role itself. */
  inheritedFrom: z.string().nullable(),
});

export const roleView = z.object({
  id,
  name: z.string(),
  slug: z.string(),
  description: z.string().nullable(),
  type: z.enum(['system', 'organization', 'course', 'custom']),
  level: z.int(),
  /** Of the installation: the same everywhere, and not to be changed. */
  isSystem: z.boolean(),
  parentRoleId: id.nullable(),
  /** People of this organization who have it now. */
  holders: z.int(),
  permissions: z.array(roleRule),
});
export type RoleView = z.infer<typeof roleView>;

const rules = z
  .array(z.strictObject({ slug: permission, granted: z.boolean() }))
  .max(permissions.length)
  .refine((list) => new Set(list.map(({ slug }) => slug)).size === list.length, 'Each permission once.');

const roleFields = {
  name: line(100),
  slug: z
    .string()
    .trim()
    .max(100)
    .regex(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/),
  description: z.string().trim().max(500).nullable(),
  level: z.int().min(0).max(highestCustomLevel),
  parentRoleId: id.nullable(),
  permissions: rules,
};

export const newRoleInput = z.strictObject({
  ...roleFields,
  description: roleFields.description.default(null),
  parentRoleId: roleFields.parentRoleId.default(null),
  permissions: rules.default([]),
});
export type NewRoleInput = z.output<typeof newRoleInput>;

/** What is left out stays. `permissions` replaces what the role itself says. */
export const roleChanges = z.strictObject(roleFields).omit({ slug: true }).partial();
export type RoleChanges = z.output<typeof roleChanges>;

const person = z.object({ id, displayName: z.string() });

export const assignmentView = z.object({
  id,
  userId: id,
  role: z.object({ id, name: z.string(), slug: z.string(), level: z.int() }),
  context: z.object({ type: z.string(), id, title: z.string().nullable() }).nullable(),
  assignedAt: instant,
  assignedBy: person.nullable(),
  expiresAt: instant.nullable(),
});
export type AssignmentView = z.infer<typeof assignmentView>;

export const assignmentInput = z.strictObject({
  userId: id,
  roleId: id,
  context: context.nullable().default(null),
  expiresAt: instant.nullable().default(null),
});
export type AssignmentInput = z.output<typeof assignmentInput>;

export const grantView = z.object({
  id,
  userId: id,
  permission,
  granted: z.boolean(),
  context: z.object({ type: z.string(), id, title: z.string().nullable() }).nullable(),
  assignedAt: instant,
  assignedBy: person.nullable(),
  expiresAt: instant.nullable(),
});
export type GrantView = z.infer<typeof grantView>;

export const grantInput = z.strictObject({
  userId: id,
  permission,
  /** False: forbidden, whatever any role says. */
  granted: z.boolean(),
  context: context.nullable().default(null),
  expiresAt: instant.nullable().default(null),
});
export type GrantInput = z.output<typeof grantInput>;

const scope = z.enum(['context', 'organization', 'system']);
const outcome = z.enum(['allows', 'denies', 'silent']);

/** One thing that was looked at for a decision, in the order in which it counts. `decisive` is on the one that decided. */
export const explainStep = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('account'), outcome, decisive: z.boolean() }),
  z.object({
    kind: z.literal('organization'),
    outcome,
    decisive: z.boolean(),
    suspended: z.boolean(),
    member: z.boolean(),
  }),
  z.object({
    kind: z.literal('override'),
    outcome,
    decisive: z.boolean(),
    scope,
    granted: z.boolean(),
    expiresAt: instant.nullable(),
    expired: z.boolean(),
  }),
  z.object({
    kind: z.literal('role'),
    outcome,
    decisive: z.boolean(),
    role: z.string(),
    scope,
    level: z.int(),
    expiresAt: instant.nullable(),
    /** Why it does not count here; null: it counts. */
    ignored: z.enum(['expired', 'elsewhere', 'not_a_member']).nullable(),
    /** Itself and its ancestors, as far as they say something. */
    says: z.array(z.object({ role: z.string(), granted: z.boolean() })),
  }),
  z.object({ kind: z.literal('relation'), outcome, decisive: z.boolean(), relation: z.string() }),
  z.object({ kind: z.literal('nothing'), outcome, decisive: z.boolean() }),
]);
export type ExplainStep = z.infer<typeof explainStep>;

export const explanationView = z.object({
  user: person,
  permission,
  allowed: z.boolean(),
  /** The highest level the person has there. */
  level: z.int(),
  steps: z.array(explainStep),
});
export type ExplanationView = z.infer<typeof explanationView>;

export const explainQuery = z.strictObject({
  userId: id,
  permission,
  subjectType: z.enum(explainedTypes).default('organization'),
  /** Left out for the organization itself. */
  subjectId: id.optional(),
});
export type ExplainQuery = z.output<typeof explainQuery>;

export const whoQuery = z.strictObject({
  permission,
  subjectType: z.enum(['organization', 'course', 'live_session']).default('organization'),
  subjectId: id.optional(),
  cursor: id.optional(),
  limit: z.coerce.number().int().min(1).max(50).default(50),
});
export type WhoQuery = z.output<typeof whoQuery>;

export const whoView = z.object({
  items: z.array(
    z.object({
      user: z.object({ id, code: z.string(), displayName: z.string() }),
      /** No member there, but of what it is part of, or of the installation. */
      above: z.boolean(),
      /** What allows it. */
      by: z.enum(['override', 'role', 'relation']),
      name: z.string().nullable(),
      scope: scope.nullable(),
    }),
  ),
  nextCursor: id.nullable(),
});
export type WhoView = z.infer<typeof whoView>;

const ofPerson = z.strictObject({
  userId: id,
  ...pageQuery(100),
});
export type OfPerson = z.output<typeof ofPerson>;

const inOrganization = z.object({ organizationId: id });
const right = (slug: RoutePermission['slug']): RoutePermission => ({
  slug,
  on: { type: 'organization', param: 'organizationId' },
});
const rate = { points: 300, seconds: 60, by: 'user' } as const;
const refusals = [
  'unauthenticated',
  'not_found',
  'forbidden',
  'organization_suspended',
  'invalid_input',
  'rate_limited',
] as const satisfies readonly ErrorCode[];

/** Roles, who has them, and why somebody may do something. */
export const accessRoutes = {
  permissions: defineRoute({
    id: 'access.permissions',
    method: 'GET',
    path: '/permissions',
    summary: 'Everything that can be allowed or denied.',
    access: 'user',
    reply: z.object({ items: z.array(permissionGroupView) }),
    status: 200,
    errors: ['unauthenticated', 'invalid_input', 'rate_limited'],
    rate,
  }),
  roles: defineRoute({
    id: 'roles.list',
    method: 'GET',
    path: '/organizations/:organizationId/roles',
    summary: 'The roles of the installation and of the organization, and what each says.',
    access: 'user',
    permission: right('role.read'),
    params: inOrganization,
    reply: z.object({ items: z.array(roleView) }),
    status: 200,
    errors: refusals,
    rate,
  }),
  createRole: defineRoute({
    id: 'roles.create',
    method: 'POST',
    path: '/organizations/:organizationId/roles',
    summary: 'Make a role of the organization, with rights that one has oneself.',
    access: 'user',
    permission: right('role.manage'),
    params: inOrganization,
    body: newRoleInput,
    reply: roleView,
    status: 201,
    errors: [...refusals, 'role_level', 'already_exists', 'cycle'],
    rate,
  }),
  updateRole: defineRoute({
    id: 'roles.update',
    method: 'PATCH',
    path: '/organizations/:organizationId/roles/:roleId',
    summary: 'Change a role of the organization; it holds at once for everybody who has it.',
    access: 'user',
    permission: right('role.manage'),
    params: inOrganization.extend({ roleId: id }),
    body: roleChanges,
    reply: roleView,
    status: 200,
    errors: [...refusals, 'role_level', 'already_exists', 'system_object', 'cycle'],
    rate,
  }),
  removeRole: defineRoute({
    id: 'roles.remove',
    method: 'DELETE',
    path: '/organizations/:organizationId/roles/:roleId',
    summary: 'Remove a role that nobody has and no other role comes from.',
    access: 'user',
    permission: right('role.manage'),
    params: inOrganization.extend({ roleId: id }),
    reply: z.null(),
    status: 204,
    errors: [...refusals, 'role_level', 'system_object', 'in_use'],
    rate,
  }),
  assignments: defineRoute({
    id: 'roles.assignments',
    method: 'GET',
    path: '/organizations/:organizationId/role-assignments',
    summary: 'Roles that somebody was given in the organization.',
    access: 'user',
    permission: right('role.read'),
    params: inOrganization,
    query: ofPerson,
    reply: pageOf(assignmentView),
    status: 200,
    errors: refusals,
    rate,
  }),
  assign: defineRoute({
    id: 'roles.assign',
    method: 'POST',
    path: '/organizations/:organizationId/role-assignments',
    summary: 'Give a member a role: in the organization, in a course or in a class; for good or for a time.',
    access: 'user',
    permission: right('role.assign'),
    params: inOrganization,
    body: assignmentInput,
    reply: assignmentView,
    status: 201,
    errors: [...refusals, 'role_level', 'own_account', 'already_exists'],
    rate,
  }),
  revoke: defineRoute({
    id: 'roles.revoke',
    method: 'DELETE',
    path: '/organizations/:organizationId/role-assignments/:assignmentId',
    summary: 'Take a role back; it ends at once, also in classes that are running.',
    access: 'user',
    permission: right('role.assign'),
    params: inOrganization.extend({ assignmentId: id }),
    reply: z.null(),
    status: 204,
    errors: [...refusals, 'role_level', 'own_account'],
    rate,
  }),
  setPrimary: defineRoute({
    id: 'roles.setPrimary',
    method: 'PUT',
    path: '/organizations/:organizationId/people/:userId/role',
    summary: 'Change the role of an account that this organization looks after.',
    access: 'user',
    permission: right('role.assign'),
    params: inOrganization.extend({ userId: id }),
    body: z.strictObject({ role: roleSlug }),
    reply: z.object({ userId: id, role: roleSlug }),
    status: 200,
    errors: [...refusals, 'role_level', 'own_account', 'managed_elsewhere'],
    rate,
  }),
  grants: defineRoute({
    id: 'grants.list',
    method: 'GET',
    path: '/organizations/:organizationId/grants',
    summary: 'What somebody was allowed or forbidden in the organization by name.',
    access: 'user',
    permission: right('role.read'),
    params: inOrganization,
    query: ofPerson,
    reply: pageOf(grantView),
    status: 200,
    errors: refusals,
    rate,
  }),
  grant: defineRoute({
    id: 'grants.create',
    method: 'POST',
    path: '/organizations/:organizationId/grants',
    summary: 'Allow a member something that one may oneself, or forbid it, whatever their roles say.',
    access: 'user',
    permission: right('role.assign'),
    params: inOrganization,
    body: grantInput,
    reply: grantView,
    status: 201,
    errors: [...refusals, 'role_level', 'own_account', 'already_exists'],
    rate,
  }),
  ungrant: defineRoute({
    id: 'grants.remove',
    method: 'DELETE',
    path: '/organizations/:organizationId/grants/:grantId',
    summary: 'Take an exception back.',
    access: 'user',
    permission: right('role.assign'),
    params: inOrganization.extend({ grantId: id }),
    reply: z.null(),
    status: 204,
    errors: [...refusals, 'role_level', 'own_account'],
    rate,
  }),
  explain: defineRoute({
    id: 'access.explain',
    method: 'GET',
    path: '/organizations/:organizationId/access/explain',
    summary: 'Why a member may, or may not, do something to something.',
    access: 'user',
    permission: right('role.read'),
    params: inOrganization,
    query: explainQuery,
    reply: explanationView,
    status: 200,
    errors: refusals,
    rate,
  }),
  who: defineRoute({
    id: 'access.who',
    method: 'GET',
    path: '/organizations/:organizationId/access/who',
    summary: 'Which members may do something in the organization, in a course or in a class.',
    access: 'user',
    permission: right('role.read'),
    params: inOrganization,
    query: whoQuery,
    reply: whoView,
    status: 200,
    errors: refusals,
    rate: { points: 60, seconds: 60, by: 'user' },
  }),
};
