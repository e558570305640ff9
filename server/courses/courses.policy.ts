import type { CourseStanding } from '../../shared/courses/contract.ts';
import type { Permission, Relation } from '../../shared/identity/permissions.ts';
import type { Rights } from '../identity/index.ts';
import { givesAccess } from './enrollment.ts';
import type { EnrollmentStatus, PaymentStatus } from './enrollment.ts';

/** What decides what one person is to one course. */
export interface RelationFacts {
  enrollment: { status: EnrollmentStatus; paymentStatus: PaymentStatus; expiresAt: Date | null } | null;
  course: { instructorId: string; status: string };
}

/** What somebody is to a course: all of it, and nothing of what they may do by a role. */
export function relationsTo(facts: RelationFacts, userId: string, now: Date): Relation[] {
  const relations: Relation[] = [];
  if (facts.course.instructorId === userId) relations.push('course.instructor');
  if (isOpen(facts.course) && facts.enrollment && givesAccess(facts.enrollment, now))
    relations.push('course.learner');
  return relations;
}

/** Whether learners see the course: drafts and archives are for those who make them. */
export const isOpen = (course: { status: string }): boolean => course.status === 'published';

/** Whether every member of the organization may come across the course. */
export const isOffered = (course: { status: string; visibility: string }): boolean =>
  isOpen(course) && course.visibility === 'public';

/** What is asked to say as what somebody sees a course. */
export const standingAsks = ['course.read'] as const satisfies readonly Permission[];

/** What somebody is in a course now, as the screens call it. Null: they may not see it. */
export function standingOf(rights: Pick<Rights, 'decision' | 'relations'>): CourseStanding | null {
  const { allowed, reason } = rights.decision('course.read');
  if (!allowed) return null;
  if (rights.relations.includes('course.instructor')) return 'instructor';
  if (reason.kind === 'relation') return 'learner';
  if (reason.kind === 'override')
    return rights.relations.includes('course.learner') ? 'learner' : 'assistant';
  return reason.kind === 'role' && reason.scope === 'context' ? 'assistant' : 'staff';
}
