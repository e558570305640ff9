import type { CatalogueItem } from '../../shared/courses/catalogue.ts';
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

/** What decides whether a course stands in the catalogue of its organization. */
export interface Listing {
  status: string;
  visibility: string;
  pricingType: string;
}

/** Whether the members of its organization find the course and may enter it, or ask to. Nothing can be paid for yet. */
export const isListed = (course: Listing): boolean =>
  isOpen(course) && course.visibility !== 'private' && course.pricingType === 'free';

/** Whether whoever enters has to wait for somebody to agree. */
export const needsApproval = (course: { visibility: string; requiresApproval: boolean }): boolean =>
  course.requiresApproval || course.visibility === 'restricted';

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

/** What is asked to say as what somebody finds a course in the catalogue. */
export const offerAsks = [...standingAsks, 'course.enroll'] as const satisfies readonly Permission[];

/** Whether somebody may know of a course: it is offered to them, or they see it anyway. */
export const mayFind = (rights: Pick<Rights, 'may' | 'relations'>): boolean =>
  (rights.relations.includes('course.offered') && rights.may('course.enroll')) || rights.may('course.read');

/** What somebody is to a course that they find. Null: nothing (any more). */
export function placeIn(
  rights: Pick<Rights, 'decision' | 'relations'>,
  enrollment: RelationFacts['enrollment'],
  now: Date,
): CatalogueItem['mine'] {
  const standing = standingOf(rights);
  if (standing === 'instructor' || standing === 'assistant') return 'teaching';
  if (enrollment === null) return null;
  if (givesAccess(enrollment, now)) return 'enrolled';
  switch (enrollment.status) {
    case 'pending_approval':
      return 'pending';
    case 'rejected':
      return 'rejected';
    case 'suspended':
    case 'failed':
      return 'refused';
    default:
      return null;
  }
}
