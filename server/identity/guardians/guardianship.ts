import type { GuardianshipStatus } from '../../../shared/identity/guardians.ts';
import { AppError } from '../../kernel/errors.ts';

/** What can happen to a link. */
export type GuardianshipStep = 'approve' | 'reject' | 'revoke';

const steps: Record<GuardianshipStep, { from: GuardianshipStatus; to: GuardianshipStatus }> = {
  approve: { from: 'pending', to: 'active' },
  reject: { from: 'pending', to: 'rejected' },
  revoke: { from: 'active', to: 'revoked' },
};

/**
 * The state after a step.
 * @throws AppError conflict when it cannot be taken from here
 */
export function next(status: GuardianshipStatus, step: GuardianshipStep): GuardianshipStatus {
  const { from, to } = steps[step];
  if (status !== from) throw new AppError('conflict');
  return to;
}

/** Who may be whose guardian, as far as roles tell: children are students, and students are nobody's guardians. */
export const canBeChild = (role: string): boolean => role === 'student';
export const canBeGuardian = (role: string): boolean => role !== 'student';

/** What becomes of a request by the code of a child's account. Null: it is dropped, and nobody is told. */
export function requestOutcome(before: GuardianshipStatus | null): 'ask' | 'exists' | null {
  switch (before) {
    case null:
    case 'revoked':
      return 'ask';
    case 'active':
      return 'exists';
    // Asked already; and who was refused does not ask again without a code.
    case 'pending':
    case 'rejected':
      return null;
  }
}
