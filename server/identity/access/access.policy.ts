import { relationGrants } from '../../../shared/identity/permissions.ts';
import type { Permission, Relation } from '../../../shared/identity/permissions.ts';

/** The thing in whose scope a role or an exception can be given. */
export interface Context {
  type: string;
  id: string;
}

/** A right given to or taken from one person directly (`user_permissions`), for the permission that is asked about. */
export interface Override {
  granted: boolean;
  organizationId: string | null;
  context: Context | null;
  expiresAt: Date | null;
}

/** A role somebody has (`user_roles`, or their landing role), with what it and its ancestors say to the permission. */
export interface Assignment {
  role: string;
  level: number;
  organizationId: string | null;
  context: Context | null;
  expiresAt: Date | null;
  /** One entry per role of the chain that says something: slug of that role, and what. */
  says: readonly { role: string; granted: boolean }[];
}

/** Everything that decides whether one person may do one kind of thing to one subject. */
export interface AccessFacts {
  /** Whether the account may be used at all. */
  usable: boolean;
  /** The subject's organization and its ancestors, nearest first; empty = the installation itself. */
  organizations: readonly { id: string; suspended: boolean }[];
  /** Organizations that the person is an active member of. */
  memberOf: ReadonlySet<string>;
  /** Where roles without an organization hold. */
  primaryOrganizationId: string | null;
  /** What the subject is, and is part of, nearest first. */
  contexts: readonly Context[];
  overrides: readonly Override[];
  assignments: readonly Assignment[];
  /** What the person is to the subject. */
  relations: readonly Relation[];
  /** The permissions of the API key in use; null: the person acts themselves. */
  apiKey: readonly string[] | null;
}

/** Why somebody may or may not. */
export type Reason =
  | { kind: 'account' }
  | { kind: 'api_key' }
  | { kind: 'organization_suspended'; organizationId: string }
  | { kind: 'override'; granted: boolean; scope: 'context' | 'organization' | 'system' }
  | { kind: 'role'; role: string; via: string; granted: boolean }
  | { kind: 'relation'; relation: Relation }
  | { kind: 'none' };

export interface Decision {
  allowed: boolean;
  reason: Reason;
}

/** Roles of this level belong to the installation: they hold everywhere, also in suspended organizations. */
export const everywhereLevel = 100;

const allow = (reason: Reason): Decision => ({ allowed: true, reason });
const deny = (reason: Reason): Decision => ({ allowed: false, reason });
const stands = ({ expiresAt }: { expiresAt: Date | null }, now: Date): boolean =>
  expiresAt === null || expiresAt > now;

/**
 * The one policy function (SCHEMA, Appendix D). In this order: the account and its organization; the person's own exceptions,
 * the nearest scope first; roles that hold here, where any denial beats every permission; what the person is to the subject;
 * no.
 */
export function decide(permission: Permission, facts: AccessFacts, now: Date): Decision {
  if (!facts.usable) return deny({ kind: 'account' });
  if (facts.apiKey && !facts.apiKey.includes(permission)) return deny({ kind: 'api_key' });
  const roles = facts.assignments.filter((one) => stands(one, now) && holds(one, facts));
  const suspended = facts.organizations.find((one) => one.suspended);
  if (suspended && !roles.some(isEverywhere))
    return deny({ kind: 'organization_suspended', organizationId: suspended.id });
  return byOverride(facts, now) ?? byRole(roles) ?? byRelation(permission, facts) ?? deny({ kind: 'none' });
}

const isEverywhere = ({ level, organizationId, context }: Assignment): boolean =>
  level >= everywhereLevel && organizationId === null && context === null;

/** Whether a role that somebody has counts for this subject. */
function holds(one: Assignment, facts: AccessFacts): boolean {
  const { context } = one;
  if (context)
    return (
      isInside(facts) && facts.contexts.some(({ type, id }) => type === context.type && id === context.id)
    );
  if (isEverywhere(one)) return true;
  // A role without an organization is the one of the account: it ends where the person's own organization ends.
  const scope = one.organizationId ?? facts.primaryOrganizationId;
  if (scope === null || !facts.memberOf.has(scope)) return false;
  return facts.organizations.some(({ id }) => id === scope);
}

function byOverride(facts: AccessFacts, now: Date): Decision | null {
  const standing = facts.overrides.filter((one) => stands(one, now));
  const decision = (
    found: Override | undefined,
    scope: 'context' | 'organization' | 'system',
  ): Decision | null =>
    found ? { allowed: found.granted, reason: { kind: 'override', granted: found.granted, scope } } : null;
  for (const { type, id } of facts.contexts) {
    const found = decision(
      worst(standing.filter(({ context }) => context?.type === type && context.id === id)),
      'context',
    );
    if (found) return found;
  }
  for (const { id } of facts.organizations) {
    const here = standing.filter(({ context, organizationId }) => context === null && organizationId === id);
    const found = decision(worst(here), 'organization');
    if (found) return found;
  }
  const everywhere = standing.filter(
    ({ context, organizationId }) => context === null && organizationId === null,
  );
  return decision(worst(everywhere), 'system');
}

/** Of several exceptions in one scope the denial counts. */
const worst = (overrides: readonly Override[]): Override | undefined =>
  overrides.find(({ granted }) => !granted) ?? overrides[0];

function byRole(roles: readonly Assignment[]): Decision | null {
  const said = roles.flatMap(({ role, says }) =>
    says.map((one) => ({ role, via: one.role, granted: one.granted })),
  );
  const found = said.find(({ granted }) => !granted) ?? said[0];
  return found ? { allowed: found.granted, reason: { kind: 'role', ...found } } : null;
}

/** Nobody is anything in an organization that they are no member of: with the membership its courses are gone too. */
const isInside = ({ organizations, memberOf }: AccessFacts): boolean =>
  organizations.length === 0 || organizations.some(({ id }) => memberOf.has(id));

function byRelation(permission: Permission, facts: AccessFacts): Decision | null {
  if (!isInside(facts)) return null;
  const relation = facts.relations.find((one) =>
    (relationGrants[one] as readonly Permission[]).includes(permission),
  );
  return relation ? allow({ kind: 'relation', relation }) : null;
}

/** The highest level that somebody has in a scope: nobody gives what is above it. */
export function levelOf(
  facts: Pick<
    AccessFacts,
    'assignments' | 'organizations' | 'memberOf' | 'primaryOrganizationId' | 'contexts'
  >,
  now: Date,
): number {
  const held = facts.assignments.filter((one) => stands(one, now) && holds(one, facts as AccessFacts));
  return Math.max(0, ...held.map(({ level }) => level));
}
