import type { PendingDuty } from '../../../shared/kernel/contract.ts';

export interface DutyFacts {
  mustChangePassword: boolean;
  /** One is set up, or this sign-in was made with both factors at once. */
  hasSecondFactor: boolean;
  /** Slugs of every role the person has, wherever. */
  roles: readonly string[];
  /** What each of their organizations demands (`auth.two_factor_required_roles`). */
  requiredRoles: readonly (readonly string[])[];
}

/** What somebody has to do before anything else is answered: the password first, then the second factor. */
export function pendingDuty(facts: DutyFacts): PendingDuty | null {
  if (facts.mustChangePassword) return 'must_change_password';
  if (facts.hasSecondFactor) return null;
  const required = new Set(facts.requiredRoles.flat());
  return facts.roles.some((role) => required.has(role)) ? 'two_factor_setup_required' : null;
}
