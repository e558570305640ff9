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

/** How far a role or an exception reaches: one thing and what is in it, an organization and those below it, or wherever the person belongs. */
export type Scope = 'context' | 'organization' | 'system';

/** Why somebody may or may not. */
export type Reason =
  | { kind: 'account' }
  | { kind: 'api_key' }
  | { kind: 'organization_suspended'; organizationId: string }
  | { kind: 'override'; granted: boolean; scope: Scope }
  | { kind: 'role'; role: string; via: string; granted: boolean; scope: Scope }
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
  return (
    byOverride(facts, now) ?? byRole(roles, facts) ?? byRelation(permission, facts) ?? deny({ kind: 'none' })
  );
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
  // What was given ends with the membership; what was forbidden stays forbidden.
  const inside = isInside(facts);
  const standing = facts.overrides.filter((one) => stands(one, now) && (inside || !one.granted));
  const found = nearestFirst(facts).flatMap(({ scope, matches }) => {
    const here = standing.filter(matches);
    // Of several exceptions in one scope the denial counts.
    const one = here.find(({ granted }) => !granted) ?? here[0];
    return one ? [{ scope, granted: one.granted }] : [];
  })[0];
  return found ? { allowed: found.granted, reason: { kind: 'override', ...found } } : null;
}

type Placed = Pick<Override, 'context' | 'organizationId'>;

/** The scopes that reach a subject, nearest first. */
function nearestFirst({ contexts, organizations }: Pick<AccessFacts, 'contexts' | 'organizations'>): {
  scope: Scope;
  matches: (one: Placed) => boolean;
}[] {
  return [
    ...contexts.map(({ type, id }) => ({
      scope: 'context' as const,
      matches: ({ context }: Placed) => context?.type === type && context.id === id,
    })),
    ...organizations.map(({ id }) => ({
      scope: 'organization' as const,
      matches: ({ context, organizationId }: Placed) => context === null && organizationId === id,
    })),
    {
      scope: 'system' as const,
      matches: ({ context, organizationId }: Placed) => context === null && organizationId === null,
    },
  ];
}

/** Any denial beats every permission. Of several roles that say the same, the nearest is named, then the highest. */
function byRole(roles: readonly Assignment[], facts: AccessFacts): Decision | null {
  const said = nearestFirst(facts).flatMap(({ scope, matches }) =>
    roles
      .filter(matches)
      .toSorted((one, other) => other.level - one.level || compare(one.role, other.role))
      .flatMap(({ role, says }) => says.map((one) => ({ role, via: one.role, granted: one.granted, scope }))),
  );
  const found = said.find(({ granted }) => !granted) ?? said[0];
  return found ? { allowed: found.granted, reason: { kind: 'role', ...found } } : null;
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

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
export function levelOf(facts: AccessFacts, now: Date): number {
  const held = facts.assignments.filter((one) => stands(one, now) && holds(one, facts));
  return Math.max(0, ...held.map(({ level }) => level));
}
