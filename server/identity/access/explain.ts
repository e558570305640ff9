import type { ExplainStep } from '../../../shared/identity/access.ts';
import { relationGrants } from '../../../shared/identity/permissions.ts';
import type { Permission } from '../../../shared/identity/permissions.ts';
import { isoOrNull } from '../../../shared/kernel/time.ts';
import { decide, everywhereLevel } from './access.policy.ts';
import type { AccessFacts, Assignment, Override, Scope } from './access.policy.ts';

/**
 * What was looked at for a decision, in the order in which it counts. It only tells of what reaches the subject or belongs to
 * its organizations: what somebody is elsewhere is nobody's business here.
 */
export function explainSteps(permission: Permission, facts: AccessFacts, now: Date): ExplainStep[] {
  const { reason } = decide(permission, facts, now);
  const inside =
    facts.organizations.length === 0 || facts.organizations.some(({ id }) => facts.memberOf.has(id));
  const over = ({ expiresAt }: { expiresAt: Date | null }): boolean => expiresAt !== null && expiresAt <= now;
  const steps: ExplainStep[] = [
    { kind: 'account', outcome: facts.usable ? 'silent' : 'denies', decisive: reason.kind === 'account' },
    {
      kind: 'organization',
      suspended: facts.organizations.some(({ suspended }) => suspended),
      member: inside,
      outcome: reason.kind === 'organization_suspended' ? 'denies' : 'silent',
      decisive: reason.kind === 'organization_suspended',
    },
  ];
  let decided = false;
  const first = (is: boolean): boolean => is && !decided && (decided = true);

  for (const one of facts.overrides) {
    const scope = scopeOf(one, facts);
    if (!scope) continue;
    const counts = !over(one) && (inside || !one.granted);
    const decisive =
      reason.kind === 'override' && counts && reason.scope === scope && reason.granted === one.granted;
    steps.push({
      kind: 'override',
      scope,
      granted: one.granted,
      expiresAt: isoOrNull(one.expiresAt),
      expired: over(one),
      outcome: counts ? (one.granted ? 'allows' : 'denies') : 'silent',
      decisive: first(decisive),
    });
  }
  for (const one of facts.assignments) {
    const scope = scopeOf(one, facts);
    if (!scope || (scope === 'system' && !reaches(one, facts))) continue;
    const ignored = over(one) ? 'expired' : isHeld(one, facts, inside) ? null : 'not_a_member';
    const says = one.says.some(({ granted }) => !granted) ? 'denies' : 'allows';
    const outcome = ignored !== null || one.says.length === 0 ? 'silent' : says;
    const decisive =
      reason.kind === 'role' &&
      reason.role === one.role &&
      reason.scope === scope &&
      outcome === (reason.granted ? 'allows' : 'denies');
    steps.push({
      kind: 'role',
      role: one.role,
      scope,
      level: one.level,
      expiresAt: isoOrNull(one.expiresAt),
      ignored,
      says: one.says.map(({ role, granted }) => ({ role, granted })),
      outcome,
      decisive: first(decisive),
    });
  }
  for (const relation of facts.relations) {
    const gives = (relationGrants[relation] as readonly Permission[]).includes(permission);
    steps.push({
      kind: 'relation',
      relation,
      outcome: gives && inside ? 'allows' : 'silent',
      decisive: first(reason.kind === 'relation' && reason.relation === relation),
    });
  }
  steps.push({ kind: 'nothing', outcome: 'denies', decisive: reason.kind === 'none' });
  return steps;
}

/** How near something is to the subject; null: it does not reach it. */
function scopeOf(one: Pick<Override, 'context' | 'organizationId'>, facts: AccessFacts): Scope | null {
  const { context, organizationId } = one;
  if (context)
    return facts.contexts.some(({ type, id }) => type === context.type && id === context.id)
      ? 'context'
      : null;
  if (organizationId === null) return 'system';
  return facts.organizations.some(({ id }) => id === organizationId) ? 'organization' : null;
}

/** The role of an account reaches where the account belongs; a role of the installation everywhere. */
const reaches = (
  { level }: Assignment,
  { primaryOrganizationId: home, organizations }: AccessFacts,
): boolean => level >= everywhereLevel || organizations.some(({ id }) => id === home);

const isHeld = (one: Assignment, facts: AccessFacts, inside: boolean): boolean =>
  one.context
    ? inside
    : one.organizationId === null
      ? reaches(one, facts)
      : facts.memberOf.has(one.organizationId);
