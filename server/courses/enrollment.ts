import { askAgainDays } from '../../shared/courses/catalogue.ts';

export const enrollmentStatuses = [
  'pending_approval',
  'enrolled',
  'in_progress',
  'completed',
  'failed',
  'withdrawn',
  'expired',
  'suspended',
  'rejected',
] as const;
export type EnrollmentStatus = (typeof enrollmentStatuses)[number];

export const paymentStatuses = ['free', 'pending', 'paid', 'refunded'] as const;
export type PaymentStatus = (typeof paymentStatuses)[number];

const counted: ReadonlySet<EnrollmentStatus> = new Set(['enrolled', 'in_progress', 'completed', 'failed']);
const opens: ReadonlySet<EnrollmentStatus> = new Set(['enrolled', 'in_progress', 'completed']);
const endsByWithdrawal: ReadonlySet<EnrollmentStatus> = new Set([
  'pending_approval',
  'enrolled',
  'in_progress',
  'completed',
  'failed',
  'suspended',
]);

/** Whether an enrolment in this state is in `courses.enrollment_count`. */
export const isCounted = (status: EnrollmentStatus): boolean => counted.has(status);

/** Whether a learner is at it: there is no result yet, and nobody has decided against them. */
export const isUnderWay = (status: EnrollmentStatus): boolean =>
  status === 'enrolled' || status === 'in_progress';

/** Whether an enrolment lets its learner into the course. */
export function givesAccess(
  enrollment: { status: EnrollmentStatus; paymentStatus: PaymentStatus; expiresAt: Date | null },
  now: Date,
): boolean {
  const paid = enrollment.paymentStatus === 'free' || enrollment.paymentStatus === 'paid';
  const inTime = enrollment.expiresAt === null || enrollment.expiresAt > now;
  return paid && inTime && opens.has(enrollment.status);
}

/** What enrolling somebody does to the enrolment that is there: `keep` when they are in already. `isOver`: its time is. */
export function onEnroll(
  status: EnrollmentStatus | null,
  isOver: boolean,
): 'create' | 'keep' | 'reopen' | 'refuse' {
  if (status === null) return 'create';
  if (opens.has(status)) return isOver ? 'reopen' : 'keep';
  // A suspended learner comes back by lifting the suspension, a failed one by a retake: both are decisions of their own.
  return status === 'suspended' || status === 'failed' ? 'refuse' : 'reopen';
}

/** Whether taking somebody out of the course changes anything. */
export const canWithdraw = (status: EnrollmentStatus): boolean => endsByWithdrawal.has(status);

/** What asking for a place does to the enrolment that is there: as entering does, but who waits already goes on waiting. */
export const onAsk = (
  status: EnrollmentStatus | null,
  isOver: boolean,
): 'create' | 'keep' | 'reopen' | 'refuse' =>
  status === 'pending_approval' ? 'keep' : onEnroll(status, isOver);

/** What an answer does to a request: `keep` when that is how it stands, `refuse` when it was answered otherwise, or taken back. */
export function onAnswer(
  status: EnrollmentStatus,
  answer: 'enrolled' | 'rejected',
): 'change' | 'keep' | 'refuse' {
  if (status === 'pending_approval') return 'change';
  const isSo = answer === 'enrolled' ? opens.has(status) : status === 'rejected';
  return isSo ? 'keep' : 'refuse';
}

/**
 * What leaving by oneself does: `keep` when there is nothing left to end. A result stays, and who was suspended does not get
 * around it by leaving and coming again.
 */
export function onLeave(status: EnrollmentStatus): 'end' | 'keep' | 'refuse' {
  if (status === 'pending_approval' || isUnderWay(status)) return 'end';
  return endsByWithdrawal.has(status) ? 'refuse' : 'keep';
}

const dayMs = 86_400_000;

/** From when on somebody may ask again whose request was declined. */
export const askAgainAt = (declinedAt: Date): Date => new Date(declinedAt.getTime() + askAgainDays * dayMs);
