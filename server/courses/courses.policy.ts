import type { CourseStanding } from '../../shared/courses/contract.ts';
import { givesAccess } from './enrollment.ts';
import type { EnrollmentStatus, PaymentStatus } from './enrollment.ts';

/** What decides about one person in one course. */
export interface StandingFacts {
  userId: string;
  /** Slug of the person's primary role. */
  role: string;
  /** Active in the organization that owns the course. */
  isMember: boolean;
  /** Holds an active `course_assistant` role in this course. */
  isAssistant: boolean;
  enrollment: { status: EnrollmentStatus; paymentStatus: PaymentStatus; expiresAt: Date | null } | null;
  course: { instructorId: string; status: string };
}

/** What somebody is in a course now; who is several things is the one that may do most. Null: they may not see it. */
export function standingOf(facts: StandingFacts, now: Date): CourseStanding | null {
  if (facts.userId === facts.course.instructorId) return 'instructor';
  if (facts.isAssistant) return 'assistant';
  if (isStaff(facts)) return 'staff';
  // Learners see a course only while it is published; drafts and archives are for those who make them.
  if (facts.course.status !== 'published' || facts.enrollment === null) return null;
  return givesAccess(facts.enrollment, now) ? 'learner' : null;
}

/** Rights of staff end where their organization ends; only the super administrator belongs to all of them. */
function isStaff({ role, isMember }: StandingFacts): boolean {
  if (role === 'super_admin') return true;
  return isMember && (role === 'admin' || role === 'moderator');
}

/** Who may put learners into a course and take them out of it. */
export function mayManageEnrollments(standing: CourseStanding): boolean {
  return standing === 'instructor' || standing === 'staff';
}
