import { defineEntity, p } from '@mikro-orm/core';
import { columns, softDelete } from '../kernel/db/columns.ts';
import { Course } from './course.entity.ts';
import { enrollmentStatuses, paymentStatuses } from './enrollment.ts';

const EnrollmentSchema = defineEntity({
  name: 'Enrollment',
  tableName: 'enrollments',
  properties: {
    id: columns.id(),
    organizationId: p.uuid(),
    userId: p.uuid(),
    course: () => p.manyToOne(Course),
    enrollmentType: p.enum(['self', 'admin', 'manager', 'automatic', 'invitation'] as const).default('self'),
    status: p.enum(enrollmentStatuses).default('enrolled'),
    paymentStatus: p.enum(paymentStatuses).default('free'),
    /** Of a request: when it was made. */
    enrolledAt: columns.created(),
    startedAt: columns.instant().nullable(),
    completedAt: columns.instant().nullable(),
    expiresAt: columns.instant().nullable(),
    /** When and why it came to nothing: also of a request that was declined. */
    withdrawnAt: columns.instant().nullable(),
    withdrawalReason: p.text().nullable(),
    enrolledBy: p.uuid().nullable(),
    approvedBy: p.uuid().nullable(),
    approvedAt: columns.instant().nullable(),
    createdAt: columns.created(),
    updatedAt: columns.updated(),
    deletedAt: columns.instant().nullable(),
  },
  filters: softDelete,
});

/** A learner in a course. */
export class Enrollment extends EnrollmentSchema.class {}
EnrollmentSchema.setClass(Enrollment);
