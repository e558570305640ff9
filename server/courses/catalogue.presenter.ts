import type { CatalogueItem, EnrollmentRequest } from '../../shared/courses/catalogue.ts';
import { iso } from '../../shared/kernel/time.ts';
import type { Rights } from '../identity/index.ts';
import type { OfferRow, RequestRow } from './catalogue.repository.ts';
import { needsApproval, placeIn } from './courses.policy.ts';
import { askAgainAt, onLeave } from './enrollment.ts';

/** A course as one person finds it. */
export function presentOffer(row: OfferRow, rights: Rights, now: Date): CatalogueItem {
  const { enrollment_status: status, payment_status: paymentStatus } = row;
  const enrollment =
    status === null || paymentStatus === null
      ? null
      : {
          status,
          paymentStatus,
          expiresAt: row.enrollment_expires_at && new Date(row.enrollment_expires_at),
        };
  const mine = placeIn(rights, enrollment, now);
  const approval = needsApproval({ visibility: row.visibility, requiresApproval: row.requires_approval });
  return {
    id: row.id,
    code: row.code,
    title: row.title,
    subtitle: row.subtitle,
    description: row.description,
    instructor: { id: row.instructor_id, displayName: row.instructor },
    difficulty: row.difficulty_level,
    language: row.language,
    categories: row.categories ?? [],
    enrollmentCount: row.enrollment_count,
    placesLeft: row.places_left,
    entry: rights.relations.includes('course.offered') ? (approval ? 'approval' : 'open') : null,
    mine,
    canWithdraw: row.enrollment_type === 'self' && status !== null && onLeave(status) === 'end',
    rejection:
      mine === 'rejected' && row.withdrawn_at
        ? { reason: row.withdrawal_reason, askAgainAt: iso(askAgainAt(new Date(row.withdrawn_at))) }
        : null,
  };
}

/** Somebody who asks for a place. */
export const presentRequest = (row: RequestRow): EnrollmentRequest => ({
  id: row.id,
  user: { id: row.user_id, displayName: row.display_name },
  askedAt: iso(new Date(row.enrolled_at)),
});
