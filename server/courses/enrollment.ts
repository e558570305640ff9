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
